"""Several classes in money: a value for every mix-up, and what each model brings when it decides by value."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import polars as pl
import streamlit as st

from core.language import _
from core.seal import look_at
from core.worth.cost_matrix import CostMatrix, MatrixWorth, ModelMatrixWorth, matrix_worth
from core.worth.pitch import money_range, money_text
from ui.comparison import Compared
from ui.guard import guarded
from ui.money_dial import CURRENCIES
from ui.words import plain, short
from ui.worth_table import Row, cell, glued, worth_table

__all__ = ["MOST_CLASSES", "matrix_view"]

MOST_CLASSES = 12  # a larger table nobody fills
RIGHT, WRONG = 10.0, -5.0
MOST = 1e12


@st.fragment
@guarded()
def matrix_view(found: Compared) -> None:
    """Draw the sentence, the table of values, and what each model brings."""
    assert found.comparison is not None  # the page stops where there is none
    top = st.container(border=True, gap="small", key="matrix_pitch")
    matrix = _matrix(found)
    worth = matrix_worth(found.comparison, matrix)
    with suppress(OSError):
        look_at(found.dataset, "worth", [one.one.model.id for one in worth.models], matrix=matrix.values.tolist(), cases=matrix.cases)
    with top:
        st.subheader(glued(plain(worth.sentence, 600)), anchor=False)
        for sentence in worth.details:
            st.markdown(glued(plain(sentence, 600)))
    worth_table([_row(one, worth) for one in worth.models], "matrix", _("What every model is worth a month, with 95 % intervals"))
    st.caption(_("**Gain**: what a model brings over the best single answer for all cases. In smaller type: the 95 % interval."))
    st.caption(_("**Decides by value**: not for the most probable class, but for the answer that brings most on average, given all probabilities; where that was better on the validation rows."))


def _matrix(found: Compared) -> CostMatrix:
    assert found.comparison is not None
    names = [f"{place}. {short(label, 24)}" for place, label in enumerate(found.comparison.labels, start=1)]
    truth = _("True class")
    start = pl.DataFrame({truth: names} | {name: [RIGHT if name == row else WRONG for row in names] for name in names})
    edited = st.data_editor(
        start, hide_index=True, num_rows="fixed", disabled=[truth], key=f"worth_matrix_{found.dataset.id}", alt=_("Money for each true class, down, and each answer, across"),
        column_config={name: st.column_config.NumberColumn(required=True, min_value=-MOST, max_value=MOST) for name in names},
    )  # fmt: skip
    st.caption(_("Money a case: down the true class, across the answer of the model. The amounts are examples: put your own in. What you pay has a minus."))
    with st.grid("auto", min_column_width=240, gap="small"):
        with st.container(gap="xxsmall"):
            cases = st.number_input(_("Cases a month"), 1.0, MOST, 1_000.0, 100.0, format="%0.0f", key="matrix_cases", persist_state="session")
            st.caption(_("How many cases the model decides in a month."))
        with st.container(gap="xxsmall"):
            currency = st.selectbox(_("Currency"), CURRENCIES, key="matrix_currency", persist_state="session", accept_new_options=True)
            st.caption(_("A sign or a code of at most 5 characters."))
    values = np.array([[float(value or 0.0) for value in edited[name].to_list()] for name in names]).T
    return CostMatrix(values, str(currency or "€").strip()[:5] or "€", float(cases))


def _row(found: ModelMatrixWorth, worth: MatrixWorth) -> Row:
    currency = worth.matrix.currency
    versus = "–" if found.versus is None else cell(money_text(found.versus.value, currency, signed=True), money_range(found.versus, currency, signed=True))
    if found.versus is not None and found.clear:
        versus = (":green[:material/arrow_upward:] " if (found.versus.value or 0.0) > 0 else ":orange[:material/arrow_downward:] ") + versus
    return Row(found.one, {
        _("Gain a month"): cell(money_text(found.gain.value, currency), money_range(found.gain, currency)),
        _("Against the best simple model"): versus,
        _("Money a month"): cell(money_text(found.money.value, currency), money_range(found.money, currency)),
        _("Decides by value"): _("yes") if found.by_value else _("no"),
    })  # fmt: skip
