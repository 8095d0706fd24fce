"""Every way to fail becomes a sentence that says what to do."""

from __future__ import annotations

import errno
import signal

import pytest

from core.dataset.schema import Task
from core.errors import BadSettings
from core.runs.spec import RunSpec, TrainingSettings
from core.runs.state import RunState
from core.training.failures import Terminated, explain, explain_exit, not_finite

SPEC = RunSpec(
    dataset="d-1", inputs=("a",), target="b", task=Task.BINARY, recipe="mlp", training=TrainingSettings(batch_size=512, learning_rate=0.5)
)


class XlaRuntimeError(Exception):
    """Named as JAX names it."""


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        XlaRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 1073741824 bytes."),
        XlaRuntimeError("OOM when allocating tensor with shape[512,64]"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
    ids=str,
)
def test_too_little_memory_proposes_a_smaller_batch(error: Exception) -> None:
    state, message = explain(error, SPEC)
    assert (state, "smaller batch than 512" in message) == (RunState.FAILED, True)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "x"), OSError(errno.EFBIG, "x"), RuntimeError("h5: No space left on device")], ids=str)
def test_a_full_disk_is_named(error: Exception) -> None:
    assert "disk is full" in explain(error, SPEC)[1]


def test_our_own_sentences_stay_as_they_are() -> None:
    assert explain(BadSettings("Choose fewer blocks."), SPEC) == (RunState.FAILED, "Choose fewer blocks.")


def test_a_stranger_error_shows_no_inside() -> None:
    message = explain(KeyError("secret/path.py"), SPEC)[1]
    assert "secret" not in message
    assert "log.txt" in message


def test_an_end_from_outside_is_an_interruption() -> None:
    assert explain(Terminated(), SPEC)[0] is RunState.INTERRUPTED


@pytest.mark.parametrize(
    ("code", "state", "words"),
    [
        (-signal.SIGABRT, RunState.FAILED, "out of memory"),
        (134, RunState.FAILED, "out of memory"),
        (-signal.SIGKILL, RunState.INTERRUPTED, "smaller batch than 512"),
        (137, RunState.INTERRUPTED, "smaller batch than 512"),
        (1, RunState.INTERRUPTED, "vanished"),
        (None, RunState.INTERRUPTED, "vanished"),
    ],
)
def test_an_exit_code_is_explained(code: int | None, state: RunState, words: str) -> None:
    found, message = explain_exit(code, SPEC)
    assert (found, words in message) == (state, True)


def test_a_loss_beyond_all_numbers_names_a_smaller_rate() -> None:
    assert "than 0.5, for example 0.05" in str(not_finite(SPEC))
