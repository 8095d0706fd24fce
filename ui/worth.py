"""What is it worth: the sentence for the pitch, the money dial behind it, the threshold, and the price of a point."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from core.language import _
from core.seal import look_at
from core.worth.goals import Ranking, rank
from core.worth.pitch import policy_word
from ui.charted import show_chart
from ui.comparison import Compared
from ui.error_cost_view import error_cost_view
from ui.guard import guarded
from ui.matrix_view import MOST_CLASSES, matrix_view
from ui.money_dial import chosen_values
from ui.money_fields import told
from ui.narrow import watch_width
from ui.price_view import price_view
from ui.threshold_view import threshold_view
from ui.words import glued, percent, plain, short
from ui.worth_table import Row, amount, cell, difference, worth_table

if TYPE_CHECKING:
    from core.worth.worth import ModelWorth, Worth

__all__ = ["worth_part"]

KEPT = 12  # rankings of all visitors; one holds the scores once more
LABELS_OFFERED = 1_000


def worth_part(found: Compared) -> None:
    """Draw the part: money first, because that is what is asked; then the threshold, and what the last point cost."""
    comparison = found.comparison
    assert comparison is not None  # the page stops where there is none
    watch_width()
    if not comparison.task.is_classification:
        error_cost_view(found)
        price_view(found)
        return
    by_matrix = _asks_for_matrix(found)
    ranking = _ranking(found.key, _label(found), found)
    st.session_state[f"report_matrix_{found.dataset.id}"] = None
    if by_matrix:
        matrix_view(found)
    else:
        _money(found, ranking)
    st.subheader(_("Threshold"), anchor=False)
    threshold_view(found, ranking)
    price_view(found)


def _asks_for_matrix(found: Compared) -> bool:
    """Whether every mix-up of more than two classes shall have a value of its own."""
    assert found.comparison is not None
    if not 2 < len(found.comparison.labels) <= MOST_CLASSES:
        return False
    ways = {"one": _("One answer against the rest"), "matrix": _("A value for every mix-up")}
    return st.segmented_control(_("What has a value"), list(ways), default="one", required=True, format_func=lambda way: ways[way], key="worth_way", persist_state="session") == "matrix"


@st.fragment
@guarded()
def _money(found: Compared, ranking: Ranking) -> None:
    from core.charts.money import money_chart
    from core.worth.worth import worth_of

    top = st.container(border=True, gap="small", key="pitch")
    values = chosen_values(_data_rate(ranking), ranking.label)
    st.session_state[f"report_values_{found.dataset.id}"] = (values, ranking.label)  # for what is taken along
    worth = worth_of(ranking, values)
    with suppress(OSError):
        look_at(found.dataset, "worth", [one.one.model.id for one in worth.models], positive=worth.label, **values.to_json())
    with top:
        _pitch(worth)
    worth_table([_row(one, worth) for one in worth.models], "money", _("What every model is worth a month, with 95 % intervals"))
    st.caption(glued(_("**Gain**: what a model brings over {policy}, the best way without one. In smaller type: the 95 % interval.").format(policy=policy_word(worth.policy))))
    show_chart(money_chart(ranking, worth, dark=st.context.theme.type == "dark"), "money")
    if ranking.can_choose:
        st.caption(_("Each line shows all thresholds on the validation rows, where the best is chosen: left a model acts on nobody, right on everybody. Marks are of the test rows, which judge."))
    with st.container(border=True, gap="xsmall", key="break_even"):
        st.markdown(f"**{_('Break-even')}**")
        for sentence in worth.break_even:
            st.markdown(glued(plain(sentence, 400)))


def _pitch(worth: Worth) -> None:
    told(worth.sentence, worth.details)
    if worth.values.rate is not None:
        said = {"label": plain(worth.label, 40), "rate": percent(worth.values.rate)}
        st.caption(_("Counted for a share of {rate} “{label}” in real life. That holds as long as such cases look the same there, only rarer or more frequent.").format(**said))


def _row(found: ModelWorth, worth: Worth) -> Row:
    currency = worth.values.currency
    threshold = f"{found.threshold:.3g}" if not found.silent else _("never acts") if not found.counts.tp + found.counts.fp else _("always acts")
    cells = {
        _("Acts from"): cell(threshold, _("chosen") if found.chosen == "validation" else _("usual")),
        _("Gain a month"): amount(found.gain, currency),
        _("Against the best simple model"): difference(found.versus, found.clear, currency),
        _("Alarms that are right"): "–" if found.precision.value is None else cell(percent(found.precision.value), _span(found)),
    }  # fmt: skip
    if worth.policy_money:  # else it is the gain
        cells[_("Money a month")] = amount(found.money, currency)
    return Row(found.one, cells)


def _span(found: ModelWorth) -> str:
    low, high = found.precision.low, found.precision.high
    return "" if low is None or high is None else _("{low} to {high}").format(low=percent(low), high=percent(high))


def _label(found: Compared) -> str:
    """The class that the models act on."""
    assert found.comparison is not None
    labels = found.comparison.labels
    usual = len(labels) - 1 if len(labels) == 2 else _rarest(found)
    offered: dict[str, str] = {}
    for place, label in enumerate(labels[:LABELS_OFFERED], start=1):
        shown = short(label, 50)
        offered[f"{shown} ({place})" if shown in offered or not shown else shown] = label
    with st.container(gap="xxsmall", width=360):
        chosen = st.selectbox(_("The models act on"), list(offered), index=min(usual, len(offered) - 1), key=f"worth_class_{found.dataset.id}", persist_state="session")
        st.caption(_("The answer that makes you do something. All other answers count as the rest.") if len(labels) > 2 else _("The answer that makes you do something."))
    return offered.get(str(chosen), labels[usual])


def _rarest(found: Compared) -> int:
    assert found.comparison is not None
    rows = found.comparison.models[0].evaluation.class_rows
    return min(range(len(found.comparison.labels)), key=lambda place: rows.get(found.comparison.labels[place]) or 1e18)  # type: ignore[union-attr]


def _data_rate(ranking: Ranking) -> float:
    test = ranking.models[0].test
    return len(test.hits) / max(len(test), 1)


@st.cache_resource(max_entries=KEPT, ttl="1h", show_spinner=False)
def _ranking(key: str, label: str, _found: Compared) -> Ranking:
    assert _found.comparison is not None
    return rank(_found.comparison, label)
