"""Which engine trains a run, and the environment in which its process starts.

No engine is best at everything. On two processor cores a network of dense layers learns 3.9 times as
fast on JAX as on TensorFlow, a convolutional one 6 times slower (XLA has no fast convolution on
processors), a recurrent one 1.6 times as fast; `bench/` repeats the measurement. On a graphics processor
JAX compiles everything and is taken for all.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from pathlib import Path
from typing import Any, Literal

from core.runs.spec import RunSpec
from core.settings import settings
from core.training.device import cores, device_kind

__all__ = ["EngineName", "choose_backend", "import_keras", "worker_environment"]

EngineName = Literal["jax", "tensorflow"]

BEST_ON_CPU: dict[str, EngineName] = {"mlp": "jax", "cnn": "tensorflow", "text_recurrent": "jax", "text_pooling": "jax"}
ROOT = Path(__file__).resolve().parents[2]  # the project: where `python -m core…` works


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
    return BEST_ON_CPU.get(spec.recipe, "jax")


def worker_environment(backend: EngineName, home: Path, *, gpu: bool = True) -> dict[str, str]:
    """The environment variables of a worker process.

    Args:
        backend: its engine.
        home: LIMELIGHT_HOME; compiled code is kept under it, so the second run of a kind starts faster.
        gpu: False hides graphics processors (short processes that only convert a file).

    Returns:
        This process' environment with the worker's own variables over it.
    """
    threads = str(max(1, cores() // max(1, settings().max_parallel_runs)))
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    chosen = {
        "KERAS_BACKEND": backend, "LIMELIGHT_HOME": str(home.resolve()), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "POLARS_MAX_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads, "TF_NUM_INTEROP_THREADS": threads,
        "TF_CPP_MIN_LOG_LEVEL": "2", "TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        "JAX_COMPILATION_CACHE_DIR": str(home.resolve() / "cache" / "jax"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0", "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }  # fmt: skip
    if not gpu or device_kind(backend) == "cpu":
        chosen |= {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    return {**os.environ, **chosen}


def import_keras() -> Any:
    """Import Keras in about half the usual time, and without an engine that this process does not use.

    Keras imports scikit-learn for a wrapper that nobody here uses, and the garbage collector walks over
    millions of new objects meanwhile; without both, TensorFlow is ready in 1.6 instead of 3.0 s and JAX
    in 0.6 instead of 1.4 s. On JAX, setting a seed or saving a model would import TensorFlow only to ask
    whether something is a tensor of its kind: seconds and 400 MB for nothing, so it is hidden for good.

    Returns:
        The module `keras`.
    """
    if os.environ.get("KERAS_BACKEND") == "jax":
        sys.modules.setdefault("tensorflow", None)  # type: ignore[arg-type]  # Python's own way to block an import
    hidden = sys.modules.setdefault("sklearn", None) is None  # type: ignore[arg-type]
    gc.disable()
    try:
        return importlib.import_module("keras")
    finally:
        if hidden:
            sys.modules.pop("sklearn", None)
        gc.enable()
        gc.freeze()
