"""Dataset: the folder that a file becomes, and the only way to its rows.

    dataset.json      DatasetInfo: schema, findings, split sizes
    table.parquet     the typed columns, one row a sample, in the order of the file
    split.npy         (rows,) uint8: 0 train, 1 validation, 2 test; decided once, the same for every run
    images.npy        (rows, height, width, channels) uint8, memory-mapped; only with an image column
    looks.json        Looks: what pictures and texts look like, for the page
    baselines/        predictions and metrics of the simple models (core.training.baselines)

In `table.parquet` a number is Float64, a time is Datetime, all else is String; missing is null. A
classification target is stored as its label text. The image column holds each picture's name in the
zip, for display only. The id is a hash of the content, so the same upload is the same dataset.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from core.dataset.schema import ColumnType, DatasetInfo, Part
from core.errors import Damaged
from core.files import read_json
from core.language import N_

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from core.dataset.looks import Looks

__all__ = ["Dataset"]


@dataclass(frozen=True)
class Dataset:
    """A handle on a dataset folder; nothing is read until it is asked for.

    Attributes:
        folder: the dataset folder; its name is the dataset's id.
    """

    folder: Path

    @property
    def id(self) -> str:
        """The dataset's identifier."""
        return self.folder.name

    @cached_property
    def info(self) -> DatasetInfo:
        """Everything about it except its rows.

        Raises:
            Damaged: `dataset.json` is missing or cannot be understood.
        """
        try:
            return DatasetInfo.model_validate(read_json(self.folder / "dataset.json"))
        except ValidationError as error:
            raise Damaged(N_("Dataset {id} cannot be read. Delete it and upload the file again.").format(id=self.id)) from error

    def table(self, columns: tuple[str, ...] | None = None, rows: np.ndarray | None = None) -> pl.DataFrame:
        """Read columns of the table.

        Args:
            columns: names, in the order wanted; default: all.
            rows: (n,) row indices from 0, in the order wanted; default: all.

        Returns:
            A data frame of (n, columns).

        Raises:
            Damaged: the file is missing or broken.
        """
        from core import parquet

        with parquet.damage_as(self.unreadable):
            table = parquet.read(self.folder / "table.parquet", columns)
        return table if rows is None else table[rows]

    def lazy(self) -> pl.LazyFrame:
        """The table, of which only what is asked for is read.

        Raises:
            Damaged: the file is missing or broken.
        """
        from core import parquet

        with parquet.damage_as(self.unreadable):
            return parquet.scan(self.folder / "table.parquet")

    @property
    def unreadable(self) -> Damaged:
        """What is said where the table cannot be read."""
        return Damaged(N_("The table of dataset {id} cannot be read. Delete it and upload the file again.").format(id=self.id))

    def split(self) -> np.ndarray:
        """The part of each row, (rows,) uint8, memory-mapped; see `Part.number`."""
        return _load(self.folder / "split.npy")

    def rows_of(self, part: Part) -> np.ndarray:
        """Row indices of one part, ascending, (n,) int64."""
        import numpy as np

        return np.flatnonzero(self.split() == part.number)

    def folds(self, folds: int = 5, seed: int = 0) -> np.ndarray:
        """Deal the rows that are not sealed into folds for a cross-validation.

        Args:
            folds: 2 to 255.
            seed: of the shuffling, 0 or more.

        Returns:
            (rows,) int16: the fold from 0 in which a row is judged; -1 for the test rows, which stay sealed. Copies share a fold, and so
            do the rows of one group where the split keeps groups together.
        """
        import numpy as np

        from core.dataset.folds import fold_rows

        info, split, groups = self.info, self.split(), self.groups()
        open_rows = np.flatnonzero(split != Part.TEST.number)
        found = np.full(len(split), -1, dtype=np.int16)
        kept = None if groups is None else groups[open_rows]
        found[open_rows] = fold_rows(self.table((info.target,), open_rows)[info.target], info.task, kept, folds, seed, whole=info.split_by.kind == "group")
        return found

    def groups(self) -> np.ndarray | None:
        """(rows,) integers, equal for rows that must not be torn apart: copies, and rows of one group where the split keeps groups; None: none."""
        from core.dataset.duplicates import equal_rows
        from core.dataset.split import group_numbers

        hashes = self._row_hashes()
        copies = None if hashes is None else equal_rows(hashes)
        by = self.info.split_by
        if by.kind != "group" or by.column is None:
            return copies
        return group_numbers(self.table((by.column,))[by.column], copies)

    def _row_hashes(self) -> np.ndarray | None:
        """(rows,) equal for rows with equal inputs, read a column at a time; of pictures their pixels decide, as they do in the split."""
        from core.dataset.duplicates import equal_pictures, row_hashes

        names = [name for name in self.info.inputs if self.info.column(name).type is not ColumnType.IMAGE]
        if self.info.image_shape is not None:
            return equal_pictures(self.images())
        return row_hashes(self.table((name,)).to_series() for name in names)

    def looks(self) -> Looks:
        """What its pictures and texts look like; empty for a plain table, and for a dataset of before there were looks.

        Raises:
            Damaged: `looks.json` cannot be understood.
        """
        from core.dataset.looks import Looks

        path = self.folder / "looks.json"
        try:
            return Looks.model_validate(read_json(path)) if path.exists() else Looks()
        except ValidationError as error:
            raise Damaged(N_("Dataset {id} cannot be read. Delete it and upload the file again.").format(id=self.id)) from error

    def images(self) -> np.ndarray:
        """All pictures, (rows, height, width, channels) uint8, memory-mapped."""
        return _load(self.folder / "images.npy")


def _load(path: Path) -> np.ndarray:
    import numpy as np

    try:
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise Damaged(N_("{name}/{name2} is missing or broken. Delete the dataset and upload the file again.").format(name=path.parent.name, name2=path.name)) from error
    return array
