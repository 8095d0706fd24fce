"""What no theme can say to the document: a new page begins at its top, in its language, and is made for thumbs on a phone.

Streamlit keeps the scroll position when the page changes, so the button at the foot of one page would lead
into the middle of the next. This component draws nothing; it scrolls up when the page is another than before, and
says in which language the page is written, for screen readers and for the choice of Chinese fonts.

Streamlit's controls are 32 to 40 px high. A thumb needs 44 (Apple's guidelines; WCAG 2.2, 2.5.5), so on a touch screen and
in a narrow window they grow to that; heights are all that this style sheet touches.
"""

from __future__ import annotations

import streamlit as st

from core.language import current

__all__ = ["begin_at_top"]

_SCRIPT = """
export default function ({ data }) {
  if (window.limelightPage !== undefined && window.limelightPage !== data.page) {
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0)
  }
  window.limelightPage = data.page
  document.documentElement.lang = data.language
}
"""
_THUMB = """
@media (pointer: coarse), (max-width: 640px) {
  [data-testid^="stBaseButton"]:not([data-testid$="elementToolbar"]), [data-testid="stPopoverButton"], [data-testid="stButtonGroup"] button,
  [data-testid="stExpander"] summary, [data-testid="stSelectbox"] [role="group"], [data-testid="stSelectbox"] input, [role="option"],
  [data-testid="stNumberInputContainer"], [data-testid="stNumberInputField"], [data-testid="stNumberInputContainer"] button,
  [data-testid="stTextInputRootElement"], [data-testid="stCheckbox"] label { min-height: 44px; }
  [data-testid^="stNumberInputStep"] { min-width: 44px; }
  [data-testid="stCheckbox"] label { align-items: center; }
  [data-testid="stTooltipIcon"] button { position: relative; }
  [data-testid="stTooltipIcon"] button::after { content: ""; position: absolute; inset: -14px; }
}
"""
_TOP = st.components.v2.component("limelight_top", css=_THUMB, js=_SCRIPT, isolate_styles=False)


def begin_at_top(page: str) -> None:
    """Scroll to the top where this page is not the one before.

    Args:
        page: its name.
    """
    _TOP(key="begin_at_top", data={"page": page, "language": current().replace("_", "-")}, width="content", height="content")
