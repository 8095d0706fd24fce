"""The fields that every question about money asks: the cases of a month, the currency; and the sentence it comes to."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.language import _
from core.worth.currency import MOST_CASES
from ui.words import glued, plain

__all__ = ["CURRENCIES", "cases_field", "chosen_currency", "currency_field", "told"]

CURRENCIES = ("€", "$", "£", "¥", "₹", "CHF", "kr", "R$")


def cases_field(key: str, meaning: str) -> float:
    """How many cases a month has; 1,000 at first.

    Args:
        key: of the field, unique on the page.
        meaning: what a case is here, in one line.
    """
    with st.container(gap="xxsmall"):
        cases = st.number_input(_("Cases a month"), 1.0, MOST_CASES, 1_000.0, 100.0, format="%0.0f", key=key, persist_state="session")
        st.caption(meaning)
    return float(cases)


def currency_field(key: str) -> str:
    """A currency from a list, or one that the visitor writes.

    Args:
        key: of the field, unique on the page.
    """
    with st.container(gap="xxsmall"):
        st.selectbox(_("Currency"), CURRENCIES, key=key, persist_state="session", accept_new_options=True)
        st.caption(_("A sign or a code of at most 5 characters."))
    return chosen_currency(key)


def chosen_currency(key: str) -> str:
    """What was chosen in the field of this key, cut to what a currency is; the euro where nothing was."""
    return str(st.session_state.get(key) or "€").strip()[:5] or "€"


def told(sentence: str, details: Sequence[str]) -> None:
    """The sentence that can be repeated, large, and what belongs beside it, small."""
    st.subheader(glued(plain(sentence, 600)), anchor=False)
    for text in details:
        st.markdown(glued(plain(text, 600)))
