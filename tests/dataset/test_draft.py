import numpy as np
import pytest

from core.dataset.ingest import inspect
from core.dataset.schema import Severity, Task
from core.errors import BadSettings, BadTarget
from tests.dataset.made import class_folders, csv_bytes, noise, people, zip_bytes

TABLE = people(200) | {"id": [f"u{i:04}" for i in range(200)], "stars": [1 + i % 5 for i in range(200)]}


def test_a_draft_says_what_is_in_the_file() -> None:
    draft = inspect(csv_bytes(TABLE), "people.csv")
    assert (draft.target, draft.task, draft.labels) == ("churn", Task.BINARY, ("no", "yes"))
    assert draft.inputs == ("age", "income", "job", "stars")
    assert {column.name: column.type.value for column in draft.columns} == {
        "age": "number", "income": "number", "job": "category", "churn": "category", "id": "identifier", "stars": "number",
    }  # fmt: skip
    assert (draft.rows, draft.dropped_rows, draft.ready) == (200, 0, True)


def test_choices_change_the_draft_and_leave_the_old_one() -> None:
    first = inspect(csv_bytes(TABLE), "people.csv")
    second = first.with_choices(target="income")
    assert (second.target, second.task, second.labels) == ("income", Task.REGRESSION, ())
    assert second.inputs == ("age", "job", "churn", "stars")
    assert first.target == "churn"


def test_the_type_of_the_target_decides_the_task() -> None:
    draft = inspect(csv_bytes(TABLE), "people.csv").with_choices(target="stars")
    assert draft.task is Task.MULTICLASS
    assert draft.with_choices(types={"stars": "number"}).task is Task.REGRESSION


def test_types_and_inputs_can_be_chosen() -> None:
    draft = inspect(csv_bytes(TABLE), "people.csv").with_choices(types={"stars": "category", "id": "text"})
    assert "id" in draft.inputs
    stars = next(column for column in draft.columns if column.name == "stars")
    assert stars.values[0] == ("1", 40)
    assert draft.with_choices(inputs=["stars", "age"]).inputs == ("age", "stars")


def test_chosen_inputs_last_until_the_target_changes() -> None:
    draft = inspect(csv_bytes(TABLE), "people.csv").with_choices(inputs=["age"])
    assert draft.with_choices().inputs == ("age",)
    assert draft.with_choices(target="stars").inputs == ("age", "income", "job", "churn")


@pytest.mark.parametrize(
    ("choice", "error", "words"),
    [
        ({"target": "nope"}, BadTarget, "There is no column 'nope' to predict. The columns are: age"),
        ({"inputs": ["nope"]}, BadSettings, "is no column of this table"),
        ({"inputs": ["churn"]}, BadSettings, "is the target"),
        ({"types": {"nope": "number"}}, BadSettings, "There is no column"),
        ({"types": {"age": "colour"}}, BadSettings, "Choose one of: number, category"),
        ({"types": {"age": "image"}}, BadSettings, "Choose one of: number, category"),
        ({"types": {"job": "time"}}, BadSettings, "no dates"),
    ],
)
def test_wrong_choices_are_refused_with_a_sentence(choice: dict[str, object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        inspect(csv_bytes(TABLE), "people.csv").with_choices(**choice)  # type: ignore[arg-type]


def test_a_column_of_dates_can_be_chosen_as_time() -> None:
    columns = people(60) | {"since": [f"{1 + i % 28:02}.03.2020" for i in range(60)]}
    draft = inspect(csv_bytes(columns), "p.csv")
    since = next(column for column in draft.columns if column.name == "since")
    assert (since.type.value, since.format) == ("time", "%d.%m.%Y")
    assert draft.with_choices(types={"since": "category"}).with_choices(types={"since": "time"}).columns == draft.columns


def test_a_draft_that_cannot_be_stored_can_be_shown_and_changed() -> None:
    draft = inspect(csv_bytes(TABLE | {"churn": ["yes"] * 200}), "p.csv")
    assert draft.findings[0].severity is Severity.STOP
    assert not draft.ready
    assert draft.with_choices(target="stars").ready


def test_where_only_counters_are_left_they_are_numbers() -> None:
    draft = inspect(csv_bytes({"points": list(range(60)), "passed": ["no"] * 30 + ["yes"] * 30}), "p.csv")
    assert draft.inputs == ("points",)


def test_the_preview_cuts_long_cells() -> None:
    columns = people(60)
    columns["job"][0] = "x" * 5000
    preview = inspect(csv_bytes(columns), "p.csv").preview(3)
    assert preview.shape == (3, 4)
    assert len(preview["job"][0]) == 300


def test_pictures_show_samples_of_each_class() -> None:
    draft = inspect(zip_bytes(class_folders(30)), "p.zip")
    samples = draft.samples(2)
    assert [label for label, _ in samples] == ["cat", "cat", "dog", "dog"]
    assert np.array_equal(samples[0][1], noise(0))
    assert inspect(csv_bytes(TABLE), "p.csv").samples() == []


def test_pictures_have_nothing_to_choose_but_the_inputs() -> None:
    draft = inspect(zip_bytes(class_folders(30)), "p.zip")
    assert (draft.target, draft.inputs) == ("label", ("image",))
    with pytest.raises(BadSettings):
        draft.with_choices(types={"label": "number"})
