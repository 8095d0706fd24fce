"""Prediction from a run folder alone: right answers, in input order and in the unit of the target."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from onnx import TensorProto

from core.dataset.ingest import ingest
from core.dataset.schema import ColumnType, Repair, Task
from core.predict import BATCH_ROWS, Prediction, Predictor, predict_file
from core.preprocess.preprocessor import PreprocessOptions, Preprocessor
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.workspace import Workspace
from tests.dataset.made import csv_bytes, people
from tests.predict.made import ROWS, answers, save_model, table_data, train
from tests.preprocess.made import dataset


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


@pytest.mark.parametrize("row", [{"a": 1, "age": 30, "colour": "red"}, {"a": None, "age": None, "colour": None}, {"a": "0.5", "age": 10**30, "colour": 3}])
def test_a_form_gives_any_values(trained: tuple[Run, np.ndarray], row: dict[str, object]) -> None:
    prediction = Predictor.open(trained[0]).predict_row(row)
    assert prediction.scores.shape == (1, 2)
    assert np.isfinite(prediction.scores).all()


def test_labels_that_look_alike_stay_apart() -> None:
    frame = Prediction(("1", "1.0"), np.array([[0.3, 0.7]])).frame()
    assert frame.rows() == [(1, "1.0", 0.3, 0.7)]


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
