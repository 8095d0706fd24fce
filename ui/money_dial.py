"""The money dial: a preset fills everything, each field says in one line what belongs in it."""

from __future__ import annotations

import streamlit as st

from core.language import _
from core.worth.presets import PRESETS, Preset
from core.worth.values import MOST, MOST_CASES, Values
from ui.money_fields import chosen_currency, currency_field
from ui.words import percent, plain

__all__ = ["chosen_values"]

FIRST = "churn"


def chosen_values(data_rate: float, label: str) -> Values:
    """Let the visitor enter what right and wrong is worth.

    Args:
        data_rate: share of the class in the test rows, shown where no share in real life is named.
        label: the class that a model acts on.

    Raises:
        BadSettings: the values are out of range.
    """
    for name, value in _fields(PRESETS[FIRST]).items():
        st.session_state.setdefault(name, value)
    chosen = st.pills(_("What is it about?"), list(PRESETS), default=FIRST, format_func=lambda name: _(PRESETS[name].title), key="worth_preset", persist_state="session", on_change=_fill, required=True)
    preset = PRESETS.get(str(chosen), PRESETS[FIRST])
    st.caption(f"{_(preset.case)} " + _("The amounts are examples: put your own in. What you pay has a minus."))
    with st.grid("auto", min_column_width=240, gap="small"):
        _amount("worth_tp", _("Found"), _(preset.tp))
        _amount("worth_fp", _("False alarm"), _(preset.fp))
        _amount("worth_fn", _("Missed"), _(preset.fn))
        _amount("worth_tn", _("Rightly left alone"), _(preset.tn))
        with st.container(gap="xxsmall"):
            st.number_input(_("Cases a month"), 1.0, MOST_CASES, None, 100.0, format="%0.0f", key="worth_cases", persist_state="session", placeholder=f"{preset.values.cases:.0f}")
            st.caption(_("How many cases the model decides in a month."))
        with st.container(gap="xxsmall"):
            st.number_input(_("Share in real life, %"), min_value=0.0001, max_value=99.9999, step=0.1, format="%0.4g", key="worth_rate", persist_state="session", placeholder=_("as in the data"))
            said = {"label": plain(label, 40), "share": percent(data_rate)}
            st.caption(_("How many of 100 cases are “{label}” outside your data. Empty: {share}, as in the test rows. Data are often richer in it than life.").format(**said))
        currency_field("worth_currency")
    return _values(preset)


def _amount(key: str, title: str, meaning: str) -> None:
    with st.container(gap="xxsmall"):
        st.number_input(title, -MOST, MOST, None, 1.0, format="%0.2f", key=key, persist_state="session", placeholder="0")  # no default: an empty field would become the smallest amount
        st.caption(meaning)


def _fields(preset: Preset) -> dict[str, float | str | None]:
    values = preset.values
    return {
        "worth_tp": float(values.tp), "worth_fp": float(values.fp), "worth_fn": float(values.fn), "worth_tn": float(values.tn),
        "worth_cases": float(values.cases), "worth_rate": None, "worth_currency": values.currency,
    }  # fmt: skip


def _fill() -> None:
    """Put the amounts of the chosen preset in; the currency and the share in real life are the visitor's."""
    preset = PRESETS.get(str(st.session_state.get("worth_preset")), PRESETS[FIRST])
    for name, value in _fields(preset).items():
        if name not in {"worth_currency", "worth_rate"}:
            st.session_state[name] = value


def _values(preset: Preset) -> Values:
    """What stands in the fields: an empty amount is 0, no number of cases is the example's."""
    state = st.session_state
    tp, fp, fn, tn = (float(state.get(name) or 0.0) for name in ("worth_tp", "worth_fp", "worth_fn", "worth_tn"))
    rate = state.get("worth_rate")
    return Values(tp, fp, fn, tn, chosen_currency("worth_currency"), float(state.get("worth_cases") or preset.values.cases), None if rate is None else float(rate) / 100)
