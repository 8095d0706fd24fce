"""`events.jsonl`: what happened in a run, one JSON object a line, append only.

One process writes; anybody reads. A reader keeps a byte offset, reads only what is new, and leaves a
torn last line for next time, so a crash in the middle of a write costs that line and nothing else.

Every event has `kind` and `time_s` (seconds since the worker took the run, monotonic). Kinds:

    state   state, message                           the run moved; message is a sentence
    begin   epochs, steps_per_epoch, batch_size, rows, backend, device, parameters, metric
    step    step (from 1, over all epochs), epoch, batch (from 1), loss, metric, samples_per_s
    epoch   epoch (from 1), step, loss, metric, val_loss, val_metric, best (bool), best_epoch,
            learning_rate, samples_per_s, time_left_s
    device  cpu_percent (of this machine), memory_bytes (of the worker), gpus (list, may be empty)
    end     state, epochs, seconds, best_epoch

`metric` is named once, in `begin`: accuracy for classes, mean absolute error for numbers.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

__all__ = ["EVENTS_FILE", "append_event", "read_events"]

EVENTS_FILE = "events.jsonl"
READ_BYTES = 4 * 1024 * 1024  # at most this much in one read, so that a long history comes in pieces


def append_event(path: Path, event: dict[str, Any]) -> None:
    """Append one event with a single write; numbers that are not finite become null.

    Args:
        path: the `events.jsonl` of a run.
        event: must hold `kind` and `time_s`; values are JSON scalars or lists.
    """
    line = json.dumps(_finite(event), ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"
    with path.open("ab", buffering=0) as file:
        file.write(line.encode())


def read_events(path: Path, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Read the events from a byte offset on.

    Args:
        path: the `events.jsonl` of a run; it may not exist yet.
        offset: where the last read ended; 0 for the start.

    Returns:
        The events, and the offset for the next read. A line that is no JSON object is skipped; a last
        line without its newline is left for the next read.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read(READ_BYTES)
    except FileNotFoundError:
        return [], offset
    end = data.rfind(b"\n") + 1
    return [event for line in data[:end].splitlines() if (event := _parse(line)) is not None], offset + end


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "kind" in event else None


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
