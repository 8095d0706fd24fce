"""Two-sample tests, against SciPy."""

import numpy as np
import pytest

from core.dataset.drifts import chi_square_chance, chi_square_distance, kolmogorov_chance, kolmogorov_distance

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.5])
def test_kolmogorov_agrees(shift: float) -> None:
    generator = np.random.default_rng(4)
    one, other = generator.normal(size=700).round(2), generator.normal(shift, 1, 450).round(2)  # with ties
    expected = stats.ks_2samp(one, other)
    distance = kolmogorov_distance(one, other)
    assert distance == pytest.approx(expected.statistic)
    assert kolmogorov_chance(distance, 700, 450) == pytest.approx(stats.kstwobign.sf(distance * np.sqrt(700 * 450 / 1150)), abs=1e-9)


@pytest.mark.parametrize("freedom", [1, 2, 3, 9, 50, 401, 5000])
def test_chi_square_chance_agrees(freedom: int) -> None:
    for chance in (0.5, 0.05, 1e-3, 1e-6):
        statistic = stats.chi2.isf(chance, freedom)
        assert chi_square_chance(statistic, freedom) == pytest.approx(chance, rel=1e-6)


def test_chi_square_distance_agrees() -> None:
    counts = np.array([[10, 20, 0, 3], [20, 10, 0, 9]])
    expected = stats.chi2_contingency(counts[:, [0, 1, 3]], correction=False)
    assert chi_square_distance(counts) == (pytest.approx(expected.statistic), expected.dof)


def test_nothing_to_compare() -> None:
    assert kolmogorov_distance(np.empty(0), np.ones(3)) == 0.0
    assert kolmogorov_chance(0.5, 0, 3) == 1.0
    assert kolmogorov_chance(0.001, 30, 30) == 1.0
    assert chi_square_distance(np.array([[3, 0], [4, 0]])) == (0.0, 0)
    assert chi_square_chance(0.0, 0) == 1.0
