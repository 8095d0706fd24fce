"""The answer of a model to one row, large enough for the back of a room, with all that it considered."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.dataset.schema import Column
from core.language import _
from core.predict import Prediction
from core.retelling import retold
from ui.held_out import HeldOut
from ui.words import number, percent, plain

__all__ = ["show_answer"]

BARS = 10  # classes with a bar of their own


def show_answer(prediction: Prediction, target: str, known: HeldOut | None, *, touched: bool, about: Column | None = None, usual_error: float | None = None) -> None:
    """Draw the answer to the first row of a prediction.

    Args:
        prediction: of one row.
        target: name of what is predicted.
        known: the real row whose values are shown, or were before somebody changed them.
        touched: the values are no longer those of `known`.
        about: the target column, for the range of a number.
        usual_error: RMSE of the model on the test rows, in the target's unit.
    """
    answer = prediction.values[0]
    with st.container(border=True, gap="small", key="answer"):
        st.markdown(_("The model says: **{target}** is").format(target=plain(target, 40)))
        st.title(plain(answer, 60) if isinstance(answer, str) else number(answer), anchor=False)
        if prediction.labels:
            _bars(prediction.labels, [float(share) for share in prediction.scores[0]])
        else:
            _place(float(prediction.scores[0]), about, usual_error)
        if known is not None:
            _truth(answer, known, touched=touched)
    for notice in prediction.notices:
        st.caption(f":material/info: {plain(retold(notice), 400)}")


def _bars(labels: Sequence[str], shares: Sequence[float]) -> None:
    """Probabilities, the likeliest first, so that the eye need not search; two classes keep their places."""
    order = range(len(labels)) if len(labels) == 2 else sorted(range(len(labels)), key=lambda place: -shares[place])[:BARS]
    for place in order:
        st.progress(min(max(shares[place], 0.0), 1.0), text=f"{plain(labels[place], 40)} · **{_share(shares[place])}**")
    if len(labels) > BARS:
        rest = 1 - sum(shares[place] for place in order)
        st.caption(_("and {classes} other classes with {share} together").format(classes=len(labels) - BARS, share=_share(rest)))
    st.caption(_("Bars: how probable the model finds each answer. Together they make 100 %."))


def _share(share: float) -> str:
    """A probability; never rounded to a certainty that the model does not have.

    Example:
        >>> _share(0.9999), _share(0.0001), _share(0.5).replace("\u00a0", " ")
        ('over 99.9 %', 'under 0.1 %', '50 %')
    """
    if share > 0.999:
        return _("over 99.9 %")
    if share < 0.001:
        return _("under 0.1 %")
    return f"{share * 100:.1f} %" if share > 0.99 else percent(share)


def _place(value: float, about: Column | None, usual_error: float | None) -> None:
    if about is not None and about.minimum is not None and about.maximum is not None and about.minimum < about.maximum:
        place = (value - about.minimum) / (about.maximum - about.minimum)
        st.progress(min(max(place, 0.0), 1.0), text=_("between {low} and {high}, the range in the data").format(low=number(about.minimum), high=number(about.maximum)))
    if usual_error is not None:
        st.caption(_("On test rows this model is typically off by {error} (RMSE: the root of the mean squared error).").format(error=number(usual_error)))


def _truth(answer: str | float, known: HeldOut, *, touched: bool) -> None:
    truth = plain(known.truth, 60) if isinstance(known.truth, str) else number(known.truth)
    if touched:
        st.markdown(_(":material/edit: You changed the row. Before that, the true answer was **{truth}**.").format(truth=truth))
    elif isinstance(known.truth, str):
        right = known.truth == answer
        verdict = f":green[:material/check_circle: {_('right')}]" if right else f":red[:material/cancel: {_('wrong')}]"
        st.markdown(_("The true answer is **{truth}**: {verdict}").format(truth=truth, verdict=verdict))
    else:
        st.markdown(_("The true answer is **{truth}**: off by **{error}**").format(truth=truth, error=number(abs(float(answer) - known.truth))))
    if touched:
        return
    st.caption(_("Row {row} of the data, a test row: the model has never learned from it.").format(row=f"{known.row + 1:,}"))
