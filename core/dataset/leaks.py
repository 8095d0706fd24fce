"""Columns that give the answer away: each judged alone, on rows held out for that test (`core.dataset.scores`).

What looks suspicious is judged again with the halves swapped. A column that is filled in only for one class is a leak too: it
was recorded after the answer was known.

The thresholds lie between what honest columns reach and what ratings and copies do. The strongest honest ones we know: a
petal of iris spares 0.91 of the errors, the worst perimeter of a tumour 0.78 (area 0.975), the balance of a card 0.15 (area
0.93), the sex of a passenger 0.42 (0.76). Stars beside “recommended” spare 0.64 with an area of 0.97.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from core.dataset.schema import ColumnType
from core.dataset.scores import LEAST_ROWS, half, scores_of, unsealed

__all__ = ["Leak", "find_leaks"]

FILLED_ROWS = 15
FILLED_PURITY = 0.99
FILLED_LIFT = 10  # times fewer exceptions than elsewhere
FILLED_CHANCE = 1e-9  # that so many rows are of one class by chance


@dataclass(frozen=True)
class Leak:
    """One suspicious column.

    Attributes:
        column: its name.
        share: of held-out rows that it alone tells right, or of the variation that it explains.
        recorded_after: it is filled in (nearly) only for `label`.
        label: that class.
        usual: what always saying the most frequent class gets right; 0 for a number.
        auc: area under the ROC curve with two classes, else NaN.
        rows: held-out rows on which it was judged.
    """

    column: str
    share: float
    recorded_after: bool = False
    label: str = ""
    usual: float = 0.0
    auc: float = float("nan")
    rows: int = 0


def find_leaks(table: pl.DataFrame, types: Mapping[str, ColumnType], target: str, parts: np.ndarray | None = None) -> list[Leak]:
    """Columns from which the target can be read off.

    Args:
        table: (rows, columns) typed; the target without null.
        types: the columns to judge: numbers and categories by their values, any type by where it is filled in.
        target: name of the target column.
        parts: (rows,) `Part.number`; test rows are not looked at.

    Example:
        >>> table = pl.DataFrame({"copy": [0.0, 1.0] * 50, "y": ["a", "b"] * 50})
        >>> [leak.column for leak in find_leaks(table, {"copy": ColumnType.NUMBER}, "y")]
        ['copy']
    """
    sample = unsealed(table, parts)
    first = {score.column: score for score in scores_of(sample, types, target, swapped=False) if score.suspicious}
    again = scores_of(sample, {name: types[name] for name in first}, target, swapped=True) if first else []
    found = {
        name: Leak(name, score.right, usual=score.usual, auc=score.auc, rows=score.rows)
        for name, score in first.items()
        if name in {other.column for other in again if other.suspicious}  # luck does not come twice
    }
    if len(sample) >= LEAST_ROWS and sample[target].dtype == pl.String:
        for leak in _recorded_after(sample, [name for name in types if name != target and name not in found], sample[target]):
            found[leak.column] = leak
    return [found[name] for name in types if name in found]


def _recorded_after(sample: pl.DataFrame, names: list[str], answer: pl.Series) -> Iterator[Leak]:
    """Columns that hold a value (nearly) only where the answer is one class; named by one half of the rows, judged by the other."""
    gaps = sample.select(pl.col(names).is_null().sum()).row(0) if names else ()
    fit, rows = half(len(sample)), len(sample)
    for name, gone in zip(names, gaps, strict=True):
        if not rows / 2 <= gone < rows:
            continue
        filled = sample[name].is_not_null().to_numpy()
        taught, judged = answer.filter(pl.Series(filled & fit)), answer.filter(pl.Series(filled & ~fit))
        if not len(taught) or len(judged) < FILLED_ROWS:
            continue
        label = taught.alias("label").value_counts(sort=True, name="n").row(0)[0]
        pure, usual = float((judged == label).mean()), float((answer == label).mean())
        if pure >= FILLED_PURITY and FILLED_LIFT * (1 - pure) <= 1 - usual and usual ** len(judged) <= FILLED_CHANCE:
            yield Leak(name, pure, recorded_after=True, label=str(label), usual=usual, rows=len(judged))
