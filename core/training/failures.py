"""Why a run failed, as a sentence for a founder: what happened, and what to do next.

Libraries say the same thing in many ways (an exception, a status in a text, an abort, a signal), so all of
them are mapped here, once. The whole traceback is in the run's log.txt.
"""

from __future__ import annotations

import errno
import signal

from core.errors import LimelightError, RunFailed
from core.runs.spec import RunSpec
from core.runs.state import RunState

__all__ = ["Terminated", "explain", "explain_exit", "not_finite", "vanished"]

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL_WORDS = ("no space left on device", "file too large", "disk quota exceeded")
MEMORY_WORDS = ("resource_exhausted", "resource exhausted", "out of memory", "oom when", "bad_alloc", "cannot allocate memory", "unable to allocate")


class Terminated(BaseException):
    """The process was told to end (SIGTERM); not an Exception, so that no library swallows it."""


def explain(error: BaseException, spec: RunSpec) -> tuple[RunState, str]:
    """The state in which an error leaves a run, and the sentence for the user.

    Args:
        error: what ended the worker's work.
        spec: the run's, for advice that names its own numbers.

    Example:
        >>> from core.dataset.schema import Task
        >>> spec = RunSpec(dataset="d-1", inputs=("a",), target="b", task=Task.BINARY, recipe="mlp")
        >>> explain(MemoryError(), spec)[1]
        'The machine ran out of memory. Try a smaller batch than 64 rows, a smaller network, or fewer rows.'
    """
    if isinstance(error, Terminated | KeyboardInterrupt):
        return RunState.INTERRUPTED, "The machine ended the training from outside. What was learned until then is lost to this run; train again."
    if isinstance(error, LimelightError):
        return RunState.FAILED, error.message
    words = f"{type(error).__name__} {error}".lower()
    if isinstance(error, MemoryError) or any(word in words for word in MEMORY_WORDS):
        return RunState.FAILED, _out_of_memory(spec)
    if (isinstance(error, OSError) and error.errno in FULL) or any(word in words for word in FULL_WORDS):
        return RunState.FAILED, "The disk is full, so the training could not go on. Delete something you no longer need and train again."
    return RunState.FAILED, "Something in the training went wrong on our side. The run's log.txt says what; train again, or try another recipe."


def explain_exit(code: int | None, spec: RunSpec) -> tuple[RunState, str]:
    """The same for a worker that vanished without a word.

    Args:
        code: exit code as `subprocess` reports it (minus the signal's number); None when nobody saw it.
        spec: the run's.
    """
    if code in {-signal.SIGABRT, 128 + signal.SIGABRT}:  # how native code ends when an allocation fails
        return RunState.FAILED, _out_of_memory(spec)
    if code in {-signal.SIGKILL, 128 + signal.SIGKILL}:
        advice = f"If it ran out of memory, try a smaller batch than {spec.training.batch_size} rows, or a smaller network."
        return RunState.INTERRUPTED, f"The training was killed from outside. {advice}"
    return RunState.INTERRUPTED, vanished()


def vanished() -> str:
    """The sentence for a run whose process is gone and nobody knows why."""
    return "The training process vanished, perhaps because the machine was restarted or ran out of memory. Train again."


def not_finite(spec: RunSpec) -> RunFailed:
    """The failure of a run whose loss was never a number at the end of an epoch."""
    rate = spec.training.learning_rate
    return RunFailed(
        f"The loss grew beyond all numbers before the network had learned anything. "
        f"Try a smaller learning rate than {rate:g}, for example {rate / 10:g}."
    )


def _out_of_memory(spec: RunSpec) -> str:
    return f"The machine ran out of memory. Try a smaller batch than {spec.training.batch_size} rows, a smaller network, or fewer rows."
