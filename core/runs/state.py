"""The states of a run and the moves between them (design 4).

    queued → starting → running ⇄ paused → finished | stopped | failed | interrupted

`interrupted` means that the worker died without a word, or that a fault of the machine (no memory, a full disk, an
export that was killed) ended it where a checkpoint is left; it may be queued again, and then goes on from its
checkpoint. The other three ends are final.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["MOVES", "RunState", "can_move"]


class RunState(StrEnum):
    """How a run stands."""

    QUEUED = "queued"  # waits for its turn
    STARTING = "starting"  # a worker has it: libraries, data, network are being made ready
    RUNNING = "running"  # it learns, or writes down what it has learned
    PAUSED = "paused"  # it waits for Resume
    FINISHED = "finished"  # all epochs done, or stopped early because nothing improved
    STOPPED = "stopped"  # the user pressed Stop; the best weights are kept and judged
    FAILED = "failed"  # it ended without a model; status.json has the sentence
    INTERRUPTED = "interrupted"  # its process vanished, or the machine let it down; it may go on

    @property
    def is_over(self) -> bool:
        """True when no worker will write to the run any more (unless it is queued again)."""
        return self in {RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED}

    @property
    def has_model(self) -> bool:
        """True when the run ended with a model that can be judged and tried."""
        return self in {RunState.FINISHED, RunState.STOPPED}


_ENDS = frozenset({RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED})

MOVES: dict[RunState, frozenset[RunState]] = {
    RunState.QUEUED: frozenset({RunState.STARTING, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED}),
    RunState.STARTING: frozenset({RunState.RUNNING, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED}),
    RunState.RUNNING: frozenset({RunState.PAUSED}) | _ENDS,
    RunState.PAUSED: frozenset({RunState.RUNNING}) | _ENDS,
    RunState.FINISHED: frozenset(),
    RunState.STOPPED: frozenset(),
    RunState.FAILED: frozenset(),
    RunState.INTERRUPTED: frozenset({RunState.QUEUED}),
}


def can_move(old: RunState, new: RunState) -> bool:
    """Whether a run may go from `old` to `new`; staying is always allowed.

    Example:
        >>> can_move(RunState.RUNNING, RunState.FINISHED), can_move(RunState.FINISHED, RunState.RUNNING)
        (True, False)
    """
    return old is new or new in MOVES[old]
