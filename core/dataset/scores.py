"""How well one column alone tells the target, on rows held out for that test, the sealed test rows left aside.

Half of the other rows (at most 20,000) teach which answer goes with which value, or with which of about 100 ranges of a
number; the other half judges. A number may also take the answer of its nearest neighbour, which finds sharp thresholds.
Thousands of columns are judged together, as one table of group numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from core.dataset.schema import ColumnType, Part

__all__ = ["LEAST_ROWS", "Score", "column_scores", "half", "scores_of", "unsealed"]

SAMPLE_ROWS = 20_000
LEAST_ROWS = 40
RANGES = 100
ROWS_A_RANGE = 10
CHUNK_CELLS = 2_000_000  # of a table that are looked at together
FEW_VALUES = 20  # a number with so few is read value by value, like a category
SURE = 0.9  # of the errors of “always the most frequent” vanish
SURE_MEASURE = 0.97  # the same for a number with many values: iris has one at 0.91, and that is honest
LIKELY = 0.5  # enough where the order of the values is nearly perfect, too: stars beside “recommended”
LIKELY_AUC = 0.95
LIKELY_MEASURE = 0.8
LIKELY_MEASURE_AUC = 0.995
SURE_NUMBER = 0.99  # of the variation of a number to predict, by ranks
SEEN_SHARE = 0.5  # of the judged rows hold a value that was seen before; fewer prove nothing


@dataclass(frozen=True)
class Score:
    """How well one column alone tells the target, on held-out rows.

    Attributes:
        column: its name.
        right: share of rows told right; of a number, the share of the variation (of ranks) explained.
        usual: share right of always saying the most frequent class; 0 for a number.
        reduction: share of the errors of `usual` that vanish.
        auc: area under the ROC curve with two classes, else NaN.
        few: it has few values, or names.
        rows: on which it was judged.
    """

    column: str
    right: float
    usual: float
    reduction: float
    auc: float
    few: bool
    rows: int

    @property
    def suspicious(self) -> bool:
        """Whether an honest column hardly ever does so well."""
        if not self.usual:
            return self.reduction >= SURE_NUMBER
        if self.usual == 1:
            return False
        cautious = self.reduction - 1 / self.rows / (1 - self.usual)  # as if one more row were wrong: few rows prove less
        sure, likely, area = (SURE, LIKELY, LIKELY_AUC) if self.few else (SURE_MEASURE, LIKELY_MEASURE, LIKELY_MEASURE_AUC)
        return cautious >= sure or (cautious >= likely and self.auc >= area)


def column_scores(table: pl.DataFrame, types: Mapping[str, ColumnType], target: str, parts: np.ndarray | None = None) -> list[Score]:
    """How well each number and each category alone tells the target; arguments as for `core.dataset.leaks.find_leaks`.

    Returns:
        In the order of `types`; empty where the rows are too few to tell.

    Example:
        >>> table = pl.DataFrame({"copy": [0.0, 1.0] * 50, "y": ["a", "b"] * 50})
        >>> column_scores(table, {"copy": ColumnType.NUMBER}, "y")[0].reduction
        1.0
    """
    return scores_of(unsealed(table, parts), types, target, swapped=False)


def scores_of(sample: pl.DataFrame, types: Mapping[str, ColumnType], target: str, *, swapped: bool) -> list[Score]:
    """`column_scores` of rows that may be looked at; `swapped`: the other half teaches."""
    if len(sample) < LEAST_ROWS:
        return []
    answer, fit = sample[target], half(len(sample)) ^ swapped
    coded = _coded(sample, types, target, int(fit.sum()))
    if answer.dtype == pl.String:
        classes = answer.rank("dense").to_numpy().astype(np.int64) - 1
        found = [score for codes in coded for score in _class_scores(codes, classes, fit)]
    else:
        ranks = answer.rank("average").to_numpy()
        found = [score for codes in coded for score in _number_scores(codes, ranks, fit)]
    order = {name: place for place, name in enumerate(types)}
    return sorted(found, key=lambda score: order[score.column])


def unsealed(table: pl.DataFrame, parts: np.ndarray | None) -> pl.DataFrame:
    """At most some 20,000 rows of the training and validation parts."""
    if parts is None or len(parts) != len(table):
        return table.gather_every(max(1, len(table) // SAMPLE_ROWS))
    rows = np.flatnonzero(parts != Part.TEST.number)
    return table[rows[:: max(1, len(rows) // SAMPLE_ROWS)]]


def half(rows: int) -> np.ndarray:
    """(rows,) booleans: the half that teaches, the same every time."""
    fit = np.zeros(rows, dtype=bool)
    fit[np.random.default_rng(0).permutation(rows)[: rows // 2]] = True
    return fit


@dataclass(frozen=True)
class _Codes:
    """Some columns as group numbers.

    Attributes:
        names: of the columns.
        codes: (columns, rows) int64 from 0, a group for each value or range; missing is a group of its own.
        order: (columns, rows) row numbers by size of the value; None for categories.
        few: (columns,) whether a group is one value.
    """

    names: list[str]
    codes: np.ndarray
    order: np.ndarray | None
    few: np.ndarray


def _coded(sample: pl.DataFrame, types: Mapping[str, ColumnType], target: str, fitted: int) -> Iterator[_Codes]:
    step = max(1, CHUNK_CELLS // len(sample))
    for kind in (ColumnType.NUMBER, ColumnType.CATEGORY):
        names = [name for name, its in types.items() if its is kind and name != target]
        for chosen in (names[start : start + step] for start in range(0, len(names), step)):
            if kind is ColumnType.NUMBER:
                yield _number_codes(chosen, np.ascontiguousarray(sample.select(chosen).to_numpy().T), fitted)
            else:
                codes = sample.select(pl.col(chosen).rank("dense").fill_null(0)).to_numpy().T.astype(np.int64)
                yield _Codes(chosen, np.ascontiguousarray(codes), None, np.ones(len(chosen), dtype=bool))


def _number_codes(names: list[str], values: np.ndarray, fitted: int) -> _Codes:
    values = np.nan_to_num(values, nan=np.inf)  # missing is last, and one value
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    new = np.concatenate([np.zeros((len(names), 1), dtype=bool), ordered[:, 1:] != ordered[:, :-1]], axis=1)
    dense = np.cumsum(new, axis=1)
    ranges = min(RANGES, max(2, fitted // ROWS_A_RANGE))
    places = np.maximum.accumulate(np.where(new, np.arange(values.shape[1]), 0), axis=1)  # equal values share one
    coarse = np.where(np.isinf(ordered), ranges, places * ranges // values.shape[1])
    groups = np.where(dense[:, -1:] < RANGES, dense, coarse)
    codes = np.empty_like(groups)
    np.put_along_axis(codes, order, groups, axis=1)
    return _Codes(names, codes, order, dense[:, -1] < FEW_VALUES)


def _class_scores(columns: _Codes, classes: np.ndarray, fit: np.ndarray) -> list[Score]:
    usual_class = int(np.bincount(classes[fit]).argmax())
    told, seen = _most_frequent(columns.codes, classes, fit, usual_class)
    if columns.order is not None:
        seen[:] = True  # the ranges of a number leave no value out
    seen[seen.mean(axis=1) < SEEN_SHARE] = True
    judged, rows = classes[~fit], seen.sum(axis=1)
    usual = ((judged == usual_class) & seen).sum(axis=1) / rows
    right = ((told == judged) & seen).sum(axis=1) / rows
    if columns.order is not None:
        right = np.where(columns.few, right, np.maximum(right, _right_beside(columns.order, classes, fit)))
    reduction = (right - usual) / np.where(usual < 1, 1 - usual, 1)
    areas = _areas(columns.codes, classes, fit) if classes.max() == 1 else np.full(len(columns.names), np.nan)
    return [
        Score(name, float(right[i]), float(usual[i]), float(reduction[i]), float(areas[i]), bool(columns.few[i]), int(rows[i]))
        for i, name in enumerate(columns.names)
    ]


def _right_beside(order: np.ndarray, classes: np.ndarray, fit: np.ndarray) -> np.ndarray:
    """(columns,) share of judged rows that have the class of their neighbour."""
    return np.asarray(((classes[_neighbours(order, fit)] == classes[order]) & ~fit[order]).sum(axis=1) / (~fit).sum())


def _most_frequent(codes: np.ndarray, classes: np.ndarray, fit: np.ndarray, usual_class: int) -> tuple[np.ndarray, np.ndarray]:
    """(columns, judged rows) the most frequent class of the group among the fitted rows, and whether the group was seen there."""
    groups = codes + (codes.max() + 1) * np.arange(len(codes))[:, None]
    width = int(classes.max()) + 1
    pairs, counts = np.unique(groups[:, fit] * width + classes[fit], return_counts=True)
    order = np.lexsort((counts, pairs // width))  # the last of each group is its most frequent class
    guesses = np.full(int(groups.max()) + 1, -1)
    guesses[(pairs // width)[order]] = (pairs % width)[order]
    told = guesses[groups[:, ~fit]]
    return np.where(told < 0, usual_class, told), told >= 0


def _areas(codes: np.ndarray, classes: np.ndarray, fit: np.ndarray) -> np.ndarray:
    """(columns,) area under the ROC curve of the judged rows, ordered by the rate that their group had among the fitted rows."""
    columns, width = len(codes), int(codes.max()) + 1
    groups = codes + width * np.arange(columns)[:, None]

    def counted(rows: np.ndarray) -> np.ndarray:
        return np.bincount(groups[:, rows].ravel(), minlength=columns * width).reshape(columns, width)

    positive = classes == 1
    rate = (counted(fit & positive) + positive[fit].mean()) / (counted(fit) + 1)
    order = np.argsort(rate, axis=1, kind="stable")
    yes = np.take_along_axis(counted(~fit & positive), order, axis=1)
    no = np.take_along_axis(counted(~fit & ~positive), order, axis=1)
    below = np.cumsum(no, axis=1) - no / 2
    pairs = float((~fit & positive).sum()) * float((~fit & ~positive).sum())
    return np.asarray((yes * below).sum(axis=1) / pairs if pairs else np.full(columns, np.nan))


def _neighbours(order: np.ndarray, fit: np.ndarray) -> np.ndarray:
    """(columns, rows in that order) the last fitted row before each one by size of the value, else the first one."""
    fitted = fit[order]
    places = np.maximum.accumulate(np.where(fitted, np.arange(order.shape[1]), -1), axis=1)
    return np.take_along_axis(order, np.where(places < 0, fitted.argmax(axis=1)[:, None], places), axis=1)


def _number_scores(columns: _Codes, ranks: np.ndarray, fit: np.ndarray) -> list[Score]:
    width = int(columns.codes.max()) + 1
    groups = columns.codes + width * np.arange(len(columns.codes))[:, None]
    sums = np.bincount(groups[:, fit].ravel(), weights=np.broadcast_to(ranks[fit], groups[:, fit].shape).ravel(), minlength=len(groups) * width)
    counts = np.bincount(groups[:, fit].ravel(), minlength=len(groups) * width)
    told = np.where(counts, sums / np.maximum(counts, 1), ranks[fit].mean())[groups[:, ~fit]]
    explained = [_explained(ranks[~fit], guess) for guess in told]
    if columns.order is not None:
        near = _neighbours(columns.order, fit)
        for place, order in enumerate(columns.order):
            if not columns.few[place]:
                explained[place] = max(explained[place], _explained(ranks[order][~fit[order]], ranks[near[place]][~fit[order]]))
    rows = int((~fit).sum())
    return [
        Score(name, share, 0.0, share, float("nan"), bool(few), rows)
        for name, share, few in zip(columns.names, explained, columns.few, strict=True)
    ]


def _explained(ranks: np.ndarray, guess: np.ndarray) -> float:
    total = float(((ranks - ranks.mean()) ** 2).sum())
    return 1 - float(((ranks - guess) ** 2).sum()) / total if total else 0.0
