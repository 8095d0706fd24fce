"""How a finding looks: its word, its icon and its colour; and the verdict that the visitor asked for, judged once for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.language import N_

if TYPE_CHECKING:
    from core.evaluation.compare import Comparison
    from core.evaluation.verdict import FieldVerdict

__all__ = ["LOOKS", "FindingLook", "field_of"]

KEPT = 60  # verdicts, of all visitors


@dataclass(frozen=True)
class FindingLook:
    """How one of the four findings is shown; never by colour alone.

    Attributes:
        word: what it is called; for the catalogue.
        icon: of Material Symbols.
        colour: a colour word of Streamlit's Markdown.
    """

    word: str
    icon: str
    colour: str

    @property
    def mark(self) -> str:
        """The icon in its colour, as Markdown."""
        return f":{self.colour}[:material/{self.icon}:]"


LOOKS: dict[str, FindingLook] = {
    "better": FindingLook(N_("better"), "trending_up", "green"),
    "worse": FindingLook(N_("worse"), "trending_down", "orange"),
    "no_practical_difference": FindingLook(N_("no practical difference"), "drag_handle", "blue"),
    "cannot_tell": FindingLook(N_("cannot tell yet"), "hourglass_empty", "gray"),
}


def field_of(key: str, comparison: Comparison, reference: str | None, metric: str, margin: float) -> FieldVerdict:
    """The verdict on all models for this question; the usual one is there already.

    Args:
        key: of the comparison, for the cache.
        comparison: of two or more models.
        reference: id of the model to compare with; None: the usual one.
        metric: stable name.
        margin: a share, 0.01 for 1 point.

    Raises:
        BadSettings: the question does not fit the models.
    """
    usual = comparison.field
    if usual is not None and (reference or usual.reference, metric, margin) == (usual.reference, usual.metric, usual.margin):
        return usual
    return _judged(key, reference, metric, margin, comparison)


@st.cache_resource(max_entries=KEPT, ttl="1h", show_spinner=False)
def _judged(key: str, reference: str | None, metric: str, margin: float, _comparison: Comparison) -> FieldVerdict:
    from core.evaluation.verdict import judge_field

    return judge_field(_comparison, reference=reference, metric=metric, margin=margin)
