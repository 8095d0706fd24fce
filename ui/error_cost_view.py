"""For models that predict a number: no threshold, but what being too high or too low costs a month."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from core.language import _
from core.seal import look_at
from core.worth.error_cost import ErrorCost, ModelCost, Prices, error_cost
from ui.comparison import Compared
from ui.guard import guarded
from ui.money_fields import cases_field, currency_field, told
from ui.words import glued, number
from ui.worth_table import Row, amount, cell, difference, worth_table

__all__ = ["error_cost_view"]

MOST = 1e9


@st.fragment
@guarded()
def error_cost_view(found: Compared) -> None:
    """Draw the sentence, the fields and the table."""
    assert found.comparison is not None  # the page stops where there is none
    st.info(_("These models predict a number, so there is no threshold to set. What counts is what an error costs."), icon=":material/straighten:")
    kept = f"report_prices_{found.dataset.id}"
    top = st.container(border=True, gap="small", key="pitch")
    st.session_state[kept] = None  # until what was entered is sound
    prices = st.session_state[kept] = _prices()  # for what is taken along
    costs = error_cost(found.comparison, prices)
    with suppress(OSError):
        look_at(found.dataset, "worth", [one.one.model.id for one in costs.models], over=prices.over, under=prices.under, cases=prices.cases)
    with top:
        told(costs.sentence, costs.details)
    worth_table([_row(one, costs) for one in costs.models], "error_cost", _("What the errors of every model cost a month, with 95 % intervals"))
    st.caption(glued(_("**Offset**: added to each prediction, because too much and too little cost differently; chosen on the validation rows. In smaller type: the 95 % interval.")))


def _prices() -> Prices:
    with st.grid("auto", min_column_width=240, gap="small"):
        with st.container(gap="xxsmall"):
            over = st.number_input(_("One unit too high costs"), 0.0, MOST, 1.0, 1.0, key="cost_over", persist_state="session")
            st.caption(_("For each unit that a prediction lies above the truth, such as goods that nobody buys."))
        with st.container(gap="xxsmall"):
            under = st.number_input(_("One unit too low costs"), 0.0, MOST, 1.0, 1.0, key="cost_under", persist_state="session")
            st.caption(_("For each unit that it lies below, such as a sale that you miss."))
        cases = cases_field("cost_cases", _("How many predictions you need in a month."))
        currency = currency_field("cost_currency")
    return Prices(float(over), float(under), currency, cases)


def _row(found: ModelCost, costs: ErrorCost) -> Row:
    currency = costs.prices.currency
    return Row(found.one, {
        _("Cost a month"): amount(found.cost, currency),
        _("Saved against the best simple model"): difference(found.saved, found.clear, currency),
        _("Offset"): cell(("+" if found.offset > 0 else "") + number(found.offset).replace("-", "−")),
        _("Cost without offset"): amount(found.plain, currency),
    })  # fmt: skip
