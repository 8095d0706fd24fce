"""Plans and Keras models agree on both backends; models pass between backends and to ONNX Runtime unchanged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.recipes import RECIPES, metric_name
from tests.recipes import made

pytestmark = pytest.mark.training
BACKENDS = ("jax", "tensorflow")
LIMIT_S = 900  # far more than it takes; a hung process must not hang the tests
SAVED = (*RECIPES, "cnn_other", "text_recurrent_other")


def in_both(work: str, folder: Path) -> dict[str, Any]:
    """Run the trial on both backends at once; returns what each found out."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    quiet |= {  # what is compiled to make a model need not be compiled again when it is loaded
        "JAX_COMPILATION_CACHE_DIR": str(folder / "compiled"), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0", "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }  # fmt: skip
    command = [sys.executable, str(Path(__file__).with_name("trial.py")), work, str(folder)]
    running = {
        backend: subprocess.Popen(command, env={**os.environ, **quiet, "KERAS_BACKEND": backend}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for backend in BACKENDS
    }  # fmt: skip
    try:
        said = {backend: process.communicate(timeout=LIMIT_S)[0] for backend, process in running.items()}
    finally:
        for process in running.values():
            process.kill()  # nothing happens to one that has ended
            process.wait()
    for backend, process in running.items():
        assert process.returncode == 0, f"{backend}: {said[backend]}"
    return {backend: json.loads((folder / f"{work}_{backend}.json").read_text()) for backend in BACKENDS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trial")


@pytest.fixture(scope="module")
def made_by(folder: Path) -> dict[str, Any]:
    return in_both("make", folder)


@pytest.fixture(scope="module")
def loaded_by(folder: Path, made_by: dict[str, Any]) -> dict[str, Any]:
    return in_both("load", folder)


@pytest.mark.parametrize(("backend", "cases"), [("jax", 1), ("tensorflow", 3 + 1)])
def test_plan_and_keras_model_agree_on_every_shape_and_parameter_count(made_by: dict[str, Any], backend: str, cases: int) -> None:
    found = made_by[backend]["differences"]
    assert len(found) == len(RECIPES) * cases
    assert {case: differences for case, differences in found.items() if differences} == {}


@pytest.mark.parametrize("name", RECIPES)
def test_the_seed_gives_the_same_initial_weights_on_both_backends(made_by: dict[str, Any], folder: Path, name: str) -> None:
    ours, theirs = (np.load(folder / backend / f"{name}_weights.npz") for backend in BACKENDS)
    assert len(ours.files) == len(theirs.files) > 1
    for key in ours.files:
        np.testing.assert_array_equal(ours[key], theirs[key])
    assert any(np.ptp(ours[key]) > 0 for key in ours.files)


@pytest.mark.parametrize("name", RECIPES)
def test_both_backends_learn_the_same(made_by: dict[str, Any], name: str) -> None:
    losses = np.array([made_by[backend]["loss"][name] for backend in BACKENDS])
    np.testing.assert_allclose(losses[0, 0], losses[1, 0], rtol=1e-4)  # the first epoch; rounding grows after it
    np.testing.assert_allclose(losses[0, 1], losses[1, 1], rtol=2e-3)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", RECIPES)
def test_the_logs_hold_the_loss_and_the_one_metric(made_by: dict[str, Any], backend: str, name: str) -> None:
    assert set(made_by[backend]["logs"][name]) == {"loss", metric_name(made.TASK_OF[name])}


@pytest.mark.parametrize("name", ["text_pooling", "text_recurrent", "text_transformer"])
def test_padding_changes_nothing(made_by: dict[str, Any], name: str) -> None:
    assert made_by["tensorflow"]["padding"][name] <= 1e-6


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", SAVED)
def test_a_saved_model_opens_in_safe_mode_on_the_other_backend(loaded_by: dict[str, Any], backend: str, name: str) -> None:
    assert loaded_by[backend][name] <= 1e-5


@pytest.mark.parametrize("name", SAVED)
def test_onnx_runtime_answers_as_keras_does(loaded_by: dict[str, Any], folder: Path, name: str) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), providers=["CPUExecutionProvider"])
    answers = session.run(None, made.rows_named([place.name for place in session.get_inputs()], made.ROWS))[0]
    expected = np.load(folder / "jax" / f"{name}_answers.npy")
    assert np.isfinite(expected).all()  # the first text of the rows is empty
    assert np.ptp(expected) > 0
    np.testing.assert_allclose(answers, expected, atol=1e-4)
