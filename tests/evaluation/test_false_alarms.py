"""Do the paired tests cry wolf? A small look at what `bench/significance.py` measures with 2,000 pairs; each situation by night."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.significance import SITUATIONS, measure

SMALL = "small, balanced (60 rows)"
REFUSED = {("twenty classes (400 rows)", "precision_macro")}  # some class is never called, so there is no interval; docs/statistics.md says so


def limit(pairs: int) -> float:
    """5 % and what chance adds to it in 1 of 200 looks."""
    return 0.05 + 2.6 * (0.05 * 0.95 / pairs) ** 0.5


def test_equal_models_are_rarely_called_different() -> None:
    situation = replace(SITUATIONS[SMALL], metrics=("accuracy", "f1", "roc_auc", "average_precision"))
    for metric, found in measure(situation, 150).items():
        assert found["alarms"] <= limit(150), metric
        assert found["better"] <= limit(150), metric
        assert found["held"] >= 1 - limit(150), metric


@pytest.mark.nightly
@pytest.mark.parametrize("name", SITUATIONS)
def test_equal_models_are_rarely_called_different_in_any_situation(name: str) -> None:
    for metric, found in measure(SITUATIONS[name], 1_000, seed=2).items():
        assert found["better"] <= 0.05, metric
        assert found["alarms"] <= limit(1_000) + 0.005, metric
        if (name, metric) not in REFUSED:
            assert found["held_apart"] >= 0.93 - 2 * (0.93 * 0.07 / 250) ** 0.5, metric
