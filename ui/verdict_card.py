"""The verdict: one sentence that the room can read, what it rests on, and a card for each pair of models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

import core.evaluation.verdict_words as said
from core.evaluation.names import headline, higher_is_better
from core.language import _
from core.seal import looks, looks_sentence
from ui.charted import show_chart
from ui.comparison import Compared, reference_of
from ui.metric_words import range_text, title, value_text
from ui.verdict import LOOKS, field_of
from ui.words import count, plain

if TYPE_CHECKING:
    from core.charts import Chart
    from core.evaluation.compare import Comparison
    from core.evaluation.verdict import FieldVerdict, Verdict

__all__ = ["verdict_part"]

SENTENCE = 600  # characters: a few names of strangers at most
MARGINS = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1)
USUAL_MARGIN = 0.01
CHARTS_KEPT = 40


def verdict_part(found: Compared) -> None:
    """Draw the verdict on the whole field, the question it answers, and a card for each pair."""
    comparison = found.comparison
    assert comparison is not None  # the page stops where there is none
    if comparison.field is None:
        _alone(comparison)
    else:
        place = st.container()
        field = field_of(found.key, comparison, *_question(found, comparison))
        with place:
            _head(field)
    st.caption(looks_sentence(looks(found.dataset)))
    metric = headline(comparison.task) if comparison.field is None else field.metric
    show_chart(_forest(found.key, metric, st.context.theme.type == "dark", comparison), "forest")
    if comparison.field is not None:
        _pairs(field)
        _method(field)


def _alone(comparison: Comparison) -> None:
    """One model and nothing beside it."""
    one = comparison.models[0]
    with st.container(border=True, gap="small", key="verdict"):
        st.header(f"{LOOKS['cannot_tell'].mark} {plain(_('“{model}”: how good is it?').format(model=one.model.name), SENTENCE)}", anchor=False)
        metric = headline(comparison.task)
        value, span = value_text(metric, one.evaluation.headline.value), range_text(metric, one.evaluation.headline)
        st.markdown(f"{title(metric)} **{value}**" + (f" ({span})" if span else ""))
        st.markdown(_("No simple model stands beside it yet, so nothing says whether that is much."))


def _question(found: Compared, comparison: Comparison) -> tuple[str | None, str, float]:
    """With whom, by which metric, and what is too small to matter, as the visitor wants it."""
    offered = [name for name, interval in comparison.models[0].evaluation.metrics.items() if interval.value is not None or name == headline(comparison.task)]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="verdict_question"):
        reference = reference_of(found)
        metric = st.selectbox(
            _("Judge by"), offered, index=offered.index(headline(comparison.task)), format_func=title, key=f"verdict_metric_{comparison.task.value}",
            persist_state="session", width=220,
        )  # fmt: skip
        margin = st.selectbox(
            _("Too small to matter"), MARGINS, index=MARGINS.index(USUAL_MARGIN), format_func=_margin_word, key="verdict_margin", persist_state="session",
            help=_("The margin: a smaller difference makes no difference in practice. In points for shares; for errors and losses in percent of the reference’s value."),
            width=180,
        )  # fmt: skip
    return reference, metric if metric in offered else headline(comparison.task), margin if margin in MARGINS else USUAL_MARGIN


def _margin_word(margin: float) -> str:
    return _("nothing is too small") if not margin else _("below {margin}").format(margin=said.size_words("accuracy", margin))


def _head(field: FieldVerdict) -> None:
    """The finding, large, and the sentence with its numbers."""
    first = said.first_verdict(field)
    if first is None:
        return
    with st.container(border=True, gap="small", key="verdict"):
        leads = field.leader == field.reference and len(field.verdicts) > 1
        everyone = leads and all(one.finding.value == "worse" for one in field.verdicts)
        look = LOOKS[("better" if everyone else "cannot_tell") if leads else first.finding.value]
        st.header(f"{look.mark} {plain(said.field_headline(field), SENTENCE)}", anchor=False)
        st.markdown(plain(field.sentence, 2 * SENTENCE))
        for sentence in (said.pair_note(first), said.pair_next(first)):
            if sentence and not leads:
                st.markdown(plain(sentence, SENTENCE))
        if not leads and first.finding.value == "worse":
            st.markdown(_("Use the other one, or train a model again with other settings."))


@st.cache_resource(max_entries=CHARTS_KEPT, ttl="1h", show_spinner=False)
def _forest(key: str, metric: str, dark: bool, _comparison: Comparison) -> Chart:
    from core import charts

    return charts.forest(_comparison, metric, dark=dark)


def _pairs(field: FieldVerdict) -> None:
    st.subheader(_("Each beside the reference"), anchor=False)
    _cards(field.verdicts, "verdict")
    if field.pairs:
        with st.expander(_("Your models among one another"), icon=":material/compare_arrows:", key="verdict_pairs"):
            _cards(field.pairs, "pair")


def _cards(verdicts: Sequence[Verdict], kind: str) -> None:
    """A card each, the best first."""
    for place, one in enumerate(sorted(verdicts, key=_gain, reverse=True)):
        _card(one, f"{kind}_{place}")


def _gain(one: Verdict) -> float:
    value = one.difference.interval.value or 0.0
    return value if higher_is_better(one.metric) else -value


def _card(one: Verdict, key: str) -> None:
    """One pair: the finding, the sentence, three figures, and what they rest on."""
    look = LOOKS[one.finding.value]
    with st.container(border=True, gap="xsmall", key=f"card_{key}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(_(look.word), icon=f":material/{look.icon}:", color=look.colour)  # type: ignore[arg-type]
            st.markdown(f"**{plain(one.names[0], 60)}** · {plain(one.names[1], 60)}", width="content")
        st.markdown(plain(one.sentence, SENTENCE))
        with st.grid(3, min_column_width=150, gap="small"):
            _figure(_("Difference"), said.gap_words(one.metric, one.difference.interval.value), said.range_words(one))
            _figure(_("Chance that it is better"), said.chance_words(one.probability), "")
            if one.rows_needed is not None:
                _figure(_("Rows to settle it"), said.about_rows(one.rows_needed), _("now {n}; if it is as large as it looks").format(n=count(one.difference.rows)))
            elif one.detectable is not None:
                _figure(_("These rows can find"), said.gap_words(one.metric, one.detectable, sign=False), _("in 8 of 10 cases"))
        if note := said.pair_note(one):
            st.markdown(plain(note, SENTENCE))
        st.caption(plain(" ".join(filter(None, (one.why, said.pair_evidence(one), said.power_sentence(one)))), 2 * SENTENCE))


def _figure(name: str, value: str, below: str) -> None:
    st.markdown(f":small[{name}]  \n**{plain(value)}**" + (f"  \n:small[:gray[{plain(below)}]]" if below else ""))


def _method(field: FieldVerdict) -> None:
    """One line for each term that the cards use."""
    lines = [
        _("**Interval**: the true difference lies in it in 95 of 100 cases. If it holds 0, the two may be equal."),
        _("**p-value**: were the two equally good, how often chance would make a difference this large. Below 0.05 it counts as real, after all comparisons are counted (Holm)."),
        _("**Chance that it is better**: as these rows see it, without an opinion beforehand (flat prior, normal approximation)."),
        _("**No practical difference**: the rows show that the difference is smaller than the margin (two one-sided tests)."),
        _("**Reference**: unless you choose one, the simple model that is the best on the validation rows, so that the test rows only answer."),
    ]
    if len(field.verdicts) > 1:
        lines.append(_("**The best of several** is partly the luckiest: its lead on these rows is likely a little flattered. The tests take this into account."))
    with st.expander(_("What the words mean"), icon=":material/help:", key="verdict_words"):
        for line in lines:
            st.caption(line)
