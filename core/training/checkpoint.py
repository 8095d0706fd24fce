"""The best weights so far on the disk, as one file that is always whole.

Weights, optimizer, epoch and seed are one unit: they lie in one NumPy archive that is written beside its
place, synced and renamed (`core.files.write_atomic`), so a kill at any moment leaves the previous one.
Arrays are copied by the training loop; a thread of its own writes them, so the loop never waits.
"""

from __future__ import annotations

import json
import threading
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import Damaged
from core.files import write_atomic

__all__ = ["CHECKPOINT_FILE", "Checkpoint", "CheckpointWriter"]

CHECKPOINT_FILE = "checkpoint.npz"
INTERVAL_S = 5.0  # at least this long between two writes …
SHARE = 20  # … and at least this many times as long as a write takes, so that the disk is idle 95 % of the time


@dataclass(frozen=True)
class Checkpoint:
    """The state of learning at the end of an epoch.

    Attributes:
        epoch: epochs done, from 1.
        step: steps done, over all epochs.
        loss: what is watched at that epoch (validation loss).
        seed: of the run.
        weights: arrays in the order of `model.get_weights()`.
        optimizer: arrays in the order of `model.optimizer.variables`.
    """

    epoch: int
    step: int
    loss: float
    seed: int
    weights: tuple[np.ndarray, ...]
    optimizer: tuple[np.ndarray, ...]

    def save(self, path: Path) -> None:
        """Write it all-or-nothing.

        Raises:
            DiskFull: the checkpoint that was there is untouched.
        """
        facts = {"version": 1, "epoch": self.epoch, "step": self.step, "loss": self.loss, "seed": self.seed,
                 "weights": len(self.weights), "optimizer": len(self.optimizer)}  # fmt: skip
        arrays = {f"w{index}": array for index, array in enumerate(self.weights)}
        arrays |= {f"o{index}": array for index, array in enumerate(self.optimizer)}
        write_atomic(path, lambda beside: np.savez(beside, facts=np.array(json.dumps(facts)), **arrays))  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> Checkpoint:
        """Read it back.

        Raises:
            Damaged: the file is missing or is not a checkpoint.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                facts: dict[str, Any] = json.loads(str(archive["facts"]))
                weights = tuple(archive[f"w{index}"] for index in range(facts["weights"]))
                optimizer = tuple(archive[f"o{index}"] for index in range(facts["optimizer"]))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise Damaged(f"The checkpoint of run {path.parent.name} cannot be read. Train again.") from error
        return cls(facts["epoch"], facts["step"], facts["loss"], facts["seed"], weights, optimizer)


class CheckpointWriter:
    """Writes the newest checkpoint offered, at most every few seconds.

    Attributes:
        failure: what went wrong in the last write; the training may go on without.
    """

    def __init__(self, path: Path, interval_s: float = INTERVAL_S) -> None:
        self.path = path
        self.failure: BaseException | None = None
        self._interval_s = interval_s
        self._newest: Checkpoint | None = None
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="checkpoint", daemon=True)
        self._thread.start()

    def offer(self, checkpoint: Checkpoint) -> None:
        """Hand over a checkpoint; returns at once. An older one that was not yet written is forgotten."""
        with self._changed:
            self._newest = checkpoint
            self._changed.notify()

    def close(self, *, keep: bool) -> None:
        """End the thread.

        Args:
            keep: True writes what was offered last (the run is being interrupted); False drops it
                (the finished model replaces the checkpoint).
        """
        with self._changed:
            self._closing = True
            if not keep:
                self._newest = None
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        wait_s = self._interval_s
        while True:
            self._rest(wait_s)
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._newest is not None)
                checkpoint, self._newest = self._newest, None
                closing = self._closing
            if checkpoint is not None:
                wait_s = self._write(checkpoint)
            if closing:
                return

    def _rest(self, wait_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closing, timeout=wait_s)

    def _write(self, checkpoint: Checkpoint) -> float:
        """Write, and say how long to rest."""
        start = time.monotonic()
        try:
            checkpoint.save(self.path)
            self.failure = None
        except Exception as error:  # kept: a run on a full disk should end with a sentence, not with a dead thread
            self.failure = error
        return max(self._interval_s, SHARE * (time.monotonic() - start))
