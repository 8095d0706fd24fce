"""The same rows give the same answers in every form: compressed, columnar, in pieces, as a zip of texts."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from core.dataset.readers.table import RawTable
from core.dataset.schema import ColumnType
from core.dataset.whole import Whole
from core.predict import Predictor, _predict_table, predict_file
from core.runs.run import Run
from tests.predict.made import ROWS, train
from tests.preprocess.made import dataset


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


class PiecesOfFive(Whole):
    """A table on the disk in pieces of five rows."""

    def batches(self, columns: Sequence[str] | None = None, rows: int = 5) -> Iterator[pl.DataFrame]:
        return super().batches(columns, rows)


def test_a_table_too_long_for_memory_comes_piece_by_piece(trained: tuple[Run, np.ndarray], tmp_path: Path) -> None:
    table = pl.concat([pl.read_csv(io.StringIO(ROWS + "5,x,pink\n"), infer_schema=False)] * 3)
    file = tmp_path / "whole.parquet"
    table.write_parquet(file)
    raw = RawTable(table.head(2), np.array([1, 2]), "utf-8", ",", whole=PiecesOfFive(file, len(table)))
    frame, notices = _predict_table(Predictor.open(trained[0]), raw)
    assert frame.equals(Predictor.open(trained[0]).predict(table).frame())
    assert len([words for words in notices if "pink" in words]) == 1


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
