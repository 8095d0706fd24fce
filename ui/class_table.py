"""How each model treats each class: precision, recall and F1 with their intervals, and both averages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.evaluation.evaluate import Evaluation
from core.evaluation.intervals import Interval
from core.language import N_, _, plural
from ui.metric_words import range_text, value_text
from ui.narrow import is_narrow
from ui.words import count, glued, plain

if TYPE_CHECKING:
    from core.evaluation.compare import Comparison

__all__ = ["class_table"]

COLUMNS = {"precision": N_("Precision"), "recall": N_("Recall"), "f1": N_("F1")}
MOST_CLASSES = 30


def class_table(comparison: Comparison) -> None:
    """Draw the table of one model; the visitor chooses which."""
    names = {f"{number}. {one.model.name}": one for number, one in enumerate(comparison.models, start=1)}
    chosen = st.selectbox(_("Model"), list(names), key="class_model") if len(names) > 1 else next(iter(names))
    evaluation = names.get(chosen, comparison.models[0]).evaluation
    classes = sorted(evaluation.labels, key=lambda label: -evaluation.class_rows.get(label, 0))
    rows = [_row(plain(label, 60), count(evaluation.class_rows.get(label, 0)), evaluation.per_class[label]) for label in classes[:MOST_CLASSES]]
    rows += [_row(f"*{title}*", count(evaluation.rows), _averages(evaluation, kind)) for kind, title in (("macro", _("every class alike")), ("weighted", _("by rows")))]
    titles = (_("Class"), _("Test rows"), *map(_, COLUMNS.values()))
    if is_narrow():
        for place, row in enumerate(rows):
            _card(titles, row, f"class_card_{place}")
    else:
        columns = map(list, zip(*rows, strict=True))
        st.table(dict(zip(titles, columns, strict=True)), hide_index=True, border="horizontal", alt=_("Precision, recall and F1 of each class"))
    if len(classes) > MOST_CLASSES:
        st.caption(plural("The most frequent of {n} class.", "The most frequent of {n} classes.", len(classes)))
    st.caption(_("**Precision**: of the rows called so, the share that are so. **Recall**: of the rows that are so, the share that was found. **F1**: both in one number."))


def _card(titles: tuple[str, ...], row: tuple[str, ...], key: str) -> None:
    """One class on a phone: its name and rows, and its three numbers side by side."""
    name, rows, *numbers = row
    with st.container(border=True, gap="xsmall", key=key):
        st.markdown(f"{name if name.startswith('*') else f'**{name}**'} · :small[{titles[1]}: {rows}]")
        with st.grid(len(numbers), min_column_width=84, gap="small"):
            for title, number in zip(titles[2:], numbers, strict=True):
                st.markdown(f":small[{title}]  \n{number}")


def _row(title: str, rows: str, metrics: dict[str, Interval]) -> tuple[str, ...]:
    return (title, rows, *(_cell(name, metrics[name]) for name in COLUMNS))


def _cell(name: str, interval: Interval) -> str:
    span = range_text(name, interval)
    return f"**{value_text(name, interval.value)}**" + (f"  \n:small[:gray[{glued(span)}]]" if span else "")


def _averages(evaluation: Evaluation, kind: str) -> dict[str, Interval]:
    return {name: evaluation.metrics[f"{name}_{kind}"] for name in COLUMNS}
