"""What does watching cost? A bare `model.fit` against the same fit with live streaming.

    python -m bench.streaming                      all cases, a table, then one JSON document
    python -m bench.streaming --rounds 15 mlp cnn  more rounds of some cases

Same model, same arrays, same process, the engine that `auto` takes. The two take turns, a few epochs
each, and the order of the two alternates, so that a busy machine slows both; what counts is the median
over the rounds of (streamed ÷ bare). Streamed means all of it: events and status on the disk, device
samples, best weights kept, checkpoints, stop file. Where other programs keep the machine busy, the median
says little; `best` compares the fastest turn of each, and `cpu` the processor time of all threads, which
others disturb less.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.dataset.schema import Task
from core.preprocess.shapes import InputShape
from core.recipes import plan_of, recipe
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.training.backend import ROOT, choose_backend, import_keras, worker_environment

LIMIT = 1.03
MARK = "RESULT "


@dataclass(frozen=True)
class Case:
    """One recipe with data of the kind it is for."""

    recipe: str
    shape: InputShape
    rows: int
    epochs: int  # of one turn
    classes: int = 2


CASES = {
    "mlp": Case("mlp", InputShape("table", "table", (32,), "float32"), 40_000, 10),
    "cnn": Case("cnn", InputShape("image_0", "image", (28, 28, 1), "uint8"), 2_000, 4, 10),
    "text_pooling": Case("text_pooling", InputShape("text_0", "text", (64,), "int32", 5_000), 6_000, 20),
    "text_recurrent": Case("text_recurrent", InputShape("text_0", "text", (64,), "int32", 5_000), 2_000, 4),
}


def spec_of(case: Case) -> RunSpec:
    """The balanced preset, never stopping early."""
    preset = recipe(case.recipe).presets["balanced"]
    training = preset.training.model_copy(update={"epochs": case.epochs, "patience": 0})
    task = Task.BINARY if case.classes == 2 else Task.MULTICLASS
    return RunSpec(dataset="bench", inputs=("a",), target="b", task=task, recipe=case.recipe, settings=preset.settings.model_dump(), training=training)


def arrays_of(case: Case, rows: int, seed: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Inputs without a meaning: what a step costs does not depend on it."""
    random = np.random.default_rng(seed)
    place = (rows, *case.shape.shape)
    if case.shape.dtype == "float32":
        x = random.standard_normal(place).astype(np.float32)
    else:
        x = random.integers(1, case.shape.vocabulary or 256, place).astype(case.shape.dtype)
    return {case.shape.name: x}, random.integers(0, case.classes, rows).astype(np.float32 if case.classes == 2 else np.int32)


def measure(name: str, rounds: int) -> dict[str, Any]:
    """One case in this process, whose engine was chosen by its environment."""
    keras = import_keras()
    from core.recipes.network import build, compile_network
    from core.training.fit import Lesson, steps_per_call

    case = CASES[name]
    spec = spec_of(case)
    plan = plan_of(spec, (case.shape,), case.classes)
    model = build(plan, 0)
    block = steps_per_call(plan, case.rows, spec.training.batch_size) if keras.backend.backend() == "tensorflow" else 1
    compile_network(model, spec.training, spec.task, steps_per_execution=block)
    lesson = Lesson(*arrays_of(case, case.rows, 0), *arrays_of(case, case.rows // 5, 1))
    turns = {"bare": bare, "streamed": streamed}
    for turn in turns.values():
        turn(model, lesson, spec)  # compile, fill caches
    taken: dict[str, list[tuple[float, float]]] = {"bare": [], "streamed": []}
    for number in range(rounds):
        for kind in ("bare", "streamed") if number % 2 else ("streamed", "bare"):
            taken[kind].append(turns[kind](model, lesson, spec))
    return summary(name, case, keras.backend.backend(), taken)


def bare(model: Any, lesson: Any, spec: RunSpec) -> tuple[float, float]:
    """What anybody would write; wall and processor seconds of the fit."""
    return timed(
        lambda: model.fit(
            lesson.x, lesson.y, batch_size=spec.training.batch_size, epochs=spec.training.epochs, verbose=0,
            validation_data=(lesson.val_x, lesson.val_y), validation_batch_size=max(spec.training.batch_size, 256),
        )
    )  # fmt: skip


def streamed(model: Any, lesson: Any, spec: RunSpec) -> tuple[float, float]:
    """The same in a run folder, with everything that a run writes while it learns."""
    from core.training.checkpoint import CHECKPOINT_FILE, CheckpointWriter
    from core.training.fit import fit
    from core.training.recorder import Recorder

    with tempfile.TemporaryDirectory() as folder:
        run = Run.create(Path(folder), spec)
        recorder, checkpoints = Recorder(run), CheckpointWriter(run.path(CHECKPOINT_FILE))
        taken = timed(lambda: fit(model, lesson, spec, recorder, lambda: run.stop_requested, checkpoints))
        checkpoints.close(keep=False)
        recorder.close()
    return taken


def timed(act: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of one act."""
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - wall, time.process_time() - cpu


def summary(name: str, case: Case, backend: str, taken: dict[str, list[tuple[float, float]]]) -> dict[str, Any]:
    """Medians and ratios of one case."""
    pairs = list(zip(taken["bare"], taken["streamed"], strict=True))
    wall = sorted(streamed[0] / bare[0] for bare, streamed in pairs)
    best = {kind: min(turn[0] for turn in turns) for kind, turns in taken.items()}
    epoch = {kind: statistics.median(turn[0] for turn in turns) / case.epochs for kind, turns in taken.items()}
    return {
        "case": name, "backend": backend, "rounds": len(pairs), "epochs_a_turn": case.epochs,
        "bare_epoch_s": epoch["bare"], "streamed_epoch_s": epoch["streamed"],
        "ratio": statistics.median(wall), "ratio_low": wall[len(wall) // 4], "ratio_high": wall[-1 - len(wall) // 4],
        "best_ratio": best["streamed"] / best["bare"],
        "cpu_ratio": statistics.median(streamed[1] / bare[1] for bare, streamed in pairs),
    }  # fmt: skip


def in_own_process(name: str, rounds: int) -> dict[str, Any]:
    """Measure a case on the engine that `auto` takes for it."""
    with tempfile.TemporaryDirectory() as home:
        environment = worker_environment(choose_backend(spec_of(CASES[name])), Path(home))
        command = [sys.executable, "-m", "bench.streaming", "--inside", "--rounds", str(rounds), name]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    if not lines:
        raise SystemExit(f"{name} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(lines[-1].removeprefix(MARK))
    return found


def main(words: list[str]) -> int:
    """Print the table; the exit code is 1 when watching costs more than 3 % in any case."""
    parser = argparse.ArgumentParser(prog="python -m bench.streaming", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; default: all")
    parser.add_argument("--rounds", type=int, default=11, help="turns of each kind (default 11)")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(words)
    if unknown := set(chosen.cases) - set(CASES):
        parser.error(f"there is no case {', '.join(sorted(unknown))}; choose of {', '.join(CASES)}")
    if chosen.inside:
        print(MARK + json.dumps(measure(chosen.cases[0], chosen.rounds)), flush=True)
        return 0
    rows = []
    print(f"load of the machine {os.getloadavg()[0]:.1f}; streamed ÷ bare, median (middle half), limit {LIMIT}")
    for name in chosen.cases or list(CASES):
        rows.append(row := in_own_process(name, chosen.rounds))
        print(
            f"{name:15} {row['backend']:11} bare {row['bare_epoch_s'] * 1000:8.1f} ms/epoch  streamed {row['streamed_epoch_s'] * 1000:8.1f}"
            f"  ratio {row['ratio']:.3f} ({row['ratio_low']:.3f} … {row['ratio_high']:.3f})  best {row['best_ratio']:.3f}  cpu {row['cpu_ratio']:.3f}", flush=True,
        )  # fmt: skip
    print(json.dumps({"limit": LIMIT, "load": os.getloadavg()[0], "cases": rows}))
    return int(any(row["ratio"] > LIMIT for row in rows))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
