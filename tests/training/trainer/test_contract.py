"""The trainers of both backends: the numbers of plain Keras, bit for bit the same after a sleep, and nothing compiled twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.training.backend import worker_environment

pytestmark = pytest.mark.training
BACKENDS = ("jax", "tensorflow")
CASES = ("cnn", "mlp", "text_pooling", "text_recurrent", "text_transformer", "text_transformer with dropout")
ACROSS = ("mlp without chance", "text_pooling with rmsprop", "text_pooling with steep gradients")
SELDOM = {  # no run takes them on a processor, or they take very long to compile
    ("cnn", "jax"), ("mlp", "tensorflow"), ("text_pooling", "tensorflow"), ("text_transformer", "tensorflow"), ("text_recurrent", "jax"), ("text_recurrent", "tensorflow"),
    ("text_transformer with dropout", "jax"), ("text_transformer with dropout", "tensorflow"),
}  # fmt: skip
PAIRS = [pytest.param(case, backend, marks=pytest.mark.nightly if (case, backend) in SELDOM else ()) for case in CASES for backend in BACKENDS]
LIMIT_S = 900  # far more than it takes; a hung process must not hang the tests


@pytest.fixture(scope="module")
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `contract.py` found out on both backends, at once."""
    by_day = "not nightly" in request.config.option.markexpr
    folder = tmp_path_factory.mktemp("contract")
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    cache = {"JAX_COMPILATION_CACHE_DIR": str(folder / "cache"), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0", "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1"}
    # both sides are compiled alike, and in a third of the time
    quick = {"XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"}
    command = [sys.executable, str(Path(__file__).with_name("contract.py"))]
    wanted = {backend: [case for case in CASES if not (by_day and (case, backend) in SELDOM)] for backend in BACKENDS}
    wanted["jax"] = [case for case in wanted["jax"] if not case.startswith("text_transformer")]
    alone = folder / "alone"
    alone.mkdir()
    # XLA without optimisation miscomputes the gradients of a Transformer, Keras' own too (0.10.2 of JAX; TensorFlow finds those of level 1)
    careful = {"KERAS_BACKEND": "jax", "XLA_FLAGS": quick["XLA_FLAGS"].replace("level=0", "level=1")}
    transformers = [case for case in CASES if case.startswith("text_transformer") and not (by_day and (case, "jax") in SELDOM)]
    jobs = {backend: ([*command, str(folder), *ACROSS, *wanted[backend]], {**quick, "KERAS_BACKEND": backend}) for backend in BACKENDS}
    for backend in BACKENDS:
        jobs[backend][0].append("--kernels")
    jobs["transformer"] = ([*command, "--only", str(alone), *transformers], careful)
    running = {
        name: subprocess.Popen(words, env={**os.environ, **quiet, **cache, **variables}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for name, (words, variables) in jobs.items()
    }
    try:
        said = {name: process.communicate(timeout=LIMIT_S)[0] for name, process in running.items()}
    finally:
        for process in running.values():
            process.kill()  # nothing happens to one that has ended
            process.wait()
    for name, process in running.items():
        assert process.returncode == 0, f"{name}: {said[name]}"
    facts = {backend: json.loads((folder / f"{backend}.json").read_text()) for backend in BACKENDS}
    facts["jax"] |= json.loads((alone / "jax.json").read_text())
    return facts


@pytest.mark.parametrize(("case", "backend"), PAIRS)
def test_the_numbers_are_those_of_plain_keras(found: dict[str, Any], backend: str, case: str) -> None:
    as_plain_keras(found[backend][case], case)


def as_plain_keras(facts: dict[str, Any], case: str) -> None:
    assert np.isfinite(facts["found"]).all()
    np.testing.assert_allclose(facts["found"], facts["expected"], rtol=1e-6)  # loss, metric, and both on the validation rows, of two epochs
    # A bias of attention's keys has no effect, so its gradient is rounding alone, which Adam makes as large as any other; the Transformer by day has SGD.
    assert facts["weights"] <= {"text_transformer": 1e-5, "text_transformer with dropout": 1e-3}.get(case, 1e-6) < 0.1 < facts["largest"]
    assert facts["outputs"] <= (1e-5 if case.startswith("text_transformer") else 1e-6)
    assert facts["shape"] == [5, 3 if case == "cnn" else 1]


@pytest.mark.parametrize("case", [*ACROSS, pytest.param("text_pooling", marks=pytest.mark.nightly)])
def test_both_backends_learn_the_same_from_the_same_rows(found: dict[str, Any], case: str) -> None:
    ours, theirs = (found[backend][case]["found"] for backend in BACKENDS)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_rmsprop_is_another_optimizer(found: dict[str, Any]) -> None:
    pooled, rmsprop = (np.array(found["jax"][case]["found"]) for case in ("text_pooling", "text_pooling with rmsprop"))
    assert np.abs(pooled - rmsprop).max() > 1e-3


@pytest.mark.parametrize(("case", "backend"), PAIRS)
def test_a_training_put_to_sleep_in_an_epoch_goes_on_bit_for_bit(found: dict[str, Any], backend: str, case: str) -> None:
    goes_on_bit_for_bit(found[backend][case])


def goes_on_bit_for_bit(facts: dict[str, Any]) -> None:
    assert facts["place"] == [3, 3]
    assert facts["rate"] == pytest.approx(0.01)
    assert (facts["restored"], facts["difference"]) == (0.0, 0.0)  # numbers, weights, dropout, optimizer, running sums
    assert facts["moved"] > 0  # it did learn meanwhile …
    assert facts["untouched"] == 0  # … and the snapshot is its own copy


@pytest.mark.nightly
@pytest.mark.parametrize(("case", "backend"), [("mlp", "jax"), ("text_recurrent", "jax"), ("text_transformer with dropout", "jax"), ("cnn", "tensorflow")])
def test_so_it_is_in_the_code_that_users_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str, backend: Any) -> None:
    """As a worker has its environment: with all that the compiler can do. Our program and Keras' own may then be fused differently."""
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    command = [sys.executable, str(Path(__file__).with_name("contract.py")), "--only", str(tmp_path), case]
    done = subprocess.run(command, env=worker_environment(backend, tmp_path), capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, done.stderr
    facts = json.loads((tmp_path / f"{backend}.json").read_text())[case]
    as_plain_keras(facts, case)
    goes_on_bit_for_bit(facts)


@pytest.mark.parametrize(("case", "backend"), PAIRS)
def test_in_the_end_the_keras_model_holds_the_weights(found: dict[str, Any], backend: str, case: str) -> None:
    assert found[backend][case]["saved"] == 0


def test_each_engine_is_loaded_without_the_other(found: dict[str, Any]) -> None:
    assert {backend: found[backend]["loaded"] for backend in BACKENDS} == {"jax": ["jax"], "tensorflow": ["tensorflow"]}


@pytest.mark.parametrize(("backend", "layer"), [("tensorflow", "batch"), *((backend, layer) for backend in BACKENDS for layer in ("values", "attention"))])
def test_large_operations_are_as_exact_as_those_of_keras(found: dict[str, Any], backend: str, layer: str) -> None:
    ours, keras = found[backend]["kernels"][layer]  # values, gradients and moving statistics beside float64, relative
    assert 0 < keras < 5e-6  # float32 it is
    assert 0 < ours < 5e-6


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_a_large_operation_does_not_know_is_left_to_keras(found: dict[str, Any], backend: str) -> None:
    facts = found[backend]["settings"]
    assert {name: whose for name, (whose, _, _) in facts.items()} == {name: whose for name, (_, whose, _) in facts.items()}
    assert {name: away for name, (_, _, away) in facts.items() if not away <= (1e-2 if "half" in name else 1e-5)} == {}
    assert len(facts) > 15


def test_dropout_on_jax_hides_what_keras_hides(found: dict[str, Any]) -> None:
    facts = found["jax"]["draws"]
    assert (facts["draws"], facts["layers"]) == (0, 0)  # to the last bit: draws, values, gradients, and where the next draw begins
    assert facts["hidden"] == pytest.approx(0.3, abs=0.06)


@pytest.mark.parametrize("backend", BACKENDS)
def test_another_learning_rate_counts_from_the_next_step_on_and_nothing_is_traced_anew(found: dict[str, Any], backend: str) -> None:
    facts = found[backend]["rates"]
    assert facts["still"] == 0  # with a rate of 0
    assert facts["moved"] > 0
    assert facts["rate"] == pytest.approx(0.02)
    assert max(facts["train_step"], facts["test_step"]) <= 2  # a whole batch and one with fewer rows; three epochs in blocks of 1, 2 and 3
    assert min(facts["train_step"], facts["test_step"]) > 0


@pytest.mark.parametrize("backend", BACKENDS)
def test_few_rows_no_validation_and_a_foreign_checkpoint(found: dict[str, Any], backend: str) -> None:
    facts = found[backend]["edges"]
    assert (facts["steps"], facts["steps_per_epoch"], facts["validation"]) == ([1, 0], 1, None)
    assert facts["loss"] > 0
    assert "network of another shape" in facts["refused"]


def test_validation_first_delays_nothing_and_what_cannot_be_compiled_says_so_each_time(found: dict[str, Any]) -> None:
    """A program that failed must not leave the next call waiting for ever."""
    assert (found["jax"]["edges"]["ahead"], found["jax"]["edges"]["failures"]) == (True, 2)
