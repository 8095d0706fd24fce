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
from core.training.backend import (
    ROOT,
    EngineSettings,
    choose_backend,
    engine_settings,
    has_bfloat16,
    measured,
    worker_environment,
)


def spec(recipe: str, wanted: str = "auto") -> RunSpec:
    return RunSpec(dataset="d-1", inputs=("a",), target="b", task=Task.BINARY, recipe=recipe, backend=wanted)  # type: ignore[arg-type]


def test_the_table_knows_every_recipe_on_processors() -> None:
    table = measured()["cpu"]
    assert set(table) == set(RECIPES)
    assert {name: choose_backend(spec(name), "cpu") for name in RECIPES} == {name: entry["backend"] for name, entry in table.items()}
    assert table["mlp"]["backend"] == "jax"  # 5 times as fast, and more
    assert table["cnn"]["backend"] == "tensorflow"  # XLA has no fast convolution there
    assert not table["cnn"]["engines"]["tensorflow"]["xla"]


def test_the_table_decides_and_what_is_not_in_it_goes_to_jax_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"backend": "tensorflow", "engines": {"tensorflow": {"precision": "bfloat16", "xla": True}}}
    monkeypatch.setattr(backend, "measured", lambda: {"cpu": {"mlp": entry}, "gpu": {"mlp": entry}})
    monkeypatch.setattr(backend, "has_bfloat16", lambda: True)
    assert (choose_backend(spec("mlp"), "cpu"), choose_backend(spec("cnn"), "cpu")) == ("tensorflow", "jax")
    assert engine_settings("mlp", "tensorflow", "cpu") == EngineSettings("bfloat16", xla=True)
    assert engine_settings("mlp", "jax", "cpu") == engine_settings("cnn", "tensorflow", "cpu") == EngineSettings("float32", xla=False)


def test_a_processor_without_bfloat16_computes_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"engines": {"tensorflow": {"precision": "bfloat16"}}}
    monkeypatch.setattr(backend, "measured", lambda: {"cpu": {"cnn": entry}, "gpu": {"cnn": entry}})
    monkeypatch.setattr(backend, "has_bfloat16", lambda: False)
    assert engine_settings("cnn", "tensorflow", "cpu").precision == "float32"
    assert engine_settings("cnn", "tensorflow", "gpu").precision == "bfloat16"  # that is the card's own business


@pytest.mark.parametrize(("flags", "expected"), [("fpu avx512f avx512_bf16 sse", True), ("fpu amx_bf16", True), ("fpu avx512f", False)])
def test_bfloat16_is_a_flag_of_the_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, expected: bool) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor : 0\nflags : {flags}\n")
    monkeypatch.setattr(backend, "PROCESSOR", tmp_path / "cpuinfo")
    has_bfloat16.cache_clear()
    assert has_bfloat16() is expected
    monkeypatch.setattr(backend, "PROCESSOR", tmp_path / "nothing")
    has_bfloat16.cache_clear()
    assert not has_bfloat16()
    has_bfloat16.cache_clear()


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
