"""A form made from a pydantic model: one widget a field, with its title, its range and its one line of explanation.

The page has no list of settings of its own: a new recipe, or a new field, appears by itself. What comes
back is what the browser sent, so `core.recipes.make_spec` validates every value again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from pydantic import BaseModel

from core.language import _

__all__ = ["setting_field", "settings_form"]

SLIDER_STEPS = 32  # a whole number with a longer range is typed, not slid
SHARE_STEP = 0.05
FEW = 4  # choices that fit beside each other


def settings_form(model: type[BaseModel], values: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Draw the fields of a model and give back what is chosen.

    Args:
        model: pydantic model with flat fields, each with title and description.
        values: field → value shown at first.
        key: base of the widget keys; where it changes, the fields start from `values` again.

    Returns:
        field → value, as the browser sent it: validate it.
    """
    fields = model.model_json_schema()["properties"]
    with st.grid("auto", min_column_width=240, gap="medium"):
        return {name: _field(name, schema, values[name], f"{key}_{name}") for name, schema in fields.items()}


def setting_field(model: type[BaseModel], name: str, value: Any, key: str) -> Any:
    """Draw one field of such a form; the same promise."""
    return _field(name, model.model_json_schema()["properties"][name], value, key)


def _field(name: str, schema: Mapping[str, Any], value: Any, key: str) -> Any:
    title = _(str(schema.get("title", name)))
    common: dict[str, Any] = {"key": key, "persist_state": "session"}
    with st.container(gap="xxsmall"):
        chosen = _widget(title, schema, value, common)
        if description := schema.get("description"):
            st.caption(_(str(description)))
    return chosen


def _widget(title: str, schema: Mapping[str, Any], value: Any, common: dict[str, Any]) -> Any:
    if options := schema.get("enum"):
        if len(options) <= FEW:
            return st.segmented_control(title, options, default=value, required=True, **common)
        return st.selectbox(title, options, index=options.index(value), **common)
    if schema.get("type") == "boolean":
        return st.toggle(title, value=value, **common)
    low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
    if schema.get("type") == "integer":
        if low is not None and high is not None and high - low <= SLIDER_STEPS:
            return st.slider(title, int(low), int(high), int(value), step=1, **common)
        return st.number_input(title, min_value=int(low or 0), max_value=int(high) if high is not None else None, value=int(value), step=1, **common)
    if "exclusiveMinimum" not in schema and high is not None and high <= 1:
        return st.slider(title, float(low or 0), float(high), float(value), step=SHARE_STEP, **common)
    return st.number_input(title, min_value=0.0, max_value=None if high is None else float(high), value=float(value), step=float(value) / 2, format="%.2g", **common)
