"""Writes checkpoints in a thread of its own, so that the loop never waits for the disk."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from core.training.checkpoint import Checkpoint

__all__ = ["CheckpointWriter"]

INTERVAL_S = 5.0  # at least this long between two writes …
SHARE = 20  # … and at least this many times as long as a write takes, so that the disk is idle 95 % of the time


class CheckpointWriter:
    """Writes the newest checkpoint offered; one that holds something else than numbers never replaces a good one.

    Args:
        path: the run's `checkpoint.npz`.
        interval_s: least time between two writes in the course of things; default: INTERVAL_S.

    Attributes:
        failure: what went wrong in the last write; the training may go on without.
    """

    def __init__(self, path: Path, interval_s: float | None = None) -> None:
        self.path = path
        self.failure: BaseException | None = None
        self._interval_s = INTERVAL_S if interval_s is None else interval_s
        self._next = time.monotonic() + self._interval_s
        self._newest: Checkpoint | None = None
        self._writing = self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="checkpoint", daemon=True)
        self._thread.start()

    @property
    def is_due(self) -> bool:
        """True when it is time for the next one; before that, nobody need copy anything."""
        with self._changed:
            return not self._writing and self._newest is None and time.monotonic() >= self._next

    def offer(self, checkpoint: Checkpoint) -> None:
        """Hand over a checkpoint, to be written now; returns at once. An older one not yet written is forgotten."""
        with self._changed:
            self._newest = checkpoint
            self._changed.notify_all()

    def flush(self) -> None:
        """Wait until what was offered is on the disk, or failed to get there."""
        with self._changed:
            self._changed.wait_for(lambda: self._newest is None and not self._writing)

    def close(self) -> None:
        """Write what was offered last and end the thread; may be called twice."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while (checkpoint := self._taken()) is not None:
            start = time.monotonic()
            try:
                if checkpoint.is_finite:
                    checkpoint.save(self.path)
                self.failure = None
            except Exception as error:  # kept: a run on a full disk should end with a sentence, not with a dead thread
                self.failure = error
            end = time.monotonic()
            with self._changed:
                self._writing = False
                self._next = start + max(self._interval_s, SHARE * (end - start))
                self._changed.notify_all()

    def _taken(self) -> Checkpoint | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._newest is not None)
            checkpoint, self._newest = self._newest, None
            self._writing = checkpoint is not None
            return checkpoint
