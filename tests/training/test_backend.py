"""The engine of a run, and the environment it starts in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.dataset.schema import Task
from core.recipes import RECIPES
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.runs.state import RunState
from core.settings import settings
from core.training import backend, device, gpu
from core.training.backend import (
    OWN,
    ROOT,
    EngineName,
    EngineSettings,
    choose_backend,
    engine_settings,
    has_bfloat16,
    leave_environment,
    measured,
    outer_environment,
    worker_environment,
)
from core.training.device import cores
from core.workspace import Workspace
from tests.training.nvml import FakeCard, install


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
    assert worker_environment("jax", tmp_path)["PJRT_NPROC"] == "2"
    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "1")
    settings.cache_clear()
    assert [worker_environment("jax", tmp_path, lanes=lanes)["PJRT_NPROC"] for lanes in (1, 2, 3, 9)] == ["8", "4", "2", "1"]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads have no names here")
def test_jax_computes_with_the_threads_that_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = cores() + 1  # by itself it takes one a core
    monkeypatch.setattr(backend, "cores", lambda: wanted)
    code = (
        "import pathlib, jax; jax.jit(lambda x: x @ x)(jax.numpy.ones((9, 9))).block_until_ready()\n"
        "print([name.read_text().strip() for name in pathlib.Path('/proc/self/task').glob('*/comm')].count('tf_XLAEigen'))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=worker_environment("jax", tmp_path, gpu=False), capture_output=True, text=True, check=True, timeout=120)
    assert int(done.stdout) == wanted


def test_the_environment_names_engine_home_and_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    found = worker_environment("tensorflow", tmp_path / "home")
    assert found["KERAS_BACKEND"] == "tensorflow"
    assert found["LIMELIGHT_HOME"] == str(tmp_path / "home")
    assert found["JAX_COMPILATION_CACHE_DIR"].startswith(found["LIMELIGHT_HOME"])
    assert found["PATH"] == os.environ["PATH"]
    assert worker_environment("jax", tmp_path, gpu=False)["CUDA_VISIBLE_DEVICES"] == "-1"


def become(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """Make this process a worker, as far as its environment says."""
    for name in os.environ.keys() | environment.keys():
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def test_a_worker_leaves_its_own_variables_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: os.environ.get(name) for name in OWN}
    inside = worker_environment("tensorflow", tmp_path)
    become(monkeypatch, inside)
    assert worker_environment("tensorflow", tmp_path) == inside  # nothing is added up from run to run
    leave_environment()
    assert {name: os.environ.get(name) for name in OWN} == before
    assert dict(os.environ) == outer_environment()


LEAVING_WORKER = """
import json, os, sys
from pathlib import Path
from core.runs.run import Run
from core.training import children, device, gpu, worker
from tests.training.nvml import FakeCard, FakeNvml
nvml = FakeNvml(FakeCard("GPU-a"), FakeCard("GPU-b"))
gpu._nvml, device._installed = lambda: nvml, lambda distribution: distribution.startswith("jax-cuda")
os.environ.update(json.loads(sys.argv[2]))
children.COMMAND = (sys.executable, "-c", "import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1] + '/environ.json', 'w'))")
worker._pump(Run(Path(sys.argv[1])))
(process,) = children._workers.values()
process.wait(60)
"""


@pytest.mark.parametrize(("leaving", "taken"), [("tensorflow", {}), ("jax", {gpu.VISIBLE: "GPU-a"})])
def test_the_next_run_inherits_neither_engine_nor_card(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, leaving: EngineName, taken: dict[str, str]) -> None:
    """A server with two cards, a worker that leaves (of an engine without cards, or with a card of its own), the one that it starts."""
    install(monkeypatch, FakeCard("GPU-a"), FakeCard("GPU-b"))
    monkeypatch.setattr(device, "_installed", lambda distribution: distribution.startswith("jax-cuda"))
    first, second = (Run.create(workspace.runs_folder, spec("cnn")) for _ in range(2))
    first.update(state=RunState.STOPPED)
    environment = worker_environment(leaving, workspace.home)
    gpu.all_cards.cache_clear()
    assert environment.get(gpu.VISIBLE) == ("-1" if leaving == "tensorflow" else None)
    subprocess.run([sys.executable, "-c", LEAVING_WORKER, str(second.folder), json.dumps(taken)], cwd=ROOT, env=environment, check=True, timeout=120)
    found = json.loads(second.path("environ.json").read_text())
    assert found["KERAS_BACKEND"] == "jax"  # on a processor it would be TensorFlow
    assert gpu.VISIBLE not in found
    assert "JAX_PLATFORMS" not in found
    assert found["PYTHONPATH"] == worker_environment("jax", workspace.home)["PYTHONPATH"]  # does not grow from run to run


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
