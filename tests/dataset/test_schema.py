import pytest
from pydantic import ValidationError

from core.dataset.schema import Column, ColumnType, DatasetInfo, Part, SplitCounts, Task

INFO = DatasetInfo(
    id="d1", name="people", created="2026-11-22T00:00:00+00:00", source={}, rows=3, target="y", task=Task.BINARY, labels=("a", "b"),
    columns=(Column(name="x", type=ColumnType.NUMBER), Column(name="t", type=ColumnType.TEXT), Column(name="y", type=ColumnType.CATEGORY)),
    inputs=("x", "t"), split=SplitCounts(train=1, validation=1, test=1),
)  # fmt: skip


def test_it_goes_through_json_unchanged() -> None:
    assert DatasetInfo.model_validate_json(INFO.model_dump_json()) == INFO


def test_columns_are_found_by_name_and_by_type() -> None:
    assert INFO.column("t").type is ColumnType.TEXT
    assert INFO.of_type(ColumnType.NUMBER, ColumnType.TEXT) == ("x", "t")
    assert INFO.of_type(ColumnType.CATEGORY) == ()
    with pytest.raises(KeyError):
        INFO.column("z")


def test_what_crosses_a_boundary_cannot_be_changed_or_extended() -> None:
    with pytest.raises(ValidationError):
        INFO.rows = 4  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Column(name="x", type="number", colour="red")  # type: ignore[call-arg, arg-type]


def test_parts_are_stored_as_numbers_in_order() -> None:
    assert [part.number for part in Part] == [0, 1, 2]
    assert [task.is_classification for task in Task] == [True, True, False, True]
