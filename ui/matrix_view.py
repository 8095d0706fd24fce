"""Several classes in money: a value for every mix-up, and what each model brings when it decides by value."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import polars as pl
import streamlit as st

from core.language import _
from core.seal import look_at
from core.worth.cost_matrix import CostMatrix, MatrixWorth, ModelMatrixWorth, matrix_worth
from ui.class_shares import class_shares
from ui.comparison import Compared
from ui.guard import guarded
from ui.money_fields import cases_field, currency_field, told
from ui.words import glued, short
from ui.worth_table import Row, amount, difference, worth_table

__all__ = ["MOST_CLASSES", "matrix_view"]

MOST_CLASSES = 12  # a larger table nobody fills
RIGHT, WRONG = 10.0, -5.0
MOST = 1e12


@st.fragment
@guarded()
def matrix_view(found: Compared) -> None:
    """Draw the sentence, the table of values, and what each model brings."""
    assert found.comparison is not None  # the page stops where there is none
    kept = f"report_matrix_{found.dataset.id}"
    st.session_state[kept] = None  # until what was entered is sound
    top = st.container(border=True, gap="small", key="matrix_pitch")
    matrix = _matrix(found)
    st.session_state[kept] = matrix  # for what is taken along
    worth = matrix_worth(found.comparison, matrix)
    rates = {} if matrix.rates is None else {"rates": matrix.rates.round(6).tolist()}
    with suppress(OSError):
        look_at(found.dataset, "worth", [one.one.model.id for one in worth.models], matrix=matrix.values.tolist(), cases=matrix.cases, **rates)
    with top:
        told(worth.sentence, worth.details)
        if rates:
            st.caption(_("Counted for your shares of the classes in real life. That holds as long as each class looks the same there, only rarer or more frequent."))
    worth_table([_row(one, worth) for one in worth.models], "matrix", _("What every model is worth a month, with 95 % intervals"))
    st.caption(glued(_("**Gain**: what a model brings over the best single answer for all cases. In smaller type: the 95 % interval.")))
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
        cases = cases_field("matrix_cases", _("How many cases the model decides in a month."))
        currency = currency_field("matrix_currency")
    values = np.array([[float(value or 0.0) for value in edited[name].to_list()] for name in names]).T
    return CostMatrix(values, currency, cases, class_shares(found))


def _row(found: ModelMatrixWorth, worth: MatrixWorth) -> Row:
    currency = worth.matrix.currency
    return Row(found.one, {
        _("Gain a month"): amount(found.gain, currency),
        _("Against the best simple model"): difference(found.versus, found.clear, currency),
        _("Money a month"): amount(found.money, currency),
        _("Decides by value"): _("yes") if found.by_value else _("no"),
    })  # fmt: skip
