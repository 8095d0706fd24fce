"""Many labels in a report: the page, the tables for other programs and the card know the task; names of labels do nothing."""

from __future__ import annotations

import numpy as np
import pytest

from core.dataset.schema import Task
from core.evaluation.compare import Comparison, compare
from core.evaluation.model import Model
from core.evaluation.predictions import Predictions
from core.report import Findings, model_card, report_html, table_csv, table_latex
from core.report.content import Sentence, Table
from core.report.labels import labels_section
from core.report.sections import class_table
from tests.evaluation.made import many_labels

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    truth, scores = many_labels(np.random.default_rng(4), 120, 2)
    noisy = np.clip(scores + 0.6 * np.random.default_rng(5).normal(size=scores.shape), 0, 1)
    rows, parts = np.arange(120), np.full(120, 2)
    made = [Predictions(Task.MANY_LABELS, ("urgent", EVIL), rows, parts, truth, found, (0.5, 0.25)) for found in (scores, noisy)]
    return compare([Model("ours", "Ours", made[0]), Model("vendor", "Vendor", made[1])], reference="vendor")


def test_the_section_tells_label_by_label(comparison: Comparison) -> None:
    found = labels_section(comparison, [class_table(one) for one in comparison.models])
    tables = [block for block in found.blocks if isinstance(block, Table)]
    assert [[head.text for head in table.head][:2] for table in tables] == [["Label", "Test rows"], ["Label", "Test rows"], ["Label", "Ours"], ["Label", "Ours"]]
    gap = tables[-2].rows[0]
    assert gap[0].text == "urgent" and gap[1].text.startswith("+") and gap[1].small.endswith("clear")
    told = " ".join(block.text for block in found.blocks if isinstance(block, Sentence))
    assert "to “Vendor”" in told
    assert [[cell.text for cell in row] for row in tables[-1].rows] == [["urgent", "0.5", "0.5"], [EVIL, "0.25", "0.25"]]


def test_the_page_is_whole_and_labels_do_nothing(comparison: Comparison) -> None:
    page = report_html(Findings(comparison))
    assert EVIL not in page
    for words in ("Label by label", "F1 over all labels", "Subset accuracy", "Ours is ahead of “Vendor” by", "“Ours” is better than “Vendor”", "finds", "on average"):
        assert words in page, words


def test_tables_and_card(comparison: Comparison) -> None:
    assert "subset_accuracy_low" in table_csv(comparison).decode("utf-8-sig").splitlines()[0]
    assert "Hamming loss" in table_latex(comparison)
    card = model_card(Findings(comparison))
    assert "Subset accuracy" in card and "| Label |" in card and "<script>" not in card
