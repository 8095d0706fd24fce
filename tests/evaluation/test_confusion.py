"""Everything that the confusion matrix decides, against scikit-learn on random decisions, ties and gaps included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from core.evaluation.confusion import averages, class_shares, confusion_matrix, matthews

Pairs = list[tuple[int, int]]
PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)


@given(PAIRS)
def test_the_matrix_is_scikit_learns(pairs: Pairs) -> None:
    truth, called = np.array(pairs).T
    np.testing.assert_array_equal(confusion_matrix(truth, called, 5), sk.confusion_matrix(truth, called, labels=range(5)))


@given(PAIRS)
def test_averages_are_scikit_learns(pairs: Pairs) -> None:
    truth, called = np.array(pairs).T
    found = averages(confusion_matrix(truth, called, 5))
    assert found["accuracy"].value == pytest.approx(sk.accuracy_score(truth, called))
    recalls = [(called[truth == number] == number).mean() for number in np.unique(truth)]
    assert found["balanced_accuracy"].value == pytest.approx(np.mean(recalls))
    for how in ("macro", "weighted"):
        expected = sk.precision_recall_fscore_support(truth, called, average=how, zero_division=0)
        assert [found[f"{name}_{how}"].value for name in ("precision", "recall", "f1")] == [pytest.approx(value) for value in expected[:3]]
    classes = np.union1d(truth, called)
    left_alone = [sk.recall_score(truth != number, called != number, zero_division=0) for number in classes]
    assert found["specificity_macro"].value == pytest.approx(np.mean(left_alone))
    assert found["specificity_weighted"].value == pytest.approx(np.average(left_alone, weights=[(truth == number).sum() for number in classes]))
    if len(np.unique(truth)) > 1:
        assert found["mcc"].value == pytest.approx(sk.matthews_corrcoef(truth, called), abs=1e-9)
    else:
        assert found["mcc"].value is None and "one class" in found["mcc"].reason


@given(PAIRS)
def test_limits_enclose_the_value_and_stay_between_0_and_1(pairs: Pairs) -> None:
    truth, called = np.array(pairs).T
    matrix = confusion_matrix(truth, called, 5)
    each = [interval for number in range(5) for interval in class_shares(matrix, number).values()]
    over_all = averages(matrix)
    correlation = over_all.pop("mcc")
    if correlation.value is not None:
        assert -1 <= (correlation.low or 0) <= correlation.value <= (correlation.high or 0) <= 1
    for interval in [*over_all.values(), *each]:
        if interval.value is not None:
            assert interval.low is not None and interval.high is not None
            assert 0 <= interval.low <= interval.value + 1e-12 <= interval.high + 2e-12 <= 1 + 4e-12
            assert interval.high - interval.low > 1e-4


@given(PAIRS, st.integers(0, 4))
def test_one_class_is_scikit_learns(pairs: Pairs, number: int) -> None:
    truth, called = np.array(pairs).T
    found = class_shares(confusion_matrix(truth, called, 5), number)
    expected = sk.precision_recall_fscore_support(truth == number, called == number, average="binary", zero_division=np.nan)
    for name, value in zip(("precision", "recall", "f1"), expected[:3], strict=True):
        if np.isnan(value):
            assert found[name].value is None and found[name].reason
        else:
            assert found[name].value == pytest.approx(value)
    others = truth != number
    if others.any():
        assert found["specificity"].value == pytest.approx((called[others] != number).mean())


def test_no_rows_have_no_accuracy() -> None:
    found = averages(np.zeros((2, 2), int))
    assert {interval.value for interval in found.values()} == {None}
    assert {interval.reason for interval in found.values()} == {"There are no rows to judge."}


def test_perfect_decisions_leave_room_for_doubt() -> None:
    found = averages(np.diag([10, 10]))
    for name, interval in found.items():
        assert interval.value == pytest.approx(1), name
        assert interval.low is not None and (0.4 if name == "mcc" else 0.6) < interval.low < 0.95, name


def test_the_error_of_matthews_is_what_samples_show() -> None:
    """The delta method's standard error against the spread over 4,000 drawn tables."""
    rng = np.random.default_rng(3)
    cells = np.array([[0.5, 0.1, 0.05], [0.04, 0.2, 0.01], [0.02, 0.03, 0.05]])
    values = [matthews(table.reshape(3, 3)).value or 0.0 for table in rng.multinomial(2_000, cells.ravel(), 4_000)]
    interval = matthews((cells * 2_000).round().astype(int))
    assert ((interval.high or 0) - (interval.low or 0)) / (2 * 1.96) == pytest.approx(np.std(values), rel=0.05)


def test_a_class_that_is_never_called_may_have_any_precision() -> None:
    found = averages(np.array([[90, 0], [10, 0]]))
    assert found["precision_macro"].value == pytest.approx(0.45)
    assert (found["precision_macro"].high or 0) > 0.9


def test_a_thousand_classes_take_no_time() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 1000, 20_000)
    found = averages(confusion_matrix(truth, np.where(rng.random(20_000) < 0.8, truth, rng.integers(0, 1000, 20_000)), 1000))
    assert found["f1_macro"].value == pytest.approx(0.8, abs=0.02)
    assert (found["f1_macro"].high or 0) - (found["f1_macro"].low or 0) < 0.05
