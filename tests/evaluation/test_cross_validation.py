"""Tests over folds: the published formulas with SciPy's t, and false alarms where folds share their rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.errors import BadSettings
from core.evaluation.cross_validation import bayesian_correlated_t, corrected_resampled_t

gaps = st.lists(st.floats(-1, 1), min_size=2, max_size=30).filter(lambda x: float(np.std(x)) > 1e-6)


@given(gaps, st.sampled_from([0.1, 0.2, 0.5]), st.floats(0, 0.2))
def test_both_are_the_formulas_with_scipys_t(differences: list[float], share: float, rope: float) -> None:
    n = len(differences)
    scale = math.sqrt((1 / n + share / (1 - share)) * np.var(differences, ddof=1))
    posterior = stats.t(n - 1, np.mean(differences), scale)
    found = corrected_resampled_t(differences, share)
    assert found.p_value == pytest.approx(2 * min(posterior.cdf(0), posterior.sf(0)), rel=1e-6, abs=1e-12)
    assert (found.interval.low, found.interval.high) == pytest.approx(posterior.interval(0.95), rel=1e-6, abs=1e-9)
    worse, same, better = bayesian_correlated_t(differences, share, rope)
    assert (worse, better) == pytest.approx((posterior.cdf(-rope), posterior.sf(rope)), abs=1e-7)
    assert worse + same + better == pytest.approx(1)


def test_without_shared_rows_it_is_the_paired_t_test() -> None:
    values = [0.02, 0.05, -0.01, 0.04, 0.03]
    assert corrected_resampled_t(values, 1e-12).p_value == pytest.approx(stats.ttest_1samp(values, 0).pvalue)


def test_folds_that_agree_to_the_last_digit() -> None:
    assert corrected_resampled_t([0.0, 0.0, 0.0], 0.1).p_value == 1
    assert corrected_resampled_t([0.1, 0.1, 0.1], 0.1).p_value == 0
    assert bayesian_correlated_t([0.1, 0.1, 0.1], 0.1, 0.05) == (0, 0, 1)


def test_too_few_folds_or_no_share_are_refused() -> None:
    with pytest.raises(BadSettings, match="two or more"):
        corrected_resampled_t([0.1], 0.1)
    with pytest.raises(BadSettings, match="between 0 and 1"):
        bayesian_correlated_t([0.1, 0.2], 1.0, 0.01)


def test_shared_rows_do_not_cry_better() -> None:
    """Least squares with two columns against two others, equal on average, on fifteen random halves of the same 60 rows."""
    rng, alarms, naive, sets = np.random.default_rng(0), 0, 0, 150
    for _ in range(sets):
        x = rng.normal(size=(60, 4))
        y = x.sum(1) + rng.normal(size=60)
        found = []
        for _repeat in range(15):
            order = rng.permutation(60)
            test, train = order[:30], order[30:]
            losses = [np.mean((y[test] - x[test][:, columns] @ np.linalg.lstsq(x[train][:, columns], y[train], rcond=None)[0]) ** 2) for columns in ([0, 1], [2, 3])]
            found.append(losses[0] - losses[1])
        alarms += corrected_resampled_t(found, 0.5).p_value < 0.05
        mean, error = np.mean(found), np.std(found, ddof=1) / math.sqrt(15)
        naive += abs(mean / error) > 2.145
    assert alarms / sets <= 0.09 < 0.3 < naive / sets
