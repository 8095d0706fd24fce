"""Fairness measures against counts made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.dataset.schema import Task
from core.errors import BadSettings
from core.evaluation.predictions import Predictions
from core.slices.fairness import MEASURES, Fairness, fairness
from core.slices.grouping import Grouping
from tests.evaluation.made import predictions


def judged(*groups: tuple[int, int, int, int]) -> Fairness:
    """Groups a, b, c … by counts: true and called, false and called, true and not called, false and not called."""
    return fairness(*rows(*groups))


def rows(*groups: tuple[int, int, int, int]) -> tuple[Predictions, Grouping]:
    truth, called, codes = [], [], []
    for code, counts in enumerate(groups):
        for (is_true, is_called), count in zip(((1, 1), (0, 1), (1, 0), (0, 0)), counts, strict=True):
            truth += [is_true] * count
            called += [is_called] * count
            codes += [code] * count
    score = np.array(called, float)
    p = predictions(Task.BINARY, np.array(truth), np.c_[1 - score, score], ("no", "yes"))
    return p, Grouping(("sex",), "category", tuple((chr(97 + code),) for code in range(len(groups))), np.array(codes, np.int16))


def test_the_four_measures_by_hand() -> None:
    """a: 100 rows, 40 + 10 called, 60 truly so. b: 100 rows, 15 + 5 called, 20 truly so."""
    found = judged((40, 10, 20, 30), (15, 5, 5, 75))
    a, b = found.groups
    assert (a.rows, a.base.value, a.called.value, a.right_calls.value) == (100, 0.6, 0.5, 0.8)
    assert (a.found.value, a.called_by_mistake.value) == (pytest.approx(40 / 60), 0.25)
    assert (b.base.value, b.called.value, b.right_calls.value, b.found.value, b.called_by_mistake.value) == (0.2, 0.2, 0.75, 0.75, 5 / 80)
    gaps = {gap.measure: gap for gap in found.gaps}
    assert list(gaps) == list(MEASURES)
    assert gaps["demographic_parity"].gap.value == pytest.approx(0.3)
    assert gaps["demographic_parity"].ratio == pytest.approx(0.4)
    assert (gaps["demographic_parity"].highest, gaps["demographic_parity"].lowest) == ("a", "b")
    assert gaps["equal_opportunity"].gap.value == pytest.approx(0.75 - 40 / 60)
    assert gaps["equalised_odds"].gap.value == pytest.approx(0.25 - 5 / 80)  # the larger of both
    assert gaps["predictive_parity"].gap.value == pytest.approx(0.05)
    assert {measure: gap.clear for measure, gap in gaps.items()} == {
        "demographic_parity": True, "equal_opportunity": False, "equalised_odds": True, "predictive_parity": False,
    }  # fmt: skip


def test_the_interval_of_two_groups_is_newcombes() -> None:
    """His worked example (Statistics in Medicine 1998, method 10, table II): 56/70 against 48/80 gives 0.0524 to 0.3339."""
    gap = judged((56, 0, 0, 14), (48, 0, 0, 32)).gaps[0].gap
    assert gap.value == pytest.approx(0.2)
    assert (gap.low, gap.high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))


def test_equal_groups_have_no_gap_and_more_groups_widen_it() -> None:
    same = judged((30, 10, 10, 50), (30, 10, 10, 50))
    for gap in same.gaps:
        assert gap.gap.value == 0 and not gap.clear and gap.gap.low == 0
        assert gap.measure == "equalised_odds" or gap.ratio == 1
    three = judged((30, 10, 10, 50), (30, 10, 10, 50), (30, 10, 10, 50))
    assert (three.gaps[0].gap.high or 0) > (same.gaps[0].gap.high or 0)


def test_small_groups_and_small_shares_are_left_out() -> None:
    found = judged((40, 10, 20, 30), (15, 5, 5, 75), (10, 5, 5, 5))
    assert found.left_out == ("c",) and len(found.groups) == 2
    gaps = {gap.measure: gap for gap in judged((40, 10, 20, 30), (4, 1, 0, 95)).gaps}  # 4 truly so, 5 called
    assert gaps["equal_opportunity"].gap.value is None and "Fewer than two groups" in gaps["equal_opportunity"].gap.reason
    assert gaps["equalised_odds"].gap.value is None
    assert gaps["demographic_parity"].gap.value is not None
    assert judged((40, 10, 20, 30)).gaps[0].gap.value is None


@pytest.mark.parametrize("groups", [2, 5])
def test_equal_treatment_is_called_a_gap_in_at_most_one_case_of_twenty(groups: int) -> None:
    cried = np.zeros(4)
    for number in range(60):
        rng = np.random.default_rng([groups, number])
        truth = (rng.random(600) < 0.4).astype(np.int64)
        score = (rng.random(600) < np.where(truth, 0.7, 0.2)).astype(float)
        codes = rng.integers(0, groups, 600).astype(np.int16)
        cut = Grouping(("g",), "category", tuple((str(code),) for code in range(groups)), codes)
        cried += [gap.clear for gap in fairness(predictions(Task.BINARY, truth, np.c_[1 - score, score]), cut).gaps]
    assert (cried / 60 <= 0.05 + 2 * (0.05 * 0.95 / 60) ** 0.5).all(), cried


def test_any_class_of_many_can_be_the_one_that_matters() -> None:
    truth = np.tile([0, 1, 2], 40)
    p = predictions(Task.MULTICLASS, truth, np.eye(3)[np.roll(truth, 3)])
    cut = Grouping(("g",), "category", (("a",), ("b",)), np.r_[np.zeros(60), np.ones(60)].astype(np.int16))
    found = fairness(p, cut, 2)
    assert found.label == "c2" and found.groups[0].found.value == 1 and found.groups[0].base.value == pytest.approx(1 / 3)
    with pytest.raises(BadSettings, match="no class number 3"):
        fairness(p, cut, 3)


def test_a_number_has_no_such_measures() -> None:
    p = predictions(Task.REGRESSION, np.zeros(4), np.zeros(4))
    with pytest.raises(BadSettings, match="made for classes"):
        fairness(p, Grouping(("g",), "category", (("a",),), np.zeros(4, np.int16)))


def test_json_is_plain() -> None:
    import json

    text = json.dumps(judged((40, 10, 20, 30), (15, 5, 5, 75)).to_json(), allow_nan=False)
    assert '"measure": "demographic_parity"' in text and "counts" not in text
