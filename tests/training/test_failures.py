"""Every way to fail becomes a sentence that says what to do."""

from __future__ import annotations

import errno
import signal
from subprocess import CalledProcessError, TimeoutExpired

import pytest

from core.dataset.schema import Task
from core.errors import BadSettings, DiskFull, NoRoom, RunFailed
from core.runs.spec import RunSpec, TrainingSettings
from core.runs.state import RunState
from core.training.failures import (
    Blowup,
    Terminated,
    cause_of_blowup,
    explain,
    explain_exit,
    explain_stop,
    not_finite,
    vanished,
)

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
        RuntimeError("can't start new thread"),
    ],
    ids=str,
)
def test_too_little_memory_proposes_a_smaller_batch(error: Exception) -> None:
    state, message = explain(error, SPEC)
    assert (state, "smaller batch than 512" in message) == (RunState.FAILED, True)
    state, message = explain(error, SPEC, resumable=True)
    assert (state, "press Resume" in message, "smaller batch than 512" in message) == (RunState.INTERRUPTED, True, True)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "x"), OSError(errno.EFBIG, "x"), RuntimeError("h5: No space left on device")], ids=str)
def test_a_full_disk_is_named(error: Exception) -> None:
    assert explain(error, SPEC)[0] is RunState.FAILED
    assert "disk is full" in explain(error, SPEC)[1]
    state, message = explain(error, SPEC, resumable=True)
    assert (state, message.endswith("then press Resume.")) == (RunState.INTERRUPTED, True)


def test_our_own_sentences_stay_as_they_are() -> None:
    assert explain(BadSettings("Choose fewer blocks."), SPEC, resumable=True) == (RunState.FAILED, "Choose fewer blocks.")


@pytest.mark.parametrize("resumable", [False, True])
def test_no_room_is_no_failure(resumable: bool) -> None:
    """It fitted when it was made: what has taken the memory since may give it back."""
    state, message = explain(NoRoom("It needs more."), SPEC, resumable=resumable)
    assert (state, message.startswith("It needs more. "), "press Resume" in message) == (RunState.INTERRUPTED, True, True)


def test_a_stranger_error_shows_no_inside() -> None:
    message = explain(KeyError("secret/path.py"), SPEC)[1]
    assert "secret" not in message
    assert "log.txt" in message
    state, message = explain(KeyError("secret/path.py"), SPEC, resumable=True)
    assert (state, "Press Resume" in message, "secret" in message) == (RunState.INTERRUPTED, True, False)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (CalledProcessError(-signal.SIGKILL, "x"), "ran out of memory"),
        (CalledProcessError(-signal.SIGABRT, "x"), "ran out of memory"),
        (CalledProcessError(1, "x"), "log.txt"),
        (TimeoutExpired("x", 300), "log.txt"),
        (OSError(errno.EIO, "x"), "have the disk checked"),
        (DiskFull("There is no room on the disk to save model.keras. Free some space and try again."), "disk"),
    ],
    ids=str,
)
def test_what_was_learned_is_not_given_up_for_a_fault_of_the_machine(error: Exception, words: str) -> None:
    state, message = explain(error, SPEC)
    assert (state, words in message, "Resume" in message) == (RunState.FAILED, True, False)
    state, message = explain(error, SPEC, resumable=True)
    assert (state, words in message, "press resume" in message.lower()) == (RunState.INTERRUPTED, True, True)


def test_what_would_end_the_same_way_again_is_not_resumed() -> None:
    assert explain(RunFailed("The loss grew."), SPEC, resumable=True) == (RunState.FAILED, "The loss grew.")


@pytest.mark.parametrize("resumable", [False, True])
def test_a_stop_that_was_not_obeyed_is_told(resumable: bool) -> None:
    state, message = explain_stop(resumable=resumable)
    assert (state, "did not react" in message, "press Continue" in message) == (RunState.STOPPED, True, resumable)


@pytest.mark.parametrize(("resumable", "words"), [(False, "Train again."), (True, "Press Resume")])
def test_an_end_from_outside_is_an_interruption(resumable: bool, words: str) -> None:
    state, message = explain(Terminated(), SPEC, resumable=resumable)
    assert (state, words in message) == (RunState.INTERRUPTED, True)


@pytest.mark.parametrize(
    ("code", "state", "words"),
    [
        (-signal.SIGABRT, RunState.FAILED, "out of memory"),
        (134, RunState.FAILED, "out of memory"),
        (-signal.SIGKILL, RunState.INTERRUPTED, "smaller batch than 512"),
        (137, RunState.INTERRUPTED, "smaller batch than 512"),
        (-signal.SIGSEGV, RunState.FAILED, "crashed inside one of its libraries"),
        (128 + signal.SIGBUS, RunState.FAILED, "crashed inside one of its libraries"),
        (0, RunState.INTERRUPTED, "vanished"),
        (1, RunState.INTERRUPTED, "vanished"),
        (None, RunState.INTERRUPTED, "vanished"),
    ],
)
def test_an_exit_code_is_explained(code: int | None, state: RunState, words: str) -> None:
    found, message = explain_exit(code, SPEC)
    assert (found, words in message, "Resume" in message) == (state, True, False)
    found, message = explain_exit(code, SPEC, resumable=True)
    assert found is RunState.INTERRUPTED
    assert words in message
    assert "press resume" in message.lower()


def test_a_process_that_vanished_is_resumed_only_where_it_can_be() -> None:
    assert vanished().endswith("Train again.")
    assert "Press Resume" in vanished(resumable=True)


def test_a_loss_beyond_all_numbers_names_a_smaller_rate() -> None:
    assert str(not_finite(SPEC)).endswith("learning rate of 0.5 is too large: each correction overshot the last. Try 0.05.")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (Blowup(0.1, epoch=1, step=30), "Try 0.01."),
        (Blowup(0.1, epoch=3, step=90, largest_input=9_000.0), "Try 0.01."),
        (Blowup(0.1, epoch=1, step=30, largest_input=2_500_000.0), "as 2,500,000, where about 1 is usual"),
        (Blowup(0.1, epoch=1, step=1, largest_input=2_500_000.0), "as 2,500,000, where about 1 is usual"),
        (Blowup(0.1, epoch=1, step=1, largest_input=float("inf")), "is not finite"),
        (Blowup(0.1, epoch=1, step=1, largest_input=float("nan")), "is not finite"),
        (Blowup(0.1, epoch=1, step=1, largest_input=3.0), "before the first correction"),
        (Blowup(0.1, epoch=1, step=1), "before the first correction"),
    ],
)
def test_the_cause_is_guessed_from_the_facts(facts: Blowup, words: str) -> None:
    assert words in cause_of_blowup(facts)
    assert words in str(not_finite(SPEC, facts))
