"""Is the memory that `core.training.room` foresees what a run takes? Estimate against measured peak, recipe by recipe.

    python -m bench.room [CASE ...]     all cases, or those whose name contains one of the words

Trains one epoch of each on a template and adds up the resident memory of the worker and the processes that it
starts, twenty times a second. An estimate may err on the high side; it passes from 10 % below to 60 % above.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from core.dataset.ingest import ingest
from core.dataset.samples import template
from core.preprocess.shapes import input_shapes
from core.recipes import make_spec, options_of, plan_of
from core.runs.run import Run
from core.runs.state import RunState
from core.training.launcher import Launcher
from core.training.room import room_for
from core.workspace import Workspace

TICK_S = 0.05
LOW, HIGH = 0.9, 1.6


@dataclass(frozen=True)
class Case:
    """One run to measure."""

    name: str
    template: str
    recipe: str
    backend: str
    changes: dict[str, Any] = field(default_factory=dict)


CASES = [
    Case(f"{name} {backend}", data, recipe, backend, changes)
    for name, data, recipe, changes in (
        ("table", "titanic", "mlp", {}),
        ("table, 8 million parameters", "titanic", "mlp", {"layers": 3, "units": 2048}),
        ("pictures", "fashion", "cnn", {"blocks": 2, "filters": 8}),
        ("pictures, batch 1024", "fashion", "cnn", {"blocks": 2, "batch_size": 1024}),
        ("text", "movie-reviews", "text_pooling", {}),
        ("recurrent text, batch 512", "movie-reviews", "text_recurrent", {"batch_size": 512}),
        ("transformer, batch 256", "movie-reviews", "text_transformer", {"batch_size": 256}),
    )
    for backend in ("jax", "tensorflow")
]


def measure(case: Case, workspace: Workspace) -> tuple[int, list[int], str]:
    """Estimate in bytes; peak of worker and helpers together, of the worker alone, of its helpers; and how the run ended."""
    ready = template(case.template)
    dataset = ingest(ready.file, workspace, target=ready.target)
    spec = make_spec(dataset.info, recipe=case.recipe, changes={"epochs": 1, **case.changes}, backend=case.backend)
    plan = plan_of(spec, input_shapes(dataset, spec, options_of(spec)), len(dataset.info.labels))
    estimate = room_for(spec, dataset.info, plan).memory_needed_bytes
    run, launcher = Run.create(workspace.runs_folder, spec), Launcher(workspace.home)
    launcher.submit(run)
    peaks = [0, 0, 0]
    while not launcher.state(run).state.is_over or run.is_locked():
        peaks = [max(pair) for pair in zip(peaks, _resident(), strict=True)]
        time.sleep(TICK_S)
    psutil.wait_procs(psutil.Process().children(), 30)
    status = launcher.state(run)
    return estimate, peaks, status.state.value if status.state is RunState.FINISHED else status.message


def _resident() -> tuple[int, int, int]:
    worker = helpers = 0
    for child in psutil.Process().children():
        try:
            worker += child.memory_info().rss
            helpers += sum(process.memory_info().rss for process in child.children(recursive=True))
        except psutil.NoSuchProcess:
            continue
    return worker + helpers, worker, helpers


def main(words: list[str]) -> int:
    """Print one line a case; 1 when an estimate is out of bounds."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.local(Path(folder))
        for case in (case for case in CASES if not words or any(word in case.name for word in words)):
            estimate, (peak, worker, helpers), state = measure(case, workspace)
            ratio = estimate / max(1, peak)
            failed += not LOW <= ratio <= HIGH
            print(f"{case.name:42} estimated {estimate / 1e6:5.0f} MB, peak {peak / 1e6:5.0f} MB ({worker / 1e6:.0f}, {helpers / 1e6:.0f}), ratio {ratio:.2f}, {state}", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
