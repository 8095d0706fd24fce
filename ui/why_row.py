"""Why the models answer so for one row: choose a row, and see what each column, word or part of the picture added."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core import why
from core.dataset.schema import Part
from core.language import N_, _, plural
from core.runs.run import Run
from ui.charted import show_chart
from ui.comparison import Compared
from ui.guard import guarded
from ui.models import changed
from ui.why_models import again_s, explainable
from ui.why_pictures import look_strip
from ui.why_wait import failed, is_working, start, working
from ui.words import count, duration, number, percent, plain, short

if TYPE_CHECKING:
    from core.charts.why import Explained
    from core.evaluation.predictions import Predictions

__all__ = ["one_row"]

KINDS = {"wrong": N_("Wrong and sure"), "right": N_("Right and sure"), "unsure": N_("Unsure"), "number": N_("A row number")}
OFFERED = 12
SHOWN_TEXT = 3_000  # characters
STRONG = 0.2  # of the strongest piece: what is coloured
CACHED = 20
LONG_S = 10.0  # of training again; from here on it is said beforehand


def one_row(found: Compared, explained: Sequence[Explained]) -> None:
    """Choose a row and explain the answer of every model for it.

    Args:
        found: what is compared.
        explained: all models, in the order of `ui.why_models.explainable`.
    """
    st.subheader(_("Why it answers so for one row"), anchor=False)
    row = _chosen(found, explained)
    if row is None:
        return
    models, names = explainable(found), [one.name for one in explained]
    if busy := [(model, name) for model, name in zip(models, names, strict=True) if (one := why.standing(model)).state == "working" and one.row is not None]:
        working([model for model, _name in busy], [name for _model, name in busy])
    failed(models, names, row)
    rows = [why.load_row(model, row) for model in models]
    missing = [model for model, one in zip(models, rows, strict=True) if one is None]
    if missing and not is_working(models):
        st.button(_("Explain row {row}").format(row=count(row + 1)), key="why_row_start", icon=":material/lightbulb:", on_click=start, args=(missing, row))
        if (seconds := again_s(found, missing)) is not None and seconds > LONG_S:
            st.caption(_("The trained models come first. The simple models are trained again for each row, which took {time} at first.").format(time=duration(seconds)))
    ready = [(model, replace(one, row=row_why)) for model, one, row_why in zip(models, explained, rows, strict=True) if row_why is not None]
    if ready:
        drawn = [one for _model, one in ready]
        _answers(drawn)
        _shares(drawn, row)
        _texts(drawn)
        if looks := {one.name: (model, one.row.look) for model, one in ready if one.row and one.row.look}:
            look_strip(found, row, looks)


def _chosen(found: Compared, explained: Sequence[Explained]) -> int | None:
    """The row that the visitor chose, from 0."""
    asked = st.query_params.get("row", "")
    first = "number" if re.fullmatch(r"\d{1,9}", asked) else "wrong"
    with st.container(gap="xsmall"):
        kind = st.segmented_control(_("Which row"), list(KINDS), default=first, format_func=lambda name: _(KINDS[name]), key="why_row_kind", required=True, wrap=True)
        if kind == "number":
            last = found.dataset.info.rows  # people count from 1, here as in the part Rows; the address and the command line count from 0
            start = min(int(asked) + 1, last) if first == "number" else 1
            row = int(st.number_input(_("Row, from 1 to {last}").format(last=count(last)), 1, last, start, key="why_row_number")) - 1
            if np.asarray(found.dataset.split())[row] == Part.TEST.number:
                st.caption(_("This is a sealed test row: explaining it counts as a look at the test rows."))
            return row
        judged = _validation(found.runs[0])
        rows = _offered(judged, str(kind))
        if not rows:
            st.info(_("There is no such row among the validation rows."))
            return None
        name = plain(explained[0].name, 40)
        st.caption(_("Validation rows, in the order of {model}.").format(model=name))
        label = st.selectbox(_("Row"), list(rows), key=f"why_row_{kind}")
        return rows.get(label)


def _offered(judged: Predictions, kind: str) -> dict[str, int]:
    """Rows to choose from, by what is said of each."""
    if not judged.task.is_classification:
        error = judged.scores - judged.truth
        order = np.argsort(np.abs(error), kind="stable")
        order = {"wrong": order[::-1], "right": order}.get(kind, np.argsort(np.abs(np.abs(error) - np.median(np.abs(error))), kind="stable"))
        return {_("Row {row} · truth {truth} · said {said}").format(row=count(int(judged.rows[at]) + 1), truth=number(float(judged.truth[at])), said=number(float(judged.scores[at]))): int(judged.rows[at]) for at in order[:OFFERED]}
    said, sure = judged.decisions(), judged.scores.max(axis=1)
    fits = {"wrong": said != judged.truth, "right": said == judged.truth}.get(kind, np.ones(len(said), bool))
    order = np.argsort(sure if kind == "unsure" else -sure, kind="stable")
    return {
        _("Row {row} · truth {truth} · said {said} ({share})").format(
            row=count(int(judged.rows[at]) + 1), truth=short(judged.labels[judged.truth[at]], 30), said=short(judged.labels[said[at]], 30), share=percent(float(sure[at]))
        ): int(judged.rows[at])
        for at in order[fits[order]][:OFFERED]
    }  # fmt: skip


def _validation(run: Run) -> Predictions:
    return _read(str(run.folder.resolve()), changed(run), run)


@st.cache_resource(max_entries=CACHED, ttl="1h", show_spinner=False)
def _read(folder: str, changed_at: int, _run: Run) -> Predictions:
    from core.evaluation.predictions import Predictions

    return Predictions.load(_run.path("predictions.parquet")).of(Part.VALIDATION)


def _answers(ready: Sequence[Explained]) -> None:
    """What the row is, and what each model says of it."""
    rows = [(one.name, one.row) for one in ready if one.row is not None]
    first = rows[0][1]
    parts = {Part.TRAIN: _("The models learned from this row."), Part.VALIDATION: _("No model learned from this row."), Part.TEST: _("This is a test row; the look at it was counted.")}
    st.markdown(_("Row {row}, truth: **{truth}**").format(row=count(first.row + 1), truth=plain(first.truth, 60)) + f" · {parts[first.part]}")
    for name, row in rows:
        if not row.labels:
            st.markdown(_("- {model} says **{said}**; the average row gets {base}").format(model=plain(name, 40), said=plain(row.said), base=number(row.base[0])))
            continue
        at = row.labels.index(row.said)
        base = _("an empty text gets {base}") if row.pieces and not row.contributions else _("the average row gets {base}")
        told = _("- {model} says **{said}** ({share})").format(model=plain(name, 40), said=plain(row.said, 60), share=percent(row.answer[at]))
        st.markdown(told + ("; " + base.format(base=percent(row.base[at])) if row.base != row.answer else ""))


@st.fragment
@guarded()
def _shares(ready: Sequence[Explained], row: int) -> None:
    """The share of each column."""
    from core.charts.why import contributions_chart

    if not any(one.row.contributions for one in ready if one.row):
        return
    if (chart := contributions_chart(ready, _class(ready), dark=st.context.theme.type == "dark")) is not None:
        show_chart(chart, f"why_row_{row}")
    rows = [one.row for one in ready if one.row is not None]
    st.caption(_("**Shapley values**: what each column added to the answer, compared with rows that have other values in it. All shares together lead from the average row to this one."))
    others = max(one.compared_with for one in rows)
    exact = all(one.exact for one in rows)
    how = _("All combinations of columns were tried.") if exact else _("Combinations of columns were drawn by chance; the thin lines are the error of that.")
    st.caption(plural("Compared with {n} validation row.", "Compared with {n} validation rows.", others) + " " + how)


def _class(ready: Sequence[Explained]) -> str:
    """The class whose probability is explained: what the first model said, unless the visitor chooses another."""
    row = next(one.row for one in ready if one.row is not None)
    if len(row.labels) < 2:
        return ""
    labels = {f"{short(label, 50)}" + (f" ({place})" if [short(x, 50) for x in row.labels].count(short(label, 50)) > 1 else ""): label for place, label in enumerate(row.labels, 1)}
    chosen = st.selectbox(_("Explain the probability of"), list(labels), index=row.labels.index(row.said), key=f"why_row_class_{row.row}")
    return labels.get(chosen, row.said)


def _texts(ready: Sequence[Explained]) -> None:
    """The text with the words that speak for and against what each model said."""
    rows = [(one.name, one.row) for one in ready if one.row is not None and one.row.pieces]
    if not rows:
        return
    for name, row in rows:
        at = row.labels.index(row.said) if row.labels else 0
        with st.container(border=True, gap="xsmall"):
            st.markdown("**" + _("{model} says “{said}”").format(model=plain(name, 40), said=plain(row.said, 60)) + "**")
            st.markdown(_coloured(row, at))
    st.caption(_(":blue-background[**Bold on blue**] speaks for what the model said, :orange-background[*slanted on orange*] against it; the rest hardly counts. Words are taken out in many combinations (Shapley values), each way compared with an empty text."))


def _coloured(row: why.RowWhy, at: int) -> str:
    """Markdown of the text, its strong pieces marked."""
    strongest = max((abs(piece.values[at]) for piece in row.pieces), default=0.0)
    out, done = [], 0
    for piece in row.pieces:
        start, end = piece.start or 0, piece.end or 0
        if start >= SHOWN_TEXT:
            break
        out.append(_literal(row.text[done:start]))
        word = plain(row.text[start:end], 400)
        if strongest and abs(piece.values[at]) >= STRONG * strongest:
            word = f":blue-background[**{word}**]" if piece.values[at] > 0 else f":orange-background[*{word}*]"
        out.append(word)
        done = end
    rest = row.text[done:SHOWN_TEXT]
    return "".join(out) + _literal(rest) + ("…" if len(row.text) > SHOWN_TEXT else "")


def _literal(between: str) -> str:
    """What stands between two words, as text; spaces at its ends stay."""
    if not between.strip():
        return " " if between else ""
    before, after = (" " if between[0].isspace() else ""), (" " if between[-1].isspace() else "")
    return f"{before}{plain(between, 4_000)}{after}"
