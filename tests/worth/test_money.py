"""Money by hand, by brute force over rows, and intervals by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.intervals import wilson
from core.worth.money import Pairs, break_even_rate, money, money_difference, money_values, real_precision
from core.worth.threshold import Counts, Thresholds
from core.worth.values import Values

VALUES = Values(tp=80, fp=-10, fn=-3, tn=1, cases=1_000)
COUNTS = Counts(tp=30, fp=20, fn=10, tn=140)
ROWS = st.integers(0, 40)
CASES = {  # rows, share, (recall, false alarms), values, share in real life
    "balanced": (60, 0.5, (0.7, 0.2), Values(80, -10), None),
    "rare": (300, 0.05, (0.7, 0.2), Values(60, -25), None),
    "rarer in life": (300, 0.3, (0.8, 0.1), Values(-5, -8, -120), 0.02),
    "nearly perfect": (400, 0.2, (0.95, 0.02), Values(80, -10), 0.1),
}


def test_by_hand() -> None:
    """30 · 80 − 20 · 10 − 10 · 3 + 140 · 1 = 2,310 for 200 rows, so 11.55 a case."""
    found = money(COUNTS, VALUES)
    assert found.value == pytest.approx(11_550)
    assert found.low is not None and found.high is not None and found.low < 11_550 < found.high


def test_by_hand_where_the_class_is_rarer_in_life() -> None:
    """Of 1,000 cases 50 are of the class: 37.5 found, 12.5 missed; of 950 others 118.75 are alarmed, 831.25 left alone."""
    found = money(COUNTS, Values(tp=80, fp=-10, fn=-3, tn=1, cases=1_000, rate=0.05))
    assert found.value == pytest.approx(37.5 * 80 - 12.5 * 3 - 118.75 * 10 + 831.25)


def test_the_interval_is_movers_by_hand() -> None:
    """With only recall uncertain (no cost of others) the limits are Wilson's of recall, scaled."""
    values = Values(tp=100, fp=0, cases=10, rate=0.5)
    found, recall = money(COUNTS, values), wilson(30, 40)
    assert found.low == pytest.approx(500 * (recall.low or 0)) and found.high == pytest.approx(500 * (recall.high or 0))
    both, alarms = money(COUNTS, Values(tp=100, fp=-40, cases=10, rate=0.5)), wilson(20, 160)
    down = math.hypot(500 * (0.75 - (recall.low or 0)), 200 * ((alarms.high or 0) - 0.125))
    assert both.low == pytest.approx(500 * 0.75 - 200 * 0.125 - down)


@given(ROWS, ROWS, ROWS, ROWS)
def test_money_is_the_mean_of_rows_and_gain_does_not_depend_on_the_zero(tp: int, fp: int, fn: int, tn: int) -> None:
    counts = Counts(tp, fp, fn, tn)
    found = money(counts, VALUES)
    if not counts.positives or not counts.negatives:
        assert found.value is None and found.reason
        return
    rows = 80 * tp - 10 * fp - 3 * fn + tn
    assert found.value == pytest.approx(1_000 * rows / counts.rows)
    moved = Values(tp=80 + 7, fp=-10 + 9, fn=-3 + 7, tn=1 + 9, cases=1_000)
    first, second = money(counts, VALUES.against_never()), money(counts, moved.against_never())
    assert first.value == pytest.approx(second.value) and first.low == pytest.approx(second.low)
    share = counts.positives / counts.rows
    assert first.value == pytest.approx((found.value or 0) - VALUES.of_policy("never", share))
    assert money(counts, VALUES.against_always()).value == pytest.approx((found.value or 0) - VALUES.of_policy("always", share))


def test_a_curve_is_the_money_at_each_threshold() -> None:
    rng = np.random.default_rng(0)
    truth, scores = rng.random(80) < 0.3, np.round(rng.random(80), 1)
    found = Thresholds.of(truth, scores)
    for rate in (None, 0.02):
        values = Values(80, -10, -3, 1, rate=rate)
        curve = money_values(found.corners, values)
        for threshold, value in zip(found.corners.threshold, curve, strict=True):
            assert value == pytest.approx(money(found.counts(threshold), values).value)


def test_a_difference_is_the_difference_of_the_money_on_the_same_rows() -> None:
    rng = np.random.default_rng(1)
    truth = rng.random(300) < 0.3
    ours, theirs = rng.random(300) < 0.2 + 0.5 * truth, rng.random(300) < 0.3 + 0.3 * truth
    for rate in (None, 0.05):
        values = Values(80, -10, -3, 1, rate=rate)
        each = [money(Counts(*(int((mask & sign).sum()) for mask, sign in ((alarm, truth), (alarm, ~truth), (~alarm, truth), (~alarm, ~truth)))), values) for alarm in (ours, theirs)]
        found = money_difference(Pairs.of(truth, ours, theirs), values)
        assert found.value == pytest.approx((each[0].value or 0) - (each[1].value or 0))
        back = money_difference(Pairs.of(truth, theirs, ours), values)
        assert (found.low, found.high) == pytest.approx((-(back.high or 0), -(back.low or 0)))
        wider = money_difference(Pairs.of(truth, ours, theirs), values, 0.99)
        assert (wider.low or 0) < (found.low or 0) < (found.high or 0) < (wider.high or 0)


def test_a_paired_difference_is_narrower_where_models_agree() -> None:
    truth = np.random.default_rng(0).random(1_000) < 0.3
    alarms = truth ^ (np.random.default_rng(1).random(1_000) < 0.3)
    other = alarms.copy()
    other[:10] = ~other[:10]
    gap = money_difference(Pairs.of(truth, alarms, other), VALUES)
    alone = money(Counts(*(int((mask & sign).sum()) for mask, sign in ((alarms, truth), (alarms, ~truth), (~alarms, truth), (~alarms, ~truth)))), VALUES)
    assert (gap.high or 0) - (gap.low or 0) < 0.4 * ((alone.high or 0) - (alone.low or 0))


def test_break_even_share_is_where_alarms_bring_nothing() -> None:
    values = Values(tp=60, fp=-25)
    rate = break_even_rate(COUNTS, values)
    assert rate is not None
    assert money(COUNTS, Values(tp=60, fp=-25, rate=rate)).value == pytest.approx(0, abs=1e-9)
    assert break_even_rate(COUNTS, Values(tp=60, fp=0)) is None and break_even_rate(Counts(0, 0, 1, 1), values) is None


def test_precision_in_real_life() -> None:
    assert real_precision(COUNTS) == wilson(30, 50)
    found = real_precision(COUNTS, 0.05)
    assert found.value == pytest.approx(37.5 / (37.5 + 118.75))
    assert found.low is not None and found.high is not None and 0 < found.low < found.value < found.high < 1
    assert real_precision(Counts(0, 0, 5, 5), 0.1).value is None
    none, all_ = real_precision(Counts(0, 4, 5, 5), 0.1), real_precision(Counts(4, 0, 5, 5), 0.1)
    assert (none.value, none.low) == (0, 0) and (none.high or 0) > 0 and (all_.value, all_.high) == (1, 1) and (all_.low or 1) < 1


def covered(case: str, sets: int, seed: int) -> dict[str, float]:
    """Share of made-up sets whose interval holds the truth: money, precision in real life, and a paired difference."""
    rows, share, (recall, alarms), values, rate = CASES[case]
    values, real = Values(values.tp, values.fp, values.fn, values.tn, rate=rate), share if rate is None else rate
    gain, cost = values.tp - values.fn, values.fp - values.tn
    true = values.cases * (real * (values.fn + recall * gain) + (1 - real) * (values.tn + alarms * cost))
    true_precision = real * recall / (real * recall + (1 - real) * alarms)
    other = 0.8 * recall, 1.2 * alarms
    true_gap = values.cases * (real * gain * (recall - other[0]) + (1 - real) * cost * (alarms - other[1]))
    rng, held = np.random.default_rng(seed), {"money": 0, "precision": 0, "difference": 0}
    for _ in range(sets):
        truth, one, two = rng.random(rows) < share, rng.random(rows), rng.random(rows)
        ours = one < np.where(truth, recall, alarms)
        theirs = np.where(rng.random(rows) < 0.5, one, two) < np.where(truth, *other)  # half of the rows in common
        counts = Counts(*(int((mask & sign).sum()) for mask, sign in ((ours, truth), (ours, ~truth), (~ours, truth), (~ours, ~truth))))
        for name, found, right in (
            ("money", money(counts, values), true), ("precision", real_precision(counts, rate), true_precision),
            ("difference", money_difference(Pairs.of(truth, ours, theirs), values), true_gap),
        ):  # fmt: skip
            held[name] += found.low is not None and found.high is not None and found.low <= right <= found.high
    return {name: count / sets for name, count in held.items()}


@pytest.mark.parametrize("case", CASES)
def test_intervals_cover(case: str) -> None:
    """300 sets: standard error 1.3 points, so good intervals do not fall below 91 %."""
    assert min(covered(case, 300, seed=5).values()) >= 0.91


@pytest.mark.nightly
@pytest.mark.parametrize("case", CASES)
def test_intervals_cover_in_many_sets(case: str) -> None:
    found = covered(case, 4_000, seed=6)
    assert min(found.values()) >= 0.93 and found["money"] <= 0.975, found
