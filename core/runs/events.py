"""`events.jsonl`: what happened in a run, one JSON object a line, append only.

One process writes; anybody reads. A reader keeps a byte offset, reads only what is new, and leaves a
torn last line for next time, so a crash in the middle of a write costs that line and nothing else.

Every event has `kind` and `time_s` (seconds in which a worker had the run, monotonic; after an
interruption it goes on where it was). Kinds:

    state   state, message                           the run moved; message is a sentence
    begin   epochs, steps_per_epoch, batch_size, rows, validation_rows, backend, precision, device, parameters, metric,
            patience (0: never), resumed_from_step (0: from the start)
    step    step (from 1, over all epochs), epoch, batch (from 1), loss, metric, samples_per_s, learned_s
    epoch   epoch (from 1), step, loss, metric, val_loss, val_metric, best (bool), best_epoch, learning_rate,
            samples_per_s (null where all its steps were taken while something compiled), seconds (of this epoch), learned_s,
            prepared_s (this worker spent on compiling so far; in no other number), patience_left (epochs; null: never stops early),
            time_left_s, time_left_low_s, time_left_high_s (80 % range; null while unknown)
    learning_rate  step, epoch, value                changed by the user, from the next step on
    examples  epoch, rows: [{row, truth, answer, share}]  the same few validation rows each time; share is the
            probability of the answer, null for numbers
    notice  code, message, epoch, after              a guard rail speaks; each code once in a run; after: its words once the
            run has ended (null: there is nothing to say any more)
    device  cpu_percent (of the cores that the worker may use; null at first), memory_bytes (of the worker), memory_available_bytes,
            energy_j (since the worker took the run, of the whole machine; null where unknown), energy_of (what it counts: processor,
            cards), gpus: [{name, percent, memory_bytes, memory_total_bytes, temperature_c, power_w, energy_j}] (null where not told)
    end     state, epochs, seconds, best_epoch

`metric` is named once, in `begin`: accuracy for classes, mean absolute error for numbers. `learned_s` counts
learning alone: no pause, no waiting for a turn, no compiling (`core.training.driver`), no time without a worker. A run that was interrupted and goes
on writes a second `begin`; steps and epochs after its `resumed_from_step` may come again, and the later ones
count.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
from pathlib import Path
from typing import Any

__all__ = ["EVENTS_FILE", "append_event", "last_time_s", "mend", "read_events"]

EVENTS_FILE = "events.jsonl"
TAIL_BYTES = 64 * 1024  # the last events of a log are within so much
READ_BYTES = 4 * 1024 * 1024  # at most this much in one read, so that a long history comes in pieces


def append_event(path: Path, event: dict[str, Any]) -> None:
    """Append one event, the whole line or nothing; numbers that are not finite become null.

    Args:
        path: the `events.jsonl` of a run.
        event: must hold `kind` and `time_s`; values are JSON scalars or lists.

    Raises:
        OSError: it could not be written; the log is as long as before, so the next event stands on a line of its own.
    """
    line = (json.dumps(_finite(event), ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode()
    with path.open("ab", buffering=0) as file:
        before = file.tell()
        try:
            while line:  # a disk that fills takes a part first, and says why only when it is asked to take the rest
                line = line[file.write(line) :]
        except OSError:
            with contextlib.suppress(OSError):
                file.truncate(before)
            raise


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


def last_time_s(path: Path) -> float:
    """The time of the last event of a log; 0.0 where there is none.

    Args:
        path: the `events.jsonl` of a run; only its end is read, however long it is.
    """
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
        for line in reversed(file.read().splitlines()):
            time_s = (_parse(line) or {}).get("time_s")
            if isinstance(time_s, int | float):
                return float(time_s)
    return 0.0


def mend(path: Path) -> None:
    """End a torn last line, so that the next event stands on a line of its own; the torn one is skipped by readers.

    Only whoever holds the run may call it.
    """
    with contextlib.suppress(FileNotFoundError), path.open("rb+") as file:
        if file.seek(0, os.SEEK_END) and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            file.write(b"\n")


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
