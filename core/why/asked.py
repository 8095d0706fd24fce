"""What an explanation asks: a model that answers rows which were encoded once, and whose columns can be exchanged afterwards.

Every explanation is the model's answer to rows that never were: a column of another row, a word less. Rows are
encoded once and their parts exchanged, so a question costs no more than the model itself. A network and a simple model
each say where a column stands in their encoded rows; all else is the same for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from core.dataset.schema import Column, Task

__all__ = ["Asked", "Inputs", "Place", "exchanged", "replaced"]

Inputs = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Place:
    """Where a column stands in the encoded rows: all of an input, or some features of it, by their numbers."""

    name: str
    features: slice | np.ndarray | None = None


class Asked(Protocol):
    """A model that answers encoded rows."""

    @property
    def task(self) -> Task:
        """What is predicted."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes; empty for a regression."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that it reads, in the order that it reads them."""

    @property
    def places(self) -> Mapping[str, Place]:
        """Where each column stands in the encoded rows, by name."""

    @property
    def row_bytes(self) -> int:
        """Of one encoded row."""

    def encode(self, table: pl.DataFrame, pictures: np.ndarray | None) -> Inputs:
        """Rows as it reads them: (n, columns) typed and (n, height, width, channels) uint8 → each input (n, …)."""

    def encode_column(self, column: Column, values: pl.Series) -> np.ndarray:
        """One column alone: what stands at its place, (n, …)."""

    def answer(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Answers to encoded rows, (n, classes) probabilities, or (n, 1) values."""


def exchanged(inputs: Inputs, others: Inputs, places: Iterable[Place]) -> Inputs:
    """The rows of `inputs` with some columns taken from `others`, row by row."""
    found = dict(inputs)
    for place in places:
        if place.features is None:
            found[place.name] = others[place.name]
            continue
        if found[place.name] is inputs[place.name]:
            found[place.name] = inputs[place.name].copy()
        found[place.name][:, place.features] = others[place.name][:, place.features]
    return found


def replaced(inputs: Inputs, place: Place, encoded: np.ndarray) -> Inputs:
    """The rows with other values in one column.

    Args:
        inputs: encoded rows.
        place: of the column.
        encoded: what stands there instead: (n, …), or (…) for all rows the same.

    Example:
        >>> replaced({"table": np.zeros((2, 3))}, Place("table", np.array([0, 2])), np.array([5.0, 6.0]))["table"].tolist()
        [[5.0, 0.0, 6.0], [5.0, 0.0, 6.0]]
    """
    if place.features is None:
        whole = inputs[place.name]
        return {**inputs, place.name: np.broadcast_to(encoded, (len(whole), *encoded.shape[-(whole.ndim - 1) :]))}
    changed = inputs[place.name].copy()
    changed[:, place.features] = encoded
    return {**inputs, place.name: changed}
