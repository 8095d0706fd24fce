"""What viewers see of the example rows: those that the run names, as small pictures and plain text, and no others."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from core.dataset.schema import ColumnType, Task
from core.files import remove_folder
from core.runs.run import Run
from core.workspace import Workspace
from tests.preprocess.made import dataset, spec_of
from tests.ui import live_made as made
from ui.live_examples import example_materials, picture_uri


def run_with(kind: ColumnType, rows: list[int]) -> Run:
    """A run on ten rows of texts or pictures, that names some of them."""
    workspace = Workspace.local()
    texts = [f"text {i}\n" + "word " * 50 if i == 3 else f"<b>text {i}</b>" for i in range(10)]
    images = np.arange(10 * 8 * 8, dtype=np.uint8).reshape(10, 8, 8, 1) if kind is ColumnType.IMAGE else None
    data = dataset(workspace.datasets_folder / f"d-{kind.value}", {"x": (kind, texts)}, ["a", "b"] * 5, task=Task.BINARY, images=images)
    run = Run.create(workspace.runs_folder, spec_of(data))
    made.event(run, "examples", epoch=1, rows=[{"row": row, "truth": "a", "answer": "b", "share": 0.5} for row in rows])
    return run


def opened(uri: str | None) -> Image.Image:
    assert uri is not None and uri.startswith("data:image/png;base64,")
    return Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))


def test_texts_are_cut_and_stay_text() -> None:
    found = example_materials(run_with(ColumnType.TEXT, [3, 5]))
    assert [one["row"] for one in found] == [3, 5] and found[1] == {"row": 5, "picture": None, "text": "<b>text 5</b>"}
    assert len(found[0]["text"]) <= 160 and found[0]["text"].startswith("text 3 word") and found[0]["text"].endswith("…")


def test_pictures_are_the_rows_own() -> None:
    run = run_with(ColumnType.IMAGE, [7])
    (one,) = example_materials(run)
    pixels = np.asarray(opened(one["picture"]))
    assert pixels.tolist() == np.arange(7 * 64, 8 * 64).astype(np.uint8).reshape(8, 8).tolist() and one["text"] == ""


@pytest.mark.parametrize("shape", [(400, 200, 3), (60, 900, 1), (300, 300, 4)], ids=str)
def test_a_large_picture_becomes_small(shape: tuple[int, int, int]) -> None:
    uri = picture_uri(np.random.default_rng(0).integers(0, 255, shape, np.uint8))
    assert max(opened(uri).size) == 160


def test_no_more_than_eight_and_none_that_does_not_exist() -> None:
    run = run_with(ColumnType.TEXT, [0, 1, 99, -1, 2, 3, 4, 5, 6, 7])
    assert [one["row"] for one in example_materials(run)] == [0, 1, 2, 3, 4, 5]


def test_nothing_before_there_are_examples_and_then_they_are_found() -> None:
    run, _ = made.made_run()
    assert example_materials(run) == []
    named = run_with(ColumnType.TEXT, [1])
    assert len(example_materials(named)) == 1


def test_a_dataset_that_is_gone_hides_nothing_else() -> None:
    run = run_with(ColumnType.TEXT, [1])
    remove_folder(Workspace.local().datasets_folder / "d-text")
    assert example_materials(run) == []
