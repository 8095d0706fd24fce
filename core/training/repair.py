"""What a server that was killed left behind, put right when the next one starts.

Runs whose process has died are ended, and runs whose process lives are adopted, by the launcher's pump. Here are
the pieces that nobody works on: half-made folders, half-written files, folders that cannot be read. Nothing goes
in silence: each is named in the log, and what somebody may miss is put aside in `LIMELIGHT_HOME/aside`, not deleted.
What somebody was deleting when the server was killed is deleted now.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import re
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from core.errors import Damaged
from core.files import FOLDER_MODE, sweep
from core.runs.run import Run

__all__ = ["ASIDE", "repair"]

log = logging.getLogger("limelight")

ASIDE = "aside"
HALF_WRITTEN = re.compile(r"\.[0-9a-f]{12}(\.[a-z0-9]+)?")  # as core.files.write_atomic names them
FRESH_S = 60.0  # a page that measures how fast a model answers writes into the folder of a run that nobody holds


def repair(home: Path) -> list[str]:
    """Put right what nobody works on.

    Args:
        home: LIMELIGHT_HOME.

    Returns:
        One sentence for each thing that was found; each is also in the log.
    """
    found: list[str] = []
    for folder in sorted(home.glob("workspaces/*/*/.new-*")):
        found += _put_aside(home, folder)
    for folder in sorted(home.glob("workspaces/*/runs/[!.]*")):
        if folder.is_dir():
            found += [*_half_written(folder), *_unreadable(folder)]
    for sentence in found:
        log.warning("%s", sentence)
    deleted = [sentence for runs in sorted(home.glob("workspaces/*/runs")) for sentence in sweep(runs, ".gone-*")]  # logged there
    return found + deleted


def _put_aside(home: Path, folder: Path) -> list[str]:
    """Move a folder that was never finished out of the way; its builder holds a lock on it while it lives."""
    with _unless_locked(folder) as free:
        if not free:
            return []
        kept = home / ASIDE / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{folder.parent.name}-{secrets.token_hex(4)}"
        kept.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
        os.rename(folder, kept)
        return [f"Half-made folder {folder.relative_to(home)} was put aside as {kept.relative_to(home)}. Delete it when nobody misses anything."]


def _half_written(folder: Path) -> list[str]:
    """Remove what a killed writer left beside a file; the whole old file is in its place."""
    run = Run(folder)
    halves = [path for path in folder.iterdir() if HALF_WRITTEN.fullmatch(path.name) and path.is_file() and not _is_fresh(path)]
    if not halves or run.is_locked():
        return []
    sentences = []
    for path in halves:
        with contextlib.suppress(OSError):
            size = path.stat().st_size
            path.unlink()
            sentences.append(f"Run {run.id}: removed a half-written file of {size:,} bytes ({path.name}); the one before it is whole.")
    return sentences


def _is_fresh(path: Path) -> bool:
    """Whether somebody may be writing it at this moment; one that is gone meanwhile counts as such."""
    try:
        return abs(time.time() - path.stat().st_mtime) < FRESH_S
    except OSError:
        return True


def _unreadable(folder: Path) -> list[str]:
    """Name a run that cannot be read; it stays where it is, and hides only itself."""
    try:
        _ = Run(folder).status, Run(folder).spec
    except Damaged as error:
        return [f"Run {folder.name} in {folder.parent.parent.name} is left as it is: {error.message}"]
    return []


@contextlib.contextmanager
def _unless_locked(folder: Path) -> Iterator[bool]:
    """Whether nobody builds in a folder, held while one looks."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)
