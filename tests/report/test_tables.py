"""Tables for other programs hold the same numbers as the page, and no name runs there."""

from __future__ import annotations

import csv as reader
import io
import re
import zipfile

from core.language import speaking
from core.report import Findings, table_csv, table_latex, tables_zip
from core.report.content import Cell, Head, Section, Table
from tests.report.test_report import EVIL, comparison


def test_latex_has_a_row_for_each_metric_and_a_column_for_each_model() -> None:
    found = comparison()
    text = table_latex(found)
    rows = re.findall(r"\\midrule\n(.*)\\bottomrule", text, re.S)[0].strip().split("\n")
    assert len(rows) == len(found.models[0].evaluation.metrics) + 1  # and the difference
    assert all(len(re.findall(r"(?<!\\)&", row)) == 2 and row.endswith(r" \\") for row in rows)
    accuracy = next(row for row in rows if row.startswith("Accuracy"))
    assert rf"{(found.models[0].evaluation.metrics['accuracy'].value or 0) * 100:.1f} \%" in accuracy and r"{\scriptsize " in accuracy


def test_latex_runs_no_name() -> None:
    text = table_latex(comparison(name="\\input{/etc/passwd} & \\\\ % $x$"))
    assert r"\input" not in text and r"\textbackslash{}input\{/etc/passwd\} \&" in text
    assert len(set(re.findall(r"(?m)^.*?(\\\\)$", text))) == 1
    assert "<script>" not in table_latex(comparison(name=EVIL))


def test_the_same_comparison_is_the_same_file() -> None:
    assert table_latex(comparison()) == table_latex(comparison()) and table_csv(comparison()) == table_csv(comparison())


def test_the_csv_holds_each_number_in_full() -> None:
    found = comparison(name="A,\"B\"\nC")
    rows = list(reader.DictReader(io.StringIO(table_csv(found).decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["A,\"B\"\nC", "Majority"]
    for row, one in zip(rows, found.models, strict=True):
        assert float(row["accuracy"]) == one.evaluation.metrics["accuracy"].value and float(row["accuracy_low"]) == one.evaluation.metrics["accuracy"].low


def test_names_of_columns_do_not_change_with_the_language() -> None:
    english = table_csv(comparison())
    with speaking("zh_CN"):
        assert table_csv(comparison()) == english
        assert "准确率" in table_latex(comparison())


def test_all_tables_travel_in_one_archive() -> None:
    found = comparison(name="=1+1")
    evil = Findings(found, extras=[Section("../../etc/passwd", [Table([Head("Name"), Head("Name"), Head("x")], [[Cell("@a"), Cell("b"), Cell("1", "0–2")]])])])
    with zipfile.ZipFile(io.BytesIO(tables_zip(evil))) as archive:
        names = archive.namelist()
        files = {name: archive.read(name).decode("utf-8-sig") for name in names}
    assert names[0] == "00-models.csv" and files[names[0]].encode("utf-8-sig") == table_csv(found)
    assert all(re.fullmatch(r"\d\d-[\w-]+\.csv", name) for name in names) and len(set(names)) == len(names)
    (own,) = [text for name, text in files.items() if name.endswith("etc-passwd.csv")]
    assert list(reader.reader(io.StringIO(own))) == [["Name", "Name (2)", "x", "x (small type)"], ["'@a", "b", "1", "0–2"]]
    assert "'=1+1" in files[names[1]] and tables_zip(evil) == tables_zip(evil)
