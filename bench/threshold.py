"""How fast a threshold moves: every metric with its interval, of four models at once, on a million rows.

    python -m bench.threshold [ROWS]

Target: under 100 ms a move. Processor time of one thread; the sort is paid once, when the part is opened.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from core.charts.money import money_chart
from core.charts.threshold import threshold_chart
from core.dataset.schema import Part, Task
from core.evaluation.compare import Comparison, Judged
from core.evaluation.evaluate import Evaluation
from core.evaluation.model import Model
from core.evaluation.predictions import Predictions
from core.identity import identity_of_number
from core.worth.goals import Goal, Ranking, rank
from core.worth.values import Values
from core.worth.worth import worth_of

MODELS = 4
MOVES = 25


def made(rows: int) -> Comparison:
    """Four models on the same rows; a quarter of the rows is of the class."""
    rng = np.random.default_rng(0)
    truth = (rng.random(2 * rows) < 0.25).astype(np.int64)
    parts = np.repeat([Part.VALIDATION.number, Part.TEST.number], rows)
    judged = []
    for number in range(MODELS):
        p = 1 / (1 + np.exp(-(rng.normal(size=2 * rows) + 1.5 * truth - 1.5)))
        everything = Predictions(Task.BINARY, ("no", "yes"), np.arange(2 * rows), parts, truth, np.c_[1 - p, p])
        test, validation = everything.of(Part.TEST), everything.of(Part.VALIDATION)
        nothing = Evaluation(Task.BINARY, ("no", "yes"), Part.TEST, rows, {})
        judged.append(Judged(Model(str(number), f"Model {number}", test), nothing, identity_of_number(number), validation=validation))
    return Comparison(Task.BINARY, ("no", "yes"), rows, tuple(judged))


def milliseconds(do: Callable[[int], Any], repeats: int) -> float:
    """Median processor time."""
    times = []
    for number in range(repeats):
        start = time.process_time()
        do(number)
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


def main() -> None:
    """Print the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    comparison = made(rows)
    rankings: list[Ranking] = []
    print(f"{rows:,} validation rows and {rows:,} test rows, {MODELS} models; milliseconds of processor")
    print(f"  sort all scores, once                    {milliseconds(lambda _: rankings.append(rank(comparison)), 1):9.1f}")
    ranking = rankings[0]
    print(f"  first goal (finds all corners, once)     {milliseconds(lambda _: ranking.at(Goal('f1')), 1):9.1f}")
    move = milliseconds(lambda number: ranking.at(0.1 + 0.03 * number), MOVES)
    print(f"  move the threshold: all metrics          {move:9.1f}   target under 100")
    print(f"  and draw its chart                       {milliseconds(lambda number: threshold_chart(ranking, ranking.at(0.1 + 0.03 * number)), 5):9.1f}")
    print(f"  another goal                             {milliseconds(lambda number: ranking.at(Goal('recall', 'at least', 0.8 + 0.01 * number)), 5):9.1f}")
    turned = [worth_of(ranking, Values(60, -25))]
    print(f"  turn the money dial: all models          {milliseconds(lambda number: turned.append(worth_of(ranking, Values(60 + number, -25))), 5):9.1f}")
    print(f"  and draw its chart                       {milliseconds(lambda _: money_chart(ranking, turned[-1]), 3):9.1f}")
    if move > 100:
        raise SystemExit("A threshold moves too slowly.")


if __name__ == "__main__":
    main()
