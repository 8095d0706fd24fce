"""Why the models answer as they do: asked for with one click, computed in a process of its own, all models side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core import why
from core.evaluation.names import explanation
from core.language import _, plural
from core.why.model import Explainable
from ui.charted import show_chart
from ui.comparison import Compared
from ui.guard import guarded
from ui.why_models import again_s, explainable, judged_of
from ui.why_pictures import pictures
from ui.why_row import one_row
from ui.why_wait import failed, start, working
from ui.words import duration, glued, plain, short

if TYPE_CHECKING:
    from core.charts.why import Explained

__all__ = ["why_part"]


def why_part(found: Compared) -> None:
    """What matters to each model, how its answer follows one column, and why it answers so for one row.

    Args:
        found: what is compared; the simple models keep no file and are trained again to be explained.
    """
    st.caption(_("What does each model look at? All of this is computed on **validation rows**, which no model learned from. The test rows stay sealed."))
    models, names = explainable(found), [one.model.name for one in judged_of(found)]
    if busy := [(model, name) for model, name in zip(models, names, strict=True) if (one := why.standing(model)).state == "working" and one.row is None]:
        working([model for model, _name in busy], [name for _model, name in busy])
    failed(models, names)
    explained = _explained(found, models)
    missing = [model for model, one in zip(models, explained, strict=True) if one.why is None and why.standing(model).state == "idle"]
    if missing:
        _ask(found, missing, first=len(missing) == len(models))
    ready = [one for one in explained if one.why is not None]
    if not ready:
        return
    _importance(ready)
    _dependence(ready)
    _words(ready)
    pictures(found, ready)
    one_row(found, explained)
    _facts(ready)


def _explained(found: Compared, models: Sequence[Explainable]) -> list[Explained]:
    from core.charts.why import Explained

    return [Explained(one.model.name, one.identity, why.load(model)) for model, one in zip(models, judged_of(found), strict=True)]


def _ask(found: Compared, missing: Sequence[Explainable], *, first: bool) -> None:
    with st.container(border=True, gap="small", key="why_ask"):
        if first:
            st.markdown(_("Here you will see which columns, words or parts of a picture each model relies on, and why it answers so for one row."))
            st.caption(_("It takes seconds to a minute, in a process of its own."))
        if (seconds := again_s(found, missing)) is not None:
            st.caption(_("The simple models keep no file, so they are trained again for it, in the same way as before. That took {time}.").format(time=duration(seconds)))
        label = _("Explain these models") if first else plural("Explain {n} more model", "Explain {n} more models", len(missing))
        st.button(label, key="why_start", icon=":material/lightbulb:", on_click=start, args=(list(missing),))


@st.fragment
@guarded()
def _importance(ready: Sequence[Explained]) -> None:
    from core.charts.why import importance_chart

    if not any(one.why.importance for one in ready if one.why):
        return
    st.subheader(_("What matters to them"), anchor=False)
    together = any(len(entry.columns) > 1 for one in ready if one.why for entry in one.why.importance)
    ways = {False: _("Columns that move together as one"), True: _("Each column alone")}
    alone = bool(st.segmented_control(_("Shuffle"), list(ways), default=False, format_func=ways.__getitem__, key="why_alone", required=True, wrap=True)) if together else True
    if (chart := importance_chart(ready, alone=alone, dark=_dark())) is not None:
        show_chart(chart, "why_importance")
    st.caption(glued(_("**Permutation importance**: the values of a column are shuffled among the rows, and the model is judged again. The worse it becomes, the more it relies on the column. The lines are 95 % intervals; one that touches 0 may be chance.")))
    metric = next(one.why.metric for one in ready if one.why)
    st.caption(explanation(metric))
    if together:
        _groups(ready)
        st.caption(_("Columns that say nearly the same stand in for each other, so each alone can seem useless. Shuffled together they cannot hide."))


def _groups(ready: Sequence[Explained]) -> None:
    groups = dict.fromkeys(entry.columns for one in ready if one.why for entry in one.why.importance if len(entry.columns) > 1)
    with st.expander(_("Which columns move together")):
        for group in groups:
            st.markdown("- " + " · ".join(plain(name, 40) for name in group))


@st.fragment
@guarded()
def _dependence(ready: Sequence[Explained]) -> None:
    from core.charts.why import dependence_chart

    curves = [curve for one in ready if one.why for curve in one.why.dependence]
    if not curves:
        return
    st.subheader(_("How the answer follows one column"), anchor=False)
    columns = _offered(dict.fromkeys(curve.column for curve in curves))
    labels = _offered(dict.fromkeys(label for curve in curves for label in curve.labels))
    with st.grid("auto", min_column_width=240, gap="small"):
        column = columns.get(st.selectbox(_("Column"), list(columns), key="why_column"), curves[0].column)
        label = labels.get(st.selectbox(_("Class"), list(labels), key="why_class"), "") if len(labels) > 1 else next(iter(labels.values()), "")
    if (chart := dependence_chart(ready, column, label, dark=_dark())) is not None:
        show_chart(chart, "why_dependence")
    st.caption(glued(_("**Partial dependence**: every row is given the same value in this column and keeps all others; the line is the average answer. For the band (or the bars) the answers of single rows are taken, the middle 80 %. It shows what the model does, not what would happen in the world.")))
    if len({one.identity.is_simple for one in ready if one.why and one.why.dependence}) > 1:
        st.caption(_("The simple models are drawn in grey, and as lines only, so that the bands stay apart."))


@st.fragment
@guarded()
def _words(ready: Sequence[Explained]) -> None:
    from core.charts.why import words_chart

    words = [word for one in ready if one.why for word in one.why.words]
    if not words:
        return
    st.subheader(_("Which words move them"), anchor=False)
    labels = _offered(dict.fromkeys(word.label for word in words))
    label = labels.get(st.selectbox(_("Class"), list(labels), key="why_word_class"), "") if len(labels) > 1 else words[0].label
    if (chart := words_chart(ready, label, dark=_dark())) is not None:
        show_chart(chart, "why_words")
    st.caption(glued(_("Each word is taken out of the texts in which it stands, and the model answers again. Shown is the average change with its 95 % interval, for words of five texts or more; so many words are tried that those without a sure effect are left out, and of those shown about 1 in 20 may still be chance.")))


def _facts(ready: Sequence[Explained]) -> None:
    rows = max(one.why.rows for one in ready if one.why)
    shuffles = max(one.why.shuffles for one in ready if one.why)
    said = plural("Computed on {n} validation row.", "Computed on {n} validation rows.", rows)
    if shuffles:
        said += " " + _("Each column was shuffled {n} times.").format(n=shuffles)
    said += " " + _("It took {time}.").format(time=duration(sum(one.why.seconds for one in ready if one.why)))
    st.caption(said)
    for note in dict.fromkeys(note for one in ready if one.why for note in one.why.notes):
        st.caption(_(note))


def _offered(names: Sequence[str] | dict[str, None]) -> dict[str, str]:
    """Names by what is shown of them, no two alike."""
    offered: dict[str, str] = {}
    for place, name in enumerate(names, start=1):
        shown = short(name, 50) or _("(no name)")
        offered[f"{shown} ({place})" if shown in offered else shown] = name
    return offered


def _dark() -> bool:
    return st.context.theme.type == "dark"
