"""Small dataset folders made by hand, so that preprocessing is tested without ingest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from core.dataset.dataset import Dataset
from core.dataset.schema import Column, ColumnType, DatasetInfo, SplitCounts, Task
from core.files import write_json
from core.runs.spec import RunSpec


def column(name: str, kind: ColumnType, values: Sequence[Any]) -> Column:
    """What the profile would say about a column."""
    series = pl.Series(values, strict=False)
    known = series.drop_nulls()
    counts = tuple(known.value_counts(sort=True, name="rows").iter_rows()) if kind is ColumnType.CATEGORY and len(known) else ()
    return Column(name=name, type=kind, missing=series.null_count(), distinct=known.n_unique(), values=counts[:50])


def dataset(
    folder: Path,
    inputs: Mapping[str, tuple[ColumnType, Sequence[Any]]],
    target: Sequence[Any],
    *,
    task: Task = Task.BINARY,
    parts: Sequence[int] | None = None,
    images: np.ndarray | None = None,
) -> Dataset:
    """Write a dataset folder: input columns by name with type and values, and a target `y`; all rows train unless told."""
    folder.mkdir(parents=True)
    types = {ColumnType.NUMBER: pl.Float64(), ColumnType.TIME: pl.Datetime("us")}
    table = pl.DataFrame({name: pl.Series(values, dtype=types.get(kind, pl.String())) for name, (kind, values) in inputs.items()})
    split = np.zeros(len(target), np.uint8) if parts is None else np.asarray(parts, np.uint8)
    labels = () if task is Task.REGRESSION else tuple(sorted(set(target)))
    info = DatasetInfo(
        id=folder.name, name=folder.name, created="2026-01-01T00:00:00Z", source={}, rows=len(target),
        columns=(*(column(name, kind, values) for name, (kind, values) in inputs.items()), column("y", ColumnType.CATEGORY if labels else ColumnType.NUMBER, target)),
        target="y", task=task, labels=labels, inputs=tuple(inputs),
        split=SplitCounts(train=int((split == 0).sum()), validation=int((split == 1).sum()), test=int((split == 2).sum())),
        image_shape=None if images is None else (images.shape[1], images.shape[2], images.shape[3]),
    )  # fmt: skip
    table.with_columns(y=pl.Series(target)).write_parquet(folder / "table.parquet")
    np.save(folder / "split.npy", split)
    if images is not None:
        np.save(folder / "images.npy", images)
    write_json(folder / "dataset.json", info.model_dump(mode="json"))
    return Dataset(folder)


def spec_of(data: Dataset, inputs: Sequence[str] | None = None) -> RunSpec:
    """A run of the dataset's default inputs."""
    return RunSpec(dataset=data.id, inputs=tuple(inputs or data.info.inputs), target="y", task=data.info.task, recipe="any")
