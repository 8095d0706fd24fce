"""What the profile noticed about the data, the weightiest first."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.dataset.schema import Finding, Severity
from ui.words import count, plain, plural

__all__ = ["findings_list"]

SHOWN = 6
LOOK = {
    Severity.STOP: (":red[:material/block:]", "Stops training"),
    Severity.LOOK: (":orange[:material/visibility:]", "Look at this"),
    Severity.NOTE: (":gray[:material/info:]", "Good to know"),
}


def findings_list(findings: Sequence[Finding]) -> None:
    """Draw the findings; those beyond the first few fold away."""
    if not findings:
        st.markdown(":green[:material/check_circle:] Nothing unusual was found.")
        return
    ordered = sorted(findings, key=lambda finding: list(Severity).index(finding.severity))
    for finding in ordered[:SHOWN]:
        _line(finding)
    if rest := ordered[SHOWN:]:
        with st.expander(f"{plural(len(rest), 'more finding')}"):
            for finding in rest[:100]:
                _line(finding)
            if len(rest) > 100:
                st.caption(f"… and {count(len(rest) - 100)} more.")


def _line(finding: Finding) -> None:
    icon, word = LOOK[finding.severity]
    rows = f" :small[:gray[rows {', '.join(map(count, finding.rows[:5]))}]]" if finding.rows else ""
    st.markdown(f"{icon} **{word}.** {plain(finding.message, 600)}{rows}")
