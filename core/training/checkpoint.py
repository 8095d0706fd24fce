"""Where a run stands, as one file that is always whole: enough to go on as if nothing had happened.

Weights, optimizer, random state, place in the epoch, the best weights so far and what the tap remembers
are one unit: they lie in one NumPy archive that is written beside its place, synced and renamed
(`core.files.write_atomic`), so a kill at any moment leaves the previous one. Each array carries its own
checksum in the archive; a file with flipped bytes is refused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import Damaged
from core.files import write_atomic
from core.language import N_
from core.training.progress import Progress
from core.training.trainer import Snapshot

__all__ = ["CHECKPOINT_FILE", "Checkpoint"]

CHECKPOINT_FILE = "checkpoint.npz"
VERSION = 2  # 1 held the best weights only and could not be gone on from
GROUPS = ("weights", "seeds", "optimizer", "metrics")  # of a snapshot


@dataclass(frozen=True)
class Checkpoint:
    """One moment of a training.

    Attributes:
        now: the trainer's state at this moment.
        best: weights of the best epoch so far, in the order of `model.get_weights()`; empty: no epoch was good.
        progress: what the tap remembers.
        seed: of the run.
        run: id of the run that wrote it; a run that continues another one begins with a copy of that one's.
        backend: engine that wrote it; another one goes on from it too, but rounds differently.
    """

    now: Snapshot
    best: tuple[np.ndarray, ...]
    progress: Progress
    seed: int
    run: str = ""
    backend: str = ""

    @property
    def steps(self) -> int:
        """Steps done, over all epochs."""
        return self.progress.step + (self.now.batch if self.now.epoch > self.progress.epoch else 0)

    @property
    def is_finite(self) -> bool:
        """Whether all that decides how learning goes on are numbers; otherwise it is worth nothing."""
        return all(bool(np.isfinite(array).all()) for array in (*self.now.weights, *self.now.optimizer, *self.now.metrics))

    def fits(self, other: Snapshot) -> bool:
        """Whether a network whose state looks like `other` can go on from here."""
        return all(_forms(getattr(self.now, group)) == _forms(getattr(other, group)) for group in GROUPS) and (
            not self.best or _forms(self.best) == _forms(other.weights)
        )

    def save(self, path: Path) -> None:
        """Write it all-or-nothing.

        Raises:
            DiskFull: the checkpoint that was there is untouched.
        """
        groups = {**{group: getattr(self.now, group) for group in GROUPS}, "best": self.best}
        facts = {
            "version": VERSION, "seed": self.seed, "run": self.run, "backend": self.backend, "epoch": self.now.epoch, "batch": self.now.batch,
            "progress": self.progress.to_json(), "counts": {name: len(arrays) for name, arrays in groups.items()},
        }  # fmt: skip
        arrays = {f"{name}_{index}": array for name, group in groups.items() for index, array in enumerate(group)}
        write_atomic(path, lambda beside: np.savez(beside, facts=np.array(json.dumps(facts)), **arrays))

    @classmethod
    def load(cls, path: Path) -> Checkpoint:
        """Read it back.

        Raises:
            Damaged: the file is missing, is not a checkpoint, or comes from another version.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                facts: dict[str, Any] = json.loads(str(archive["facts"]))
                if facts["version"] != VERSION:
                    raise ValueError(f"version {facts['version']}")
                groups = {name: tuple(archive[f"{name}_{index}"] for index in range(count)) for name, count in facts["counts"].items()}
            best = groups.pop("best")
            now = Snapshot(facts["epoch"], facts["batch"], **groups)
            return cls(now, best, Progress.from_json(facts["progress"]), facts["seed"], facts["run"], facts["backend"])
        except Exception as error:  # NumPy and zipfile have a dozen ways to say that bytes are wrong
            raise Damaged(N_("The checkpoint of run {name} cannot be read, so the training cannot go on from it. Train again.").format(name=path.parent.name)) from error


def _forms(arrays: Sequence[np.ndarray]) -> list[tuple[tuple[int, ...], str]]:
    return [(array.shape, array.dtype.str) for array in arrays]
