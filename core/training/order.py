"""The order that somebody chose for the waiting runs, beside the queue: `queue.json` survives the loss of `queue.db`.

Without it a queue that is built anew has the order in which the runs were made; that is wrong once somebody
moved one, or an interrupted one was queued again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from core.errors import Damaged, DiskFull
from core.files import read_json, write_json

__all__ = ["moved", "read_order", "write_order"]

ORDER_FILE = "queue.json"


def read_order(home: Path) -> dict[str, int]:
    """Run folder under home → its place in the order that was last chosen; empty when none was, or it is damaged."""
    try:
        runs = read_json(home / ORDER_FILE)["waiting"]
        return {str(run): place for place, run in enumerate(runs)}
    except (Damaged, KeyError, TypeError):
        return {}


def write_order(home: Path, runs: Sequence[str]) -> None:
    """Remember the order of the waiting runs; on a full disk the queue itself still has it."""
    with contextlib.suppress(DiskFull, OSError):
        write_json(home / ORDER_FILE, {"waiting": list(runs)})


def moved(runs: Sequence[str], run: str, place: int) -> list[str]:
    """The order in which one run stands at another place.

    Args:
        runs: the present order, with `run` in it.
        run: the one that moves.
        place: from 1; past the end means last.

    Example:
        >>> moved(["a", "b", "c"], "c", 1), moved(["a", "b", "c"], "a", 9)
        (['c', 'a', 'b'], ['b', 'c', 'a'])
    """
    others = [name for name in runs if name != run]
    at = min(max(place, 1) - 1, len(others))
    return [*others[:at], run, *others[at:]]
