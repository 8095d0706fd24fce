from pathlib import Path

import numpy as np
import polars as pl
import pytest

from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.dataset.schema import Part
from core.errors import Damaged
from core.workspace import Workspace
from tests.dataset.made import class_folders, csv_bytes, people, zip_bytes


@pytest.fixture
def dataset(clean_home: Path) -> Dataset:
    return ingest(csv_bytes(people(100)), Workspace.local(), file_name="people.csv")


def test_rows_and_columns_come_in_the_order_that_is_asked(dataset: Dataset) -> None:
    rows = np.array([7, 3, 3])
    table = dataset.table(("job", "age"), rows)
    assert table.columns == ["job", "age"]
    assert table["age"].to_list() == [dataset.table()["age"][int(i)] for i in rows]


def test_the_parts_are_disjoint_and_complete(dataset: Dataset) -> None:
    rows = np.concatenate([dataset.rows_of(part) for part in Part])
    assert sorted(rows.tolist()) == list(range(100))


@pytest.mark.parametrize("name", ["dataset.json", "table.parquet", "split.npy"])
def test_a_damaged_file_is_named_damage(dataset: Dataset, name: str) -> None:
    (dataset.folder / name).write_bytes(b"{}")
    fresh = Dataset(dataset.folder)
    with pytest.raises(Damaged, match="upload the file again"):
        _ = fresh.info, fresh.table(), fresh.split()


def test_images_are_mapped_not_read(clean_home: Path) -> None:
    images = ingest(zip_bytes(class_folders(20)), Workspace.local()).images()
    assert isinstance(images, np.memmap)
    assert not images.flags.writeable


def test_copies_of_a_picture_share_a_fold(clean_home: Path) -> None:
    members = class_folders(20)
    twins = {f"{name.rsplit('.', 1)[0]}_again.png": content for name, content in list(members.items())[::5]}
    dataset = ingest(zip_bytes({**members, **twins}), Workspace.local())
    folds, images = dataset.folds(4), dataset.images()
    assert (folds >= 0).sum() == (dataset.split() != Part.TEST.number).sum()
    of: dict[bytes, set[int]] = {}
    for fold, image in zip(folds.tolist(), images, strict=True):
        of.setdefault(image.tobytes(), set()).add(fold)
    assert len(of) == len(members)
    assert all(len(found) == 1 for found in of.values())


def test_copies_of_a_row_share_a_fold(clean_home: Path) -> None:
    values = {name: [*cells, *cells[:40]] for name, cells in people(200).items()}
    dataset = ingest(csv_bytes(values), Workspace.local())
    rows = dataset.table(("age", "income", "job")).with_columns(fold=dataset.folds(3)).filter(pl.col("fold") >= 0)
    assert rows.group_by("age", "income", "job").agg(pl.col("fold").n_unique())["fold"].max() == 1
