"""Charts whose points can be clicked: what the click stands for. What comes back was sent by a browser and is checked.

What answers to a click stands below the charts, often below the window: `bring_into_view` brings it there, once a click.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.charted import CONFIG
from ui.words import plain, short

if TYPE_CHECKING:
    from core.charts import Chart
    from core.slices.rows_behind import Where

__all__ = ["bring_into_view", "clickable_chart", "clicked", "clicked_custom"]

_SCRIPT = """
export default function ({ data, parentElement }) {
  window.limelightBrought ??= {}
  if (window.limelightBrought[data.place] === data.click) return
  window.limelightBrought[data.place] = data.click
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const host = parentElement.host ?? parentElement
  requestAnimationFrame(() => host.scrollIntoView({ block: 'center', behavior: still ? 'auto' : 'smooth' }))
}
"""
_BRING = st.components.v2.component("limelight_bring", js=_SCRIPT)


def clickable_chart(chart: Chart, key: str) -> Any:
    """Draw a chart whose points answer to a click.

    Args:
        chart: figure, finding and words; its points carry `customdata`.
        key: unique on the page.

    Returns:
        What `st.plotly_chart` says of the selection, for `clicked`.
    """
    st.markdown(f"**{plain(chart.title, 200)}**")
    return st.plotly_chart(
        chart.figure, theme=None, key=f"chart_{key}", config=CONFIG, alt=short(chart.alt, 1_000), on_select="rerun", selection_mode="points"
    )


def bring_into_view(place: str, click: str) -> None:
    """Scroll to here, the first time that this click is answered.

    Args:
        place: where on the page; also the widget key.
        click: differs for every other click.
    """
    _BRING(key=f"bring_{place}", data={"place": place, "click": click}, width="content", height="content")


def clicked(event: Any) -> tuple[str, Where] | None:
    """The model and the place that was clicked; None where nothing was.

    Args:
        event: what `clickable_chart` returned.
    """
    from core.slices.rows_behind import where_of

    custom = clicked_custom(event)
    return where_of(custom) if custom is not None else None


def clicked_custom(event: Any) -> Sequence[Any] | None:
    """The `customdata` of the point that was clicked last; None where nothing was, or where it is no list."""
    for point in reversed(getattr(getattr(event, "selection", None), "points", None) or []):
        custom = point.get("customdata") if isinstance(point, dict) else None
        if isinstance(custom, list | tuple):
            return custom
        if isinstance(custom, dict):  # a browser that sends a list as an object numbers its places
            return [custom[place] for place in sorted(custom, key=int)] if all(str(place).isdigit() for place in custom) else None
    return None
