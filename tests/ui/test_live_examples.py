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
from ui.live_examples import example_materials, picture_uri, telling_columns


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
    assert [one["row"] for one in found] == [3, 5] and found[1] == {"row": 5, "picture": None, "text": "<b>text 5</b>", "facts": []}
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


def test_a_row_of_a_table_shows_the_columns_that_tell_most() -> None:
    """Two columns hold the answer and six have a share in it; another one knows the sealed rows only, so it is not chosen."""
    workspace, random = Workspace.local(), np.random.default_rng(0)
    answers = random.integers(0, 2, 300)
    parts = np.repeat(np.array([0, 1, 2]), [60, 40, 200])
    weak = {f"weak {i}": (ColumnType.NUMBER, (answers + random.normal(size=300)).tolist()) for i in range(6)}
    honest, sealed = (answers + 0.1 * random.normal(size=300)), np.where(parts == 2, answers, random.integers(0, 2, 300))
    names: list[str] = ["late" if answer else "in time" for answer in answers]
    inputs = {**weak, "sealed": (ColumnType.CATEGORY, [str(v) for v in sealed]), "<b>telling": (ColumnType.NUMBER, honest.tolist()), "paid": (ColumnType.CATEGORY, names)}
    data = dataset(workspace.datasets_folder / "d-table", inputs, ["yes" if answer else "no" for answer in answers], parts=parts.tolist())
    shown = telling_columns(data, tuple(inputs), "y")
    assert shown[-2:] == ("<b>telling", "paid") and len(shown) == 4 and "sealed" not in shown

    run = Run.create(workspace.runs_folder, spec_of(data))
    made.event(run, "examples", epoch=1, rows=[{"row": 61, "truth": "yes", "answer": "no", "share": 0.5}])
    (one,) = example_materials(run)
    assert one["picture"] is None and one["text"] == "" and len(one["facts"]) == 4
    assert dict(one["facts"])["paid"] == names[61] and [name for name, _ in one["facts"]][-2:] == ["<b>telling", "paid"]


def test_few_columns_are_all_shown_and_what_is_missing_is_a_dash() -> None:
    workspace = Workspace.local()
    inputs = {"year": (ColumnType.NUMBER, [2026.0, None]), "price": (ColumnType.NUMBER, [0.123456, 5.0]), "place": (ColumnType.CATEGORY, ["x" * 90, None])}
    data = dataset(workspace.datasets_folder / "d-few", inputs, ["a", "b"])
    run = Run.create(workspace.runs_folder, spec_of(data))
    made.event(run, "examples", epoch=1, rows=[{"row": row, "truth": "a", "answer": "b", "share": 0.5} for row in (0, 1)])
    first, second = (dict(one["facts"]) for one in example_materials(run))
    assert (first["year"], first["price"]) == ("2026", "0.123") and len(first["place"]) <= 41 and second == {"year": "–", "price": "5", "place": "–"}
