"""Tables for other programs hold the same numbers as the page, and no name runs there."""

from __future__ import annotations

import csv as reader
import io
import re

from core.language import speaking
from core.report import table_csv, table_latex
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
