"""Quotas: how much of a shared machine one workspace, and all of them together, may use.

Measuring reads every run and counts every file, so it takes long where much is stored. It is therefore apart from
comparing: whoever holds the queue for all others measures before and only compares while they wait. The run folders
alone are counted once more then, which is quick: or two who measured together would both take the last place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import Damaged, QuotaExceeded
from core.files import folder_bytes
from core.language import N_
from core.runs.run import Run
from core.settings import MIB, Settings, settings

__all__ = ["Usage", "Used"]

RUNS = "runs/[!.]*"  # under a workspace


@dataclass(frozen=True)
class Used:
    """What is used.

    Attributes:
        size_bytes: of all files.
        runs: that can be read.
        training_s: that they took, seconds; of a run that continues another one, what it added.
        unread: runs that cannot be read.
    """

    size_bytes: int
    runs: int
    training_s: float
    unread: int = 0

    @classmethod
    def of(cls, workspace: Path) -> Used:
        """Measure the folder of one workspace; what cannot be read counts only as bytes."""
        seconds, unread = [], 0
        for folder in workspace.glob(RUNS):
            try:
                run = Run(folder)
                status = run.status
                seconds += [max(0.0, status.seconds - status.seconds_before)] if run.spec else []
            except Damaged:
                unread += folder.is_dir()  # else it was deleted just now
        return cls(folder_bytes(workspace), len(seconds), sum(seconds), unread)

    @classmethod
    def together(cls, parts: Sequence[Used]) -> Used:
        """What several workspaces use."""
        return cls(sum(part.size_bytes for part in parts), sum(part.runs for part in parts), sum(part.training_s for part in parts), sum(part.unread for part in parts))

    def recounted(self, root: Path, pattern: str) -> Used:
        """The same with the runs whose folders are there now."""
        return replace(self, runs=max(0, sum(1 for _ in root.glob(pattern)) - self.unread))


@dataclass(frozen=True)
class Usage:
    """What a workspace uses, and the whole server where it is shared.

    Example:
        >>> Usage(Used(0, 3, 0.0), None, Settings(workspace_runs=3)).check(new_runs=1)
        Traceback (most recent call last):
        core.errors.QuotaExceeded: This workspace may use 3 runs, and this would make it 4. Delete something you no longer need, or raise LIMELIGHT_WORKSPACE_RUNS.
    """

    workspace: Used
    server: Used | None
    limits: Settings

    @classmethod
    def of(cls, workspace: Path, limits: Settings | None = None) -> Usage:
        """Measure.

        Args:
            workspace: its folder, beside those of all others.
            limits: default: those of the environment.
        """
        chosen, server = limits or settings(), None
        if chosen.shared:
            server = Used.together([Used.of(folder) for folder in workspace.parent.glob("[!.]*") if folder.is_dir()])
        return cls(Used.of(workspace), server, chosen)

    def recounted(self, workspace: Path) -> Usage:
        """The same with the runs counted anew: for who measured before the queue was held, and holds it now.

        Args:
            workspace: the folder that was measured.
        """
        server = self.server and self.server.recounted(workspace.parent, f"[!.]*/{RUNS}")
        return replace(self, workspace=self.workspace.recounted(workspace, RUNS), server=server)

    def check(self, *, new_bytes: int = 0, new_runs: int = 0) -> None:
        """Refuse what would pass a quota.

        Raises:
            QuotaExceeded: names the quota, what is used, and what to do.
        """
        for who, used, scope in (("This workspace", self.workspace, "workspace"), ("This server", self.server, "server")):
            if used is not None:
                _compare(who, used, new_bytes, new_runs, self.limits, scope)


def _compare(who: str, used: Used, new_bytes: int, new_runs: int, limits: Settings, scope: str) -> None:
    for value, name, unit, scale in (
        (used.size_bytes + new_bytes, f"{scope}_bytes", "MB of disk", MIB),
        (used.runs + new_runs, f"{scope}_runs", "runs", 1),
        (used.training_s, f"{scope}_training_s", "seconds of training", 1),
    ):
        allowed = getattr(limits, name)
        if allowed and value > allowed:
            raise QuotaExceeded(
                N_("{who} may use {allowed} {unit}, and this would make it {value}. Delete something you no longer need, or raise {variable}.").format(who=who, allowed=f"{allowed // scale:,}", unit=unit, value=f"{int(value) // scale:,}", variable=limits.variable(name))
            )
