"""Shares of the classes in real life, where they differ from those of the data: one field a class, together 100 %."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.errors import BadSettings
from core.language import _
from ui.words import percent, short

if TYPE_CHECKING:
    from ui.comparison import Compared

__all__ = ["class_shares", "shares_of"]

OFF = 0.1  # percent that rounding may leave over: three classes of 33.3 % are all there is
DIGITS = 1  # of a share that stands in a field at first


def class_shares(found: Compared) -> np.ndarray | None:
    """Let the visitor say how frequent each class is outside the data.

    Returns:
        (classes,) shares that sum to 1, in the order of the labels; None: as in the test rows.

    Raises:
        BadSettings: together they are not 100 %.
    """
    assert found.comparison is not None  # the page stops where there is none
    labels, rows = found.comparison.labels, found.comparison.models[0].evaluation.class_rows
    if not st.toggle(_("In real life the classes have other shares"), key=f"matrix_shifted_{found.dataset.id}", persist_state="session"):
        st.caption(_("Data are often richer in rare classes than life. Counted as in the test rows."))
        return None
    in_data = np.array([rows.get(label, 0) or 0 for label in labels]) / max(found.comparison.rows_judged, 1)
    entered = []
    with st.grid("auto", min_column_width=160, gap="small"):
        for place, (label, first) in enumerate(zip(labels, _first(in_data), strict=True)):
            with st.container(gap="xxsmall"):
                entered.append(st.number_input(
                    short(label, 22) or str(place + 1), 0.0, 100.0, first, 0.1, format="%0.4g", key=f"matrix_share_{found.dataset.id}_{place}", persist_state="session",
                ))  # fmt: skip
                st.caption(_("% of cases; {share} of the test rows").format(share=percent(float(in_data[place]))))
    return shares_of([float(value) for value in entered])


def shares_of(percents: list[float]) -> np.ndarray:
    """Percents of all classes as shares.

    Args:
        percents: one a class, 0 to 100; what rounding leaves over is shared out.

    Returns:
        (classes,) shares that sum to 1.

    Raises:
        BadSettings: together they are not 100 %, give or take 0.1.

    Example:
        >>> shares_of([33.3, 33.3, 33.3]).round(4).tolist()
        [0.3333, 0.3333, 0.3333]
    """
    total = sum(percents)
    if abs(total - 100) > OFF + 1e-9:
        raise BadSettings(_("The shares of the classes add up to {total} %, and together they must be 100 %. Change one of them by {rest}.").format(total=f"{total:.4g}", rest=f"{100 - total:+.4g}".replace("-", "−")))
    return np.array(percents) / total


def _first(shares: np.ndarray) -> list[float]:
    """Those of the data in percent with one digit, the largest made to fit, so that they are 100 together."""
    rounded = np.round(shares * 100, DIGITS)
    largest = int(rounded.argmax())
    rounded[largest] = round(100 - float(np.delete(rounded, largest).sum()), DIGITS)
    return [float(value) for value in rounded]
