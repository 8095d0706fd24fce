"""Do our tests cry wolf? False alarms, coverage and power of every paired test, on made-up pairs whose truth is known.

    python -m bench.significance                 2,000 pairs a situation: the tables of docs/statistics.md
    python -m bench.significance --pairs 300     a quicker look
    python -m bench.significance --only small    situations whose name holds a word

Two models share most of what they know of a row (their errors hang together) and each adds noise of its own. Where
the noise is as large for both, neither is better: every "better" or "worse" is a false alarm, and an interval
without 0 has missed. Where one has more noise, the true difference is measured once on 200,000 rows, and "better"
said of the right one is power. Fails when a false alarm rate is above 5 % by more than chance explains.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.dataset.schema import Part, Task
from core.evaluation.difference import difference_of
from core.evaluation.paired import paired, prepare
from core.evaluation.predictions import Predictions

LARGE = 200_000
CLASSIFIED = ("accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1", "mcc", "roc_auc", "average_precision", "log_loss", "brier")
SEVERAL = ("accuracy", "balanced_accuracy", "precision_macro", "f1_macro", "f1_weighted", "mcc", "roc_auc", "average_precision", "log_loss", "brier")
NUMBERS = ("rmse", "mae", "r2", "median_absolute_error")
Pair = tuple[Predictions, Predictions]


@dataclass(frozen=True)
class Situation:
    """Pairs of models of one kind.

    Attributes:
        rows: of each set.
        metrics: judged.
        make: rows and noise of both models to a pair; the same noise is no difference.
        noise: of the two models where one is to be better.
    """

    rows: int
    metrics: tuple[str, ...]
    make: Callable[[np.random.Generator, int, tuple[float, float]], Pair]
    noise: tuple[float, float] = (0.5, 0.9)


def binary(share: float, separation: float, tie: float = 1.0) -> Callable[[np.random.Generator, int, tuple[float, float]], Pair]:
    """Two normal classes; `tie` says how much of the noise both models share."""

    def make(rng: np.random.Generator, rows: int, noise: tuple[float, float]) -> Pair:
        truth = (rng.random(rows) < share).astype(np.int64)
        truth[:2] = 0, 1  # a set of one class has no ranking at all
        known = separation * truth + tie * rng.normal(size=rows)
        return _pair(truth, [_two(known + own * rng.normal(size=rows), separation, share, tie, own) for own in noise], Task.BINARY, ("no", "yes"))

    return make


def _two(signal: np.ndarray, separation: float, share: float, tie: float, own: float) -> np.ndarray:
    spread = tie**2 + own**2
    p = 1 / (1 + np.exp(-(separation * (signal - separation / 2) / spread + np.log(share / (1 - share)))))
    scores: np.ndarray = np.c_[1 - p, p]
    return scores


def several(classes: int) -> Callable[[np.random.Generator, int, tuple[float, float]], Pair]:
    """Classes of sizes 1 : 2 : 3 …"""

    def make(rng: np.random.Generator, rows: int, noise: tuple[float, float]) -> Pair:
        share = np.arange(1.0, classes + 1) / np.arange(1.0, classes + 1).sum()
        truth = np.r_[np.arange(classes), rng.choice(classes, rows - classes, p=share)]
        known = rng.normal(size=(rows, classes)) + np.log(share)
        known[np.arange(rows), truth] += 2.5
        scores = []
        for own in noise:
            grown = np.exp(known + own * rng.normal(size=known.shape))
            scores.append(grown / grown.sum(1, keepdims=True))
        return _pair(truth, scores, Task.MULTICLASS, tuple(f"c{number}" for number in range(classes)))

    return make


def numbers(freedom: float = np.inf) -> Callable[[np.random.Generator, int, tuple[float, float]], Pair]:
    """A line; errors normal, or Student's t with few degrees of freedom."""

    def make(rng: np.random.Generator, rows: int, noise: tuple[float, float]) -> Pair:
        def draw() -> np.ndarray:
            return rng.normal(size=rows) if np.isinf(freedom) else rng.standard_t(freedom, rows)

        x, shared = rng.normal(size=rows), draw()
        return _pair(2 * x + shared, [2 * x + own * draw() for own in noise], Task.REGRESSION, ())

    return make


def _pair(truth: np.ndarray, scores: list[np.ndarray], task: Task, labels: tuple[str, ...]) -> Pair:
    rows, parts = np.arange(len(truth)), np.full(len(truth), Part.TEST.number)
    first, second = (Predictions(task, labels, rows, parts, truth, one) for one in scores)
    return first, second


SITUATIONS: dict[str, Situation] = {
    "small, balanced (60 rows)": Situation(60, CLASSIFIED, binary(0.5, 1.5)),
    "small, unbalanced (150 rows, 8 %)": Situation(150, CLASSIFIED, binary(0.08, 2.0)),
    "usual (1,000 rows, 26 %)": Situation(1_000, CLASSIFIED, binary(0.26, 1.5)),
    "nearly the same model (400 rows, 30 %)": Situation(400, CLASSIFIED, binary(0.3, 1.5), (0.15, 0.4)),
    "nearly independent (200 rows, 40 %)": Situation(200, CLASSIFIED, binary(0.4, 1.5, 0.3), (0.9, 1.3)),
    "five classes (250 rows)": Situation(250, SEVERAL, several(5), (0.5, 1.2)),
    "twenty classes (400 rows)": Situation(400, SEVERAL, several(20), (0.5, 1.2)),
    "numbers, small (40 rows)": Situation(40, NUMBERS, numbers()),
    "numbers (600 rows)": Situation(600, NUMBERS, numbers(), (0.5, 0.6)),
    "numbers, heavy tails (300 rows)": Situation(300, NUMBERS, numbers(5), (0.5, 0.8)),
}


def judge(pair: Pair, metric: str) -> tuple[bool, bool, float | None, float | None]:
    """Whether a difference is clear, whether the first is the better one, and the ends of the interval."""
    found = difference_of(paired(prepare(pair[0], metric), prepare(pair[1], metric)), metric, "b", len(pair[0]))
    return found.clear, found.better, found.interval.low, found.interval.high


def measure(situation: Situation, pairs: int, seed: int = 1) -> dict[str, dict[str, float]]:
    """For each metric, as shares: false alarms and coverage of `pairs` without a difference, coverage and power of a quarter as many with one."""
    rng = np.random.default_rng(seed)
    large = situation.make(rng, LARGE, situation.noise)
    level = (situation.noise[0], situation.noise[0])
    alike = _counted(rng, situation, level, dict.fromkeys(situation.metrics, 0.0), pairs)
    gaps = {metric: _true_gap(large, metric) for metric in situation.metrics}
    apart = _counted(rng, situation, situation.noise, gaps, max(pairs // 4, 1))
    return {
        metric: {
            "alarms": alike[metric]["better"] + alike[metric]["worse"], "better": alike[metric]["better"], "held": alike[metric]["held"],
            "gap": gaps[metric], "held_apart": apart[metric]["held"], "power": apart[metric]["better"],
        }
        for metric in situation.metrics
    }  # fmt: skip


def _counted(rng: np.random.Generator, situation: Situation, noise: tuple[float, float], gaps: dict[str, float], pairs: int) -> dict[str, dict[str, float]]:
    """Shares of pairs in which the first is called better or worse, and of the intervals that hold the true difference."""
    counts = {metric: dict.fromkeys(("better", "worse", "held", "known"), 0) for metric in gaps}
    for _pair_number in range(pairs):
        pair = situation.make(rng, situation.rows, noise)
        for metric, one in counts.items():
            clear, better, low, high = judge(pair, metric)
            one["better"] += clear and better
            one["worse"] += clear and not better
            if low is not None and high is not None:
                one["known"] += 1
                one["held"] += low <= gaps[metric] <= high
    return {
        metric: {"better": one["better"] / pairs, "worse": one["worse"] / pairs, "held": one["held"] / max(one["known"], 1)} for metric, one in counts.items()
    }


def _true_gap(pair: Pair, metric: str) -> float:
    found = paired(prepare(pair[0], metric), prepare(pair[1], metric))
    return found.value or 0.0


def main() -> int:
    """Print the tables; the exit code is the number of rates above 5 % by more than 2.6 standard errors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pairs", type=int, default=2_000)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    limit = 0.05 + 2.6 * (0.05 * 0.95 / given.pairs) ** 0.5
    failed = 0
    for name, situation in SITUATIONS.items():
        if given.only not in name:
            continue
        start = time.process_time()
        found = measure(situation, given.pairs)
        print(f"\n{name}: {given.pairs} pairs, {time.process_time() - start:.0f} s\n")
        print("| metric | false alarms | of them “better” | 0 held | true difference | held | power |\n|---|---|---|---|---|---|---|")
        for metric, one in found.items():
            failed += one["alarms"] > limit
            print(
                f"| {metric} | {one['alarms'] * 100:.1f} %{' **above**' if one['alarms'] > limit else ''} | {one['better'] * 100:.1f} % | {one['held'] * 100:.1f} % | "
                f"{one['gap']:+.4f} | {one['held_apart'] * 100:.1f} % | {one['power'] * 100:.0f} % |", flush=True,
            )  # fmt: skip
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
