"""Groups of people, on the page: how differently a model treats them, by four measures with their definitions and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.schema import Task
from core.language import N_, _, plural
from ui.comparison import Compared
from ui.guard import guarded
from ui.metric_words import range_text, value_text
from ui.narrow import is_narrow
from ui.slices_view import column_boxes, cut_of
from ui.words import glued, percent, plain, short

if TYPE_CHECKING:
    from core.evaluation.intervals import Interval
    from core.slices.fairness import Fairness, Gap

__all__ = ["groups_view"]

CLASSES_OFFERED = 1_000
GROUPS_SHOWN = 30
SHARES = {  # of a group, in the order of the columns
    "base": N_("Truly so"), "called": N_("Called so"), "found": N_("Found"), "called_by_mistake": N_("By mistake"), "right_calls": N_("Calls right"),
}  # fmt: skip


@st.fragment
@guarded()
def groups_view(found: Compared) -> None:
    """Choose the column that names the group and the class that matters; see the gaps of one model."""
    from core.slices.fairness import LIMITS, fairness

    comparison = found.comparison
    assert comparison is not None  # the page stops where there is none
    st.caption(_("Choose a column that says who a person is, such as sex, age or region, even if the model never sees it."))
    columns = column_boxes(found, "group")
    if not columns:
        st.caption(_("No column of these data can be cut into groups."))
        return
    models = {one.model.id: short(one.model.name, 60) for one in comparison.models}
    labels = [short(label, 50) for label in comparison.labels[:CLASSES_OFFERED]]
    left, right = st.columns(2)
    with left:
        model = st.selectbox(_("Model"), list(models), format_func=lambda one: models.get(one, ""), key="group_model")
    with right:
        usual = 1 if comparison.task is Task.BINARY else 0
        label = st.selectbox(_("The answer that matters"), range(len(labels)), index=usual, format_func=labels.__getitem__, key="group_label")
    predictions = next(one.model.predictions for one in comparison.models if one.model.id == model)
    judged = fairness(predictions, cut_of(found.key, columns, found), label)
    _gaps(judged)
    _groups(judged)
    st.caption(_(LIMITS))


def _gaps(judged: Fairness) -> None:
    """One card a measure: the gap, who is favoured, and the definition."""
    from core.slices.fairness import MEASURES

    with st.grid(2, min_column_width=300, gap="small"):
        for gap in judged.gaps:
            title = _(MEASURES[gap.measure]).replace("：", ":").split(":")[0]
            with st.container(border=True, gap="xsmall"):
                st.markdown(f"**{title}**")
                st.markdown(_gap(gap))
                st.caption(_(MEASURES[gap.measure]))


def _gap(gap: Gap) -> str:
    if gap.gap.value is None:
        return plain(gap.gap.reason, 200)
    values = {"gap": _points(gap.gap.value), "low": _points(gap.gap.low), "high": _points(gap.gap.high), "most": plain(gap.highest, 40), "least": plain(gap.lowest, 40)}
    if not gap.clear:
        return _("Gap **{gap} points** :small[:gray[{low}–{high}]]. It may be chance.").format(**values)
    text = _("Gap **{gap} points** :small[:gray[{low}–{high}]]: most for “{most}”, least for “{least}”.").format(**values)
    if gap.measure == "demographic_parity" and gap.ratio is not None and gap.ratio < 0.8:
        text += " " + glued(_("The lowest share is {ratio} of the highest; below 80 % US employment practice looks closer (four-fifths rule).").format(ratio=percent(gap.ratio)))
    return text


def _points(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f}"


def _groups(judged: Fairness) -> None:
    """The shares that the measures compare, group by group: a table, or cards where the window is narrow."""
    shown = judged.groups[:GROUPS_SHOWN]
    if is_narrow():
        for one in shown:
            with st.container(border=True, gap="xsmall"):
                st.markdown(f"**{plain(one.label, 60)}** · {plural('{n} row', '{n} rows', one.rows)}")
                st.markdown("  \n".join(f"{_(title)}: {_share(getattr(one, name))}" for name, title in SHARES.items()))
    else:
        lines = {_("Group"): [plain(one.label, 60) for one in shown], _("Rows"): [f"{one.rows:,}" for one in shown]}
        for name, title in SHARES.items():
            lines[_(title)] = [_share(getattr(one, name)) for one in shown]
        st.table(lines, hide_index=True, border="horizontal", alt=_("Shares of each group"))
    words = _("**Truly so**: the answer is “{label}”. **Called so**: the model says it. **Found**: of those truly so, called so. **By mistake**: of the others, called so. **Calls right**: of those called so, truly so.")
    st.caption(words.format(label=plain(judged.label, 40)))
    if judged.left_out:
        st.caption(_("Left out, because they have fewer than 30 test rows: {groups}.").format(groups=", ".join(plain(one, 40) for one in judged.left_out[:10])))


def _share(interval: Interval) -> str:
    if interval.value is None:
        return "–"
    return f"{value_text('accuracy', interval.value)} :small[:gray[{range_text('accuracy', interval)}]]"
