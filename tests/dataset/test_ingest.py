import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from core.dataset import ingest as module
from core.dataset.ingest import ingest, inspect, store
from core.dataset.schema import Part, Task
from core.errors import BadFile, BadTarget, DiskFull, LimitExceeded, QuotaExceeded
from core.settings import settings
from core.workspace import Workspace
from tests.dataset.made import class_folders, csv_bytes, noise, people, png, zip_bytes

TABLE = people(300)
CSV = csv_bytes(TABLE)


@pytest.fixture
def workspace(clean_home: Path) -> Workspace:
    return Workspace.local()


def files(workspace: Workspace) -> list[str]:
    return sorted(path.relative_to(workspace.datasets_folder).as_posix() for path in workspace.datasets_folder.rglob("*"))


def test_a_table_becomes_a_dataset(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(CSV)
    dataset = ingest(tmp_path / "people.csv", workspace)
    info = dataset.info
    assert (info.id, info.name, info.rows, info.target, info.task) == (dataset.id, "people", 300, "churn", Task.BINARY)
    assert info.source["file"] == "people.csv"
    assert dataset.table().to_dict(as_series=False) == TABLE
    assert dataset.table().schema == {"age": pl.Float64, "income": pl.Float64, "job": pl.String, "churn": pl.String}
    assert (info.split.train, info.split.validation, info.split.test) == (210, 45, 45)
    assert [len(dataset.rows_of(part)) for part in Part] == [210, 45, 45]
    assert sum(count.train for count in info.class_counts.values()) == 210
    assert info.image_shape is None


def test_pictures_become_a_dataset(workspace: Workspace) -> None:
    members = class_folders(30) | {"bird/0.png": png(noise(7))}  # a class that is left out
    dataset = ingest(zip_bytes(members), workspace, file_name="pets.zip")
    assert dataset.info.image_shape == (12, 10, 3)
    assert dataset.info.inputs == ("image",)
    assert dataset.info.labels == ("cat", "dog")
    images = dataset.images()
    assert isinstance(images, np.memmap)
    assert images.shape == (60, 12, 10, 3)
    for i, name in enumerate(dataset.table()["image"]):
        label, number = name.removesuffix(".png").split("/")
        assert np.array_equal(images[i], noise(int(number) + (1000 if label == "dog" else 0)))


def test_copies_of_a_picture_stay_in_one_part(workspace: Workspace) -> None:
    members = {f"{label}/{i}-{copy}.png": png(noise(100 * k + i)) for k, label in enumerate(("a", "b")) for i in range(40) for copy in range(3)}
    dataset = ingest(zip_bytes(members), workspace)
    parts = dict(zip(dataset.table()["image"], dataset.split(), strict=True))
    assert all(len({parts[f"{label}/{i}-{copy}.png"] for copy in range(3)}) == 1 for label in "ab" for i in range(40))


def test_the_same_upload_is_the_same_dataset(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_bytes(CSV)
    first = ingest(CSV, workspace, file_name="people.csv")
    before = files(workspace), first.info
    assert ingest(tmp_path / "p.csv", workspace).id == first.id
    assert (files(workspace), first.info) == before


@pytest.mark.parametrize("choice", [{"target": "income"}, {"types": {"age": "category"}}, {"inputs": ["age"]}, {"seed": 1}])
def test_another_choice_is_another_dataset(workspace: Workspace, choice: dict[str, object]) -> None:
    assert ingest(CSV, workspace).id != ingest(CSV, workspace, **choice).id  # type: ignore[arg-type]


def test_a_choice_that_equals_the_guess_changes_nothing(workspace: Workspace) -> None:
    assert ingest(CSV, workspace).id == ingest(CSV, workspace, target="churn", inputs=["age", "income", "job"]).id


def test_a_damaged_dataset_is_made_again(workspace: Workspace) -> None:
    dataset = ingest(CSV, workspace)
    (dataset.folder / "dataset.json").write_text("{")
    again = ingest(CSV, workspace)
    assert again.id == dataset.id
    assert again.info.rows == 300


@pytest.mark.parametrize(
    ("data", "error", "code"),
    [
        (csv_bytes(TABLE | {"churn": ["yes"] * 300}), BadTarget, "target_constant"),
        (csv_bytes(people(9)), BadTarget, "too_few_rows"),
        (csv_bytes(TABLE | {"y": [f"c{i}" for i in range(300)]}), BadTarget, "target_identifier"),
        (csv_bytes(TABLE | {"y": [f"c{i // 3}" for i in range(300)]}), LimitExceeded, "too_many_classes"),
        (csv_bytes({"text": [""] * 60, "label": ["a", "b"] * 30}), BadFile, "no_inputs"),
        (b"\x89PNG\r\n\x1a\n", BadFile, "bad_file"),
        (zip_bytes({"1.png": png(noise(1))}), BadFile, "bad_file"),
        (zip_bytes({"cat/1.png": png(noise(1))}), BadTarget, "too_few_rows"),
        (zip_bytes({f"cat/{i}.png": png(noise(i)) for i in range(30)}), BadTarget, "target_constant"),
    ],
)
def test_what_cannot_be_learned_is_refused_and_leaves_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, data: bytes, error: type[Exception], code: str
) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_CLASSES", "50")
    settings.cache_clear()
    with pytest.raises(error) as caught:
        ingest(data, workspace, file_name="x.csv")
    assert caught.value.code == code  # type: ignore[attr-defined]
    assert files(workspace) == []


def test_a_full_workspace_refuses_before_writing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_WORKSPACE_BYTES", "1000")
    settings.cache_clear()
    with pytest.raises(QuotaExceeded, match="LIMELIGHT_WORKSPACE_BYTES"):
        ingest(CSV, workspace)
    assert files(workspace) == []


@pytest.mark.parametrize("failing", [1, 2, 3, 4])
def test_a_full_disk_leaves_nothing_behind(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    """The n-th file cannot be written: no dataset, no leftovers, a sentence."""
    calls = 0
    rename = os.replace

    def full(*paths: object) -> None:
        nonlocal calls
        calls += 1
        if calls == failing:
            raise OSError(28, "No space left on device")
        rename(*paths)  # type: ignore[call-overload]

    draft = inspect(zip_bytes(class_folders(20)), "p.zip")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(DiskFull, match="no room on the disk"):
        store(draft, workspace)
    assert files(workspace) == []


def test_the_name_is_for_people(workspace: Workspace) -> None:
    assert ingest(CSV, workspace, file_name="../../evil/名字.v2.csv").info.name == "名字.v2"
    assert ingest(CSV, workspace, name=" My people ", seed=2).info.name == "My people"


def test_the_identifier_is_hexadecimal(workspace: Workspace) -> None:
    identifier = ingest(CSV, workspace).id
    assert identifier[0] == "d"
    assert len(identifier) == 17
    int(identifier[1:], 16)


def test_refusals_name_errors_of_the_tree() -> None:
    assert set(module.REFUSALS.values()) == {BadFile, LimitExceeded}
