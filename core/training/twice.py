"""Two presses that are one: a double click, or two tabs that press Train together, start one run.

The same spec learns the same, so asking for it twice within a few seconds is never meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.errors import Damaged
from core.runs.run import Run, Status
from core.runs.spec import RunSpec

__all__ = ["TOGETHER_S", "just_made"]

TOGETHER_S = 5.0


def just_made(runs: Iterable[Run], spec: RunSpec) -> Run | None:
    """The run of this spec that was made a moment ago and is not over; None when a new one is meant."""
    for run in runs:
        try:
            if run.spec == spec and not run.status.state.is_over and _is_young(run.status):
                return run
        except Damaged:
            continue
    return None


def _is_young(status: Status) -> bool:
    try:
        created = datetime.fromisoformat(status.created)
    except ValueError:
        return False
    return abs((datetime.now(created.tzinfo) - created).total_seconds()) <= TOGETHER_S
