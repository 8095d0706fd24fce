"""One widget for one input column: a slider in the real range, a choice, a date, a line of text.

What the browser sends is checked here before a model sees it: a number is brought back into its range, a
choice that was never offered is nothing. A field can also be told to show a value, that of a real row.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import streamlit as st

from core.dataset.schema import Column, ColumnType
from core.language import N_, _
from ui.words import plain, short

__all__ = ["Value", "draw", "show", "typical"]

Value = float | int | str | date | None
TEXT_LIMIT = 5_000  # characters
ONE_LINE = 60  # characters; longer text is also shown in full
LABEL_LIMIT = 60
SLIDER_STEPS = 100  # at least; a step is a round number
LARGEST = 2.0**53  # the browser counts no further one by one
OTHER_VALUE = "(a value that the model never saw)"
OTHER_LABEL, EMPTY_LABEL = N_("Another value"), N_("Empty")
FIRST_DAY, LAST_DAY = date(1, 1, 1), date(9999, 12, 31)


def typical(column: Column) -> Value:
    """The value that a field starts with: the median, the most frequent choice (none, if that is), an example."""
    if column.type is ColumnType.NUMBER:
        return column.median
    if column.type is ColumnType.CATEGORY:
        return column.values[0][0] if column.values and column.values[0][1] >= column.missing else None
    example = column.examples[0] if column.examples else None
    return _moment(example) if column.type is ColumnType.TIME else example


def show(column: Column, key: str, value: Value) -> None:
    """Make the field show a value; only before it is drawn, or in a callback.

    Args:
        column: of the field.
        key: of the field.
        value: None for missing.
    """
    if column.type is ColumnType.NUMBER:
        st.session_state[f"{key}_unknown"] = value is None
        st.session_state[key] = _number(column, typical(column) if value is None else value)
    elif column.type is ColumnType.CATEGORY:
        st.session_state[f"{key}_extra"] = value
        options = _options(column, value)
        st.session_state[key] = next((label for label, known in options.items() if known == value), EMPTY_LABEL)
    elif column.type is ColumnType.TIME:
        st.session_state[key] = value.date() if isinstance(value, datetime) and not _has_clock(column) else value
    else:
        st.session_state[key] = "" if value is None else str(value)[:TEXT_LIMIT]


def draw(column: Column, key: str) -> Value:
    """Draw the field and give back its checked value; the first time it shows what is typical.

    Args:
        column: name, type and range.
        key: of the widget, unique on the page.

    Returns:
        A number, a text, a moment, or None for a missing value.
    """
    if key not in st.session_state:
        show(column, key, typical(column))
    if column.type is ColumnType.NUMBER:
        return _draw_number(column, key)
    if column.type is ColumnType.CATEGORY:
        return _draw_choice(column, key)
    if column.type is ColumnType.TIME:
        return _draw_moment(column, key)
    typed = st.text_input(_label(column), key=key, max_chars=TEXT_LIMIT, live="200ms", persist_state="session")
    text = str(typed or "")[:TEXT_LIMIT]
    if len(text) > ONE_LINE:
        st.markdown(f"> {plain(text, TEXT_LIMIT)}")
    return text if text.strip() else None


def _draw_number(column: Column, key: str) -> Value:
    unknown = bool(st.session_state.get(f"{key}_unknown"))
    common: dict[str, Any] = {"key": key, "disabled": unknown, "persist_state": "session"}
    with st.container(gap="xxsmall"):
        low, high = _range(column)
        if low is None or high is None:
            given = st.number_input(_label(column), format="%g", **common)
        elif column.whole:
            given = st.slider(_label(column), int(low), int(high), step=1, format="localized", **common)
        else:
            given = st.slider(_label(column), low, high, step=_step(low, high), format="%.6g", **common)
        if column.missing:
            unknown = st.checkbox(_("Not known"), key=f"{key}_unknown", persist_state="session")
    return None if unknown else _number(column, given)


def _draw_choice(column: Column, key: str) -> Value:
    options = _options(column, st.session_state.get(f"{key}_extra"))
    if st.session_state.get(key) not in options:
        st.session_state[key] = next(iter(options))
    label = st.selectbox(_label(column), list(options), format_func=_in_words, key=key, persist_state="session")
    return options.get(label)


def _draw_moment(column: Column, key: str) -> Value:
    if _has_clock(column):
        moment = st.datetime_input(
            _label(column), key=key, min_value=datetime.combine(FIRST_DAY, time()), max_value=datetime.combine(LAST_DAY, time()), persist_state="session"
        )  # fmt: skip
        return moment if isinstance(moment, datetime) else None
    day = st.date_input(_label(column), key=key, min_value=FIRST_DAY, max_value=LAST_DAY, persist_state="session")
    return datetime.combine(day, time()) if isinstance(day, date) else None


def _label(column: Column) -> str:
    return plain(column.name, LABEL_LIMIT) or _("(no name)")


def _in_words(label: str) -> str:
    """Ours are translated, those of the file are not."""
    return _(label) if label in (OTHER_LABEL, EMPTY_LABEL) else label


def _options(column: Column, extra: object = None) -> dict[str, Value]:
    """What can be chosen, by label: the values, most frequent first, then another one and none."""
    values: Sequence[str] = [value for value, _rows in column.values]
    if isinstance(extra, str) and extra not in values:
        values = [*values, extra]
    options: dict[str, Value] = {}
    for value in values:
        label, number = short(value, LABEL_LIMIT) or "(blank)", 2
        while label in options or label in (OTHER_LABEL, EMPTY_LABEL):
            label, number = f"{short(value, LABEL_LIMIT)} ({number})", number + 1
        options[label] = value
    return options | {OTHER_LABEL: OTHER_VALUE, EMPTY_LABEL: None}


def _range(column: Column) -> tuple[float, float] | tuple[None, None]:
    """The ends of a slider, or nothing where a slider cannot show them."""
    low, high = column.minimum, column.maximum
    if low is None or high is None or not low < high or max(abs(low), abs(high)) >= LARGEST:
        return None, None
    return low, high


def _number(column: Column, value: object) -> float | int:
    """A number in the column's range, whole where the column is; the middle of the range for anything else."""
    low, high = _range(column)
    number = float(value) if isinstance(value, int | float) and math.isfinite(value) else (column.median or 0.0)
    if low is None or high is None:
        return float(number)
    number = min(max(number, low), high)
    return round(number) if column.whole else number


def _step(low: float, high: float) -> float:
    return float(10.0 ** math.floor(math.log10((high - low) / SLIDER_STEPS)))


def _has_clock(column: Column) -> bool:
    return any(code in column.format for code in ("%H", "%I", "%T", "%R", "%X", "%c", "%s"))


def _moment(example: str | None) -> datetime | None:
    """An example of a time column, which the profile writes in ISO 8601."""
    try:
        return datetime.fromisoformat(example or "").replace(tzinfo=None)
    except ValueError:
        return None
