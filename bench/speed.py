"""How fast do we train? The referee of the speed section, and the author of the table of engines.

    python -m bench.speed                      a, b, c and d on all cases, a table, then one JSON document
    python -m bench.speed --rounds 9 mlp cnn   more rounds of some cases
    python -m bench.speed --write              first choose engine, XLA and precision for each recipe, then write the table
    python -m bench.speed --where              where the seconds of an epoch go, plain Keras on both engines

    a  what a founder would write: TensorFlow, `model.fit` on NumPy arrays, default arguments
    b  `model.fit` on the engine that we take
    c  as a, with Keras' TensorBoard callback at batch frequency (where the package tensorboard is installed)
    d  a run of ours with everything that it writes

All validate after each epoch. They stand ready in processes of their own and take turns of half a second
in an order that changes, so a busy machine slows all alike; what counts are medians over the rounds. The
floor is what arithmetic and memory of this machine allow at best: operations of a step (from the plan, three
times the forward pass) ÷ those of a large matrix product, or its bytes (parameters ten times: read, gradient,
Adam) ÷ the speed of a copy, whichever takes longer.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.contestants import CASES, Case, plan_of_case, spec_of
from core.recipes.plan import GATES, Plan
from core.training.backend import MEASURED, ROOT, choose_backend, engine_settings, has_bfloat16, worker_environment
from core.training.device import cores

TURN_S = 0.5
TARGETS = {"mlp": 5.0, "cnn": 1.15, "text_recurrent": 1.6, "text_transformer": 1.5}  # against a
BFLOAT16_TARGETS = {"cnn": 1.5}
AGAINST_BARE = 0.98
XLA_WORTH = 1.15  # on TensorFlow compiling delays the first number by seconds, so it must gain at least this much
TUNED_WORTH = 1.03  # less is chance
VARIANTS: dict[str, tuple[tuple[str, ...], ...]] = {  # (engine, settings…) that are tried; never XLA for a convolution on a processor
    "cnn": (("tensorflow",), ("tensorflow", "bfloat16"), ("jax",)),
    **dict.fromkeys(("mlp", "text_pooling", "text_recurrent", "text_transformer"), (("jax",), ("jax", "tuned"), ("tensorflow",), ("tensorflow", "xla"))),
}
ACCURATE: set[tuple[str, str]] = set()  # (recipe, precision) whose accuracy was found to hold; see docs/speed.md


class Child:
    """A process of `bench.contestants`."""

    def __init__(self, case: str, engine: str, *settings: str, home: Path | None = None) -> None:
        environment = {**os.environ, "KERAS_BACKEND": engine, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
        if home is not None:  # as a worker of ours
            environment = worker_environment(engine, home)  # type: ignore[arg-type]
        command = [sys.executable, "-m", "bench.contestants", case, *settings]
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the child
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True)
        self._answer()

    def ask(self, who: str, epochs: int = 1) -> dict[str, float]:
        """One turn, or with `parts` the seconds of an epoch in parts."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"who": who, "epochs": epochs}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            raise SystemExit(f"A contestant failed:\n{self._errors.read()[-3000:].decode(errors='replace')}")
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """Let it go."""
        self._process.kill()
        self._process.communicate()
        self._errors.close()


Turns = Mapping[str, list[tuple[float, float]]]  # who → (wall, processor) seconds of an epoch, one a round


def take_turns(who: Mapping[str, tuple[Child, str]], rounds: int) -> Turns:
    """Let all compile, then round after round each learn for about half a second."""
    epochs = {}
    for name, (child, kind) in who.items():
        child.ask(kind)
        epochs[name] = max(1, round(TURN_S / child.ask(kind)["wall"]))
    names = list(who)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            child, kind = who[name]
            turn = child.ask(kind, epochs[name])
            taken[name].append((turn["wall"] / epochs[name], turn["cpu"] / epochs[name]))
    return taken


def ratio(taken: Turns, other: str, ours: str, part: int = 0) -> float:
    """How many times as fast `ours` is: the median over the rounds."""
    return statistics.median(theirs[part] / mine[part] for theirs, mine in zip(taken[other], taken[ours], strict=True))


def referee(name: str, engine: str, settings: Sequence[str], rounds: int, home: Path) -> dict[str, Any]:
    """One case: a and c in a process as a founder has it, b and d in one as a worker of ours is."""
    plain, ours = Child(name, "tensorflow"), Child(name, engine, *settings, home=home)
    try:
        watched = {"c": (plain, "c")} if importlib.util.find_spec("tensorboard") else {}
        taken = take_turns({"a": (plain, "a"), "d": (ours, "d"), "b": (ours, "b"), **watched}, rounds)
    finally:
        plain.close()
        ours.close()
    wall = {who: statistics.median(turn[0] for turn in turns) / CASES[name].steps * 1000 for who, turns in taken.items()}
    return {
        "recipe": name, "engine": engine, "settings": list(settings), "rounds": rounds, "batch_size": CASES[name].batch_size,
        "step_ms": {who: round(value, 3) for who, value in wall.items()},
        "against": {who: round(ratio(taken, who, "d"), 3) for who in taken if who != "d"},
        "cpu_against": {who: round(ratio(taken, who, "d", 1), 3) for who in taken if who != "d"},
    }  # fmt: skip


def choose(name: str, rounds: int, home: Path) -> tuple[str, tuple[str, ...], dict[str, float]]:
    """The fastest of the variants whose accuracy holds, and the milliseconds of a step of each."""
    children = {variant: Child(name, *variant, home=home) for variant in VARIANTS[name] if "bfloat16" not in variant or has_bfloat16()}
    try:
        taken = take_turns({" ".join(variant): (child, "d") for variant, child in children.items()}, rounds)
    finally:
        for child in children.values():
            child.close()
    found = {variant: statistics.median(wall for wall, _ in taken[" ".join(variant)]) / CASES[name].steps * 1000 for variant in children}
    allowed = [variant for variant in found if "bfloat16" not in variant or (name, "bfloat16") in ACCURATE]
    engine, *settings = min(allowed, key=lambda variant: found[variant] * (XLA_WORTH if "xla" in variant else TUNED_WORTH if "tuned" in variant else 1))
    return engine, tuple(settings), {" ".join(variant): round(value, 3) for variant, value in found.items()}


# ---- the floor


def operations(plan: Plan) -> float:
    """Multiplications and additions of one row's forward pass."""
    total = 0.0
    for layer in plan.layers:
        source = plan.layer(layer.inputs[0]).shape if layer.inputs else ()
        if layer.kind in {"dense", "convolution", "places"}:
            weights = layer.parameters if layer.kind == "convolution" else source[-1] * layer.shape[-1]
            total += 2 * weights * math.prod(layer.shape[:-1])
        elif layer.kind == "recurrent":
            units, ways = layer.settings["units"], 2 if layer.settings["both_ways"] else 1
            total += 2 * source[0] * ways * GATES[layer.settings["cell"]] * units * (source[-1] + units)
        elif layer.kind == "attention":
            length, width = source
            total += 8 * length * width * width + 4 * length * length * width
    return total


def floor_ms(case: Case, machine: Mapping[str, float]) -> tuple[float, str]:
    """The least time of one step on this machine, and what bounds it."""
    plan = plan_of_case(case)
    inputs = case.batch_size * math.prod(case.shape.shape) * np.dtype(case.shape.dtype).itemsize
    arithmetic = 3 * case.batch_size * operations(plan) / machine["flops"]
    memory = (plan.parameters * 4 * 10 + inputs) / machine["bytes_per_s"]
    return max(arithmetic, memory) * 1000, "arithmetic" if arithmetic > memory else "bytes"


def measure_machine() -> dict[str, float]:
    """Operations a second of a large float32 matrix product, bytes a second of a large copy; the best of several."""
    matrix, block = np.ones((1500, 1500), np.float32), np.ones(25_000_000, np.float32)
    target = np.empty_like(block)
    best = {"flops": 0.0, "bytes_per_s": 0.0}
    for _ in range(7):
        start = time.perf_counter()
        matrix @ matrix
        middle = time.perf_counter()
        np.copyto(target, block)
        best["flops"] = max(best["flops"], 2 * 1500**3 / (middle - start))
        best["bytes_per_s"] = max(best["bytes_per_s"], 2 * block.nbytes / (time.perf_counter() - middle))
    return best


def machine_words() -> str:
    """The machine without its name: processor, cores, what it can."""
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), platform.machine())
    return f"{model}, {cores()} cores{', bfloat16' if has_bfloat16() else ''}"


# ---- what is printed and written


def show(row: Mapping[str, Any], floor: tuple[float, str]) -> bool:
    """One line of the table; False when a target was missed."""
    targets = {**TARGETS, **(BFLOAT16_TARGETS if "bfloat16" in row["settings"] else {})}
    wanted, against = targets.get(row["recipe"], 1.0), row["against"]
    met = against["a"] >= wanted and against["b"] >= AGAINST_BARE
    steps = "  ".join(f"{who} {value:8.3f}" for who, value in sorted(row["step_ms"].items()))
    how = " ".join((row["engine"], *row["settings"]))
    print(
        f"{row['recipe']:16} {how:19} ms a step: {steps}  faster than a {against['a']:.2f} (target {wanted:g})  b {against['b']:.2f}  c {against.get('c', math.nan):.2f}"
        f"  cpu: a {row['cpu_against']['a']:.2f} b {row['cpu_against']['b']:.2f}  floor {floor[0]:.3f} ms ({floor[1]}), we take {row['step_ms']['d'] / floor[0]:.1f} ×  {'ok' if met else 'MISSED'}",
        flush=True,
    )  # fmt: skip
    return met


def write(rows: Sequence[Mapping[str, Any]], tried: Mapping[str, Mapping[str, float]]) -> None:
    """The table that `core.training.backend` reads; other kinds of device stay as they are."""
    from importlib.metadata import version

    table = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
    for row in rows:
        ran = tried[row["recipe"]]
        tuned = ran.get("jax tuned", math.inf) * TUNED_WORTH < ran["jax"]
        engines: dict[str, dict[str, Any]] = {"jax": {"precision": "float32", "xla": True, "tuned": tuned}, "tensorflow": {"precision": "float32", "xla": False}}  # XLA draws other dropout than plain Keras, so only where it wins
        if row["engine"] == "tensorflow":
            engines["tensorflow"] = {"precision": "bfloat16" if "bfloat16" in row["settings"] else "float32", "xla": "xla" in row["settings"]}
        table.setdefault("cpu", {})[row["recipe"]] = {
            "backend": row["engine"], "engines": engines, "step_ms": dict(ran), "against": row["against"], "batch_size": row["batch_size"],
        }  # fmt: skip
    versions = {name: version(package) for name, package in (("keras", "keras"), ("jax", "jax"), ("tensorflow", "tensorflow-cpu"))}
    table |= {"machine": machine_words(), "date": datetime.datetime.now(datetime.UTC).date().isoformat(), "versions": versions}
    MEASURED.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def where(names: Sequence[str], home: Path) -> None:
    """The parts of one epoch without validation, in milliseconds, on both engines."""
    columns = ("fit", "input", "dispatch", "step", "metrics", "callbacks", "numbers", "validation", "snapshot")
    print(f"milliseconds of one epoch {'':13}" + "".join(f"{column:>11}" for column in columns))
    for name in names:
        for engine in ("jax", "tensorflow"):
            child = Child(name, engine, home=home)
            parts = child.ask("parts")
            child.close()
            print(f"{name:16} {engine:11} {CASES[name].steps:4} steps" + "".join(f"{parts[column] * 1000:11.2f}" for column in columns), flush=True)


def main(words: list[str]) -> int:
    """Print the table; the exit code is 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; default: all")
    parser.add_argument("--rounds", type=int, default=7, help="turns of each (default 7)")
    parser.add_argument("--write", action="store_true", help="choose engine and settings first, and write measured.json")
    parser.add_argument("--where", action="store_true", help="where the time of an epoch goes")
    chosen = parser.parse_args(words)
    if unknown := set(chosen.cases) - set(CASES):
        parser.error(f"there is no case {', '.join(sorted(unknown))}; choose of {', '.join(CASES)}")
    names, rows, met, tried = chosen.cases or list(CASES), [], True, {}
    with tempfile.TemporaryDirectory() as folder:
        if chosen.where:
            where(names, Path(folder))
            return 0
        machine = measure_machine()
        print(f"{machine_words()}; load {os.getloadavg()[0]:.1f}; {machine['flops'] / 1e9:.0f} GFLOP/s, {machine['bytes_per_s'] / 1e9:.1f} GB/s")
        for name in names:
            if chosen.write:
                engine, settings, tried[name] = choose(name, max(3, chosen.rounds // 2), Path(folder))
                print(f"{name:16} ms a step, streamed: {tried[name]}", flush=True)
            else:
                engine = choose_backend(spec_of(CASES[name]), "cpu")
                own = engine_settings(name, engine, "cpu")
                settings = ("bfloat16",) * (own.precision == "bfloat16") + ("xla",) * (own.xla and engine == "tensorflow") + ("tuned",) * own.tuned
            rows.append(referee(name, engine, settings, chosen.rounds, Path(folder)))
            floor = floor_ms(CASES[name], machine)
            rows[-1]["floor_ms"], rows[-1]["floor_of"] = round(floor[0], 4), floor[1]
            met = show(rows[-1], floor) and met
    if chosen.write:
        write(rows, tried)
    print(json.dumps({"machine": machine_words(), "load": os.getloadavg()[0], "targets": TARGETS, "cases": rows}))
    return int(not met)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
