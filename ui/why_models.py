"""Which models the part Why explains: the trained ones in the order of the comparison, then the simple ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.why.model import Explainable, SimpleModel
from ui.comparison import Compared

if TYPE_CHECKING:
    from core.evaluation.compare import Judged

__all__ = ["again_s", "explainable", "judged_of"]


def explainable(found: Compared) -> list[Explainable]:
    """All models of a comparison that can be explained.

    Args:
        found: what is compared.
    """
    return [*found.runs, *(SimpleModel(found.dataset, one.model.id) for one in judged_of(found)[len(found.runs) :])]


def judged_of(found: Compared) -> list[Judged]:
    """The same models as they were judged, in the same order."""
    assert found.comparison is not None  # the page stops where there is none
    return [*found.comparison.runs, *(one for one in found.comparison.models if one.model.kind == "baseline")]


def again_s(found: Compared, models: Sequence[Explainable]) -> float | None:
    """How long the simple ones among some models were trained at first, in seconds; None where there is none among them."""
    names = {model.name for model in models if isinstance(model, SimpleModel)}
    if not names:
        return None
    return sum(float(one.model.facts.get("seconds") or 0.0) for one in judged_of(found)[len(found.runs) :] if one.model.id in names)
