"""Quotas: how much of a shared machine one workspace, and all of them together, may use.

Measuring reads every run and counts every file, so it takes long where much is stored. It is therefore apart from
comparing: whoever holds the queue for all others measures before and only compares while they wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import Damaged, QuotaExceeded
from core.files import folder_bytes
from core.language import N_
from core.runs.run import Run
from core.settings import MIB, Settings, settings

__all__ = ["Usage", "Used"]


@dataclass(frozen=True)
class Used:
    """What is used.

    Attributes:
        size_bytes: of all files.
        runs: that can be read.
        training_s: that they took, seconds.
    """

    size_bytes: int
    runs: int
    training_s: float

    @classmethod
    def of(cls, workspace: Path) -> Used:
        """Measure the folder of one workspace; what cannot be read counts only as bytes."""
        seconds = []
        for folder in (workspace / "runs").glob("[!.]*"):
            try:
                run = Run(folder)
                seconds += [run.status.seconds] if run.spec else []
            except Damaged:
                continue
        return cls(folder_bytes(workspace), len(seconds), sum(seconds))


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
            all_of_them = [Used.of(folder) for folder in workspace.parent.glob("[!.]*") if folder.is_dir()]
            server = Used(sum(used.size_bytes for used in all_of_them), sum(used.runs for used in all_of_them), sum(used.training_s for used in all_of_them))
        return cls(Used.of(workspace), server, chosen)

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
