"""A zip, read member by member and never unpacked: no name in it ever becomes a path.

Every member is judged before it is opened (place, size, ratio, password) and read with a bound, so that one
that lies about its size costs no more than it declared. What is not read is listed with the reason.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from core.dataset.readers.directory import Entry, entries
from core.dataset.readers.east_asian import guess_east_asian
from core.dataset.readers.layout import Place, places
from core.dataset.readers.source import Source
from core.dataset.readers.unpack import Packed, ReadAt, read_at, unpack
from core.dataset.values import tidy_name
from core.errors import BadFile, LimitExceeded
from core.language import N_
from core.settings import MIB, settings

__all__ = ["Archive", "Member", "open_archive"]

JUNK_FOLDERS = frozenset({"__macosx", ".git", "__pycache__", ".ipynb_checkpoints"})
JUNK_FILES = frozenset({"thumbs.db", "desktop.ini", ".ds_store", "ehthumbs.db"})
OTHER_ENDINGS = frozenset((
    "txt", "csv", "tsv", "json", "jsonl", "xml", "html", "htm", "md", "py", "pyc", "ipynb",
    "pkl", "pickle", "npy", "npz", "h5", "hdf5", "keras", "onnx", "pt", "pth", "yaml", "yml",
    "toml", "ini", "cfg", "log", "exe", "dll", "so", "sh", "bat", "zip", "rar", "7z",
    "gz", "tar", "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "parquet", "db", "sqlite",
    "mat", "mp3", "mp4", "avi", "mov", "wav", "license",
))  # fmt: skip
TEXT_ENDINGS = frozenset({"txt", "text", "md"})
UNSAFE_NAME = "a name that leads out of the zip"
UNSAFE = re.compile(r"(^|/)\.\.(/|$)|^/|^[A-Za-z]:|^~")
TABLE_ENDINGS = frozenset({"csv", "tsv", "jsonl", "ndjson", "xlsx", "parquet"})
LABEL_CHARACTERS = 120
NAME_CHARACTERS = 200
FARTHEST = 1 << 62  # no member begins beyond
RATIO_FLOOR_BYTES = 64 * 1024  # a small member may shrink as far as it likes


class Member(NamedTuple):
    """A file in a zip. A tuple: a zip may have 200,000 of them.

    Attributes:
        packed: where it lies and how large it is.
        folders: the names of the folders around it, outermost first; tidied, for labels only.
        name: its own name, for display only.
    """

    packed: Packed
    folders: tuple[str, ...]
    name: str

    @property
    def shown(self) -> str:
        """Where it lies, as text."""
        return "/".join((*self.folders, self.name))[-NAME_CHARACTERS:]

    @property
    def ending(self) -> str:
        """What follows the last dot of its name, in lower case; a hint, never believed."""
        return self.name.rpartition(".")[2].lower()


class Archive:
    """An open zip, its possible pictures, and why the other members are left aside.

    Attributes:
        members: what may be a picture.
        documents: what surely is none and may be read: texts, tables and the rest.
        others: how many members are surely no pictures.
        refused: (name, reason) of members that are not read although they might be wanted.
        inflated_bytes: read so far.
    """

    def __init__(self, found: Sequence[Entry], read: ReadAt) -> None:
        self.members: list[Member] = []
        self.documents: list[Member] = []
        self.refused: list[tuple[str, str]] = []
        self.others = 0
        self.inflated_bytes = 0
        self._read = read
        self._folders: dict[str, _Folder] = {}  # a zip has many members in few folders
        self._filled: set[str] = set()
        self._named: dict[str, None] = {}
        _check_total(found)
        for entry, name in zip(found, _names(found), strict=True):
            self._sort(entry, name)

    def _sort(self, entry: Entry, name: str) -> None:
        name = name.replace("\\", "/")
        last = name[name.rfind("/") + 1 :]
        above = name[: len(name) - len(last)]
        if above not in self._folders:
            self._folders[above] = _Folder.of(above)
        folder = self._folders[above]
        last = last.strip() if last.isascii() and last.isprintable() and "  " not in last else tidy_name(last)
        if last:
            self._filled.add(above)
        elif folder.names and not folder.is_junk:
            self._named[above] = None
        if not last or folder.is_junk or last.lower() in JUNK_FILES or last.startswith("._"):
            return
        is_document = last[last.rfind(".") + 1 :].lower() in OTHER_ENDINGS
        self.others += is_document
        if reason := _refusal(entry) or folder.refusal or (UNSAFE_NAME if not above and UNSAFE.search(last) else ""):
            self.refused += [] if is_document else [(name[-NAME_CHARACTERS:], reason)]
        else:
            member = Member(entry.packed, folder.names, last[-NAME_CHARACTERS:])
            (self.documents if is_document else self.members).append(member)

    def read(self, member: Member) -> bytes:
        """The content of one member, never more than it declares or than the limit.

        Raises:
            BadFile: it is damaged, or inflates to something else than it declares.
            LimitExceeded: all members together inflate to more than `max_inflated_bytes`.
        """
        self.inflated_bytes += member.packed.unpacked
        if self.inflated_bytes > settings().max_inflated_bytes:
            raise LimitExceeded(_too_much())
        return unpack(self._read, member.packed)

    def placed(self) -> list[tuple[Place, Member]]:
        """Possible pictures with their class and their part of the split; see `readers.layout`."""
        return list(zip(places([member.folders for member in self.members]), self.members, strict=True))

    def labelled(self) -> list[tuple[str, Member]]:
        """Possible pictures with the name of their class; those in no class folder are left out."""
        return [(place.label, member) for place, member in self.placed() if place.label]

    @property
    def empty_folders(self) -> list[str]:
        """Names of the folders in it that hold nothing, not even a folder with something in it."""
        filled = {above[: at + 1] for above in self._filled for at, sign in enumerate(above) if sign == "/"}
        return [self._folders[above].names[-1] for above in self._named if above not in filled]

    @property
    def tables(self) -> list[str]:
        """Names of the tables in it."""
        return [member.name for member in self.documents if member.ending in TABLE_ENDINGS]


class _Folder(NamedTuple):
    """What is to be known of a folder in a zip: its names, as labels, and whether its members are read."""

    names: tuple[str, ...]
    is_junk: bool
    refusal: str

    @classmethod
    def of(cls, above: str) -> _Folder:
        """From the part of a name up to its last slash, that included."""
        tidied = [tidy_name(part) for part in above.split("/")[:-1]]
        limits = settings()
        refusal = UNSAFE_NAME if UNSAFE.search(above) else ""
        if len(tidied) > limits.max_zip_depth:
            refusal = refusal or f"more than {limits.max_zip_depth} folders deep ({limits.variable('max_zip_depth')})"
        names = tuple(folder[:LABEL_CHARACTERS] for folder in tidied if folder and folder != ".")
        return cls(names, any(folder.lower() in JUNK_FOLDERS for folder in tidied), refusal)


@contextmanager
def open_archive(source: Source) -> Iterator[Archive]:
    """Open a zip for reading.

    Raises:
        BadFile: it is damaged.
        LimitExceeded: it has too many members, or declares too much.
    """
    with source.open() as stream:
        content = source.content if isinstance(source.content, bytes) else stream
        try:
            found = entries(content, source.size_bytes)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
            raise BadFile(N_("{name} is a damaged zip file. Make it again and upload that file.").format(name=source.name)) from error
        yield Archive(found, read_at(content))


def _check_total(found: Sequence[Entry]) -> None:
    limit = settings().max_zip_entries
    if len(found) > limit:
        raise LimitExceeded(N_("The zip has {found} entries; at most {limit} are read. Upload fewer pictures, or raise {variable}.").format(found=f"{len(found):,}", limit=f"{limit:,}", variable=settings().variable("max_zip_entries")))
    if sum(entry.packed.unpacked for entry in found) > settings().max_inflated_bytes:
        raise LimitExceeded(_too_much())


def _too_much() -> str:
    limit = settings().max_inflated_bytes / MIB
    return N_("Unpacked, the zip would be larger than {limit} MB. Upload fewer or smaller pictures, or raise {variable}.").format(limit=f"{limit:,.0f}", variable=settings().variable("max_inflated_bytes"))


def _refusal(entry: Entry) -> str:
    """Why a member is not read, or ""."""
    limits, (offset, packed, unpacked, *_) = settings(), entry.packed
    if entry.has_password:
        return "protected by a password"
    if unpacked > limits.max_member_bytes or packed > limits.max_member_bytes:
        return f"larger than {limits.max_member_bytes // MIB} MB ({limits.variable('max_member_bytes')})"
    if unpacked > RATIO_FLOOR_BYTES and unpacked > limits.max_zip_ratio * packed:
        return f"packed more than {limits.max_zip_ratio} times smaller ({limits.variable('max_zip_ratio')})"
    return "" if 0 <= offset < FARTHEST else "damaged in the zip"


def _names(found: Sequence[Entry]) -> list[str]:
    """Names as they were meant: what the zip does not call UTF-8 may be that all the same, or GBK."""
    foreign = b"\n".join(entry.name for entry in found if isinstance(entry.name, bytes))
    encoding = "utf-8" if _is_utf8(foreign) else guess_east_asian(foreign) or "cp437"
    names = (entry.name if isinstance(entry.name, str) else entry.name.decode(encoding, errors="replace") for entry in found)
    return [name.replace("\0", "") for name in names]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
