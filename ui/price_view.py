"""The price of a point: what the last point of F1 cost in seconds, energy and money, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.evaluation.names import metric_word
from core.language import _
from core.worth.currency import price_text
from core.worth.price import Step, price_of_a_point, usual_metric
from core.worth.rates import Rates, energy_text, seconds_text
from ui.comparison import Compared
from ui.guard import guarded
from ui.money_fields import chosen_currency
from ui.words import glued, percent, plain
from ui.worth_table import Row, cell, worth_table

if TYPE_CHECKING:
    from core.evaluation.intervals import Interval
    from core.worth.last_point import LastPoint
    from core.worth.price import Price

__all__ = ["price_view"]

MOST_RATE = 1e9


@st.fragment
@guarded()
def price_view(found: Compared) -> None:
    """Draw the sentence, the two rates, and the steps from the cheapest model upwards."""
    assert found.comparison is not None  # the page stops where there is none
    metric = usual_metric(found.comparison.task)
    st.subheader(_("Price of a point"), anchor=False)
    top = st.container(gap="small")
    with st.grid("auto", min_column_width=240, gap="small"):
        with st.container(gap="xxsmall"):
            hour = st.number_input(_("An hour of the machine costs"), 0.0, MOST_RATE, 0.5, 0.1, key="price_hour", persist_state="session")
            st.caption(_("What you pay for an hour of training. An example: put your own in."))
        with st.container(gap="xxsmall"):
            kwh = st.number_input(_("A kilowatt hour costs"), 0.0, MOST_RATE, 0.3, 0.05, key="price_kwh", persist_state="session")
            st.caption(_("0 where the hour includes it."))
    rates = st.session_state[f"report_rates_{found.dataset.id}"] = Rates(float(hour), float(kwh), chosen_currency("worth_currency"))  # for what is taken along
    price = price_of_a_point(found.comparison, rates, runs=found.runs)
    with top:
        st.markdown(f"**{glued(plain(price.sentence, 600))}**")
    worth_table([_row(step, price) for step in price.steps], "price", _("What each step to a dearer model brought and cost"))
    if metric == "rmse":
        st.caption(glued(_("**A point** is 1 % of the cheaper model's error. A step is the next model whose training took longer and that was better on the validation rows.")))
    else:
        words = {"metric": metric_word(metric)}
        st.caption(_("**A point** is one hundredth of {metric}. A step is the next model whose training took longer and that was better on the validation rows; the test rows say by how much.").format(**words))
    _within(found, price)


def _within(found: Compared, price: Price) -> None:
    """What the last point cost inside each training."""
    judged = {one.model.id: one for one in found.comparison.models} if found.comparison is not None else {}
    if not price.within:
        return
    st.markdown(f"**{_('Inside each training')}**")
    if len(price.within) == 1:
        st.markdown(glued(plain(price.within[0].sentence, 600)))
    worth_table([Row(judged[one.run], _last(one)) for one in price.within], "price_within", _("What the last point cost inside each training"))
    st.caption(glued(price.within[0].meaning))


def _last(one: LastPoint) -> dict[str, str]:
    def cost(text: str) -> str:
        return _("at most {cost}").format(cost=text) if one.bound == "at_most" else text

    return {
        _("Best on validation rows"): cell(one.best_text, _("epoch {epoch} of {epochs}").format(epoch=one.best_epoch, epochs=one.epochs)),
        _("Time of the last point"): cell(cost(seconds_text(one.seconds)), _("{share} of all learning").format(share=percent(one.share))),
        _("Energy of the last point"): cell(energy_text(None) if one.joules is None else cost(energy_text(one.joules))),
        _("Money of the last point"): cell(cost(price_text(one.money, one.currency))),
    }  # fmt: skip


def _row(step: Step, price: Price) -> Row:
    points = step.points
    span = "" if points.low is None or points.high is None else _("{low} to {high}").format(low=f"{points.low:+.1f}", high=f"{points.high:+.1f}").replace("-", "−")
    each = step.per_point(step.money)
    cells = {
        _("Points more"): cell(f"{points.value or 0.0:+.1f}".replace("-", "−"), span),
        _("Training time more"): cell(seconds_text(step.seconds)),
        _("Energy more"): cell(energy_text(step.joules)),
        _("Time a point"): _time(step.per_point(step.seconds)),
        _("Money a point"): "–" if each.value is None else cell(price_text(each.value, price.rates.currency), _range(price_text(each.low, price.rates.currency), price_text(each.high, price.rates.currency))),
    }  # fmt: skip
    return Row(step.dearer, cells, _("after {name}").format(name=step.cheaper.model.name))


def _time(each: Interval) -> str:
    if each.value is None:
        return _("cannot tell")
    return cell(seconds_text(each.value), "" if each.low is None or each.high is None else _range(seconds_text(each.low), seconds_text(each.high)))


def _range(low: str, high: str) -> str:
    return low if low == high else _("{low} to {high}").format(low=low, high=high)
