"""Fields of the form: what they start with, what they show of a row, and what they make of values nobody offered."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from streamlit.testing.v1 import AppTest

from core.dataset.schema import Column, ColumnType
from ui.fields import OTHER_VALUE, typical

NUMBER = Column(name="size", type=ColumnType.NUMBER, missing=2, minimum=0.5, maximum=9.25, median=3.0)
WHOLE = Column(name="age", type=ColumnType.NUMBER, minimum=18, maximum=90, median=40.5, whole=True)
HUGE = Column(name="huge", type=ColumnType.NUMBER, minimum=-1e300, maximum=1e300, median=0.0)
CONSTANT = Column(name="constant", type=ColumnType.NUMBER, minimum=4, maximum=4, median=4, whole=True)
CHOICE = Column(name="job", type=ColumnType.CATEGORY, missing=1, values=(("cook", 9), ("Empty", 4), ("smith", 2)))
DAY = Column(name="day", type=ColumnType.TIME, examples=("2026-01-05 00:00:00",), format="%Y-%m-%d")
MOMENT = Column(name="moment", type=ColumnType.TIME, examples=("2026-01-05 10:30:00",), format="%Y-%m-%d %H:%M")
TEXT = Column(name="review", type=ColumnType.TEXT, examples=("quite good",))


def script(column: dict, shown: list) -> None:  # type: ignore[type-arg]  # AppTest copies the source, without imports
    import streamlit as st

    from core.dataset.schema import Column
    from ui.fields import draw, show

    if shown and "told" not in st.session_state:
        st.session_state["told"] = True
        show(Column.model_validate(column), "f", shown[0])
    st.session_state["value"] = draw(Column.model_validate(column), "f")


def field(column: Column, *shown: object, **state: object) -> AppTest:
    """A page with one field, which may show a value or be given one by a hostile browser."""
    app = AppTest.from_function(script, args=(column.model_dump(), list(shown)))
    for key, value in state.items():
        app.session_state[key] = value
    return app.run(timeout=30)


def value(app: AppTest) -> object:
    assert not app.exception
    return app.session_state["value"]


@pytest.mark.parametrize(
    ("column", "start"),
    [
        (NUMBER, 3.0), (WHOLE, 40), (HUGE, 0.0), (CONSTANT, 4.0), (CHOICE, "cook"), (DAY, datetime(2026, 1, 5)),
        (MOMENT, datetime(2026, 1, 5, 10, 30)), (TEXT, "quite good"),
    ],
    ids=lambda one: one.name if isinstance(one, Column) else "",
)  # fmt: skip
def test_starts_with_what_is_typical(column: Column, start: object) -> None:
    assert value(field(column)) == start


def test_a_column_that_is_mostly_empty_starts_empty() -> None:
    assert typical(CHOICE.model_copy(update={"missing": 10})) is None


def test_whole_numbers_have_whole_steps_and_others_round_ones() -> None:
    assert (field(WHOLE).slider[0].step, field(NUMBER).slider[0].step) == (1, 0.01)


def test_a_range_that_no_slider_can_show_is_typed() -> None:
    assert not field(HUGE).slider and len(field(HUGE).number_input) == 1 and len(field(CONSTANT).number_input) == 1


@pytest.mark.parametrize(
    ("column", "shown"),
    [
        (NUMBER, 7.125), (NUMBER, None), (WHOLE, 33), (CHOICE, "smith"), (CHOICE, None), (CHOICE, "Empty"), (CHOICE, "never listed"),
        (DAY, datetime(2025, 12, 1)), (MOMENT, datetime(2025, 12, 1, 8, 1)), (TEXT, "a row’s own words"), (TEXT, None),
    ],
    ids=lambda one: one.name if isinstance(one, Column) else str(one),
)  # fmt: skip
def test_shows_the_value_of_a_row(column: Column, shown: object) -> None:
    assert value(field(column, shown)) == shown


def test_another_value_is_one_that_no_file_has() -> None:
    app = field(CHOICE)
    app.selectbox[0].select("Another value").run()
    assert value(app) == OTHER_VALUE and OTHER_VALUE not in dict(CHOICE.values)


def test_a_class_that_is_called_empty_is_not_the_empty_choice() -> None:
    options = field(CHOICE).selectbox[0].options
    assert len(set(options)) == len(options) == 5 and "Empty (2)" in options


@pytest.mark.parametrize(
    ("column", "given", "expected"),
    [(CHOICE, "<script>", "cook"), (TEXT, "x" * 9_000, "x" * 5_000), (DAY, date(1, 1, 1), datetime(1, 1, 1))],
    ids=["choice", "text", "day"],
)
def test_what_was_never_offered_is_brought_back(column: Column, given: object, expected: object) -> None:
    assert value(field(column, f=given)) == expected
