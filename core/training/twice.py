"""Two presses that are one: a double click, or two tabs that press Train together, start one run.

The same spec learns the same, so asking for it twice within a few seconds is never meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from core.errors import Damaged
from core.runs.run import Run
from core.runs.spec import RunSpec

__all__ = ["TOGETHER_S", "is_young", "just_made"]

TOGETHER_S = 5.0


def just_made(runs: Iterable[Run], spec: RunSpec) -> Run | None:
    """The run of this spec that was made a moment ago and is not over; None when a new one is meant."""
    for run in runs:
        try:
            if run.spec == spec and not run.status.state.is_over and is_young(run.status.created):
                return run
        except Damaged:
            continue
    return None


def is_young(created: str) -> bool:
    """Whether something was made within the last moment.

    Args:
        created: ISO 8601; anything else was made long ago.

    Example:
        >>> is_young("2020-01-01T00:00:00.000+00:00"), is_young("yesterday")
        (False, False)
    """
    try:
        then = datetime.fromisoformat(created)
    except ValueError:
        return False
    return abs((datetime.now(then.tzinfo) - then).total_seconds()) <= TOGETHER_S
