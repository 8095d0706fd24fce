import polars as pl
import pytest

from core.dataset.schema import ColumnType, Task
from core.dataset.target import class_labels, guess_target, is_classes, sort_labels, target_values, task_of

N, C, T, ID, E = ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.TEXT, ColumnType.IDENTIFIER, ColumnType.EMPTY


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ({"species": C, "island": C, "year": N}, "species"),
        ({"churn": C, "female": N, "total": N}, "churn"),
        ({"default": C, "student": C, "income": N}, "default"),
        ({"age": N, "income": C}, "income"),
        ({"text": T, "valence": N, "sentiment": C}, "sentiment"),
        ({"Rating": N, "Recommended IND": N, "Class Name": C}, "Recommended IND"),
        ({"MedInc": N, "MedHouseVal": N}, "MedHouseVal"),
        ({"a": N, "id": ID, "note": T}, "a"),
        ({"特征": N, "标签": C, "编号": ID}, "标签"),
        ({"y": ID, "colour": C}, "y"),
        ({"target": E, "colour": C}, "colour"),
        ({"a": E, "text": T, "b": E}, "text"),
        ({"a": E}, "a"),
    ],
)
def test_the_target_is_guessed(types: dict[str, ColumnType], expected: str) -> None:
    assert guess_target(types) == expected


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["0", "1"] * 20, N, True), (["1", "2", "3", "4", "5"] * 9, N, True), (["0.5", "1.5"] * 9, N, True),
        ([str(i) for i in range(20)], N, False), (["1.5", "2.5", "3.5"] * 9, N, False), ([str(i % 30) for i in range(300)], N, False),
        ([str(i) for i in range(40)], ID, False), ([f"c{i}" for i in range(40)], ID, True), (["a", "b"], C, True), ([None, None], E, True),
    ],
)  # fmt: skip
def test_classes_or_a_number(values: list[str | None], kind: ColumnType, expected: bool) -> None:
    assert is_classes(pl.Series(values, dtype=pl.String), kind) is expected


def test_labels_are_tidied_and_composed() -> None:
    assert class_labels(pl.Series([" yes", "yes ", "ye\u0301s", "y\u00e9s", "n/a", None])).to_list() == ["yes", "yes", "yés", "yés", None, None]


def test_labels_that_are_numbers_are_written_alike() -> None:
    assert class_labels(pl.Series(["1.0", "1", "0", "-2.00"])).to_list() == ["1", "1", "0", "-2"]
    assert class_labels(pl.Series(["1.0", "x"])).to_list() == ["1.0", "x"]
    assert class_labels(pl.Series(["01", "1"])).to_list() == ["01", "1"]


def test_a_class_may_be_called_none() -> None:
    assert class_labels(pl.Series(["none", "unknown", "minor"])).to_list() == ["none", "unknown", "minor"]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["10", "9", "-1"], ("-1", "9", "10")), (["yes", "no"], ("no", "yes")), (["Yes", "zero"], ("zero", "Yes")),
        (["好评", "差评"], ("差评", "好评")), (["b", "a", "c"], ("a", "b", "c")), ([], ()), (["true", "yes"], ("true", "yes")),
    ],
)  # fmt: skip
def test_labels_have_a_fixed_order(labels: list[str], expected: tuple[str, ...]) -> None:
    assert sort_labels(labels) == expected


def test_the_task_follows_from_the_values() -> None:
    assert task_of(target_values(pl.Series(["1", "2"]), classes=False)) is Task.REGRESSION
    assert task_of(target_values(pl.Series(["1", "2"]), classes=True)) is Task.BINARY
    assert task_of(pl.Series(["a", "b", "c"])) is Task.MULTICLASS
