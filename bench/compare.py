"""Ten million scored rows, two models, one whole comparison: how long, how much memory, and where the time goes.

    python -m bench.compare                     10 million test rows, scores as a network gives them (float32)
    python -m bench.compare --rows 1000000
    python -m bench.compare --double            scores with all bits of a float64, as trees give them
    python -m bench.compare --by-hand           lines of cProfile instead of the summary

What is asked for: below 10 s and below 2 GB. Processor time is printed beside the clock, because other work on the
machine moves the one and hardly the other. Memory is the peak of the whole process, the predictions among it.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import resource
import sys
import time

import numpy as np

from core.dataset.schema import Part, Task
from core.evaluation.compare import Model, compare
from core.evaluation.predictions import Predictions

MOST_SECONDS, MOST_BYTES = 10.0, 2_000_000_000
CHUNK = 1_000_000
VALIDATION_ROWS = 100_000
STEPS = {
    "common rows": ("on_common_rows",),
    "sort the scores": ("ranking",),
    "areas and their errors": ("roc_error", "precision_error"),
    "calibration": ("calibration_of", "calibration_error"),
    "log loss": ("log_loss",),
    "Brier score": ("brier",),
    "decisions and confusion": ("decisions", "confusion_matrix"),
    "paired test and verdict": ("judge_field",),
}


def predictions(rows: int, seed: int, skill: float, *, double: bool) -> Predictions:
    """Scores of a model of this skill, made in chunks so that making them is not what takes the memory."""
    total = rows + VALIDATION_ROWS
    truth, scores = np.empty(total, np.int64), np.empty((total, 2))
    answers, chance = np.random.default_rng(0), np.random.default_rng(seed)
    for start in range(0, total, CHUNK):
        part = slice(start, min(start + CHUNK, total))
        size = part.stop - part.start
        truth[part] = answers.random(size) < 0.1
        logit = answers.normal(size=size) + 0.5 * chance.normal(size=size) + skill * truth[part] - 3
        chosen = 1 / (1 + np.exp(-logit))
        scores[part, 1] = chosen if double else chosen.astype(np.float32)
        scores[part, 0] = 1 - scores[part, 1]
    parts = np.full(total, Part.TEST.number, np.uint8)
    parts[rows:] = Part.VALIDATION.number
    return Predictions(Task.BINARY, ("stays", "leaves"), np.arange(total), parts, truth, scores)


def main() -> int:
    """Compare once and print; 1 when a limit is passed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--rows", type=int, default=10_000_000, help="test rows")
    parser.add_argument("--double", action="store_true", help="scores with all bits of a float64")
    parser.add_argument("--by-hand", action="store_true", help="print lines of cProfile")
    arguments = parser.parse_args()
    models = [Model(name, name, predictions(arguments.rows, seed, skill, double=arguments.double)) for name, seed, skill in (("A", 1, 2.0), ("B", 2, 1.9))]
    before = _peak()
    profile = cProfile.Profile(time.process_time)
    clock, processor = time.perf_counter(), time.process_time()
    found = profile.runcall(compare, models)
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    print(f"{arguments.rows:,} test rows, two models: {clock:.1f} s ({processor:.1f} s of processor), peak {_peak() / 1e9:.2f} GB (predictions alone {before / 1e9:.2f} GB)")
    if found.field is not None:
        print(found.field.sentence)
    stats = pstats.Stats(profile, stream=sys.stdout)
    if arguments.by_hand:
        stats.sort_stats("cumulative").print_stats(40)
    else:
        _summary(stats)
    return int(arguments.rows <= 10_000_000 and (clock > MOST_SECONDS or _peak() > MOST_BYTES))


def _summary(stats: pstats.Stats) -> None:
    """Seconds of processor in each step; a step inside another one counts in both."""
    spent: dict[str, float] = {}
    for (file, _line, function), (_calls, _all, _own, cumulative, _callers) in stats.stats.items():  # type: ignore[attr-defined]
        if "/evaluation/" in file:
            spent[function] = spent.get(function, 0.0) + cumulative
    for title, functions in STEPS.items():
        print(f"  {title:<26}{sum(spent.get(function, 0.0) for function in functions):6.2f} s")


def _peak() -> int:
    """Bytes that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    raise SystemExit(main())
