"""For models that predict a number: no threshold, but what being too high or too low costs a month."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from core.language import _
from core.seal import look_at
from core.worth.error_cost import ErrorCost, ModelCost, Prices, error_cost
from core.worth.pitch import money_range, money_text
from ui.comparison import Compared
from ui.guard import guarded
from ui.money_dial import CURRENCIES
from ui.words import number, plain
from ui.worth_table import Row, cell, glued, worth_table

__all__ = ["error_cost_view"]

MOST = 1e9


@st.fragment
@guarded()
def error_cost_view(found: Compared) -> None:
    """Draw the sentence, the fields and the table."""
    assert found.comparison is not None  # the page stops where there is none
    st.info(_("These models predict a number, so there is no threshold to set. What counts is what an error costs."), icon=":material/straighten:")
    top = st.container(border=True, gap="small", key="pitch")
    prices = _prices()
    costs = error_cost(found.comparison, prices)
    with suppress(OSError):
        look_at(found.dataset, "worth", [one.one.model.id for one in costs.models], over=prices.over, under=prices.under, cases=prices.cases)
    with top:
        st.subheader(glued(plain(costs.sentence, 600)), anchor=False)
        for sentence in costs.details:
            st.markdown(glued(plain(sentence, 600)))
    worth_table([_row(one, costs) for one in costs.models], "error_cost", _("What the errors of every model cost a month, with 95 % intervals"))
    st.caption(_("**Offset**: added to each prediction, because too much and too little cost differently; chosen on the validation rows. In smaller type: the 95 % interval."))


def _prices() -> Prices:
    with st.grid("auto", min_column_width=240, gap="small"):
        with st.container(gap="xxsmall"):
            over = st.number_input(_("One unit too high costs"), 0.0, MOST, 1.0, 1.0, key="cost_over", persist_state="session")
            st.caption(_("For each unit that a prediction lies above the truth, such as goods that nobody buys."))
        with st.container(gap="xxsmall"):
            under = st.number_input(_("One unit too low costs"), 0.0, MOST, 1.0, 1.0, key="cost_under", persist_state="session")
            st.caption(_("For each unit that it lies below, such as a sale that you miss."))
        with st.container(gap="xxsmall"):
            cases = st.number_input(_("Cases a month"), 1.0, MOST, 1_000.0, 100.0, format="%0.0f", key="cost_cases", persist_state="session")
            st.caption(_("How many predictions you need in a month."))
        with st.container(gap="xxsmall"):
            currency = st.selectbox(_("Currency"), CURRENCIES, key="cost_currency", persist_state="session", accept_new_options=True)
            st.caption(_("A sign or a code of at most 5 characters."))
    return Prices(float(over), float(under), str(currency or "€").strip()[:5] or "€", float(cases))


def _row(found: ModelCost, costs: ErrorCost) -> Row:
    currency = costs.prices.currency
    saved = "–"
    if found.saved is not None:
        saved = cell(money_text(found.saved.value, currency, signed=True), money_range(found.saved, currency, signed=True))
        if found.clear:
            saved = (":green[:material/arrow_upward:] " if (found.saved.value or 0.0) > 0 else ":orange[:material/arrow_downward:] ") + saved
    return Row(found.one, {
        _("Cost a month"): cell(money_text(found.cost.value, currency), money_range(found.cost, currency)),
        _("Saved against the best simple model"): saved,
        _("Offset"): cell(("+" if found.offset > 0 else "") + number(found.offset).replace("-", "−")),
        _("Cost without offset"): cell(money_text(found.plain.value, currency), money_range(found.plain, currency)),
    })  # fmt: skip
