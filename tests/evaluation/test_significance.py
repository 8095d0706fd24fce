"""The paired tests against published worked examples, SciPy and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from core.evaluation.significance import (
    bootstrap_gaps,
    class_freedom,
    delong,
    holm,
    mcnemar_mid_p,
    sign_flip_p,
    within_variance,
)

# Ovarian cancer with obstruction, from DeLong, DeLong and Clarke-Pearson 1988, the 43 complete patients:
# albumin, total protein, K-G score (10 less the number written in the paper), outcome.
PATIENTS = np.array([
    (3.0, 5.8, 10, 0), (3.2, 6.3, 5, 1), (3.9, 6.8, 3, 1), (2.8, 4.8, 6, 0), (3.2, 5.8, 3, 1), (0.9, 4.0, 5, 0), (2.5, 5.7, 8, 0),
    (1.6, 5.6, 5, 1), (3.8, 5.7, 5, 1), (3.7, 6.7, 6, 1), (3.2, 5.4, 4, 1), (3.8, 6.6, 6, 1), (4.1, 6.6, 5, 1), (3.6, 5.7, 5, 1),
    (4.3, 7.0, 4, 1), (3.6, 6.7, 4, 0), (2.3, 4.4, 6, 1), (4.2, 7.6, 4, 0), (4.0, 6.6, 6, 0), (3.5, 5.8, 6, 1), (3.8, 6.8, 7, 1),
    (3.0, 4.7, 8, 0), (4.5, 7.4, 5, 1), (3.7, 7.4, 5, 1), (3.1, 6.6, 6, 1), (4.1, 8.2, 6, 1), (4.3, 7.0, 5, 1), (4.3, 6.5, 4, 1),
    (3.2, 5.1, 5, 1), (2.6, 4.7, 6, 1), (3.3, 6.8, 6, 0), (1.7, 4.0, 7, 0), (3.7, 6.1, 5, 1), (3.3, 6.3, 7, 1), (4.2, 7.7, 6, 1),
    (3.5, 6.2, 5, 1), (2.9, 5.7, 9, 0), (2.1, 4.8, 7, 1), (2.8, 6.2, 8, 0), (4.0, 7.0, 7, 1), (3.3, 5.7, 6, 1), (3.7, 6.9, 5, 1),
    (3.6, 6.6, 5, 1),
])  # fmt: skip
counts = st.integers(0, 400)


@pytest.mark.parametrize(("wins", "losses", "exact", "mid"), [(1, 7, 0.070, 0.039), (6, 16, 0.052, 0.035)])
def test_mcnemar_of_fagerland_lydersen_and_laake(wins: int, losses: int, exact: float, mid: float) -> None:
    """Both worked examples of BMC Medical Research Methodology 13:91 (2013), table 4."""
    assert mcnemar_mid_p(wins, losses) == pytest.approx(mid, abs=5e-4)
    assert mcnemar([[0, wins], [losses, 0]], exact=True).pvalue == pytest.approx(exact, abs=6e-4)


@settings(max_examples=40)
@given(counts, counts)
def test_mid_p_is_the_exact_p_less_the_chance_of_what_was_seen(wins: int, losses: int) -> None:
    total = wins + losses
    exact = float(mcnemar([[0, wins], [losses, 0]], exact=True).pvalue) if total else 1.0
    expected = 1.0 if wins == losses else exact - float(stats.binom.pmf(wins, total, 0.5))
    assert mcnemar_mid_p(wins, losses) == pytest.approx(expected, abs=1e-9)
    assert mcnemar_mid_p(losses, wins) == mcnemar_mid_p(wins, losses)


def test_mid_p_of_millions_is_the_normal_one() -> None:
    wins, losses = 500_900, 499_100
    z = (wins - losses) / math.sqrt(wins + losses)
    assert mcnemar_mid_p(wins, losses) == pytest.approx(2 * stats.norm.sf(z), rel=1e-3)


def by_the_paper(positive: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """Every positive beside every negative, by equations 3 to 5 of the paper: difference and standard error."""

    def kernel(scores: np.ndarray) -> np.ndarray:
        return (scores[positive][:, None] > scores[~positive]) + 0.5 * (scores[positive][:, None] == scores[~positive])

    a, b = kernel(ours), kernel(theirs)
    m, n = a.shape
    spread = np.cov(a.mean(1), b.mean(1)) / m + np.cov(a.mean(0), b.mean(0)) / n
    return float(a.mean() - b.mean()), math.sqrt(spread[0, 0] + spread[1, 1] - 2 * spread[0, 1])


@pytest.mark.parametrize("column", [0, 1])
def test_delong_on_the_patients_of_the_paper(column: int) -> None:
    """31 of the 43 were helped; areas 0.7366 (albumin), 0.6478 (protein), 0.7258 (K-G score)."""
    truth, test, score = PATIENTS[:, 3] == 1, PATIENTS[:, column], 10 - PATIENTS[:, 2]
    gap, error, p = delong(truth, test, score)
    assert gap == pytest.approx((0.7366, 0.6478)[column] - 0.7258, abs=1e-4)
    assert (gap, error) == pytest.approx(by_the_paper(truth, test, score))
    assert p == pytest.approx(2 * stats.norm.sf(abs(gap / error)))


@pytest.mark.parametrize("seed", range(4))
def test_delong_with_ties_is_the_formula_of_the_paper(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.random(60) < 0.3
    ours, theirs = np.round(rng.normal(size=60) + truth, 1), np.round(rng.normal(size=60) + truth, 1)
    assert delong(truth, ours, theirs)[:2] == pytest.approx(by_the_paper(truth, ours, theirs))


def test_delong_where_nothing_can_be_said() -> None:
    scores = np.array([0.1, 0.5, 0.9])
    assert np.isnan(delong(np.ones(3), scores, scores)).all()
    assert delong(np.array([0, 1, 1]), scores, 2 * scores) == (0, 0, 1)  # both rank alike


@pytest.mark.parametrize("seed", range(3))
def test_sign_flips_are_scipys_permutations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    few, many = rng.normal(0.4, 1, 10), rng.normal(0.1, 1, 80)
    exact = stats.permutation_test((few,), np.mean, permutation_type="samples", n_resamples=np.inf, vectorized=False).pvalue
    assert sign_flip_p(few) == pytest.approx(exact)
    sampled = stats.permutation_test((many,), lambda x, axis: x.mean(axis), permutation_type="samples", n_resamples=9_999, vectorized=True, rng=np.random.default_rng(7))
    assert sign_flip_p(many) == pytest.approx(sampled.pvalue, abs=4 * math.sqrt(sampled.pvalue / 9_999) + 1e-3)


def test_sign_flips_are_the_same_each_time_and_never_zero() -> None:
    values = np.random.default_rng(0).normal(5, 1, 100)
    assert sign_flip_p(values) == sign_flip_p(values) == 1e-4
    assert sign_flip_p(np.zeros(50)) == 1 and sign_flip_p(np.array([])) == 1


def test_the_bootstrap_finds_the_error_of_a_mean() -> None:
    values = np.random.default_rng(0).normal(size=400)
    gaps = bootstrap_gaps(lambda drawn: values[drawn].mean(1), 400, resamples=4_000, seed=1)
    assert len(gaps) == 4_000 and gaps.std() == pytest.approx(values.std() / 20, rel=0.05)
    assert np.array_equal(gaps, bootstrap_gaps(lambda drawn: values[drawn].mean(1), 400, resamples=4_000, seed=1))


@pytest.mark.parametrize("p_values", [[0.2], [0.01, 0.04, 0.03], [0.04, 0.001, 0.9, 0.001, 0.012, 0.3], [1.0, 0.0, 0.5]])
def test_holm_is_statsmodels(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1], abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_keeps_the_order_and_is_no_smaller_than_the_p_value(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(p <= q <= min(1, p * len(p_values)) for p, q in zip(p_values, adjusted, strict=True))
    assert all(adjusted[a] <= adjusted[b] for a in range(len(p_values)) for b in range(len(p_values)) if p_values[a] < p_values[b])


def test_holm_of_nothing() -> None:
    assert holm([]) == []


def test_variance_within_classes_is_the_sum_of_theirs() -> None:
    rng = np.random.default_rng(0)
    parts, groups = rng.normal(size=50), np.repeat([0, 2], [20, 30])
    expected = sum(part.var(ddof=1) * len(part) for part in (parts[:20], parts[20:]))
    assert within_variance(parts, groups, 3) == pytest.approx(expected)


def test_two_classes_have_welchs_degrees_of_freedom() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, 12), rng.normal(0, 3, 30)
    a, b = a - a.mean(), b - b.mean()
    added, freedom = class_freedom(np.r_[a / 12, b / 30], np.repeat([0, 1], [12, 30]), 2)
    v, w = a.var() / 12, b.var() / 30
    assert added == 0 and freedom == pytest.approx((v + w) ** 2 / (v**2 / 11 + w**2 / 29))


def test_a_lone_row_of_a_class_adds_what_other_rows_have() -> None:
    parts, groups = np.array([0.1, -0.1, 0.0, 0.2, -0.2]), np.array([0, 0, 1, 2, 2])
    added, freedom = class_freedom(parts, groups, 4)
    assert added == pytest.approx((0.02 * 2 + 0.08 * 2) / 2) and freedom >= 1
    assert class_freedom(np.zeros(2), np.array([0, 1]), 2) == (0.0, 0.0)
