"""What must be remembered of a training, besides the network, to go on as if it had never been interrupted."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

__all__ = ["Progress"]


@dataclass(frozen=True)
class Progress:
    """How far a training is; plain numbers that survive JSON exactly.

    Attributes:
        epoch: epochs done.
        step: steps done, over all epochs.
        best_epoch, best_loss: the lowest watched loss and when it was; 0 and infinity: none yet.
        waits_since: patience counts the epochs after this one.
        learned_s: seconds of learning; no compiling (`core.training.driver`).
        epoch_s: seconds of it in the present epoch; `epoch_waited_s` more were spent waiting for a turn.
        durations: seconds of the recent epochs that were whole (not the first of a process), for the time left.
        notices: codes of what the guard rails have said.
        history: the last `epoch` events, as many as the guard rails look at.
        reason: why it ended (done, patience, stop); empty while it learns.
    """

    epoch: int = 0
    step: int = 0
    best_epoch: int = 0
    best_loss: float = math.inf
    waits_since: int = 0
    learned_s: float = 0.0
    epoch_s: float = 0.0
    epoch_waited_s: float = 0.0
    durations: tuple[float, ...] = ()
    notices: tuple[str, ...] = ()
    history: tuple[dict[str, Any], ...] = ()
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain data; nothing is copied."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Progress:
        """Read what `to_json` gave, after JSON made lists of its tuples.

        Raises:
            TypeError: it is something else.
        """
        if record.keys() != {field.name for field in fields(cls)}:
            raise TypeError("not a progress")
        values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}
        return cls(**values)
