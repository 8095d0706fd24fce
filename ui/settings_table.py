"""The settings in which the compared runs differ; what is the same for all is said in one line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.language import N_, _, plural
from ui.narrow import is_narrow
from ui.words import plain

if TYPE_CHECKING:
    from core.evaluation.compare import Comparison

__all__ = ["differing", "setting_title", "settings_table"]

NAMES = {
    "recipe": N_("Kind of network"), "preset": N_("Preset"), "inputs": N_("Columns"), "backend": N_("Engine"), "seed": N_("Seed"),
    "train_share": N_("Share of the training rows"),
}  # fmt: skip
ABSENT = "–"


def differing(comparison: Comparison) -> dict[str, list[Any]]:
    """The settings that are not the same for all runs: name → one value a run, None where a run has no such setting."""
    decided = [dict(one.model.facts.get("settings") or {}) for one in comparison.runs]
    names = dict.fromkeys(name for one in decided for name in one)
    found = {name: [one.get(name) for one in decided] for name in names}
    return {name: values for name, values in found.items() if any(value != values[0] for value in values)}


def settings_table(comparison: Comparison) -> None:
    """Draw the table: one row a setting, one column a run; nothing for a single run."""
    runs = comparison.runs
    if len(runs) < 2:
        return
    st.subheader(_("How they were made"), anchor=False)
    found = differing(comparison)
    same = len({name for one in runs for name in one.model.facts.get("settings") or {}}) - len(found)
    if not found:
        st.markdown(_("All settings are the same. What differs is chance: the network does not learn in exactly the same order."))
        return
    titles = [plain(_title(name, comparison), 60) for name in found]
    made = [[_text(name, values[place], values) for name, values in found.items()] for place in range(len(runs))]
    if is_narrow():
        for one, texts in zip(runs, made, strict=True):
            with st.container(border=True, gap="xxsmall"):
                st.markdown(f"**{plain(one.model.name, 60)}**")
                st.markdown(" · ".join(f":small[{title}] **{text}**" for title, text in zip(titles, texts, strict=True)))
    else:
        rows = {_("Setting"): titles}
        for place, (one, texts) in enumerate(zip(runs, made, strict=True), start=1):
            label = plain(one.model.name, 60)
            rows[label if label not in rows else f"{label} ({place})"] = texts
        st.table(rows, hide_index=True, border="horizontal", alt=_("Settings in which the models differ"))
    st.caption(plural("Only what differs is shown; {n} other setting is the same for all.", "Only what differs is shown; {n} other settings are the same for all.", same))


def setting_title(recipe: str, name: str) -> str:
    """What a setting of a recipe is called on the page; its own name where it has no title."""
    from core.recipes.like import title_of

    return _(NAMES[name]) if name in NAMES else _(title_of(recipe, name))


def _title(name: str, comparison: Comparison) -> str:
    titles = (setting_title(str(one.model.facts.get("recipe")), name) for one in comparison.runs)
    return next((title for title in titles if title != name), name)


def _text(name: str, value: Any, values: list[Any]) -> str:
    if value is None:
        return ABSENT
    if name == "inputs":
        return _columns(value, values)
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if isinstance(value, list | dict):
        return plain(json.dumps(value, ensure_ascii=False), 80)
    return plain(f"{value:g}" if isinstance(value, float) else value, 60)


def _columns(value: list[str], values: list[list[str] | None]) -> str:
    """How many columns a run sees, and which ones not every run does."""
    shared = set.intersection(*(set(one or ()) for one in values))
    own = [name for name in value if name not in shared]
    counted = plural("{n} column", "{n} columns", len(value))
    if not own:
        return counted
    named = ", ".join(plain(name, 30) for name in own[:5]) + ("…" if len(own) > 5 else "")
    return _("{columns}, among them {names}").format(columns=counted, names=named)
