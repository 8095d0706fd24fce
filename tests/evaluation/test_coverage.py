"""Do 95 % intervals hold the truth 95 times in 100? Measured on made-up data whose truth is known.

300 sets each; the standard error of a coverage is then 1.3 points, so 91 % is the line that good intervals
do not cross. Measured with 400 sets (November 2026): 93–98 % for all metrics on 50 to 1,000 rows, two to five
classes, shares down to 5 %; AUC up to 99.5 % with 5 positives (wide rather than wrong). Known weak spots:
average precision over 20 classes of 3 rows and more (86 %), R² with heavy tails (92 %).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.dataset.schema import Task
from core.evaluation.evaluate import evaluate
from tests.evaluation.made import binary, multiclass, predictions, regression

SETS = 300
Make = Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]]

CASES: dict[str, tuple[Task, int, Make]] = {
    "balanced": (Task.BINARY, 60, lambda rng, rows: binary(rng, rows, 1.5, 0.5)),
    "unbalanced": (Task.BINARY, 300, lambda rng, rows: binary(rng, rows, 2.0, 0.08)),
    "large": (Task.BINARY, 1_000, lambda rng, rows: binary(rng, rows, 1.0, 0.26)),
    "five classes": (Task.MULTICLASS, 250, lambda rng, rows: multiclass(rng, rows, 5, 2.5)),
    "numbers": (Task.REGRESSION, 60, regression),
}


@pytest.mark.parametrize("case", CASES)
def test_intervals_cover(case: str) -> None:
    task, rows, make = CASES[case]
    rng = np.random.default_rng(11)
    truth = evaluate(predictions(task, *make(rng, 300_000))).metrics
    sets = [evaluate(predictions(task, *make(rng, rows))).metrics for _ in range(SETS)]
    for name, interval in truth.items():
        judged = [found[name] for found in sets if found[name].low is not None]
        held = np.mean([(i.low or 0.0) <= (interval.value or 0.0) <= (i.high or 0.0) for i in judged])
        assert len(judged) > 0.9 * SETS, name
        assert held >= 0.91, f"{name} covers {held:.3f}"
