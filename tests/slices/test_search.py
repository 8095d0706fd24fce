"""The search for weak slices: it cries wolf at most 5 times in 100, finds what is planted, and its intervals hold."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from core.dataset.schema import Task
from core.errors import BadSettings
from core.slices.exact_tests import ShareTest
from core.slices.grouping import Grouping, by_category, by_number
from core.slices.search import search, smallest_slice
from core.slices.weakness import Measure, measure_of
from tests.evaluation.made import binary, multiclass, predictions, regression


def columns(rng: np.random.Generator, rows: int) -> list[Grouping]:
    """Six columns: even and uneven categories, numbers, and two that say nearly the same."""
    base = rng.normal(size=rows)
    return [
        by_number("age", base), by_number("nearly_age", base + 0.1 * rng.normal(size=rows)), by_number("income", rng.lognormal(size=rows)),
        by_category("town", pl.Series(rng.choice(list("abcdef"), rows))), by_category("plan", pl.Series(rng.choice(["x", "y", "z"], rows, p=[0.9, 0.07, 0.03]))),
        by_category("sex", pl.Series(rng.choice(["f", "m"], rows))),
    ]  # fmt: skip


def losses(rng: np.random.Generator, rows: int, kind: str) -> Measure:
    """Rows whose loss has nothing to do with any column."""
    everywhere = np.ones(rows, bool)
    if kind == "errors":
        return Measure("error", rng.lognormal(sigma=1.5, size=rows), everywhere, False)
    if kind == "rounded":
        return Measure("error", np.floor(rng.exponential(size=rows)), everywhere, False)
    share = {"rare": 0.03, "usual": 0.2, "half": 0.5, "missed": 0.3}[kind]
    among = rng.random(rows) < 0.3 if kind == "missed" else everywhere
    return Measure("wrong", (rng.random(rows) < share).astype(float), among, True)


def wolves(kind: str, rows: int, times: int, seed: int) -> float:
    """In what share of searches something was found where there is nothing."""
    found = 0
    for number in range(times):
        rng = np.random.default_rng([seed, number])
        found += bool(search(losses(rng, rows, kind), columns(rng, rows)).weak)
    return found / times


@pytest.mark.parametrize("kind", ["rare", "missed", "errors"])
def test_random_slices_are_not_called_weak(kind: str) -> None:
    assert wolves(kind, 400, 30, seed=1) <= 0.05 + 2 * (0.05 * 0.95 / 30) ** 0.5  # two standard errors of so few repetitions


@pytest.mark.nightly
@pytest.mark.parametrize("rows", [200, 2_000])
@pytest.mark.parametrize("kind", ["rare", "usual", "half", "missed", "errors", "rounded"])
def test_random_slices_are_called_weak_in_at_most_one_search_of_twenty(kind: str, rows: int) -> None:
    assert wolves(kind, rows, 1_000, seed=2) <= 0.05


def test_without_the_correction_the_same_search_cries_wolf() -> None:
    """Else the test above could not fail."""
    def smallest_p(number: int) -> float:
        rng = np.random.default_rng([3, number])
        wrong = losses(rng, 400, "usual").values
        test = ShareTest.of(wrong)
        found = [test.p_values(cut.counts, test.sums(cut.codes, len(cut.labels))) for cut in columns(rng, 400)]
        return float(np.concatenate(found).min())

    assert np.mean([smallest_p(number) < 0.05 for number in range(40)]) > 0.3


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS, Task.REGRESSION])
def test_a_planted_weakness_is_found_first(task: Task) -> None:
    rng = np.random.default_rng(4)
    cuts = columns(rng, 3_000)
    truth, scores = {Task.BINARY: binary, Task.MULTICLASS: multiclass, Task.REGRESSION: regression}[task](rng, 3_000)
    bad = cuts[3].member(2) & cuts[5].member(0)
    if task.is_classification:
        scores[bad] = np.roll(np.eye(scores.shape[1])[truth[bad]], 1, axis=1)
    else:
        scores[bad] += 5
    found = search(measure_of(predictions(task, truth, scores)), cuts)
    first = found.weak[0]
    assert dict(first.conditions) == {"town": cuts[3].labels[2][0], "sex": cuts[5].labels[0][0]}
    assert np.array_equal(first.member, bad)
    assert first.rows == bad.sum()
    assert first.adjusted_p < 1e-6
    assert first.difference.low is not None and first.difference.low > 0.3


def test_what_is_said_of_a_slice_is_what_can_be_counted() -> None:
    rng = np.random.default_rng(5)
    cuts = columns(rng, 2_000)
    wrong = (rng.random(2_000) < np.where(cuts[3].member(0), 0.5, 0.1)).astype(float)
    among = rng.random(2_000) < 0.7
    first = search(Measure("missed", wrong, among, True), cuts).weak[0]
    inside, outside = wrong[first.member & among], wrong[~first.member & among]
    assert first.rows == len(inside) and not (first.member & ~among).any()
    assert first.value.value == pytest.approx(inside.mean())
    assert first.elsewhere.value == pytest.approx(outside.mean())
    assert first.difference.value == pytest.approx(inside.mean() - outside.mean())


def test_one_finding_is_listed_once() -> None:
    """A column and its twin, and every pair with them, say the same."""
    rng = np.random.default_rng(6)
    cuts = columns(rng, 4_000)
    twin = Grouping(("twin",), "category", cuts[3].labels, cuts[3].codes)
    wrong = (rng.random(4_000) < np.where(cuts[3].member(1), 0.6, 0.1)).astype(float)
    found = search(Measure("wrong", wrong, np.ones(4_000, bool), True), [*cuts, twin])
    assert len([one for one in found.weak if {"town", "twin"} & {column for column, _label in one.conditions}]) == 1


def test_small_slices_are_not_tested_and_the_limit_is_told() -> None:
    cut = by_category("plan", pl.Series(["rare"] * 20 + ["often"] * 100 + ["other"] * 120))
    measure = Measure("wrong", np.r_[np.ones(20), np.zeros(220)], np.ones(240, bool), True)
    found = search(measure, [cut])
    assert (found.searched, found.smallest, found.weak) == (2, 30, ())
    assert search(measure, [cut], smallest=10).weak[0].conditions == (("plan", "rare"),)
    assert smallest_slice(1_000_000) == 5_000
    with pytest.raises(BadSettings, match="at least 2 rows"):
        search(measure, [cut], smallest=1)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_right_and_all_wrong_have_no_weak_slice(value: float) -> None:
    rng = np.random.default_rng(8)
    for share in (True, False):
        found = search(Measure("wrong", np.full(500, value), np.ones(500, bool), share), columns(rng, 500))
        assert found.weak == () and found.searched > 0 and found.overall == value


def test_no_rows_and_no_columns() -> None:
    nothing = search(Measure("missed", np.zeros(50), np.zeros(50, bool), True), columns(np.random.default_rng(9), 50))
    assert (nothing.weak, nothing.searched, nothing.overall) == ((), 0, None)
    assert search(Measure("wrong", np.ones(50), np.ones(50, bool), True), []).searched == 0


@pytest.mark.parametrize("share", [True, False])
def test_widened_intervals_hold_for_the_slices_that_were_picked(share: bool) -> None:
    """Winner's curse: the plain 95 % interval of the slice that looks worst would miss its truth far too often."""
    missed, listed = 0, 0
    for number in range(40):
        rng = np.random.default_rng([10, number])
        cuts = columns(rng, 1_500)
        truly = np.where(cuts[3].member(1), 0.35, 0.15)
        values = (rng.random(1_500) < truly).astype(float) if share else rng.exponential(truly)
        for one in search(Measure("wrong", values, np.ones(1_500, bool), share), cuts).weak:
            mean = truly[one.member].mean()
            listed += 1
            missed += not (one.value.low or 0) <= mean <= (one.value.high or 1)
    assert listed > 25
    assert missed / listed <= 0.05


def test_json_holds_no_rows_and_no_nan() -> None:
    import json

    rng = np.random.default_rng(11)
    cuts = columns(rng, 1_000)
    wrong = np.where(cuts[5].member(0), 1.0, 0.0)
    text = json.dumps(search(Measure("wrong", wrong, np.ones(1_000, bool), True), cuts).to_json(), allow_nan=False)
    assert '"correction": "holm"' in text and '"column": "sex"' in text
