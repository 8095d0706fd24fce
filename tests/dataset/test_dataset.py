from pathlib import Path

import numpy as np
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
