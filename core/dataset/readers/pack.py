"""A folder of files, from the browser or from the disk, packed into one zip: everything after it knows only zips.

Names in a zip are text, so a name that leads out of the folder is made harmless, not refused: nothing is ever written
under it. The same files give the same bytes, and so the same dataset.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from core.errors import BadFile, LimitExceeded
from core.files import write_atomic
from core.language import N_
from core.settings import MIB, settings

__all__ = ["pack", "pack_folder"]

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
READABLE = 0o644 << 16


def pack(files: Iterable[tuple[str, bytes | bytearray | memoryview]], path: Path) -> None:
    """Write files into a zip, without compressing: pictures are compressed already.

    Args:
        files: (name with its folders, content); taken one after the other, so they need not fit in memory together.
        path: the zip to write; all or nothing.

    Raises:
        BadFile: there are no files.
        LimitExceeded: they are too many, or together larger than `max_file_bytes`.
        DiskFull: the disk has no room; nothing is left behind.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pack([("cat\\\\\\\\1.png", b"x"), ("../dog/2.png", b"y")], Path(folder) / "a.zip")
        ...     zipfile.ZipFile(Path(folder) / "a.zip").namelist()
        ['cat/1.png', 'dog/2.png']
    """
    write_atomic(path, lambda beside: _write(files, beside))


def pack_folder(folder: Path, path: Path) -> None:
    """Pack all files of a folder and of the folders in it, sorted by name.

    Hidden files and folders are left out, and links that lead out of the folder are not followed.

    Args:
        folder: an existing folder.
        path: the zip to write; all or nothing.

    Raises:
        BadFile: it is no folder, or there are no files in it.
        LimitExceeded: they are too many, or together larger than `max_file_bytes`.
        DiskFull: the disk has no room; nothing is left behind.
    """
    if not folder.is_dir():
        raise BadFile(N_("{name} is not a folder that can be read. Check the path and try again.").format(name=folder.name or folder))
    pack(_files_in(folder.resolve()), path)


def _write(files: Iterable[tuple[str, bytes | bytearray | memoryview]], path: Path) -> None:
    limits, taken, total = settings(), set[str](), 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files:
            total += memoryview(content).nbytes
            if len(taken) >= limits.max_zip_entries:
                raise LimitExceeded(N_("The folder has more than {max_zip_entries} files. Choose a smaller folder, or raise {variable}.").format(max_zip_entries=f"{limits.max_zip_entries:,}", variable=limits.variable("max_zip_entries")))
            if total > limits.max_file_bytes:
                raise LimitExceeded(N_("The folder has more than {max_file_bytes} MB. Choose a smaller folder, or raise {variable}.").format(max_file_bytes=f"{limits.max_file_bytes / MIB:,.0f}", variable=limits.variable("max_file_bytes")))
            entry = zipfile.ZipInfo(_free(_safe(name), taken), LONG_AGO)
            entry.external_attr = READABLE
            archive.writestr(entry, bytes(content))
        if not taken:
            raise BadFile(N_("The folder has no files in it. Choose a folder with pictures, texts or tables."))


def _safe(name: str) -> str:
    """A name that lies inside whatever it is put into: no drive, no leading slash, no `..`."""
    pieces = [piece.strip().lstrip("~") for piece in name.replace("\0", "").replace("\\", "/").split("/")]
    pieces = [piece for piece in pieces if piece not in ("", ".", "..") and not piece.endswith(":")]
    text = "/".join(pieces).encode("utf-8", "replace").decode()  # a name on the disk may be no Unicode
    return text[1:].lstrip(":/") if text[1:2] == ":" else text or "file"


def _free(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    unique, number = name, 2
    while unique in taken:
        unique = f"{stem} ({number}).{ending}" if dot and "/" not in ending else f"{name} ({number})"
        number += 1
    taken.add(unique)
    return unique


def _files_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    for above, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            path = Path(above, name)
            if name.startswith(".") or not path.is_file() or not path.resolve().is_relative_to(folder):
                continue
            try:
                if path.stat().st_size > settings().max_file_bytes:
                    raise LimitExceeded(N_("{name} has more than {max_file_bytes} MB. Take it out, or raise {variable}.").format(name=name[:80], max_file_bytes=f"{settings().max_file_bytes / MIB:,.0f}", variable=settings().variable("max_file_bytes")))
                yield path.relative_to(folder).as_posix(), path.read_bytes()
            except OSError as error:
                raise BadFile(N_("{name} in the folder cannot be read. Check that you may read it and try again.").format(name=name[:80])) from error
