"""Whether the visitor's window is as narrow as a phone: there, a wide table becomes cards.

The server cannot see the width of a window. This component draws nothing; it tells when the window becomes narrow or wide.
"""

from __future__ import annotations

import streamlit as st

__all__ = ["is_narrow", "watch_width"]

NARROW_PX = 640
_SCRIPT = """
export default function ({ data, setStateValue }) {
  const narrow = window.matchMedia(`(max-width: ${data.limit}px)`)
  const tell = () => { if (narrow.matches !== data.narrow) setStateValue('narrow', narrow.matches) }
  tell()
  narrow.addEventListener('change', tell)
  return () => narrow.removeEventListener('change', tell)
}
"""
_WIDTH = st.components.v2.component("limelight_width", js=_SCRIPT)


def is_narrow() -> bool:
    """Whether the window was narrow when it was last heard of; at the first look the answer is no."""
    said = st.session_state.get("width")
    return bool(said.get("narrow")) if said is not None else False


def watch_width() -> None:
    """Once a page, where `is_narrow` was asked: the page is drawn again when the answer is another."""
    _WIDTH(key="width", data={"narrow": is_narrow(), "limit": NARROW_PX}, on_narrow_change=lambda: None, width="content", height="content")
