"""Fewer batches for the same picture: a late viewer of a long run gets a short history with the same shape.

A run writes up to ten batch events a second. Nobody can see fifty thousand points on a phone, but a
spike in the loss must not vanish, so each bucket keeps its first, last, lowest and highest batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["MAX_STEPS", "thin"]

MAX_STEPS = 2000  # batch events that are kept; a curve on a large screen is about that many pixels wide
KEPT_A_BUCKET = 4


def thin(events: Sequence[dict[str, Any]], max_steps: int = MAX_STEPS) -> list[int]:
    """Choose which events to keep.

    Everything but `step` and `device` stays; of `device` only the newest matters. The first and the
    last batch stay, and so do the lowest and highest loss of every stretch.

    Args:
        events: in the order in which they happened.
        max_steps: at most about this many `step` events are kept.

    Returns:
        Positions in `events`, ascending.

    Example:
        >>> steps = [{"kind": "step", "step": i, "loss": 9.0 if i == 50 else 1.0} for i in range(100)]
        >>> kept = thin(steps, max_steps=20)
        >>> kept[0], kept[-1], 50 in kept, len(kept) <= 20
        (0, 99, True, True)
    """
    steps = [i for i, event in enumerate(events) if event["kind"] == "step"]
    devices = [i for i, event in enumerate(events) if event["kind"] == "device"]
    gone = set(devices[:-1])
    if len(steps) > max_steps:
        gone |= set(steps) - _shape(events, steps, max(1, max_steps // KEPT_A_BUCKET))
    return [i for i in range(len(events)) if i not in gone]


def _shape(events: Sequence[dict[str, Any]], steps: list[int], buckets: int) -> set[int]:
    """The positions that carry the shape of the loss over `steps`, at most four a bucket."""
    kept: set[int] = set()
    for number in range(buckets):
        bucket = steps[number * len(steps) // buckets : (number + 1) * len(steps) // buckets]
        known = [i for i in bucket if isinstance(events[i].get("loss"), int | float)]
        lowest = min(known, key=lambda i: events[i]["loss"], default=bucket[0])
        highest = max(known, key=lambda i: events[i]["loss"], default=bucket[0])
        kept |= {bucket[0], bucket[-1], lowest, highest}
    return kept
