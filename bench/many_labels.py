"""How often intervals of many labels hold the truth, and how often equal models are called different.

    python -m bench.many_labels [SETS] [SITUATION]...

Labels hang together through what a row has in common, and so do errors. The truth is measured on 60,000 rows. For each
metric: how often the interval of one model holds it, how often the interval of a difference holds the true difference
(of a model that knows 70 % as much), and how often two models that are equally good are called different.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from core.dataset.schema import Task
from core.evaluation.difference import difference_of
from core.evaluation.evaluate import evaluate
from core.evaluation.intervals import Interval
from core.evaluation.many_labels_difference import paired_labels
from core.evaluation.predictions import Predictions

LARGE, WEAKER = 60_000, 0.7


@dataclass(frozen=True)
class Situation:
    """Rows, the share of rows that have each label, and how much a model knows."""

    rows: int
    shares: tuple[float, ...]
    skill: float


SITUATIONS = {
    "usual": Situation(400, (0.4, 0.3, 0.2, 0.1), 1.5),
    "few rows": Situation(60, (0.5, 0.4, 0.3), 1.2),
    "rare labels": Situation(300, tuple(np.geomspace(0.02, 0.3, 8).tolist()), 1.6),
    "nearly perfect": Situation(200, (0.5, 0.4, 0.3, 0.2, 0.1), 4.0),
    "twenty labels": Situation(300, tuple(np.linspace(0.05, 0.4, 20).tolist()), 1.2),
}


def draw(rng: np.random.Generator, made: Situation, rows: int, second: float) -> tuple[Predictions, Predictions]:
    """Two models on the same rows; the second knows `second` times as much as the first."""
    shape = (rows, len(made.shares))
    cut = np.array([NormalDist().inv_cdf(1 - share) for share in made.shares])
    signal = 0.6 * rng.normal(size=(rows, 1)) + 0.8 * rng.normal(size=shape) - cut
    shared = 0.5 * rng.normal(size=(rows, 1)) + 0.6 * rng.normal(size=shape)
    names, numbers, parts = tuple(f"label {place}" for place in range(shape[1])), np.arange(rows), np.full(rows, 2)
    scores = [1 / (1 + np.exp(-1.5 * (knows * signal + shared + 0.6 * rng.normal(size=shape)))) for knows in (made.skill, made.skill * second)]
    first, other = (Predictions(Task.MANY_LABELS, names, numbers, parts, signal > 0, found) for found in scores)
    return first, other


def holds(interval: Interval, truth: float | None) -> bool:
    """Whether the interval holds it; one without ends does not."""
    return interval.low is not None and interval.high is not None and truth is not None and interval.low <= truth <= interval.high


def rates(made: Situation, sets: int) -> dict[str, tuple[float, float, float]]:
    """Metric → shares of sets: one model held, difference held, equal models called different."""
    rng = np.random.default_rng(1)
    better, worse = (evaluate(p).metrics for p in draw(rng, made, LARGE, WEAKER))
    found = {name: np.zeros(3) for name in better}
    for _set in range(sets):
        (ours, theirs), (one, another) = draw(rng, made, made.rows, WEAKER), draw(rng, made, made.rows, 1.0)
        metrics = evaluate(ours).metrics
        for name, counts in found.items():
            truth, less = better[name].value, worse[name].value
            gap = difference_of(paired_labels(ours, theirs, name), name, "", made.rows)
            equal = difference_of(paired_labels(one, another, name), name, "", made.rows)
            counts += holds(metrics[name], truth), holds(gap.interval, None if truth is None or less is None else truth - less), equal.clear
    return {name: (float(counts[0]) / sets, float(counts[1]) / sets, float(counts[2]) / sets) for name, counts in found.items()}


def main() -> None:
    """Print one table a situation."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    for name in sys.argv[2:] or SITUATIONS:
        made = SITUATIONS[name]
        print(f"{name} ({made.rows} rows, {len(made.shares)} labels), {sets:,} sets: held · difference held · false alarms, in %", flush=True)
        for metric, found in rates(made, sets).items():
            print(f"   {metric.ljust(28)} {' · '.join(f'{share * 100:5.1f}' for share in found)}", flush=True)


if __name__ == "__main__":
    main()
