"""Finding about a test part that does not look like the training part, column by column."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.dataset.drifts import chi_square_chance, chi_square_distance, kolmogorov_chance, kolmogorov_distance
from core.dataset.facts import SHOWN, Facts, listed, look
from core.dataset.schema import Column, ColumnType, Finding, Part
from core.language import plural

__all__ = ["drift"]

CHANCE = 0.001  # of one column that differs by chance, all columns together
LEAST_DISTANCE = 0.1  # between the two distributions; less matters to nobody
LEAST_ROWS = 30
MOST_ROWS = 20_000  # of each part


def drift(facts: Facts) -> Iterator[Finding]:
    """Columns whose values differ between training and test; a split by chance needs no such look."""
    if facts.split_by.kind == "stratified" or not len(facts.parts):
        return
    train, test = (_some(facts, part) for part in (Part.TRAIN, Part.TEST))
    judged = [c for c in facts.input_columns if c.name != facts.split_by.column and c.type in (ColumnType.NUMBER, ColumnType.CATEGORY)]
    if min(len(train), len(test)) < LEAST_ROWS or not judged:
        return
    found = {column.name: _differs(facts, column, train, test) for column in judged}
    moved = {name: distance for name, (distance, chance) in found.items() if distance >= LEAST_DISTANCE and chance * len(judged) <= CHANCE}
    if moved:
        order = sorted(moved, key=lambda name: -moved[name])
        evidence = {"distance": {name: round(moved[name], 3) for name in order[:SHOWN]}, "columns_tested": len(judged)}
        yield look("drift", plural("{n} column looks different in the test part than in training: {names}. Expect a lower score there, which is what the future would give; look for what changed.", "{n} columns look different in the test part than in training: {names}. Expect a lower score there, which is what the future would give; look for what changed.", len(moved), names=listed(order)), column=order[0], count=len(moved), evidence=evidence)


def _some(facts: Facts, part: Part) -> np.ndarray:
    rows = np.flatnonzero(facts.parts == part.number)
    return rows[:: max(1, -(-len(rows) // MOST_ROWS))]


def _differs(facts: Facts, column: Column, train: np.ndarray, test: np.ndarray) -> tuple[float, float]:
    """The largest distance between the two distributions (numbers), or Cramér's V (categories), and the chance of it."""
    values = facts.table[column.name]
    if column.type is ColumnType.NUMBER:
        one, other = (values.gather(rows).drop_nulls().to_numpy() for rows in (train, test))
        distance = kolmogorov_distance(one, other)
        return distance, kolmogorov_chance(distance, len(one), len(other))
    codes = values.rank("dense").fill_null(0).to_numpy().astype(np.int64)
    counts = np.stack([np.bincount(codes[rows], minlength=int(codes.max()) + 1) for rows in (train, test)])
    found, freedom = chi_square_distance(counts)
    return (found / counts.sum()) ** 0.5, chi_square_chance(found, freedom)
