"""Money as people read it: one way everywhere, its minus before the currency, and round amounts along an axis."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts.money import money_chart
from core.errors import BadSettings
from core.worth.currency import check_cases, check_currency, money_short, money_text, money_ticks, price_text
from core.worth.goals import rank
from core.worth.values import Values
from core.worth.worth import worth_of
from tests.charts.test_money_and_threshold import made

AMOUNT = re.compile(r"^[−+]?(?:€|¥|CHF )(?:\d{1,3}(?:,\d{3})*|\d+)(?:\.\d+)?[kMB]?$")


@given(st.floats(-1e13, 1e13), st.sampled_from(["€", "¥", "CHF"]))
def test_a_minus_stands_before_the_currency_and_nothing_else_does(value: float, currency: str) -> None:
    for text in (money_text(value, currency), money_short(value, currency)):
        assert AMOUNT.match(text) or "e+" in text or "e-" in text, text
        assert ("−" in text) == (value < 0 and text.strip("−€¥CHF 0.") != "") or abs(value) < 0.005


@given(st.floats(-1e9, 0), st.floats(0.01, 1e9), st.integers(2, 10))
def test_ticks_are_round_rising_and_inside(low: float, high: float, steps: int) -> None:
    """Of an axis on which nothing gained has a place, as on ours."""
    span = high - low
    places, texts = money_ticks(low, high, "€", steps)
    assert len(set(texts)) == len(texts)  # no two amounts read alike
    assert len(places) == len(texts) <= steps + 1 and places == sorted(places)
    gap = span * 1e-9
    assert all(low - gap <= place <= low + span + gap for place in places)
    if len(places) > 2:
        step = places[1] - places[0]
        assert float(f"{step:.0e}") == pytest.approx(step, rel=1e-6) and all(b - a == pytest.approx(step, rel=1e-6) for a, b in zip(places, places[1:], strict=False))
    assert 0.0 not in places or texts[places.index(0.0)] == "€0"


def test_an_axis_without_a_length_has_its_zero() -> None:
    assert money_ticks(0, 0, "€") == ([0.0], ["€0"]) and money_ticks(float("nan"), 1, "€") == ([0.0], ["€0"])


@pytest.mark.parametrize(("currency", "minus"), [("€", "−€"), ("¥", "−¥"), ("CHF", "−CHF ")])
def test_the_axis_of_the_money_chart_reads_so(currency: str, minus: str) -> None:
    ranking = rank(made())
    values = Values(tp=60, fp=-60, cases=2_000, currency=currency)
    axis = money_chart(ranking, worth_of(ranking, values)).figure.layout.yaxis
    assert axis.tickprefix is None and len(axis.tickvals) >= 3
    for place, text in zip(axis.tickvals, axis.ticktext, strict=True):
        assert text == money_short(place, currency) and text.startswith(minus) == (place < 0)
    assert any(place < 0 for place in axis.tickvals)  # who acts on everybody loses here


def test_where_no_model_gains_anything_there_is_an_axis_all_the_same() -> None:
    ranking = rank(made())
    for values in (Values(tp=-5, fp=-25), Values(tp=0, fp=0)):
        figure = money_chart(ranking, worth_of(ranking, values)).figure
        assert figure.layout.yaxis.range[0] < figure.layout.yaxis.range[1] and figure.layout.yaxis.ticktext


@pytest.mark.parametrize("currency", ["", "TOOLONG", "€\n"])
def test_what_is_no_currency_is_refused(currency: str) -> None:
    with pytest.raises(BadSettings):
        check_currency(currency)


@pytest.mark.parametrize("cases", [0, -1, float("nan"), float("inf"), 1e13])
def test_what_is_no_number_of_cases_is_refused(cases: float) -> None:
    with pytest.raises(BadSettings):
        check_cases(cases)


def test_next_to_nothing_is_said_so() -> None:
    assert price_text(0.0, "€") == "€0" and price_text(0.001, "€") == "under €0.01"
