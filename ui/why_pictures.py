"""Where each model looks in a few pictures, all models beside the picture itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core import why
from core.language import _
from core.why.model import Explainable, SimpleModel
from ui.comparison import Compared
from ui.guard import guarded
from ui.why_models import explainable, judged_of
from ui.words import count, percent, plain

if TYPE_CHECKING:
    from core.charts.why import Explained

__all__ = ["look_strip", "pictures"]

SIDE_PX = 132
STRIP_PX = 340  # two pictures beside each other
AT_FIRST = 4


@st.fragment
@guarded()
def pictures(found: Compared, ready: Sequence[Explained]) -> None:
    """A few validation pictures, the same for every model.

    Args:
        found: what is compared.
        ready: the models that were explained.
    """
    looks = {one.name: {look.row: look for look in one.why.looks} for one in ready if one.why}
    rows = list(dict.fromkeys(row for each in looks.values() for row in each))
    if not rows:
        return
    st.subheader(_("Where they look"), anchor=False)
    everything = len(rows) <= AT_FIRST or st.toggle(_("Show all {n} pictures").format(n=len(rows)), key="why_all_pictures")
    models = {one.model.name: model for one, model in zip(judged_of(found), explainable(found), strict=True)}
    with st.grid("auto", min_column_width=STRIP_PX, gap="small"):
        for row in rows if everything else rows[:AT_FIRST]:
            with st.container(border=True, gap="xsmall", key=f"why_picture_{row}"):
                look_strip(found, row, {name: (models[name], each[row]) for name, each in looks.items() if row in each})
    st.caption(_("**Grad-CAM**: yellow is where the picture speaks for the model's answer, dark blue where it does not. Beware of a model that looks at the background alone: it may have learned the wrong thing."))
    if any(isinstance(model, SimpleModel) for model in models.values()):
        st.caption(_("A simple model has no layers to look into: parts of the picture are covered in turn, and yellow is where covering costs its answer most."))


def look_strip(found: Compared, row: int, looks: dict[str, tuple[Explainable, why.Look]]) -> None:
    """One picture as it is, and as each model sees it.

    Args:
        found: what is compared.
        row: of the dataset.
        looks: by name of the model.
    """
    truth = next(iter(looks.values()))[1].truth
    with st.container(horizontal=True, gap="small", key=f"why_strip_{row}"):
        with st.container(width=SIDE_PX, gap="xxsmall"):
            st.image(np.array(found.dataset.images()[row]), width=SIDE_PX, clamp=True, alt=_("Row {row}, truth: {truth}").format(row=count(row + 1), truth=truth))
            st.caption(_("Row {row}: **{truth}**").format(row=count(row + 1), truth=plain(truth, 30)))
        for name, (model, look) in looks.items():
            with st.container(width=SIDE_PX, gap="xxsmall"):
                path = why.picture_path(model, row)
                if path.exists():
                    st.image(path.read_bytes(), width=SIDE_PX, alt=_("Where {model} looks; it says {said}").format(model=name, said=look.said))
                mark = ":material/check:" if look.said == truth else ":material/close:"
                share = "" if look.share is None else f" {percent(look.share)}"
                st.caption(f"{plain(name, 30)}: {mark} **{plain(look.said, 30)}**{share}")
