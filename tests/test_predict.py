"""Prediction from a run folder alone: right answers in input order, and a word about whatever did not fit."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import polars as pl
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.dataset.readers.pictures import read_unlabelled
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable
from core.dataset.schema import ColumnType, Repair, Task
from core.dataset.whole import Whole
from core.errors import BadFile, BadInput, Damaged, NotReady
from core.predict import BATCH_ROWS, Prediction, Predictor, _predict_table, predict_file
from core.preprocess.preprocessor import PreprocessOptions, Preprocessor
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.workspace import Workspace
from tests.dataset.made import csv_bytes, people
from tests.preprocess.made import dataset, spec_of

ROWS = "a,age,colour\n-0.8028,73,blue\n0.2428,34,green\n-1.6563,33,red\n"


def save_model(path: Path, name: str, shape: tuple[int, ...], outputs: int, kind: int, ending: str) -> np.ndarray:
    """A linear model of one input, as ONNX; returns its weights (features, outputs)."""
    features = int(np.prod(shape))
    weights = np.random.default_rng(0).normal(0, 1, (features, outputs)).astype(np.float32)
    nodes = [
        helper.make_node("Cast", [name], ["cast"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["cast"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["sum" if ending else "output"]),
    ]
    if ending:
        nodes.append(helper.make_node(ending, ["sum"], ["output"]))
    graph = helper.make_graph(
        nodes,
        "linear",
        [helper.make_tensor_value_info(name, kind, ["rows", *shape])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["rows", outputs])],
        [numpy_helper.from_array(weights, "weights")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return weights


def train(data: Dataset, runs: Path) -> tuple[Run, np.ndarray]:
    """A run folder as the worker leaves it, with a linear model of random weights."""
    run = Run.create(runs, spec_of(data))
    fitted = Preprocessor.fit(data, run.spec, PreprocessOptions(vocabulary=20, max_length=5))
    fitted.save(run.path("preprocess.json"))
    (shape,) = fitted.shapes
    kind = {"float32": TensorProto.FLOAT, "int32": TensorProto.INT32, "uint8": TensorProto.UINT8}[shape.dtype]
    ending = {Task.BINARY: "Sigmoid", Task.MULTICLASS: "Softmax", Task.REGRESSION: ""}[fitted.task]
    outputs = len(fitted.labels) if fitted.task is Task.MULTICLASS else 1
    return run, save_model(run.path("model.onnx"), shape.name, shape.shape, outputs, kind, ending)


def table_data(folder: Path, target: list[Any] | None = None, task: Task = Task.BINARY) -> Dataset:
    generator = np.random.default_rng(5)
    return dataset(
        folder,
        {
            "a": (ColumnType.NUMBER, generator.normal(0, 1, 60).tolist()),
            "age": (ColumnType.NUMBER, generator.integers(18, 80, 60).astype(float).tolist()),
            "colour": (ColumnType.CATEGORY, ["red", "green", "blue"] * 20),
        },
        target or ["no", "yes"] * 30,
        task=task,
    )


@pytest.fixture
def trained(tmp_path: Path) -> tuple[Run, np.ndarray]:
    return train(table_data(tmp_path / "d"), tmp_path / "runs")


def answers(run: Run, text: str) -> tuple[pl.DataFrame, str]:
    frame, notices = predict_file(run, text.encode(), "rows.csv")
    return frame, " ".join(notices)


def test_answers_are_those_of_the_model(trained: tuple[Run, np.ndarray]) -> None:
    run, weights = trained
    table = pl.read_csv(io.StringIO(ROWS))
    encoded = Preprocessor.load(run.path("preprocess.json")).encode(table)["table"]
    yes = 1 / (1 + np.exp(-(encoded @ weights)[:, 0].astype(np.float64)))
    prediction = Predictor.open(run).predict(table)
    np.testing.assert_allclose(prediction.scores, np.stack([1 - yes, yes], axis=1), atol=1e-6)
    assert prediction.values == ["yes" if p > 0.5 else "no" for p in yes]
    assert prediction.notices == ()


def test_raw_text_and_typed_values_and_single_rows_agree(trained: tuple[Run, np.ndarray]) -> None:
    predictor = Predictor.open(trained[0])
    typed = pl.read_csv(io.StringIO(ROWS))
    raw = pl.read_csv(io.StringIO(ROWS), infer_schema=False)
    expected = predictor.predict(typed).scores
    np.testing.assert_array_equal(predictor.predict(raw).scores, expected)
    alone = [predictor.predict_row(row).scores[0] for row in typed.iter_rows(named=True)]
    np.testing.assert_allclose(alone, expected, atol=1e-7)


@pytest.mark.parametrize("rows", [1, BATCH_ROWS, BATCH_ROWS + 1])
def test_many_rows_keep_their_order(trained: tuple[Run, np.ndarray], rows: int) -> None:
    predictor = Predictor.open(trained[0])
    generator = np.random.default_rng(1)
    table = pl.DataFrame({"a": generator.normal(0, 1, rows), "age": generator.normal(40, 9, rows), "colour": generator.choice(["red", "blue"], rows)})
    scores = predictor.predict(table).scores
    assert scores.shape == (rows, 2)
    np.testing.assert_allclose(predictor.predict(table.reverse()).scores[::-1], scores, atol=1e-7)


# the cases of a stranger's file: (rows as CSV, what the notices say); every one is answered
CASES = {
    "as trained": (ROWS, []),
    "extra column": ("a,age,colour,zzz\n-0.8028,73,blue,1\n", ["does not use the column 'zzz'"]),
    "unseen category": ("a,age,colour\n-0.8028,73,ultraviolet\n0.2,34,ultraviolet\n", ["'colour' has values", "'ultraviolet'"]),
    "wrong type": ("a,age,colour\n-0.8028,forty,blue\n0.2428,34,green\n", ["1 of 2 values in the column 'age'", "count as missing"]),
    "all missing": ("a,age,colour\n,,\n,,x\n", ["missing in the columns 'a', 'age', 'colour'"]),
    "missing spelled out": ("a,age,colour\n1,N/A,blue\n", ["1 value is missing in the column 'age'"]),
    "with target": ("a,age,colour,y\n-0.8028,73,blue,no\n", ["target 'y'", "not used"]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_does_not_quite_fit_is_answered_and_said(trained: tuple[Run, np.ndarray], case: str) -> None:
    text, said = CASES[case]
    frame, notices = answers(trained[0], text)
    assert frame.columns == ["row", "prediction", "probability_no", "probability_yes"]
    assert frame["row"].to_list() == list(range(1, len(text.splitlines())))
    assert np.isfinite(frame["probability_yes"].to_numpy()).all()
    assert frame["prediction"].is_in(["no", "yes"]).all()
    assert all(words in notices for words in said), notices
    assert said or not notices


def test_text_in_a_number_column_counts_as_missing(trained: tuple[Run, np.ndarray]) -> None:
    wrong, _ = answers(trained[0], "a,age,colour\n0.5,forty,blue\n")
    empty, _ = answers(trained[0], "a,age,colour\n0.5,,blue\n")
    assert wrong.equals(empty)


def test_other_order_of_columns_gives_the_same_answers(trained: tuple[Run, np.ndarray]) -> None:
    mixed = "colour,a,age\nblue,-0.8028,73\ngreen,0.2428,34\nred,-1.6563,33\n"
    assert answers(trained[0], mixed)[0].equals(answers(trained[0], ROWS)[0])


def test_a_missing_column_is_named(trained: tuple[Run, np.ndarray]) -> None:
    with pytest.raises(BadInput, match="needs the column 'age'"):
        answers(trained[0], "a,colour\n-0.8028,blue\n")


@pytest.mark.parametrize("text", ["a,age,colour\n", "", "\n\n"])
def test_a_file_without_rows_is_refused(trained: tuple[Run, np.ndarray], text: str) -> None:
    with pytest.raises((BadInput, BadFile)):
        answers(trained[0], text)


def test_no_rows_are_refused(trained: tuple[Run, np.ndarray]) -> None:
    with pytest.raises(BadInput, match="no rows"):
        Predictor.open(trained[0]).predict(pl.DataFrame({"a": [], "age": [], "colour": []}))


def test_a_zip_for_a_table_model_is_refused(trained: tuple[Run, np.ndarray]) -> None:
    with pytest.raises(BadInput, match="CSV"):
        predict_file(trained[0], pictures({"1.png": (28, 28)}), "p.zip")


def test_numbers_come_in_the_unit_of_the_target(tmp_path: Path) -> None:
    target = np.random.default_rng(2).normal(1000, 50, 60)
    run, weights = train(table_data(tmp_path / "d", target.tolist(), Task.REGRESSION), tmp_path / "runs")
    frame, _ = answers(run, ROWS)
    encoded = Preprocessor.load(run.path("preprocess.json")).encode(pl.read_csv(io.StringIO(ROWS)))["table"]
    assert frame.columns == ["row", "prediction"]
    np.testing.assert_allclose(frame["prediction"], (encoded @ weights)[:, 0] * target.std() + target.mean(), rtol=1e-5)


def test_many_classes_have_a_column_each(tmp_path: Path) -> None:
    run, _ = train(table_data(tmp_path / "d", ["猫", "a b", "=c"] * 20, Task.MULTICLASS), tmp_path / "runs")
    frame, _ = answers(run, ROWS)
    assert frame.columns == ["row", "prediction", "probability_=c", "probability_a b", "probability_猫"]
    np.testing.assert_allclose(frame.select(pl.sum_horizontal(pl.selectors.starts_with("probability_"))).to_series(), 1, atol=1e-12)


def test_texts_are_answered_even_when_empty(tmp_path: Path) -> None:
    data = dataset(tmp_path / "d", {"review": (ColumnType.TEXT, ["good film", "bad film"] * 10)}, ["no", "yes"] * 10)
    run, _ = train(data, tmp_path / "runs")
    frame, notices = answers(run, "review\ngood film\n\"\"\nnever seen words\n")
    assert frame.height >= 2
    assert np.isfinite(frame["probability_yes"].to_numpy()).all()


def pictures(sizes: dict[str, tuple[int, int]]) -> bytes:
    """A zip of grey noise, by name and (width, height)."""
    buffer = io.BytesIO()
    generator = np.random.default_rng(0)
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, (width, height) in sizes.items():
            file = io.BytesIO()
            Image.fromarray(generator.integers(0, 256, (height, width), np.uint8)).save(file, "PNG")
            archive.writestr(name, file.getvalue())
    return buffer.getvalue()


@pytest.fixture
def sees(tmp_path: Path) -> Run:
    images = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 1), np.uint8)
    data = dataset(tmp_path / "d", {"image": (ColumnType.IMAGE, [f"{i}.png" for i in range(6)])}, ["cat", "dog"] * 3, images=images)
    return train(data, tmp_path / "runs")[0]


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


def test_a_ragged_row_has_a_row_without_an_answer(tmp_path: Path) -> None:
    data = dataset(tmp_path / "d", {"a": (ColumnType.NUMBER, [1.0, 2.0] * 10)}, ["no", "yes"] * 10)
    run, _ = train(data, tmp_path / "runs")
    content = "a,b\n" + "".join(f"{i},x\n" for i in range(30)) + "1,2,3,4\n" + "7,x\n"
    frame, _ = predict_file(run, content.encode(), "a.csv")
    assert frame["row"].to_list() == list(range(1, 33))
    assert [row for row, answer in zip(frame["row"], frame["prediction"], strict=True) if answer is None] == [31]


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


@pytest.mark.parametrize("row", [{"a": 1, "age": 30, "colour": "red"}, {"a": None, "age": None, "colour": None}, {"a": "0.5", "age": 10**30, "colour": 3}])
def test_a_form_gives_any_values(trained: tuple[Run, np.ndarray], row: dict[str, object]) -> None:
    prediction = Predictor.open(trained[0]).predict_row(row)
    assert prediction.scores.shape == (1, 2)
    assert np.isfinite(prediction.scores).all()


def test_a_csv_for_a_picture_model_is_refused(sees: Run) -> None:
    with pytest.raises(BadInput, match="zip"):
        answers(sees, ROWS)


def test_a_run_without_a_model_is_not_ready(tmp_path: Path) -> None:
    data = table_data(tmp_path / "d")
    with pytest.raises(NotReady, match="no model"):
        Predictor.open(Run.create(tmp_path / "runs", spec_of(data)))


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x09"])
def test_a_broken_model_is_damaged(trained: tuple[Run, np.ndarray], content: bytes) -> None:
    trained[0].path("model.onnx").write_bytes(content)
    with pytest.raises(Damaged, match=r"model.*cannot be read"):
        Predictor.open(trained[0])


def test_a_run_folder_alone_is_enough(trained: tuple[Run, np.ndarray], tmp_path: Path) -> None:
    """The dataset is gone and the folder has moved."""
    before = answers(trained[0], ROWS)
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "d").rename(tmp_path / "gone")
    trained[0].folder.rename(elsewhere)
    assert answers(Run(elsewhere), ROWS)[0].equals(before[0])


def test_labels_that_look_alike_stay_apart() -> None:
    frame = Prediction(("1", "1.0"), np.array([[0.3, 0.7]])).frame()
    assert frame.rows() == [(1, "1.0", 0.3, 0.7)]


def test_prediction_needs_no_training_library() -> None:
    code = (
        "import sys\n"
        "for name in ('keras', 'tensorflow', 'jax', 'sklearn', 'scipy', 'streamlit'): sys.modules[name] = None\n"
        "import core.predict, onnxruntime\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent.parent, check=True, timeout=60)


def packed(frame: pl.DataFrame) -> bytes:
    return gzip.compress(frame.write_csv().encode())


def as_parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


FORMS = {"rows.csv.gz": packed, "rows.parquet": as_parquet, "rows.jsonl": lambda frame: frame.write_ndjson().encode(), "rows.csv": lambda frame: frame.write_csv(separator=";").encode("utf-16")}


@pytest.mark.parametrize("name", FORMS)
def test_a_table_of_any_form_gives_the_same_answers(trained: tuple[Run, np.ndarray], name: str) -> None:
    table = pl.read_csv(io.StringIO(ROWS))
    frame, _ = predict_file(trained[0], FORMS[name](table), name)
    expected = Predictor.open(trained[0]).predict(table).frame()
    assert frame.equals(expected)


def test_a_table_too_long_for_memory_comes_piece_by_piece(trained: tuple[Run, np.ndarray], tmp_path: Path) -> None:
    table = pl.concat([pl.read_csv(io.StringIO(ROWS + "5,x,pink\n"), infer_schema=False)] * 3)
    file = tmp_path / "whole.parquet"
    table.write_parquet(file)
    raw = RawTable(table.head(2), np.array([1, 2]), "utf-8", ",", whole=PiecesOfFive(file, len(table)))
    frame, notices = _predict_table(Predictor.open(trained[0]), raw)
    assert frame.equals(Predictor.open(trained[0]).predict(table).frame())
    assert len([words for words in notices if "pink" in words]) == 1


class PiecesOfFive(Whole):
    """A table on the disk in pieces of five rows."""

    def batches(self, columns: Sequence[str] | None = None, rows: int = 5) -> Iterator[pl.DataFrame]:
        return super().batches(columns, rows)


def test_a_zip_of_texts_for_a_model_of_texts(tmp_path: Path) -> None:
    data = dataset(tmp_path / "d", {"review": (ColumnType.TEXT, ["good", "bad"] * 10)}, ["yes", "no"] * 10)
    run, _ = train(data, tmp_path / "runs")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in (("b.txt", "good"), ("sub/a.txt", "bad"), ("c.txt", "")):
            archive.writestr(name, text)
    frame, _ = predict_file(run, buffer.getvalue(), "texts.zip")
    assert frame["name"].to_list() == ["b.txt", "sub/a.txt", "c.txt"]
    expected = Predictor.open(run).predict(pl.DataFrame({"review": ["good", "bad", ""]}))
    assert frame["prediction"].to_list() == expected.values


def test_raw_rows_are_answered_as_the_repaired_rows_are(tmp_path: Path) -> None:
    """Ingested with repairs, fitted, saved: the file as it was gives the answers of the table as it is."""
    random = np.random.default_rng(2)
    columns = people(200)
    columns["income"] = [-999 if i % 20 == 0 else 9e7 if i == 33 else value for i, value in enumerate(columns["income"])]
    columns["job"] = [f" {job.upper()}" if i % 7 == 0 else job for i, job in enumerate(map(str, columns["job"]))]
    columns["paid"] = [f"{value:,.2f} €".replace(",", " ").replace(".", ",") for value in random.lognormal(4, 1.5, 200)]
    columns["churn"] = [str(answer).upper() if i % 3 == 0 else answer for i, answer in enumerate(columns["churn"])]
    codes = ("sentinel_values:income", "outliers:income", "near_identical_labels:job", "near_identical_labels:churn", "numbers_as_text:paid", "skewed_scale:paid")
    content = csv_bytes({name: columns[name] for name in ("age", "income", "job", "paid", "churn")})
    data = ingest(content, Workspace.local(tmp_path), file_name="a.csv", target="churn", repairs=[Repair.parse(code) for code in codes])
    run = Run.create(tmp_path / "runs", RunSpec(dataset=data.id, inputs=data.info.inputs, target="churn", task=data.info.task, recipe="any"))
    fitted = Preprocessor.fit(data, run.spec, PreprocessOptions())
    fitted.save(run.path("preprocess.json"))
    (shape,) = fitted.shapes
    save_model(run.path("model.onnx"), shape.name, shape.shape, 1, TensorProto.FLOAT, "Sigmoid")
    raw, said = predict_file(run, content, "a.csv")
    repaired = Predictor.open(run).predict(data.table())
    assert data.info.labels == repaired.labels == ("no", "yes")
    np.testing.assert_array_equal(raw["probability_yes"].to_numpy(), repaired.scores[:, 1])
    form = {"age": columns["age"][33], "income": 9e7, "job": columns["job"][33], "paid": columns["paid"][33]}
    assert Predictor.open(run).predict_row(form).scores[0, 1] == pytest.approx(repaired.scores[33, 1])
    assert [words.split(" of ")[0] for words in said if "stand for" in words or "lay beyond" in words] == ["10", "1"]
