"""Which engine trains a run, and the environment in which its process starts.

No engine is best at everything: on two processor cores a network of dense layers learns many times as fast
on JAX as on TensorFlow, a convolutional one several times slower (XLA has no fast convolution on
processors). So there is one table, `measured.json`, written by `python -m bench.speed --write`: for each kind
of device and recipe the engine, the precision and whether TensorFlow compiles with XLA. What is not in the
table is taken to JAX in float32: on a graphics processor it compiles everything.
"""

from __future__ import annotations

import functools
import gc
import importlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.runs.spec import RunSpec
from core.settings import settings
from core.training.compiled import compiled_folder
from core.training.device import cores, device_kind
from core.training.gpu import VISIBLE

__all__ = [
    "EngineName", "EngineSettings", "MEASURED", "TUNED", "choose_backend", "engine_settings", "import_keras", "leave_environment", "measured", "outer_environment", "worker_environment",
]  # fmt: skip

EngineName = Literal["jax", "tensorflow"]
Precision = Literal["float32", "bfloat16"]

MEASURED = Path(__file__).with_name("measured.json")
PROCESSOR = Path("/proc/cpuinfo")
# On a processor XLA's own matrix products and sums are slower than those of the library that it brings along: a step of text_recurrent on JAX
# 25.5 → 21.8 ms (November 2026); text_pooling loses (0.64 → 0.69 ms). JAX takes such options program by program.
TUNED = {"xla_cpu_experimental_ynn_fusion_type": "LIBRARY_FUSION_TYPE_DOT,LIBRARY_FUSION_TYPE_REDUCE,LIBRARY_FUSION_TYPE_ELTWISE"}
ROOT = Path(__file__).resolve().parents[2]  # the project: where `python -m core…` works

OUTER = "LIMELIGHT_OUTER"  # in a worker: what stood in place of its OWN variables before, as JSON; null where nothing stood
OWN = (VISIBLE, "JAX_PLATFORMS", "KERAS_BACKEND", "PYTHONPATH")  # decided for one worker: its engine, its card


@dataclass(frozen=True)
class EngineSettings:
    """How an engine computes.

    Attributes:
        precision: of the arithmetic while learning; weights, validation and what is saved are float32 always.
        xla: TensorFlow compiles whole blocks of steps; JAX always does.
        tuned: JAX compiles with `TUNED`, which gains for some networks and loses for others.
    """

    precision: Precision = "float32"
    xla: bool = False
    tuned: bool = False


@functools.cache
def measured() -> dict[str, Any]:
    """The table as JSON: {"cpu": {recipe: {backend, engines: {engine: {precision, xla, …}}, …}}, "gpu": {…}, machine, date, versions}."""
    found: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


def engine_settings(recipe: str, backend: str, device: str | None = None) -> EngineSettings:
    """How an engine computes a recipe, as measured; float32 without XLA where nothing was measured.

    Args:
        recipe: name of the recipe.
        backend: "jax" or "tensorflow".
        device: "cpu" or "gpu"; default: what this machine has for the backend.

    Example:
        >>> engine_settings("mlp", "jax", "cpu").precision
        'float32'
    """
    device = device or device_kind(backend)
    entry = measured().get(device, {}).get(recipe, {}).get("engines", {}).get(backend, {})
    precision = entry.get("precision", "float32")
    if precision == "bfloat16" and device == "cpu" and not has_bfloat16():
        precision = "float32"
    return EngineSettings(precision, bool(entry.get("xla", False)), bool(entry.get("tuned", False)))


@functools.cache
def has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 itself; where it does not, bfloat16 only costs."""
    try:
        flags = next(line for line in PROCESSOR.read_text(encoding="utf-8").splitlines() if line.startswith("flags"))
    except (OSError, StopIteration):
        return False
    return bool({"avx512_bf16", "amx_bf16"} & set(flags.split()))


def choose_backend(spec: RunSpec, device: str | None = None) -> EngineName:
    """The engine for a run: the one asked for, or for `auto` the one that was measured as best.

    Args:
        spec: names the recipe and the backend wanted.
        device: "cpu" or "gpu"; default: what this machine has.

    Example:
        >>> from core.dataset.schema import Task
        >>> spec = RunSpec(dataset="d-1", inputs=("a",), target="b", task=Task.BINARY, recipe="cnn")
        >>> choose_backend(spec, "cpu"), choose_backend(spec, "gpu")
        ('tensorflow', 'jax')
    """
    if spec.backend != "auto":
        return spec.backend
    if (device or device_kind()) == "gpu" and (device or device_kind("jax")) == "gpu":
        return "jax"
    entry = measured().get("cpu", {}).get(spec.recipe, {})
    return "tensorflow" if entry.get("backend") == "tensorflow" else "jax"


def worker_environment(backend: EngineName, home: Path, *, gpu: bool = True, lanes: int = 1) -> dict[str, str]:
    """The environment variables of a worker process.

    Args:
        backend: its engine.
        home: LIMELIGHT_HOME; compiled code is kept under it, so the second run of a kind starts faster.
        gpu: False hides graphics processors (short processes that only convert a file).
        lanes: of a race, 1 or more, that learn at the same time as this worker, itself included: they share the cores.

    Returns:
        This process' environment with the worker's own variables over it; where this is a worker itself, without its own.
    """
    outer = outer_environment()
    threads = str(max(1, cores() // (max(1, settings().max_parallel_runs) * lanes)))
    path = os.pathsep.join(filter(None, (str(ROOT), outer.get("PYTHONPATH", ""))))
    chosen = {
        "KERAS_BACKEND": backend, "LIMELIGHT_HOME": str(home.resolve()), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "POLARS_MAX_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads, "TF_NUM_INTEROP_THREADS": threads, "PJRT_NPROC": threads,  # the last: JAX, which heeds no other
        "TF_CPP_MIN_LOG_LEVEL": "2", "TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        "JAX_COMPILATION_CACHE_DIR": str(compiled_folder(home)),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0", "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        OUTER: json.dumps({name: outer.get(name) for name in OWN}),
    }  # fmt: skip
    if not gpu or device_kind(backend) == "cpu":
        chosen |= {VISIBLE: "-1", "JAX_PLATFORMS": "cpu"}
    return {**outer, **chosen}


def outer_environment() -> dict[str, str]:
    """This process' environment; in a worker without what was decided for it alone, so that nobody inherits its engine or card.

    Example:
        >>> "LIMELIGHT_OUTER" in outer_environment()
        False
    """
    found = dict(os.environ)
    before: dict[str, str | None] = json.loads(found.pop(OUTER, "{}"))
    for name, value in before.items():
        found.pop(name, None)
        if value is not None:
            found[name] = value
    return found


def leave_environment() -> None:
    """Give a worker at its end the environment in which it was started: it may choose engine and card of the next run."""
    outer = outer_environment()
    for name in os.environ.keys() - outer.keys():
        del os.environ[name]
    os.environ.update(outer)


def import_keras() -> Any:
    """Import Keras in about half the usual time, and without an engine that this process does not use.

    Keras imports scikit-learn for a wrapper that nobody here uses, and the garbage collector walks over
    millions of new objects meanwhile; without both, TensorFlow is ready in 1.6 instead of 3.0 s and JAX
    in 0.6 instead of 1.4 s. TensorFlow imports JAX for a converter that nobody here uses, a tenth of its own
    time, so it does not find it then. On JAX, setting a seed or saving a model would import TensorFlow only to
    ask whether something is a tensor of its kind: seconds and 400 MB for nothing, so it is hidden for good.

    Returns:
        The module `keras`.
    """
    if os.environ.get("KERAS_BACKEND") == "jax":
        sys.modules.setdefault("tensorflow", None)  # type: ignore[arg-type]  # Python's own way to block an import
    unused = {"sklearn"} | ({"jax"} if os.environ.get("KERAS_BACKEND") == "tensorflow" else set())
    hidden = [name for name in unused if sys.modules.setdefault(name, None) is None]  # type: ignore[arg-type]
    gc.disable()
    try:
        return importlib.import_module("keras")
    finally:
        for name in hidden:
            sys.modules.pop(name, None)
        gc.enable()
        gc.freeze()
