"""Pictures for a prediction: one alone, a zip of them, deep ones, broken ones."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from core.dataset.readers.pictures import read_unlabelled
from core.dataset.readers.source import Source
from core.dataset.schema import ColumnType
from core.errors import BadInput
from core.predict import Predictor, predict_file
from core.preprocess.preprocessor import Preprocessor
from core.runs.run import Run
from tests.predict.made import pictures, train
from tests.preprocess.made import dataset


def test_a_row_with_a_picture(sees: Run) -> None:
    predictor = Predictor.open(sees)
    picture = np.random.default_rng(1).integers(0, 256, (8, 8, 1), np.uint8)
    np.testing.assert_array_equal(predictor.predict_row({"image": picture}).scores, predictor.predict(images=picture[np.newaxis]).scores)


def test_no_picture_is_refused(sees: Run) -> None:
    with pytest.raises(BadInput, match="reads pictures"):
        Predictor.open(sees).predict(pl.DataFrame({"a": [1]}))
    with pytest.raises(BadInput, match="no pictures"):
        Predictor.open(sees).predict(images=np.zeros((0, 8, 8, 1), np.uint8))


def test_a_zip_of_pictures_without_folders(sees: Run) -> None:
    frame, _ = predict_file(sees, pictures({"b.png": (8, 8), "a.png": (8, 8), "sub/c.png": (40, 20)}), "p.zip")
    assert frame.columns == ["row", "name", "prediction", "probability_cat", "probability_dog"]
    assert frame["row"].to_list() == [1, 2, 3]
    assert {Path(name).name for name in frame["name"]} == {"a.png", "b.png", "c.png"}


def test_a_broken_picture_has_a_row_without_an_answer(sees: Run) -> None:
    buffer = io.BytesIO(pictures({"good.png": (8, 8)}))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("broken.png", b"\x89PNG\r\n\x1a\n nothing")
        archive.writestr("last.png", zipfile.ZipFile(io.BytesIO(pictures({"last.png": (8, 8)}))).read("last.png"))
    frame, notices = predict_file(sees, buffer.getvalue(), "p.zip")
    assert frame["row"].to_list() == [1, 2, 3]
    assert [Path(name).name for name in frame["name"]] == ["good.png", "broken.png", "last.png"]
    assert [answer is None for answer in frame["prediction"]] == [False, True, False]
    assert frame["probability_cat"].null_count() == 1
    assert "broken.png" in " ".join(notices)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("channels", [1, 3])
def test_one_picture_is_read_as_a_zip_of_pictures_is(tmp_path: Path, mode: str, channels: int) -> None:
    images = np.zeros((4, 8, 10, channels), np.uint8)
    data = dataset(tmp_path / "d", {"image": (ColumnType.IMAGE, list("abcd"))}, ["cat", "dog"] * 2, images=images)
    run, _ = train(data, tmp_path / "runs")
    pixels = np.random.default_rng(4).integers(0, 256, (20, 30, len(mode)), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels.squeeze()).save(file, "PNG")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("one.png", file.getvalue())
    predictor = Predictor.open(run)
    picture = predictor.picture(file.getvalue())
    np.testing.assert_array_equal(picture, read_unlabelled(Source.of(archive.getvalue(), "p.zip"), (8, 10, channels)).images[0])
    assert predictor.predict_row({"image": picture}).values[0] in {"cat", "dog"}


def test_a_deep_picture_is_scaled_as_those_of_the_dataset(sees: Run, tmp_path: Path) -> None:
    """16 bits: 100 is nearly black in a dataset that goes to 4,095, though it is the brightest point of this picture."""
    predictor = Predictor.open(sees)
    buffer = io.BytesIO()
    Image.fromarray(np.full((8, 8), 1000, dtype=np.uint16)).save(buffer, "PNG")
    known = Predictor(replace(predictor.preprocessor, image_ranges=(("16 bits", 0.0, 4095.0),)), predictor.session)
    assert known.picture(buffer.getvalue()).max() == round(1000 / 4095 * 255)
    known.preprocessor.save(tmp_path / "preprocess.json")
    assert Preprocessor.load(tmp_path / "preprocess.json").image_ranges == (("16 bits", 0.0, 4095.0),)


def test_a_table_model_reads_no_picture(trained: tuple[Run, np.ndarray]) -> None:
    with pytest.raises(BadInput, match="reads no pictures"):
        Predictor.open(trained[0]).picture(b"")
