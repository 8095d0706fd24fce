"""The search for weak slices: how fast at a million rows, how often it cries wolf, and what it finds.

    python -m bench.slices [ROWS] [REPEATS]

Targets: under 10 s for twenty columns and all their pairs; a slice found where there is none in at most 5 of 100
searches. Processor time of one thread. REPEATS (default 200) simulated test sets a line; the nightly tests make 1,000.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from core.dataset.schema import Part, Task
from core.evaluation.predictions import Predictions
from core.slices.fairness import fairness
from core.slices.grouping import Grouping, by_category, by_number, crossed
from core.slices.search import search
from core.slices.slices import slices
from core.slices.weakness import Measure, measure_of

COLUMNS = 20
TEST_ROWS = 1_000
BASE, WORSE = 0.2, 0.4  # share of mistakes elsewhere, and in the slice to be found


def columns(rng: np.random.Generator, rows: int, count: int) -> list[Grouping]:
    """Half numbers, half categories of six values."""
    import polars as pl

    numbers = [by_number(f"number {place}", rng.normal(size=rows)) for place in range(count // 2)]
    return numbers + [by_category(f"category {place}", pl.Series(rng.choice(list("abcdef"), rows))) for place in range(count - len(numbers))]


def seconds(what: str, do: Callable[[], Any]) -> Any:
    """Run once and print the processor time."""
    start = time.process_time()
    found = do()
    print(f"{what:52} {time.process_time() - start:6.2f} s", flush=True)
    return found


def speed(rows: int) -> None:
    """Each piece once on so many judged rows."""
    rng = np.random.default_rng(0)
    truth = (rng.random(rows) < 0.3).astype(np.int64)
    score = 1 / (1 + np.exp(-(rng.normal(size=rows) + 1.5 * truth - 1.5)))
    parts = np.full(rows, Part.TEST.number)
    classes = Predictions(Task.BINARY, ("no", "yes"), np.arange(rows), parts, truth, np.c_[1 - score, score])
    numbers = Predictions(Task.REGRESSION, (), np.arange(rows), parts, rng.normal(size=rows), score)
    values, words = rng.normal(size=rows), pl.Series(rng.choice(list("abcdef"), rows))
    seconds("a number and a category cut", lambda: (by_number("number", values), by_category("category", words)))
    cuts = columns(rng, rows, COLUMNS)
    found = seconds(f"search of {COLUMNS} columns and their pairs, classes", lambda: search(measure_of(classes), cuts))
    seconds("the same, numbers", lambda: search(measure_of(numbers), cuts))
    print(f"  {found.searched:,} slices of at least {found.smallest:,} rows")
    seconds("all metrics, by one column", lambda: slices(classes, cuts[0]))
    seconds("accuracy, by two columns", lambda: slices(classes, crossed(cuts[0], cuts[-1]), ("accuracy",)))
    seconds("fairness", lambda: fairness(classes, cuts[-1]))


def honesty(repeats: int) -> None:
    """False alarms without any weak slice, and how often a planted one is the first that is found."""
    everywhere = np.ones(TEST_ROWS, bool)
    for name, make in {
        "wrong, 2 of 100": lambda rng: (rng.random(TEST_ROWS) < 0.02).astype(float),
        "wrong, 20 of 100": lambda rng: (rng.random(TEST_ROWS) < BASE).astype(float),
        "errors, heavy tail": lambda rng: rng.lognormal(sigma=1.5, size=TEST_ROWS),
    }.items():
        cried = 0
        for number in range(repeats):
            rng = np.random.default_rng([1, number])
            cried += bool(search(Measure("wrong", make(rng), everywhere, name.startswith("wrong")), columns(rng, TEST_ROWS, 8)).weak)
        print(f"cries wolf, {name:40} {cried / repeats:7.1%} of {repeats} searches", flush=True)
    for rows in (500, 1_000, 2_000, 4_000):
        hit = 0
        for number in range(repeats // 2):
            rng = np.random.default_rng([2, number])
            cuts = columns(rng, rows, 8)
            wrong = (rng.random(rows) < np.where(cuts[-1].member(0), WORSE, BASE)).astype(float)
            weak = search(Measure("wrong", wrong, np.ones(rows, bool), True), cuts).weak
            hit += any(cuts[-1].columns[0] in dict(one.conditions) for one in weak)
        print(f"finds {WORSE:.0%} wrong instead of {BASE:.0%} in a sixth of {rows:5,} rows    {hit / (repeats // 2):7.1%}", flush=True)


if __name__ == "__main__":
    speed(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
    honesty(int(sys.argv[2]) if len(sys.argv) > 2 else 200)
