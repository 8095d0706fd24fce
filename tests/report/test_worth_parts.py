"""Money in a report: value matrix, cost of errors, price of a point and gaps between groups, each only where it is asked for or there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.dataset.dataset import Dataset
from core.language import speaking
from core.recipes import make_spec
from core.report.card import _section as markdown
from core.report.content import Facts, Section, Sentence, Table
from core.report.extras import extras
from core.report.groups import groups_section
from core.report.html import _section as html
from core.report.tables import latex_table
from core.report.worth import error_cost_section, matrix_section, price_section
from core.runs.run import Run
from core.seal import looks
from core.worth.cost_matrix import CostMatrix, matrix_worth
from core.worth.currency import money_text
from core.worth.error_cost import Prices, error_cost
from core.worth.rates import Rates
from core.worth.values import Values
from tests.pages.results_made import history
from tests.report.test_extras import judged, people  # noqa: F401  # a fixture
from tests.report.test_latex import read
from tests.report.test_report import EVIL, comparison, info
from tests.worth.test_cost_matrix import VALUES
from tests.worth.test_cost_matrix import made as three_classes
from tests.worth.test_error_cost import numbers


def tables(part: Section) -> list[Table]:
    return [block for block in part.blocks if isinstance(block, Table)]


def told(part: Section) -> str:
    return " ".join(block.text for block in part.blocks if isinstance(block, Sentence))


def titles(found: list[Section]) -> list[str]:
    return [section.title for section in found]


def test_the_value_matrix_says_what_the_page_says() -> None:
    one, matrix = three_classes(90), CostMatrix(VALUES, cases=500, rates=np.array([0.01, 0.09, 0.9]))
    part, found = matrix_section(one, matrix), matrix_worth(one, matrix)
    models, values = tables(part)
    assert part.title == "What it is worth" and found.sentence in told(part)
    assert [row[1].text for row in models.rows] == [money_text(each.gain.value, "€") for each in found.models]
    assert [cell.text for cell in values.rows[0]] == ["ant", "€10", "−€5", "−€50"] and [head.text for head in values.head] == ["True class", "ant", "bee", "cat"]
    (facts,) = [block for block in part.blocks if isinstance(block, Facts)]
    assert dict(facts.pairs)["Share in real life, %"] == "ant: 1 %, bee: 9 %, cat: 90 %" and dict(facts.pairs)["Cases a month"] == "500"


def test_a_matrix_stands_instead_of_two_kinds_of_right_and_wrong() -> None:
    one = three_classes(90)
    assert titles(extras(one, matrix=CostMatrix(VALUES), values=Values(1, -1))).count("What it is worth") == 1
    assert "What it is worth" not in titles(extras(one, matrix=CostMatrix(VALUES[:2, :2])))  # one that does not fit spoils nothing


def test_errors_cost_what_the_page_says() -> None:
    one, prices = numbers(), Prices(2, 5, "CHF", 300)
    part, found = error_cost_section(one, prices), error_cost(one, prices)
    assert found.sentence in told(part) and tables(part)[0].rows[0][1].text == money_text(found.models[0].cost.value, "CHF")
    assert titles(extras(one, prices=prices))[0] == "What errors cost"


def told_run(tmp_path: Path, values: list[float], name: str = "r1") -> Run:
    made = Run.create(tmp_path, make_spec(info(("no", "yes"))))
    history(made, values, joules=4.0)
    moved = made.folder.rename(tmp_path / name)
    return Run(moved)


def test_the_last_point_of_each_training(tmp_path: Path) -> None:
    part = price_section(comparison(), Rates(hour=3_600), [told_run(tmp_path, [0.7, 0.78, 0.8, 0.79]), told_run(tmp_path, [0.5], "unknown")])
    assert part is not None and "The last point of Accuracy cost One 0.5 s" in told(part) and "luck is in it" in told(part)
    (last,) = [table for table in tables(part) if table.head[0].text == "Inside each training"]
    assert [cell.text for cell in last.rows[0]] == ["One", "80.0 %", "0.5 s", "2 J", "€0.50"] and len(last.rows) == 1
    assert price_section(replace(comparison(), models=comparison().models[:1])) is None


def test_groups_of_people_without_being_asked(people: Dataset) -> None:  # noqa: F811
    (part,) = [section for section in extras(judged(people), people) if section.title == "Groups of people"]
    by_age, by_sex = tables(part)
    assert [head.text for head in by_sex.head] == ["Measure", "Model a", "Model b"] and len(by_sex.rows) == 4
    assert "most for “" in by_sex.rows[1][1].small and "it may be chance" in by_sex.rows[1][2].small  # the first model is blind for one sex
    assert "By “sex”" in told(part) and "may not all" not in told(part) and "cannot all be equal" in told(part)
    assert [look.detail["columns"] for look in looks(people) if look.what == "slices"] == [["age"], ["sex"]]


def test_numbers_have_no_gaps_between_groups(people: Dataset) -> None:  # noqa: F811
    assert groups_section(numbers(), people) is None


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_hostile_names_do_nothing_in_any_file(language: str) -> None:
    one = three_classes(90)
    evil = (EVIL, "\\input{x} & *[1em]", "[click](javascript:x)|")
    dressed = replace(one, labels=evil, models=tuple(replace(each, model=replace(each.model, name=EVIL, predictions=replace(each.model.predictions, labels=evil))) for each in one.models))
    with speaking(language):  # type: ignore[arg-type]
        part = matrix_section(dressed, CostMatrix(VALUES, rates=np.array([0.2, 0.3, 0.5])))
        page, paper = html(0, part), markdown(part)
        latex = "".join(latex_table(table, part.title) for table in tables(part))
    assert "<img" not in page and "&lt;img" in page and "<script" not in page
    assert "](javascript" not in paper.replace("\\](javascript", "") and "<img" not in paper.replace("\\<img", "")
    assert len(read(latex).tables) == 2 and any("*[1em]" in cell for row in read(latex).tables[1] for cell in row)
