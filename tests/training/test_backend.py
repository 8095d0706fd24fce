"""The engine of a run, and the environment it starts in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.dataset.schema import Task
from core.recipes import RECIPES
from core.runs.spec import RunSpec
from core.settings import settings
from core.training import backend
from core.training.backend import ROOT, choose_backend, worker_environment


def spec(recipe: str, wanted: str = "auto") -> RunSpec:
    return RunSpec(dataset="d-1", inputs=("a",), target="b", task=Task.BINARY, recipe=recipe, backend=wanted)  # type: ignore[arg-type]


def test_auto_takes_what_was_measured_as_best_on_processors() -> None:
    found = {name: choose_backend(spec(name), "cpu") for name in RECIPES}
    assert found == {"mlp": "jax", "cnn": "tensorflow", "text_recurrent": "jax", "text_pooling": "jax"}


@pytest.mark.parametrize("wanted", ["jax", "tensorflow"])
@pytest.mark.parametrize("device", ["cpu", "gpu"])
def test_a_wish_is_granted(wanted: str, device: str) -> None:
    assert choose_backend(spec("cnn", wanted), device) == wanted


def test_threads_are_shared_among_the_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "cores", lambda: 8)
    assert worker_environment("jax", tmp_path)["OMP_NUM_THREADS"] == "8"
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "3")
    settings.cache_clear()
    assert worker_environment("jax", tmp_path)["TF_NUM_INTRAOP_THREADS"] == "2"


def test_the_environment_names_engine_home_and_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    found = worker_environment("tensorflow", tmp_path / "home")
    assert found["KERAS_BACKEND"] == "tensorflow"
    assert found["LIMELIGHT_HOME"] == str(tmp_path / "home")
    assert found["JAX_COMPILATION_CACHE_DIR"].startswith(found["LIMELIGHT_HOME"])
    assert found["PATH"] == os.environ["PATH"]
    assert worker_environment("jax", tmp_path, gpu=False)["CUDA_VISIBLE_DEVICES"] == "-1"


def test_keras_on_jax_never_loads_tensorflow_or_scikit_learn(tmp_path: Path) -> None:
    code = (
        "import sys, core.training.backend as b; keras = b.import_keras(); keras.utils.set_random_seed(1)\n"
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]); model.save(sys.argv[1])\n"
        "print(keras.backend.backend(), bool(sys.modules.get('tensorflow')), 'sklearn' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "m.keras")], cwd=ROOT, env=worker_environment("jax", tmp_path),
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.split() == ["jax", "False", "False"]
