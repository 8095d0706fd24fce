"""Why a run failed, as a sentence for a founder: what happened, and what to do next.

Libraries say the same thing in many ways (an exception, a status in a text, an abort, a signal), so all of
them are mapped here, once. The whole traceback is in the run's log.txt.

A failed run is over for good, so a run fails only where nothing is left to go on from, or where its own data and
settings would end it the same way again (what `core.errors` says in a sentence: a loss that is no number, a dataset
that is gone). Everything else leaves a run with a checkpoint interrupted, and the sentence says that Resume goes on;
where its learning was done, Resume only judges and exports it again. A run that found too little memory or disk when its
turn came is interrupted too: there was enough when it was made, so there may be again.
"""

from __future__ import annotations

import errno
import signal
import subprocess
from dataclasses import dataclass

from core.errors import DiskFull, LimelightError, NoRoom, RunFailed
from core.files import NO_SPACE
from core.language import N_
from core.runs.spec import RunSpec
from core.runs.state import RunState

__all__ = ["Blowup", "Terminated", "cause_of_blowup", "explain", "explain_exit", "explain_stop", "not_finite", "vanished"]

FAULTY = {errno.EIO, errno.EROFS, errno.ENXIO, errno.ESTALE}  # the disk, or the way to it
FULL_WORDS = ("no space left on device", "file too large", "disk quota exceeded")
MEMORY_WORDS = ("resource_exhausted", "resource exhausted", "out of memory", "oom when", "bad_alloc", "cannot allocate memory", "unable to allocate", "can't start new thread")  # a thread needs a stack
LARGE_INPUT = 1e4  # prepared numbers are near 1; this far out, one row moves the weights as ten thousand others do
RESUME = N_("Press Resume: it goes on from its last checkpoint.")
AGAIN = N_("Train again.")
JUDGE = N_("What it learned is kept: press Resume.")


class Terminated(BaseException):
    """The process was told to end (SIGTERM); not an Exception, so that no library swallows it."""


@dataclass(frozen=True)
class Blowup:
    """What is known about a loss that was no number any more.

    Attributes:
        learning_rate: at that moment.
        epoch: in which it was noticed, from 1.
        step: at which it was noticed, from 1, over all epochs.
        largest_input: largest absolute number that reached the network; None where nobody looked.
    """

    learning_rate: float
    epoch: int
    step: int
    largest_input: float | None = None


def explain(error: BaseException, spec: RunSpec, *, resumable: bool = False) -> tuple[RunState, str]:
    """The state in which an error leaves a run, and the sentence for the user.

    Args:
        error: what ended the worker's work; an error of `subprocess` is one of the conversion to ONNX.
        spec: the run's, for advice that names its own numbers.
        resumable: a checkpoint is left.

    Example:
        >>> from core.dataset.schema import Task
        >>> spec = RunSpec(dataset="d-1", inputs=("a",), target="b", task=Task.BINARY, recipe="mlp")
        >>> explain(MemoryError(), spec)[1]
        'The machine ran out of memory. Try a smaller batch than 64 rows, a smaller network, or fewer rows.'
    """
    if isinstance(error, Terminated | KeyboardInterrupt):
        lost = N_("What was learned until then is lost to this run. Train again.")
        return RunState.INTERRUPTED, N_("The machine ended the training from outside. {then_words}").format(then_words=RESUME if resumable else lost)
    if isinstance(error, NoRoom):
        return RunState.INTERRUPTED, N_("{message_words} Or wait until more is free, then press Resume.").format(message_words=error.message)
    if isinstance(error, LimelightError) and not (isinstance(error, DiskFull) and resumable):
        return RunState.FAILED, error.message
    if isinstance(error, subprocess.SubprocessError):
        return _no_export(error, resumable)
    words = f"{type(error).__name__} {error}".lower()
    if isinstance(error, MemoryError) or any(word in words for word in MEMORY_WORDS):
        return _out_of_memory(spec, resumable)
    if isinstance(error, DiskFull) or (isinstance(error, OSError) and error.errno in NO_SPACE) or any(word in words for word in FULL_WORDS):
        return _disk_full(resumable)
    if isinstance(error, OSError) and error.errno in FAULTY:
        return _left(resumable), N_("The disk reported an error, so the training could not go on. {then_words} If it happens once more, have the disk checked.").format(then_words=RESUME if resumable else AGAIN)
    if resumable:
        return RunState.INTERRUPTED, N_("Something in the training went wrong on our side. The run's log.txt says what. {resume_words} If it happens once more, try another recipe.").format(resume_words=RESUME)
    return RunState.FAILED, N_("Something in the training went wrong on our side. The run's log.txt says what. Train again, or try another recipe.")


def explain_exit(code: int | None, spec: RunSpec, *, resumable: bool = False) -> tuple[RunState, str]:
    """The same for a worker that vanished without a word.

    Args:
        code: exit code as `subprocess` reports it (minus the signal's number); None when nobody saw it.
        spec: the run's.
        resumable: a checkpoint is left.
    """
    number = -code if code is not None and code < 0 else (code or 0) - 128
    if number == signal.SIGABRT:  # how native code ends when an allocation fails
        return _out_of_memory(spec, resumable)
    if number == signal.SIGKILL:
        advice = N_("If it ran out of memory, try a smaller batch than {batch_size} rows, or a smaller network.").format(batch_size=spec.training.batch_size)
        if resumable:
            return RunState.INTERRUPTED, N_("The training was killed from outside. {resume_words} {advice_words}").format(resume_words=RESUME, advice_words=advice)
        return RunState.INTERRUPTED, N_("The training was killed from outside. {advice_words}").format(advice_words=advice)
    if number in {signal.SIGSEGV, signal.SIGILL, signal.SIGFPE, signal.SIGBUS}:
        return (
            _left(resumable),
            N_("The training crashed inside one of its libraries. {then_words} If it happens once more, try the other engine.").format(then_words=RESUME if resumable else AGAIN),
        )
    return RunState.INTERRUPTED, vanished(resumable=resumable)


def explain_stop(*, resumable: bool = False) -> tuple[RunState, str]:
    """The same for a run whose process ended, of itself or because we ended it, before it had obeyed Stop.

    Args:
        resumable: a checkpoint is left.
    """
    if resumable:
        return RunState.STOPPED, N_("It did not react to Stop before its process ended, so there is no model. Its last checkpoint is kept: press Continue to go on from there.")
    return RunState.STOPPED, N_("It did not react to Stop before its process ended, so there is no model.")


def vanished(*, resumable: bool = False) -> str:
    """The sentence for a run whose process is gone and nobody knows why."""
    return N_("The training process vanished, perhaps because the machine was restarted or ran out of memory. {then_words}").format(then_words=RESUME if resumable else AGAIN)


def not_finite(spec: RunSpec, facts: Blowup | None = None) -> RunFailed:
    """The failure of a run whose loss was never a number at the end of an epoch.

    Args:
        spec: the run's.
        facts: what is known; default: only the learning rate that the run began with.
    """
    return RunFailed(N_("The loss grew beyond all numbers before the network had learned anything. {cause_words}").format(cause_words=cause_of_blowup(facts or _usual(spec))))


def cause_of_blowup(facts: Blowup) -> str:
    """The likely cause of a loss that is no number, and what to do: one or two sentences.

    What is certain comes first: at the first step no correction was made yet, so the learning rate is innocent; a
    huge input makes any rate too large. A batch without a row that counts would have no mean, but there is none:
    the last batch of an epoch has a row at least, and no class weight is 0 (tests/training/test_ending.py).

    Example:
        >>> cause_of_blowup(Blowup(learning_rate=0.5, epoch=1, step=40))
        'Most likely the learning rate of 0.5 is too large: each correction overshot the last. Try 0.05.'
    """
    if facts.largest_input is not None and not facts.largest_input < float("inf"):
        return N_("A number that reached the network is not finite. Look at the columns on the data page and leave out the one with extreme values.")
    if facts.largest_input is not None and facts.largest_input > LARGE_INPUT:
        return (
            N_("Most likely a column has values of a very different size: one reaches the network as {largest_input}, where about 1 is usual. Repair or leave out the column with extreme values on the data page, or use a smaller learning rate.").format(largest_input=f"{facts.largest_input:,.0f}")
        )
    if facts.step <= 1:
        return N_("It was so before the first correction, so the learning rate is not the cause. Try a smaller network, or fewer inputs.")
    rate = facts.learning_rate
    return N_("Most likely the learning rate of {rate} is too large: each correction overshot the last. Try {better}.").format(rate=f"{rate:g}", better=f"{rate / 10:g}")


def _usual(spec: RunSpec) -> Blowup:
    return Blowup(spec.training.learning_rate, epoch=1, step=2)


def _out_of_memory(spec: RunSpec, resumable: bool) -> tuple[RunState, str]:
    smaller = N_("a smaller batch than {batch_size} rows, a smaller network, or fewer rows.").format(batch_size=spec.training.batch_size)
    if resumable:
        return RunState.INTERRUPTED, N_("The machine ran out of memory. Close what else needs memory and press Resume, or train again with {smaller_words}").format(smaller_words=smaller)
    return RunState.FAILED, N_("The machine ran out of memory. Try {smaller_words}").format(smaller_words=smaller)


def _no_export(error: subprocess.SubprocessError, resumable: bool) -> tuple[RunState, str]:
    """The model is trained; only the process that converts it to ONNX was killed, failed, or took too long."""
    then = JUDGE if resumable else AGAIN
    if getattr(error, "returncode", 0) in {-signal.SIGKILL, -signal.SIGABRT}:
        return _left(resumable), N_("The process that makes the trained model ready for predictions was killed, most likely because the machine ran out of memory. Close what else needs memory. {then_words}").format(then_words=then)
    return _left(resumable), N_("The trained model could not be made ready for predictions. The run's log.txt says why. {then_words} If it happens once more, try another recipe.").format(then_words=then)


def _left(resumable: bool) -> RunState:
    return RunState.INTERRUPTED if resumable else RunState.FAILED


def _disk_full(resumable: bool) -> tuple[RunState, str]:
    if resumable:
        return RunState.INTERRUPTED, N_("The disk is full, so the training could not go on. Delete something you no longer need, then press Resume.")
    return RunState.FAILED, N_("The disk is full, so the training could not go on. Delete something you no longer need and train again.")
