"""The worker's pen: events and status go to the disk in a thread of their own, in order.

The training loop never waits for the disk. It hands over numbers; this thread appends them to
`events.jsonl`, replaces `status.json`, counts the heartbeat and asks the device how busy it is, once a
second. It is the only writer of both files while the worker lives, so no lock is needed.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

import psutil

from core.runs.events import append_event, last_time_s
from core.runs.history import History
from core.runs.run import Run
from core.training.device import sample_device

__all__ = ["Recorder"]

TICK_S = 1.0  # heartbeat and device
STATUS_S = 0.25  # a status that only counts epochs is written at most this often
URGENT = {"state", "phase", "message"}  # changes that people wait for are written at once


class Recorder:
    """Writes what happens in one run; the run's lock must be held.

    Attributes:
        failure: what stopped the writing (a full disk), for `check`; None while all is well.

    Example:
        >>> recorder = Recorder(run)                                        # doctest: +SKIP
        >>> recorder.event("step", step=1, loss=0.7)                        # doctest: +SKIP
        >>> recorder.close()                                                # doctest: +SKIP
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.failure: BaseException | None = None
        self._began = time.monotonic() - last_time_s(run.events)
        self._items: queue.SimpleQueue[tuple[str, dict[str, Any]] | None] = queue.SimpleQueue()
        self._changes: dict[str, Any] = {}
        self._owed: list[dict[str, Any]] = []  # changes that the disk refused; a state is never skipped, or the next one would be illegal
        self._heartbeat = run.status.heartbeat
        self._status_due = 0.0
        self._learned_s: float | None = None  # as the loop last said; None: it has said nothing, so the status keeps what it has
        self._training_since: float | None = None  # while it learns
        self._process = psutil.Process()
        self._history = History.load(run.events)  # kept so that a late viewer need not read everything
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    @property
    def time_s(self) -> float:
        """Seconds in which a worker had the run, monotonic; a resumed run goes on where its log ends."""
        return time.monotonic() - self._began

    def event(self, kind: str, **fields: Any) -> None:
        """Hand over one event; returns at once."""
        self._items.put(("event", {"kind": kind, "time_s": round(self.time_s, 3), **fields}))

    def status(self, **changes: Any) -> None:
        """Hand over changes of the status; returns at once."""
        self._items.put(("status", changes))

    def state(self, state: str, message: str = "", **changes: Any) -> None:
        """Move the run: event and status together."""
        self.event("state", state=str(state), message=message)
        self.status(state=state, message=message, **changes)

    def training(self, on: bool, learned_s: float) -> None:
        """Say when learning begins, holds and ends: in between the clock in the status runs.

        A lane of a race says so at each turn, so this writes nothing: the next write of the status brings it.

        Args:
            on: it learns from now on.
            learned_s: seconds of learning so far.
        """
        self._items.put(("clock", {"since": time.monotonic() if on else None, "learned_s": learned_s}))

    def check(self) -> None:
        """Raise what stopped the writing, in the thread that can act on it."""
        if self.failure is not None:
            raise self.failure

    def close(self) -> None:
        """Write everything that was handed over and end the thread; may be called twice."""
        self._items.put(None)
        self._thread.join()

    def _work(self) -> None:
        next_tick = 0.0
        while True:
            now = time.monotonic()
            if now >= next_tick:
                next_tick = now + TICK_S
                self._guarded(self._tick)
            due = min(next_tick, self._status_due) if self._changes or self._owed else next_tick
            try:
                item = self._items.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                self._guarded(self._write_status)
                continue
            if item is None:
                self._guarded(self._write_status)
                return
            self._guarded(self._take, *item)

    def _guarded(self, act: Any, *arguments: Any) -> None:
        try:
            act(*arguments)
        except Exception as error:  # kept for `check`: this thread must go on so that a later, smaller write may succeed
            self.failure = self.failure or error
            if isinstance(error, ValueError):  # an illegal move, which stays illegal
                self._owed.clear()

    def _take(self, kind: str, fields: dict[str, Any]) -> None:
        if kind == "event":
            append_event(self.run.events, fields)
        elif kind == "clock":
            self._clock(**fields)
        else:
            self._changes |= fields
            if URGENT & fields.keys() or time.monotonic() >= self._status_due:
                self._write_status()

    def _clock(self, since: float | None, learned_s: float) -> None:
        self._learned_s, self._training_since = learned_s, since

    def _tick(self) -> None:
        self._heartbeat += 1
        self._changes["heartbeat"] = self._heartbeat
        self._write_status()
        append_event(self.run.events, {"kind": "device", "time_s": round(self.time_s, 3), **sample_device(self._process)})
        self._history.keep()

    def _write_status(self) -> None:
        if self._changes:
            self._owe()
        self._status_due = time.monotonic() + STATUS_S
        while self._owed:
            self.run.update(**self._owed[0])
            self._owed.pop(0)

    def _owe(self) -> None:
        if self._learned_s is not None:
            self._changes["seconds"] = round(self._learned_s + (0.0 if self._training_since is None else time.monotonic() - self._training_since), 3)
        changes, self._changes = self._changes, {}
        if self._owed and "state" not in changes:
            self._owed[-1] |= changes
        else:
            self._owed.append(changes)
