"""A slider whose numbers move while it is dragged.

Streamlit's slider tells its value when it is let go, so a room that watches sees the numbers jump once. This component
tells it all the way, never faster than the page has answered: the next value leaves when the last one has come back.
It is a range input of the browser, so keys, screen readers and thumbs work as everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

__all__ = ["moving_slider", "place_of"]

_HTML = """
<div class="ll-slide">
  <label><span data-part="label"></span><output data-part="value"></output></label>
  <input type="range">
  <div class="ll-ends" aria-hidden="true"><span data-part="low"></span><span data-part="high"></span></div>
</div>
"""
_STYLE = """
.ll-slide { color: var(--st-text-color); font-family: var(--st-font); font-size: 0.875rem; font-variant-numeric: tabular-nums; }
.ll-slide label { display: flex; justify-content: space-between; line-height: 1.5rem; }
.ll-slide output { color: var(--st-primary-color); font-weight: 600; }
.ll-slide input { width: 100%; height: 44px; margin: -0.25rem 0; accent-color: var(--st-primary-color); cursor: pointer; }
.ll-slide .ll-ends { display: flex; justify-content: space-between; opacity: 0.72; }
"""
_SCRIPT = """
const sliders = new WeakMap()
const PATIENCE_MS = 1500 // after which an answer that never came is no longer waited for

class Slider {
  constructor(parent) {
    this.root = parent.querySelector('.ll-slide')
    this.part = (name) => this.root.querySelector(`[data-part=${name}]`)
    this.input = this.root.querySelector('input')
    this.input.addEventListener('input', () => this.move(true))
    this.input.addEventListener('change', () => this.move(false))
  }

  update(data, tell) {
    this.tell = tell
    this.digits = data.digits
    Object.assign(this.input, { min: data.low, max: data.high, step: data.step })
    this.input.setAttribute('aria-label', data.label)
    for (const [name, text] of [['label', data.label], ['low', this.text(data.low)], ['high', this.text(data.high)]]) this.part(name).textContent = text
    if (this.sent?.value === data.value) this.answered()
    else if (!this.busy && !this.wanted) this.input.value = data.value
    this.show()
  }

  move(moving) {
    this.wanted = { value: Number(this.input.value), moving }
    this.show()
    this.send()
  }

  send() {
    if (this.busy || !this.wanted) return
    this.sent = this.wanted
    this.wanted = null
    this.busy = setTimeout(() => this.answered(), PATIENCE_MS)
    this.tell('place', this.sent)
  }

  answered() {
    clearTimeout(this.busy)
    this.busy = null
    this.send()
  }

  show() {
    const text = this.text(Number(this.input.value))
    this.part('value').textContent = text
    this.input.setAttribute('aria-valuetext', text)
  }

  text(value) {
    return value.toFixed(this.digits)
  }
}

export default function ({ data, parentElement, setStateValue }) {
  if (!sliders.has(parentElement)) sliders.set(parentElement, new Slider(parentElement))
  sliders.get(parentElement).update(data, setStateValue)
}
"""
_SLIDER = st.components.v2.component("limelight_slider", html=_HTML, css=_STYLE, js=_SCRIPT)


def moving_slider(label: str, key: str, *, low: float = 0.0, high: float = 1.0, start: float = 0.5, step: float = 0.005, digits: int = 3) -> tuple[float, bool]:
    """Draw the slider; the page (or the fragment it stands in) runs again at every move.

    Args:
        label: what it sets; plain text.
        key: of the widget; the place itself is kept for the session under `<key>_kept`, also while another part is looked at.
        low, high: its ends.
        start: where it stands at first.
        step: between two places.
        digits: decimals that are shown.

    Returns:
        Where it stands, and whether it is still being moved.
    """
    kept = float(st.session_state.get(f"{key}_kept", start))
    said = st.session_state.get(key)
    place, moving = place_of(said.get("place") if said is not None else None, low, high, kept)
    st.session_state[f"{key}_kept"] = place
    data = {"label": label, "value": place, "low": low, "high": high, "step": step, "digits": digits}
    _SLIDER(key=key, data=data, on_place_change=lambda: None, width="stretch", height="content")
    return place, moving


def place_of(said: object, low: float, high: float, otherwise: float) -> tuple[float, bool]:
    """What a browser said, checked.

    Args:
        said: `{"value": …, "moving": …}` if all is well.
        low, high: ends of the slider.
        otherwise: where it stands when nothing that can be used was said.

    Returns:
        The place, from `low` to `high`, and whether it is still being moved.

    Example:
        >>> place_of({"value": 0.25, "moving": True}, 0.0, 1.0, 0.5), place_of({"value": "x"}, 0.0, 1.0, 0.5)
        ((0.25, True), (0.5, False))
    """
    value = said.get("value") if isinstance(said, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return otherwise, False
    assert isinstance(said, Mapping)
    return min(max(float(value), low), high), said.get("moving") is True
