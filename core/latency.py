"""Latency: how long a trained model takes for one answer on this machine, measured once and kept in the run folder.

A model that answers in a millisecond can stand in a shop; one that takes a second cannot. The time is that of
`core.predict` for one row, preprocessing included, after a few answers that nobody counts. The lower quartile of
the times is kept: a machine that trains beside it makes many answers late, which is not the model's doing. Simple
models are timed in the same way, in the process that trains them (`core.training.baselines`).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.dataset.dataset import Dataset
from core.dataset.schema import ColumnType, Part
from core.errors import Damaged, LimelightError
from core.files import read_json, write_json
from core.runs.run import Run

__all__ = ["known_latency_ms", "latency_ms", "lower_quartile_ms"]

FILE = "latency.json"
WARM_UP = 3  # the first answer of a session lays out its memory
ANSWERS = 31
ENOUGH_S = 1.0  # a slow model is asked less often


def known_latency_ms(run: Run) -> float | None:
    """What was measured before; None where nothing was, or the model is a newer one."""
    try:
        found = read_json(run.path(FILE))
        return float(found["latency_ms"]) if found["model"] == _version(run.path("model.onnx")) else None
    except (Damaged, KeyError, TypeError, ValueError, OSError):
        return None


def latency_ms(run: Run, dataset: Dataset) -> float | None:
    """The time of one answer, in milliseconds; measured at the first call, read at all others.

    Args:
        run: a run with a model.
        dataset: whose first training row is asked about; no test row is touched.

    Returns:
        Milliseconds above 0, or None where the model cannot be opened or asked.
    """
    if (known := known_latency_ms(run)) is not None:
        return known
    try:
        found = _measured_ms(run, dataset)
        write_json(run.path(FILE), {"latency_ms": found, "answers": ANSWERS, "model": _version(run.path("model.onnx"))})
    except (LimelightError, OSError, ValueError, RuntimeError):
        return None
    return found


def _measured_ms(run: Run, dataset: Dataset) -> float:
    from core.predict import Predictor

    model, row = Predictor.open(run), _row(run, dataset)
    return lower_quartile_ms(lambda: model.predict_row(row))


def lower_quartile_ms(ask: Callable[[], object]) -> float:
    """How long a call takes: the lower quartile of 31, or of as many as fit in a second, after three that do not count.

    Args:
        ask: makes one answer.

    Returns:
        Milliseconds above 0.
    """
    for _ in range(WARM_UP):
        ask()
    times: list[float] = []
    while len(times) < ANSWERS and sum(times) < ENOUGH_S:
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return round(statistics.quantiles(times, n=4)[0] * 1000, 4) if len(times) > 1 else round(times[0] * 1000, 4)


def _row(run: Run, dataset: Dataset) -> dict[str, Any]:
    """The first training row, as a form would give it."""
    place = dataset.rows_of(Part.TRAIN)[:1]
    pictures = [name for name in run.spec.inputs if dataset.info.column(name).type is ColumnType.IMAGE]
    others = tuple(name for name in run.spec.inputs if name not in pictures)
    row: dict[str, Any] = dataset.table(others, place).to_dicts()[0] if others else {}
    return row | {name: dataset.images()[int(place[0])] for name in pictures}


def _version(model: Path) -> int:
    return model.stat().st_mtime_ns
