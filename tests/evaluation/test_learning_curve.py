"""The learning curve: it finds a law that is there, its band covers what comes, and it is silent where it cannot tell."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import curve_fit

from core.evaluation.learning_curve import AHEAD, CurvePoint, LearningCurve, learning_curve

SHARES = (0.1, 0.25, 0.5, 1.0)
LAWS = {  # a, b, c of the shortfall, at 200 to 2,000 rows
    "usual": (0.1, 2.0, 0.5),
    "slow": (0.2, 0.5, 0.15),
    "fast": (0.05, 20.0, 1.0),
    "done early": (0.18, 3000.0, 2.0),
    "flat": (0.15, 0.0, 0.5),
    "down to nothing": (0.0, 1.2, 0.35),
}


def shortfall(law: tuple[float, float, float], rows: float) -> float:
    a, b, c = law
    return a + b * rows**-c


def simulated(law: tuple[float, float, float], seeds: int, noise: float, chance: np.random.Generator, rows: int = 2_000) -> list[CurvePoint]:
    """Accuracies with normal noise, as runs with so many seeds would give them; one seed knows its noise from the rows."""
    return [
        CurvePoint(int(share * rows), tuple(1 - shortfall(law, share * rows) + chance.normal(0, noise, seeds)), noise if seeds == 1 else None)
        for share in SHARES
    ]  # fmt: skip


def covered(law: tuple[float, float, float], seeds: int, noise: float, sets: int) -> tuple[float, float, float, dict[str, int]]:
    """Share of curves whose band holds the truth at twice the rows, whose gain does, that were refused; and the findings."""
    chance, told, band, gains, findings = np.random.default_rng(7), 0, 0, 0, dict.fromkeys(("helps", "little", "cannot_tell"), 0)
    gain = shortfall(law, 2_000) - shortfall(law, 4_000)
    for _ in range(sets):
        curve = learning_curve("accuracy", simulated(law, seeds, noise, chance))
        findings[curve.finding] += 1
        if curve.reason:
            continue
        told += 1
        band += curve.low[-1] - 1e-12 <= 1 - shortfall(law, 4_000) <= curve.high[-1] + 1e-12
        gains += (curve.gain.low or 0.0) - 1e-12 <= gain <= (curve.gain.high or 0.0) + 1e-12
    return band / told, gains / told, 1 - told / sets, findings


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS.keys())
def test_the_band_covers_what_comes(law: tuple[float, float, float]) -> None:
    band, gain, refused, findings = covered(law, 3, 0.005, 40)
    assert band >= 0.85 and gain >= 0.85 and refused <= 0.15, (band, gain, refused)  # of 40: three standard errors below 95 %
    truly = shortfall(law, 2_000) - shortfall(law, 4_000) >= 0.01
    assert findings["little" if truly else "helps"] <= 5  # wrong at most as often as 5 % say


@pytest.mark.nightly
@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS.keys())
@pytest.mark.parametrize(("seeds", "noise"), [(1, 0.005), (2, 0.01), (3, 0.005), (5, 0.005), (3, 0.02)])
def test_the_band_covers_what_comes_many_times(law: tuple[float, float, float], seeds: int, noise: float) -> None:
    band, gain, refused, findings = covered(law, seeds, noise, 1_000)
    assert band >= 0.915 and gain >= 0.90 and refused <= 0.08, (band, gain, refused)
    truly = shortfall(law, 2_000) - shortfall(law, 4_000) >= 0.01
    assert findings["little" if truly else "helps"] <= 50


@pytest.mark.parametrize("name", ["usual", "slow", "fast"])
def test_with_hardly_any_noise_it_is_the_law_that_scipy_fits(name: str) -> None:
    law, chance = LAWS[name], np.random.default_rng(1)
    points = [CurvePoint(rows, tuple(1 - shortfall(law, rows) + chance.normal(0, 2e-5, 5))) for rows in (100, 160, 250, 400, 630, 1_000, 1_600, 2_500, 4_000)]
    curve = learning_curve("accuracy", points)
    rows, means = np.array([point.rows for point in points], float), np.array([1 - point.mean for point in points])
    fitted, _ = curve_fit(lambda n, a, b, c: a + b * n**-c, rows, means, p0=law, maxfev=20_000)
    expected = 1 - (fitted[0] + fitted[1] * (AHEAD * 4_000) ** -fitted[2])
    assert curve.middle[-1] == pytest.approx(expected, abs=4e-4)
    assert curve.rows[0] == 100 and curve.rows[-1] == AHEAD * 4_000
    assert (np.diff(curve.middle) > 0).all() and (curve.low <= curve.middle).all() and (curve.middle <= curve.high).all()


def test_rows_for_one_margin_more_are_those_of_the_law() -> None:
    law, chance = LAWS["usual"], np.random.default_rng(1)
    points = [CurvePoint(rows, tuple(1 - shortfall(law, rows) + chance.normal(0, 1e-4, 5))) for rows in (100, 160, 250, 400, 630, 1_000, 1_400, 2_000)]
    needed = learning_curve("accuracy", points, margin=0.01).rows_needed
    truly = ((2_000**-0.5) - 0.01 / 2.0) ** -2.0  # a + 2·n^-½ = a + 2·2000^-½ - 0.01
    assert needed.low is not None and needed.high is not None and needed.low <= truly <= needed.high
    assert needed.value == pytest.approx(truly, rel=0.05)


def test_an_error_falls_where_an_accuracy_rises() -> None:
    points = simulated(LAWS["usual"], 3, 0.002, np.random.default_rng(3))
    up = learning_curve("accuracy", points)
    down = learning_curve("rmse", [CurvePoint(point.rows, tuple(1 - value for value in point.values)) for point in points])
    assert np.allclose(down.middle, 1 - up.middle) and np.allclose(down.low, 1 - up.high)
    assert down.gain.low == pytest.approx(up.gain.low) and down.gain.high == pytest.approx(up.gain.high) and down.finding == up.finding


def test_the_unit_of_an_error_is_only_a_unit() -> None:
    points = simulated(LAWS["usual"], 3, 0.002, np.random.default_rng(3))
    one = learning_curve("rmse", [CurvePoint(point.rows, tuple(1 - value for value in point.values)) for point in points], margin=0.01)
    thousand = learning_curve("rmse", [CurvePoint(point.rows, tuple(1e3 * (1 - value) for value in point.values)) for point in points], margin=10.0)
    assert np.allclose(thousand.middle, 1e3 * one.middle) and thousand.finding == one.finding


def points(values: dict[int, tuple[float, ...]]) -> list[CurvePoint]:
    return [CurvePoint(rows, found) for rows, found in values.items()]


SILENT = {
    "three points": (points({100: (0.7, 0.71), 500: (0.8, 0.81), 1000: (0.83, 0.82)}), "at least 4 different numbers of rows"),
    "all close together": (points({700: (0.7, 0.71), 800: (0.75, 0.76), 900: (0.77, 0.78), 1000: (0.8, 0.79)}), "Add a smaller share"),
    "no spread known": (points({100: (0.7,), 250: (0.75,), 500: (0.78,), 1000: (0.8,)}), "how far luck reaches"),
    "always the same": (points(dict.fromkeys((100, 250, 500, 1000), (0.7, 0.7))), "how far luck reaches"),
    "worse with more": (points({100: (0.8, 0.81, 0.8), 250: (0.78, 0.78, 0.77), 500: (0.75, 0.76, 0.75), 1000: (0.74, 0.74, 0.73)}), "got worse"),
    "no smooth curve": (points({100: (0.6, 0.601, 0.6), 250: (0.9, 0.901, 0.9), 500: (0.5, 0.501, 0.5), 1000: (0.91, 0.911, 0.91)}), "one smooth curve"),
}


@pytest.mark.parametrize(("given", "reason"), SILENT.values(), ids=SILENT.keys())
def test_it_is_silent_where_it_cannot_tell(given: list[CurvePoint], reason: str) -> None:
    curve = learning_curve("accuracy", given)
    assert reason in curve.reason and curve.sentence == curve.reason and curve.finding == "cannot_tell"
    assert not len(curve.rows) and curve.gain.value is None and curve.rows_needed.value is None
    assert curve.to_json()["curve"] == [] and curve.to_json()["gain"]["reason"] == curve.reason


def told(law: str, noise: float) -> LearningCurve:
    return learning_curve("accuracy", simulated(LAWS[law], 5, noise, np.random.default_rng(2)))


def test_the_sentence_says_what_was_found() -> None:
    helps, little, open_ = told("slow", 0.001), told("flat", 0.001), told("usual", 0.02)
    assert helps.finding == "helps" and "More data would help: with twice the rows (4,000) expect" in helps.sentence and "percentage points" in helps.sentence
    assert little.finding == "little" and "bring less than 1.0 percentage points" in little.sentence
    assert little.rows_needed.value is None and "More than 10 times" in little.rows_needed.reason
    assert open_.finding == "cannot_tell" and not open_.reason and "cannot be told yet" in open_.sentence and len(open_.rows)


def test_it_says_the_same_each_time_and_in_any_order() -> None:
    given = simulated(LAWS["usual"], 3, 0.005, np.random.default_rng(3))
    one, other = learning_curve("accuracy", given), learning_curve("accuracy", given[::-1])
    assert one.to_json() == other.to_json()
