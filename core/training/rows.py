"""Which rows a run learns from, is steered by, and is judged on.

An ordinary run takes the three parts of its dataset. A run of a cross-validation learns from the other folds, keeps a
share of them to know when to stop, and answers for its own fold; a point of a learning curve learns from a share of the
training rows. Both leave the sealed test rows sealed. All of it follows from dataset and spec, so a run that goes on
after an interruption, continues another one or is repeated has the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.dataset.dataset import Dataset
from core.dataset.folds import fold_rows, shared_rows
from core.dataset.schema import Part
from core.errors import BadSettings
from core.language import _

if TYPE_CHECKING:
    from core.runs.spec import RunSpec

__all__ = ["RunRows", "check_folds", "rows_of_run"]

STEERING_FOLDS = 7  # one of these steers: 14 % of what a fold's run may look at, about as much as in an ordinary split
STEERING_SEED = 1_000  # added to the repeat, so that the steering rows are dealt anew and not like the folds


@dataclass(frozen=True, eq=False)
class RunRows:
    """Row numbers in the dataset, each ascending, (n,) int64; no row is in two of them.

    Attributes:
        train: what the run learns from.
        validation: what it is steered by: early stopping, the best epoch.
        test: what judges it: the sealed rows, the fold that it answers for, or none.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    def of(self, part: Part) -> np.ndarray:
        """The rows that play this part in the run."""
        return {Part.TRAIN: self.train, Part.VALIDATION: self.validation, Part.TEST: self.test}[part]


def rows_of_run(dataset: Dataset, spec: RunSpec) -> RunRows:
    """The rows of a run.

    Args:
        dataset: the run's own.
        spec: says whether it answers for a fold or learns from a share.

    Raises:
        BadSettings: there are fewer rows than folds, or a cross-validation would tear apart what the split keeps in order.
        Damaged: the dataset cannot be read.
    """
    if spec.fold >= 0:
        return _of_fold(dataset, spec)
    train = dataset.rows_of(Part.TRAIN)
    if spec.train_share == 1:
        return RunRows(train, dataset.rows_of(Part.VALIDATION), dataset.rows_of(Part.TEST))
    return RunRows(_share_of(dataset, train, spec), dataset.rows_of(Part.VALIDATION), np.zeros(0, np.int64))


def _of_fold(dataset: Dataset, spec: RunSpec) -> RunRows:
    check_folds(dataset, spec.folds)
    folds = dataset.folds(spec.folds, seed=spec.repeat)
    others = np.flatnonzero((folds >= 0) & (folds != spec.fold))
    groups, info = dataset.groups(), dataset.info
    steers = fold_rows(
        dataset.table((info.target,), others)[info.target], info.task, None if groups is None else groups[others],
        STEERING_FOLDS, spec.repeat + STEERING_SEED, whole=info.split_by.kind == "group",
    ) == 0  # fmt: skip
    return RunRows(others[~steers], others[steers], np.flatnonzero(folds == spec.fold))


def check_folds(dataset: Dataset, folds: int) -> None:
    """Refuse a cross-validation that would not be honest or has too few rows.

    Args:
        dataset: what is dealt into folds.
        folds: how many.

    Raises:
        BadSettings: the rows are split by time, or there are fewer than two rows a fold.
    """
    info = dataset.info
    if info.split_by.kind == "time":
        raise BadSettings(_("The rows of this dataset are split by time, and folds would let a model learn from the future. Train it with several seeds instead."))
    if (rows := info.split.train + info.split.validation) < 2 * folds:
        raise BadSettings(_("{folds} folds need at least {needed} rows that are not sealed, and there are {rows}. Choose fewer folds.").format(folds=folds, needed=2 * folds, rows=rows))


def _share_of(dataset: Dataset, train: np.ndarray, spec: RunSpec) -> np.ndarray:
    """The share of the training rows; another seed draws others, so that runs with several seeds show that luck too."""
    info, groups = dataset.info, dataset.groups()
    target = dataset.table((info.target,), train)[info.target]
    kept = None if groups is None else groups[train]
    return np.asarray(train[shared_rows(target, info.task, spec.train_share, kept, spec.seed, whole=info.split_by.kind == "group")])
