"""The two rules of the disk: writes are all-or-nothing, and no path is made of an unchecked name.

A reader always sees the old file or the new one, never a mixture (design law 4.2), and every path
that contains a name from outside goes through `resolve_inside`.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import logging
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from core.errors import Damaged, DiskFull, NotFound
from core.language import N_

__all__ = ["NO_SPACE", "disk_full_as", "folder_bytes", "locked_folder", "new_folder", "read_json", "remove_folder", "resolve_inside", "sweep", "write_atomic", "write_json"]

log = logging.getLogger("limelight")

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
HIDDEN = re.compile(r"\.(new|gone)-.+")  # folders that are being built, or removed
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FILE_MODE = 0o600
FOLDER_MODE = 0o700


def resolve_inside(root: Path, name: str) -> Path:
    """Turn a name from outside (a URL, an argument, a file) into a path under `root`.

    The only function that may do so. It is a rule, not a filter: lower-case letters, digits and
    dashes, at most 64, and the resolved path must lie directly in the resolved root.

    Args:
        root: folder that must contain the result.
        name: identifier to look up, matching `[a-z0-9][a-z0-9-]{0,63}`.

    Returns:
        The absolute path; it need not exist.

    Raises:
        NotFound: the name has another form, or is a link that leads out of `root`.

    Example:
        >>> resolve_inside(Path("/data"), "d-0f3a").name
        'd-0f3a'
    """
    if not NAME.fullmatch(name):
        raise NotFound(N_("{name} is not an identifier of ours. Copy one from the list of datasets or runs.").format(name=repr(name[:80])))
    base = root.resolve()
    path = (base / name).resolve()
    if path.parent != base:
        raise NotFound(N_("{name} is not in this workspace. Copy an identifier from the list of datasets or runs.").format(name=repr(name)))
    return path


def write_atomic(path: Path, write: Callable[[Path], object] | bytes | str) -> None:
    """Write a file beside its place, sync it, and rename it over the old one.

    Args:
        path: the file to create or replace; its folder must exist.
        write: the content, or a function that writes it to the path it is given (for libraries that
            want a file name). That path keeps the suffix of `path`.

    Raises:
        DiskFull: the disk has no room; the old file is untouched.
    """
    beside = path.with_name(f".{secrets.token_hex(6)}{path.suffix}")
    try:
        with disk_full_as(N_("There is no room on the disk to save {name}. Free some space and try again.").format(name=path.name)):
            if callable(write):
                write(beside)
            else:
                beside.write_bytes(write.encode() if isinstance(write, str) else write)
            beside.chmod(FILE_MODE)
            _sync(beside)
            os.replace(beside, path)
            _sync(path.parent)
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def disk_full_as(sentence: str) -> Iterator[None]:
    """Say in a sentence that there is no room: no free block or no place for one more file, on the disk or in a quota.

    Args:
        sentence: what could not be done, and what to do next.

    Raises:
        DiskFull: with that sentence. Other errors pass.
    """
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull(sentence) from error
        raise


def write_json(path: Path, value: Any) -> None:
    """Write a JSON document all-or-nothing; NaN and infinity are refused by `json`."""
    write_atomic(path, json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1))


def read_json(path: Path) -> Any:
    """Read a JSON document that we wrote.

    Raises:
        Damaged: the file is missing or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Damaged(N_("{name}/{name2} is missing or damaged. Delete this entry and make it again.").format(name=path.parent.name, name2=path.name)) from error


@contextlib.contextmanager
def new_folder(place: Path) -> Iterator[Path]:
    """Build a folder out of sight and move it to `place` only when everything in it is written.

    On any error, cancellation included, nothing remains. If `place` already exists when the work is
    done (another process made the same content), the one that is there stays.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as root:
        ...     with new_folder(Path(root) / "d-1") as folder:
        ...         _ = (folder / "a.txt").write_text("a")
        ...     sorted(p.name for p in Path(root).iterdir())
        ['d-1']
    """
    place.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    hidden, lock = locked_folder(place)
    try:
        with disk_full_as(N_("There is no room on the disk for this dataset. Free some space and try again.")):
            yield hidden
            with contextlib.suppress(OSError):  # the same content arrived first: keep it
                os.rename(hidden, place)
            if not place.is_dir():
                raise Damaged(N_("{name} could not be stored. Check that the disk is writable and try again.").format(name=place.name))
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
        os.close(lock)


def sweep(root: Path, pattern: str = ".*-*") -> list[str]:
    """Remove what a process that was killed in the middle of `new_folder` or `remove_folder` left under `root`.

    A folder that is being built is locked by its builder; the kernel frees the lock however the builder dies.

    Args:
        root: where to look, not below.
        pattern: `.new-*` for what was being built, `.gone-*` for what was being deleted; default: both.

    Returns:
        What was removed, one sentence each; also in the log.
    """
    said = []
    for hidden in sorted(root.glob(pattern)):
        if HIDDEN.fullmatch(hidden.name) and _swept(hidden):
            why = "its deletion had been cut short" if hidden.name.startswith(".gone-") else "whoever made it ended before it was whole"
            said.append(f"Removed {root.parent.name}/{root.name}/{hidden.name}: {why}.")
    for sentence in said:
        log.warning("%s", sentence)
    return said


def _swept(hidden: Path) -> bool:
    with contextlib.suppress(OSError):
        lock = os.open(hidden, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(hidden, ignore_errors=True)
            return not hidden.exists()
        finally:
            os.close(lock)
    return False


def remove_folder(folder: Path) -> None:
    """Delete a folder so that no reader meets half of it: rename it out of sight, then remove.

    Deleted in two tabs at once, it is gone for both.
    """
    hidden = folder.with_name(f".gone-{secrets.token_hex(6)}")
    try:
        os.rename(folder, hidden)
    except FileNotFoundError:
        return
    with contextlib.suppress(OSError):  # a sweep was quicker
        lock = os.open(hidden, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # or a sweep would report what goes in good order
            shutil.rmtree(hidden, ignore_errors=True)
        finally:
            os.close(lock)


def folder_bytes(folder: Path) -> int:
    """Bytes used by all files under a folder; files and folders that vanish meanwhile count as nothing."""
    total = 0
    for above, _, names in os.walk(folder):  # not rglob: it raises when a folder goes that it has just seen (Python 3.11)
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(above) / name).lstat().st_size
    return total


def locked_folder(place: Path) -> tuple[Path, int]:
    """A hidden folder beside `place`, and the open lock on it; `sweep` may take one in the instant before it is locked."""
    while True:
        hidden = place.with_name(f".new-{secrets.token_hex(6)}")
        hidden.mkdir(mode=FOLDER_MODE)
        with contextlib.suppress(FileNotFoundError):
            lock = os.open(hidden, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if hidden.is_dir():
                return hidden, lock
            os.close(lock)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
