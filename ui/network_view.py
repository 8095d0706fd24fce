"""A planned network as a table: what each layer does, what comes out of it, how many numbers it learns."""

from __future__ import annotations

import re

import streamlit as st

from core.language import _, plural
from core.recipes import Plan
from ui.words import count

__all__ = ["network_view"]

NO_BREAK = "\u00a0"


def network_view(plan: Plan) -> None:
    """Draw the layers of a plan, its inputs first, with the total."""
    learning = sum(1 for layer in plan.layers if layer.parameters)
    st.metric(_("Parameters"), count(plan.parameters), help=_("Numbers that training adjusts: the size of the network."))
    st.caption(_("{layers}, {learning} of them learn.").format(layers=plural("{n} layer", "{n} layers", len(plan.layers)), learning=learning))
    only = re.compile(r"^(image|text)_0_" if len(plan.inputs) == 1 else "^$")  # with one input its number says nothing
    lines = [f"| {_('Layer')} | {_('Comes out')} | {_('Parameters')} |", "|:--|--:|--:|"]
    for layer in plan.layers:
        shape = f"{NO_BREAK}×{NO_BREAK}".join(count(side) for side in layer.shape)
        name = only.sub("", layer.name).replace("_", " ")
        lines.append(f"| **{_(layer.title)}** :small[{name}] | {shape} | {count(layer.parameters) if layer.parameters else '·'} |")
    st.markdown("\n".join(lines))
    kinds = {layer.title: layer.explanation for layer in plan.layers}
    with st.expander(_("What the layers do")):
        st.markdown("\n".join(_("- **{title}**: {explanation}").format(title=_(title), explanation=_(explanation)) for title, explanation in kinds.items()))
