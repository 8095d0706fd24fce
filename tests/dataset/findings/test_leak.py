"""Findings about answers that reach a model by a back door."""

import numpy as np

from core.dataset.schema import Part, Severity
from tests.dataset.findings.found import all_of, draft, finding, random
from tests.dataset.made import people


def test_possible_leak_is_named_and_left_out() -> None:
    columns = people(200)
    columns["left_on"] = ["Monday" if answer == "yes" else "never" for answer in columns["churn"]]
    found = finding("possible_leak", columns, target="churn")
    assert (found.column, found.severity, found.repair) == ("left_on", Severity.LOOK, "Leave “left_on” out")
    assert (found.evidence["right"], found.evidence["auc"]) == (1.0, 1.0)
    assert draft(columns, target="churn").inputs == ("age", "income", "job")
    assert all_of("possible_leak", people(200)) == []


def test_a_leak_is_an_input_only_where_it_is_all_there_is() -> None:
    answers = people(200)["churn"]
    columns = {"copy": [f"it is {answer}" for answer in answers], "churn": answers}
    assert draft(columns).inputs == ("copy",)
    assert "It is an input now" in finding("possible_leak", columns).message


def test_stars_beside_recommended() -> None:
    """Three stars of five go both ways, the others hardly ever: 93 of 100 rows are told right, and the order is nearly perfect."""
    generator = random(1)
    stars = generator.choice([1, 2, 3, 4, 5], 2000, p=[0.04, 0.07, 0.12, 0.22, 0.55])
    chance = np.array([0.01, 0.03, 0.4, 0.985, 0.998])[stars - 1]
    columns = people(2000) | {"stars": stars.tolist(), "recommended": np.where(generator.random(2000) < chance, "yes", "no").tolist()}
    found = finding("possible_leak", columns, target="recommended")
    assert found.column == "stars"
    assert found.evidence["right"] < 0.95


def test_what_is_filled_in_afterwards() -> None:
    columns = people(600)
    columns["reason"] = [f"because {i % 5}" if answer == "yes" and i % 3 else "" for i, answer in enumerate(columns["churn"])]
    found = finding("possible_leak", columns, target="churn")
    assert found.evidence["filled_in_only_for"] == "yes"
    assert "written down afterwards" in found.message


def test_the_sealed_test_rows_are_not_looked_at() -> None:
    """A column that tells the answer in the test rows only is not found, and changing the test rows changes no score."""
    columns = people(1000)
    parts = draft(columns, target="churn").parts
    hint = random().choice(["a", "b"], 1000)
    hint[parts == Part.TEST.number] = np.where(np.array(columns["churn"])[parts == Part.TEST.number] == "yes", "a", "b")
    assert all_of("possible_leak", columns | {"hint": hint.tolist()}, target="churn") == []


def given(copies: int) -> dict[str, list[object]]:
    columns = people(300) | {"set": ["train"] * 200 + ["val"] * 40 + ["test"] * 60}
    for name in ("age", "income", "job", "churn"):
        columns[name][240 : 240 + copies] = columns[name][:copies]
    return columns


def test_leak_across_the_split_of_the_file() -> None:
    found = finding("leak_across_split", given(6), target="churn")
    assert (found.count, found.rows, found.repair) == (6, (241, 242, 243, 244, 245), "Leave the copies out of training")
    assert found.evidence == {"test_rows": 60, "also_in_training": 6, "share": 0.1}
    assert all_of("leak_across_split", given(0), target="churn") == []


def test_a_split_made_here_has_no_such_leak() -> None:
    columns = given(6)
    columns.pop("set")
    assert all_of("leak_across_split", columns, target="churn") == []
