"""Why a model answers so for one row: the share of each column, the share of each word, and where it looks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from core.dataset.progress import Progress
from core.dataset.schema import Column, ColumnType
from core.why.asked import Inputs, replaced
from core.why.pieces import pieces, without
from core.why.result import Contribution
from core.why.shapley import Shares, Value, shapley
from core.why.subject import Rows, Subject

__all__ = ["columns_of_row", "words_of_row"]

MOST_BYTES = 64_000_000  # of rows made at once
TEXT_ASKED = 6_000
SHOWN = 200  # characters of a value


def columns_of_row(subject: Subject, row: Rows, others: Rows, progress: Progress) -> tuple[Shares, tuple[Contribution, ...]]:
    """The share of each column in the answer for one row, strongest first.

    Args:
        subject: the model.
        row: the row, alone.
        others: rows to compare it with; they stand in for columns that are not known.
        progress: to hear how far it is.
    """
    found = shapley(_game(subject, row, others), len(subject.columns), len(others), heard=lambda done, total: progress.step("Trying combinations of columns", done, total))
    shown = row.table.row(0, named=True)
    order = np.argsort(-np.abs(found.values).max(axis=1), kind="stable")
    names = [(subject.columns[at], at) for at in order]
    return found, tuple(_contribution(column.name, _shown(column, shown[column.name]), found, at) for column, at in names)


def words_of_row(subject: Subject, row: Rows, column: Column, progress: Progress) -> tuple[Shares, str, tuple[Contribution, ...]] | None:
    """The share of each word of a text in the answer for one row, in the order of the text; None for an empty one.

    Args:
        subject: the model.
        row: the row, alone.
        column: of texts; all other columns stay as they are.
        progress: to hear how far it is.
    """
    text = str(row.table[column.name][0] or "")
    spans = pieces(text)
    if not spans:
        return None

    def value(known: np.ndarray, _others: np.ndarray) -> np.ndarray:
        return answer_texts(subject, row, column, np.zeros(len(known), np.int64), [without(text, [span for span, kept in zip(spans, one, strict=True) if not kept]) for one in known])

    found = shapley(value, len(spans), 1, budget=TEXT_ASKED, heard=lambda done, total: progress.step("Trying combinations of words", done, total))
    each = [_contribution(text[start:end][:SHOWN], "", found, at, (start, end)) for at, (start, end) in enumerate(spans)]
    return found, text, tuple(each)


def answer_texts(subject: Subject, rows: Rows, column: Column, which: np.ndarray, texts: Sequence[str]) -> np.ndarray:
    """Answers for rows whose text was replaced.

    Args:
        subject: the model.
        rows: where the other columns come from.
        column: of texts.
        which: (n,) positions in `rows`.
        texts: (n,) the new texts.
    """
    encoded = subject.asked.encode_column(column, pl.Series(texts, dtype=pl.String))
    return subject.answer(replaced({name: array[which] for name, array in rows.inputs.items()}, subject.asked.places[column.name], encoded))


def _game(subject: Subject, row: Rows, others: Rows) -> Value:
    """The answer when some columns are known and the others are those of another row."""
    whole: dict[str, int] = {}
    owners = {name: np.zeros(array.shape[1], np.int64) for name, array in row.inputs.items() if array.ndim == 2}
    for at, column in enumerate(subject.columns):
        place = subject.asked.places[column.name]
        if place.features is None:
            whole[place.name] = at
        else:
            owners[place.name][place.features] = at
    bytes_each = sum(array[0].nbytes for array in row.inputs.values())

    def mixed(known: np.ndarray, other: np.ndarray) -> Inputs:
        found = {}
        for name, array in row.inputs.items():
            mask = known[:, owners[name]] if name not in whole else known[:, whole[name]].reshape(-1, *(1,) * (array.ndim - 1))
            found[name] = np.where(mask, array, others.inputs[name][other])
        return found

    def value(known: np.ndarray, other: np.ndarray) -> np.ndarray:
        at_once = max(16, MOST_BYTES // max(bytes_each, 1))
        return np.concatenate([subject.answer(mixed(known[at : at + at_once], other[at : at + at_once])) for at in range(0, len(known), at_once)])

    return value


def _contribution(name: str, shown: str, found: Shares, at: int, span: tuple[int, int] | None = None) -> Contribution:
    start, end = span if span is not None else (None, None)
    values, errors = (tuple(float(f"{value:.6g}") for value in array[at]) for array in (found.values, found.errors))
    return Contribution(name=name, shown=shown, values=values, errors=errors, start=start, end=end)


def _shown(column: Column, value: object) -> str:
    if value is None:
        return ""
    if column.type is ColumnType.NUMBER and isinstance(value, float):
        return f"{value:,.0f}" if value == round(value) and abs(value) < 1e15 else f"{value:,.6g}"
    return "" if column.type is ColumnType.IMAGE else str(value)[:SHOWN]
