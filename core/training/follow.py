"""Following a run to its end: every event in order, and the queue kept moving meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import Damaged, NotFound
from core.language import N_
from core.runs.events import read_events
from core.runs.run import Run, Status

if TYPE_CHECKING:
    from core.training.launcher import Launcher

__all__ = ["follow", "wait_for_all"]

WAIT_S, PUMP_S = 0.1, 0.5


def follow(launcher: Launcher, run: Run, on_event: Callable[[dict[str, Any]], None] | None = None) -> Status:
    """Wait until a run is over.

    Args:
        launcher: of the run's home; it is pumped, so that a waiting run starts though no page is open.
        run: a submitted run.
        on_event: called with each event since the beginning, in order.

    Returns:
        The final status.

    Raises:
        NotFound: somebody deleted the run.
        Damaged: its status cannot be read.
    """
    try:
        return _followed(launcher, run, on_event)
    except (Damaged, FileNotFoundError):
        if run.folder.is_dir():
            raise
        raise NotFound(N_("Run {id} is gone: somebody deleted it.").format(id=run.id)) from None


def _followed(launcher: Launcher, run: Run, on_event: Callable[[dict[str, Any]], None] | None) -> Status:
    offset, pump_due = 0, 0.0
    while True:
        if time.monotonic() >= pump_due:
            launcher.pump()
            pump_due = time.monotonic() + PUMP_S
        over = launcher.state(run).state.is_over and not run.is_locked()
        events, offset = read_events(run.events, offset)
        for event in events:
            if on_event is not None:
                on_event(event)
        if over and not events:
            return run.status
        if not events:
            time.sleep(WAIT_S)


def wait_for_all(launcher: Launcher, runs: Sequence[Run]) -> None:
    """Wait until several runs are over; the first Ctrl-C asks them to stop and keep their best weights.

    Args:
        launcher: of the runs' home.
        runs: submitted ones.
    """
    try:
        for run in runs:
            launcher.wait(run)
    except KeyboardInterrupt:
        for run in runs:
            launcher.stop(run)
        for run in runs:
            launcher.wait(run)
