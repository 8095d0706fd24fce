"""A file that does not quite fit is answered, with a word about what did not; one that cannot be answered is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from core.dataset.schema import ColumnType
from core.errors import BadFile, BadInput
from core.predict import Predictor, predict_file
from core.runs.run import Run
from tests.predict.made import ROWS, answers, pictures, train
from tests.preprocess.made import dataset

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


def test_a_ragged_row_has_a_row_without_an_answer(tmp_path: Path) -> None:
    data = dataset(tmp_path / "d", {"a": (ColumnType.NUMBER, [1.0, 2.0] * 10)}, ["no", "yes"] * 10)
    run, _ = train(data, tmp_path / "runs")
    content = "a,b\n" + "".join(f"{i},x\n" for i in range(30)) + "1,2,3,4\n" + "7,x\n"
    frame, _ = predict_file(run, content.encode(), "a.csv")
    assert frame["row"].to_list() == list(range(1, 33))
    assert [row for row, answer in zip(frame["row"], frame["prediction"], strict=True) if answer is None] == [31]


def test_a_csv_for_a_picture_model_is_refused(sees: Run) -> None:
    with pytest.raises(BadInput, match="zip"):
        answers(sees, ROWS)
