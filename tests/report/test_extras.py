"""The further parts of a report: each where it can be made, none where it cannot, and none spoils the rest."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core import why
from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.dataset.schema import Part, Task
from core.evaluation.compare import Comparison, Model, compare
from core.evaluation.predictions import Predictions
from core.language import speaking
from core.report import Findings, model_card, report_html, report_pdf
from core.report.content import Block, Figure, Sentence, Table
from core.report.extras import extras
from core.workspace import Workspace
from core.worth.goals import Goal
from core.worth.values import Values
from core.worth.worth import worth
from tests.report.test_report import EVIL, MADE, comparison, without_plotly

VALUES = Values.parse("tp=80,fp=-10,cases=2000")


@pytest.fixture
def people(clean_home: object) -> Dataset:
    rng = np.random.default_rng(3)
    rows = "".join(f"{rng.integers(20, 60)},{'m' if i % 2 else 'f'},{'yes' if rng.random() < 0.5 else 'no'}\n" for i in range(1_200))
    return ingest(f"age,sex,churn\n{rows}".encode(), Workspace.local(), file_name="people.csv", target="churn", name="People")


def judged(dataset: Dataset) -> Comparison:
    """Two models of a dataset; the first is blind for one sex."""
    split, truth = dataset.split(), np.array([["no", "yes"].index(str(value)) for value in dataset.table()["churn"]])
    rows = np.flatnonzero(split != Part.TRAIN.number)
    rng = np.random.default_rng(4)
    blind = np.array([str(value) == "m" for value in dataset.table()["sex"]])[rows]
    good = np.clip(0.5 + (truth[rows] - 0.5) * 0.7 + 0.15 * rng.normal(size=len(rows)), 0.01, 0.99)
    made = {"a": np.where(blind, 0.4, good), "b": good}
    return compare([
        Model(name, f"Model {name}", Predictions(Task.BINARY, ("no", "yes"), rows, split[rows], truth[rows], np.c_[1 - p, p]), facts={"seconds": place + 1.0})
        for place, (name, p) in enumerate(made.items())
    ])  # fmt: skip


def titles(found: list[object]) -> list[str]:
    return [section.title for section in found]  # type: ignore[attr-defined]


def sentences(blocks: object) -> str:
    return " ".join(block.text for block in blocks if isinstance(block, Sentence))  # type: ignore[attr-defined]


def tables(blocks: object) -> list[Table]:
    found: list[Block] = list(blocks)  # type: ignore[call-overload]
    return [block for block in found if isinstance(block, Table)]


def test_without_a_dataset_and_values_there_is_the_threshold() -> None:
    found = extras(comparison())
    assert titles(found)[0] == "The threshold" and "What it is worth" not in titles(found) and "Where they are weak" not in titles(found)


def test_a_regression_has_no_threshold() -> None:
    x = np.random.default_rng(0).normal(size=80)
    made = Predictions(Task.REGRESSION, (), np.arange(80), np.full(80, 2), x, x + 0.1)
    assert extras(compare([Model("r", "R", made)]), values=VALUES) == []


def test_a_goal_moves_the_threshold_that_is_told() -> None:
    usual, goal = extras(comparison())[0], extras(comparison(), aim=Goal.parse("recall>=0.9"))[0]
    assert [row[1].text for row in tables(usual.blocks)[0].rows] == ["0.5", "0.5"]
    assert tables(goal.blocks)[0].rows[0][1].text != "0.5"


def test_money_is_what_the_page_says() -> None:
    section = next(one for one in extras(comparison(), values=VALUES) if one.title == "What it is worth")
    found = worth(comparison(), VALUES)
    assert found.sentence in sentences(section.blocks) and all(text in sentences(section.blocks) for text in found.break_even)
    assert len(tables(section.blocks)[0].rows) == len(found.models)


def test_the_weak_slice_is_named(people: Dataset) -> None:
    found = extras(judged(people), people)
    section = next(one for one in found if one.title == "Where they are weak")
    assert any("sex is m" in row[0].text for table in tables(section.blocks) for row in table.rows)
    assert "corrected for all slices searched" in sentences(section.blocks)


def test_groups_of_people_are_compared_where_asked_for(people: Dataset) -> None:
    section = extras(judged(people), people, columns=["sex"])[-1]
    assert section.title == "By sex" and "Equal opportunity" in sentences(section.blocks)
    parts, *gaps = tables(section.blocks)
    assert {row[0].text for row in parts.rows} == {"sex is f", "sex is m"}
    assert gaps and gaps[0].rows[1][0].text == "Equal opportunity" and gaps[0].rows[1][4].text == "yes"


def test_a_part_that_cannot_be_made_spoils_nothing(people: Dataset) -> None:
    found = extras(judged(people), people, columns=["no such column"])
    assert "The threshold" in titles(found) and not any(title.startswith("By ") for title in titles(found))


def test_every_format_tells_them() -> None:
    findings = Findings(comparison((EVIL, "b"), EVIL), extras=extras(comparison((EVIL, "b"), EVIL), values=VALUES))
    page = without_plotly(report_html(findings, made=MADE))
    assert "What it is worth" in page and "<img" not in page
    assert "What it is worth" in model_card(findings, made=MADE)
    assert report_pdf(findings, made=MADE).startswith(b"%PDF")


def test_they_speak_chinese(people: Dataset) -> None:
    with speaking("zh_CN"):
        found = extras(judged(people), people, values=VALUES, columns=["sex"])
    assert titles(found)[:2] == ["阈值", "值多少钱"] and "弱在哪里" in titles(found) and titles(found)[-1] == "按 sex"


def test_reasons_are_told_where_they_were_worked_out(monkeypatch: pytest.MonkeyPatch, people: Dataset) -> None:
    made = why.Why(
        run="a", task=Task.BINARY, labels=("no", "yes"), rows=90, rows_there=90, metric="roc_auc", score=0.8,
        importance=(why.Importance(columns=("age",), value=0.2, low=0.1, high=0.3), why.Importance(columns=(EVIL,), value=0.05, low=0.0, high=0.1)),
    )  # fmt: skip
    monkeypatch.setattr(why, "load", lambda run: made if run.id == "a" else None)
    found = extras(judged(people), people, [SimpleNamespace(id=name, events=Path("nowhere")) for name in "ab"])  # type: ignore[misc]
    section = found[-1]
    assert section.title == "Why they answer so" and "90 validation rows" in sentences(section.blocks)
    figures = [block for block in section.blocks if isinstance(block, Figure)]
    assert figures and "age" in figures[0].light.alt
    page = without_plotly(report_html(Findings(judged(people), extras=found), made=MADE))
    assert "<img" not in page
