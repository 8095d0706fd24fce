"""Try a model by hand: a form made from the columns it was trained on, and an answer that follows every change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.dataset.dataset import Dataset
from core.dataset.schema import Column, ColumnType
from core.language import _
from core.predict import Predictor
from core.runs.run import Run
from ui.answer import show_answer
from ui.fields import Value, draw, show, typical
from ui.guard import guarded
from ui.held_out import HeldOut, held_out
from ui.models import usual_error
from ui.picture_box import picture_box
from ui.words import count

__all__ = ["try_by_hand"]

FIELDS = 30  # a form with more is no fun; a random row still sets all columns
TALL = 9  # from here on the form scrolls beside the answer
FORM_PX = 480


def try_by_hand(run: Run, model: Predictor, dataset: Dataset | None) -> None:
    """Draw the form and the answer.

    Args:
        run: whose model it is.
        model: that model.
        dataset: for real test rows; None when it was deleted.
    """
    columns = model.preprocessor.columns
    starts_with_row = any(column.type in (ColumnType.TEXT, ColumnType.IMAGE) for column in columns)
    if dataset is not None and starts_with_row and _row_key(run) not in st.session_state:
        _take_row(run, columns, dataset, model.preprocessor.target_name)
    _form(run, model, dataset)


@st.fragment
@guarded()
def _form(run: Run, model: Predictor, dataset: Dataset | None) -> None:
    columns, target = model.preprocessor.columns, model.preprocessor.target_name
    answer, form = st.columns([2, 3], gap="large")
    with form:
        if dataset is not None:
            st.button(
                _("Surprise me: a random test row"), icon=":material/casino:", key="surprise", width="stretch",
                on_click=_take_row, args=(run, columns, dataset, target),
            )  # fmt: skip
        values = _fields(run, model)
    with answer, guarded():
        if values is None:
            st.info(_("Choose a picture, and the model says what it is."), icon=":material/add_a_photo:")
            return
        known: HeldOut | None = st.session_state.get(_row_key(run))
        about = next((column for column in dataset.info.columns if column.name == target), None) if dataset else None
        if known is not None and known.picture is not None and not any(value is known.picture for value in values.values()):
            known = None  # a picture of the visitor's own, whose truth nobody knows
        show_answer(
            model.predict_row(values), target, known, touched=known is not None and _differs(values, known),
            about=about, usual_error=usual_error(run),
        )  # fmt: skip


def _fields(run: Run, model: Predictor) -> dict[str, Any] | None:
    """The values of all columns, those without a field included; None while a picture is missing."""
    columns = model.preprocessor.columns
    shown = columns[:FIELDS]
    known: HeldOut | None = st.session_state.get(_row_key(run))
    values: dict[str, Any] = {}
    with st.container(height=FORM_PX if len(shown) >= TALL else "content", border=len(shown) >= TALL, key="try_form"):
        with st.grid("auto", min_column_width=240) if len(shown) > 1 else st.container():
            for place, column in enumerate(shown):
                if column.type is ColumnType.IMAGE:
                    values[column.name] = picture_box(_key(run, place), known.picture if known else None, model.preprocessor.image_shape)
                else:
                    values[column.name] = draw(column, _key(run, place))
        if rest := columns[FIELDS:]:
            values |= {column.name: known.values.get(column.name) if known else typical(column) for column in rest}
            st.caption((_("{n} more columns have the values of that row.") if known else _("{n} more columns have typical values.")).format(n=count(len(rest))))
    pictures = [column.name for column in columns if column.type is ColumnType.IMAGE]
    return None if any(values[name] is None for name in pictures) else values


def _take_row(run: Run, columns: Sequence[Column], dataset: Dataset, target: str) -> None:
    """Fill the form from a test row."""
    with guarded():
        if (known := held_out(dataset, columns, target)) is None:
            return
        st.session_state[_row_key(run)] = known
        for place, column in enumerate(columns[:FIELDS]):
            if column.type is ColumnType.IMAGE:
                st.session_state[f"{_key(run, place)}_from"] = None
            else:
                show(column, _key(run, place), known.values[column.name])


def _differs(values: Mapping[str, Any], known: HeldOut) -> bool:
    return any(not _same(values.get(name), value) for name, value in known.values.items())


def _same(shown: Value, real: Value) -> bool:
    if isinstance(shown, int | float) and isinstance(real, int | float):
        return abs(shown - real) <= 1e-9 * max(1.0, abs(real))
    if isinstance(shown, str) and isinstance(real, str):
        return " ".join(shown.split()) == " ".join(real.split())
    return shown == real


def _key(run: Run, place: int) -> str:
    return f"try_{run.id}_{place}"


def _row_key(run: Run) -> str:
    return f"row_{run.id}"
