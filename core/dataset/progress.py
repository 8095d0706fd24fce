"""How far a long piece of work has come, and whether it is still wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.errors import Cancelled
from core.language import N_

__all__ = ["Progress", "Step"]


@dataclass(frozen=True)
class Step:
    """Where the work stands.

    Attributes:
        stage: what is being done, in words for the page: "Reading", "Looking at the pictures", …
        done, total: bytes of the file, or pieces; total 0: not known.
        rows: rows or pictures so far.
    """

    stage: str
    done: int = 0
    total: int = 0
    rows: int = 0


@dataclass(frozen=True)
class Progress:
    """Told by whoever works, heard by whoever waits.

    Attributes:
        tell: called with each step; must be quick.
        wanted: False once the user cancelled.
    """

    tell: Callable[[Step], None] = lambda step: None
    wanted: Callable[[], bool] = lambda: True

    def step(self, stage: str, done: int = 0, total: int = 0, rows: int = 0) -> None:
        """Report, and stop here when nobody wants the result any more.

        Raises:
            Cancelled: the user cancelled.
        """
        if not self.wanted():
            raise Cancelled(N_("Cancelled. Nothing was kept."))
        self.tell(Step(stage, done, total, rows))
