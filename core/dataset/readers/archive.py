"""A zip, read member by member and never unpacked: no name in it ever becomes a path.

Every member is judged before it is opened (place, size, ratio, password) and read with a bound, so that one
that lies about its size costs no more than it declared. What is not read is listed with the reason.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from lzma import LZMAError

from core.dataset.readers.encoding import guess_east_asian
from core.dataset.readers.source import Source
from core.dataset.values import tidy_name
from core.errors import BadFile, LimitExceeded
from core.settings import MIB, settings

__all__ = ["Archive", "Member", "open_archive"]

JUNK_FOLDERS = frozenset({"__macosx", ".git", "__pycache__", ".ipynb_checkpoints"})
JUNK_FILES = frozenset({"thumbs.db", "desktop.ini", ".ds_store", "ehthumbs.db"})
PARTS = frozenset({"train", "training", "val", "valid", "validation", "dev", "test", "testing", "训练集", "验证集", "测试集"})
OTHER_ENDINGS = frozenset((
    "txt", "csv", "tsv", "json", "jsonl", "xml", "html", "htm", "md", "py", "pyc", "ipynb",
    "pkl", "pickle", "npy", "npz", "h5", "hdf5", "keras", "onnx", "pt", "pth", "yaml", "yml",
    "toml", "ini", "cfg", "log", "exe", "dll", "so", "sh", "bat", "zip", "rar", "7z",
    "gz", "tar", "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "parquet", "db", "sqlite",
    "mat", "mp3", "mp4", "avi", "mov", "wav", "license",
))  # fmt: skip
UNSAFE = re.compile(r"(^|/)\.\.(/|$)|^/|^[A-Za-z]:|^~")
LABEL_CHARACTERS = 120
NAME_CHARACTERS = 200
UTF8_FLAG, PASSWORD_FLAG = 0x800, 0x1
RATIO_FLOOR_BYTES = 64 * 1024  # a small member may shrink as far as it likes


@dataclass(frozen=True)
class Member:
    """A file in a zip that may be a picture.

    Attributes:
        entry: its record in the zip.
        folders: the names of the folders around it, outermost first; tidied, for labels only.
        name: its own name, for display only.
    """

    entry: zipfile.ZipInfo
    folders: tuple[str, ...]
    name: str

    @property
    def shown(self) -> str:
        """Where it lies, as text."""
        return "/".join((*self.folders, self.name))[-NAME_CHARACTERS:]


class Archive:
    """An open zip, its possible pictures, and why the other members are left aside.

    Attributes:
        members: what may be a picture.
        refused: (name, reason) of members that are not read although they might be pictures.
        others: how many members are surely no pictures.
        tables: names of the tables in it, to explain a zip without pictures.
    """

    def __init__(self, file: zipfile.ZipFile) -> None:
        self.file = file
        self.members: list[Member] = []
        self.refused: list[tuple[str, str]] = []
        self.others = 0
        self.tables: list[str] = []
        self.inflated_bytes = 0
        entries = file.infolist()
        _check_total(entries)
        for entry, name in zip(entries, _names(entries), strict=True):
            self._sort(entry, name)

    def _sort(self, entry: zipfile.ZipInfo, name: str) -> None:
        *folders, last = (tidy_name(part) for part in name.replace("\\", "/").split("/"))
        if not last or last.lower() in JUNK_FILES or last.startswith("._") or any(f.lower() in JUNK_FOLDERS for f in folders):
            return
        ending = last.rpartition(".")[2].lower()
        if ending in OTHER_ENDINGS:
            self.others += 1
            self.tables += [last[:NAME_CHARACTERS]] if ending in ("csv", "tsv") else []
        elif reason := _refusal(entry, name, len(folders)):
            self.refused.append((name[-NAME_CHARACTERS:], reason))
        else:
            kept = tuple(f[:LABEL_CHARACTERS] for f in folders if f and f != ".")
            self.members.append(Member(entry, kept, last[:NAME_CHARACTERS]))

    def read(self, member: Member) -> bytes:
        """The content of one member, never more than it declares or than the limit.

        Raises:
            BadFile: it is damaged, or inflates to something else than it declares.
            LimitExceeded: all members together inflate to more than `max_inflated_bytes`.
        """
        try:
            with self.file.open(member.entry) as stream:
                data = stream.read(min(member.entry.file_size, settings().max_member_bytes) + 1)
        except (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
            raise BadFile("damaged in the zip") from error
        self.inflated_bytes += len(data)
        if self.inflated_bytes > settings().max_inflated_bytes:
            raise LimitExceeded(_too_much())
        return data

    def labelled(self) -> list[tuple[str, Member]]:
        """Members with the name of their class: the first folder inside what wraps them all.

        Folders named train, validation or test above the classes are no classes.
        """
        inside = [(list(member.folders), member) for member in self.members]
        while (wrapper := _wrapper([folders for folders, _ in inside])) is not None:
            inside = [(folders[1:] if folders[:1] == [wrapper] else folders, member) for folders, member in inside]
        if _are_parts([folders for folders, _ in inside]):
            inside = [(folders[1:] if folders and folders[0].lower() in PARTS else folders, member) for folders, member in inside]
        outside = [member for folders, member in inside if not folders]
        self.refused += [(member.shown, "not in a class folder") for member in outside]
        return [(folders[0], member) for folders, member in inside if folders]

    @property
    def has_parts(self) -> bool:
        """Whether folders named train, validation or test lie above the classes."""
        return any(folder.lower() in PARTS for member in self.members for folder in member.folders[:-1])


@contextmanager
def open_archive(source: Source) -> Iterator[Archive]:
    """Open a zip for reading.

    Raises:
        BadFile: it is damaged.
        LimitExceeded: it has too many members, or declares too much.
    """
    with source.open() as stream:
        try:
            file = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
            raise BadFile(f"{source.name} is a damaged zip file. Make it again and upload that file.") from error
        with file:
            yield Archive(file)


def _check_total(entries: list[zipfile.ZipInfo]) -> None:
    limit = settings().max_zip_entries
    if len(entries) > limit:
        raise LimitExceeded(f"The zip has {len(entries):,} entries; at most {limit:,} are read. Upload fewer pictures, or raise {settings().variable('max_zip_entries')}.")
    if sum(entry.file_size for entry in entries) > settings().max_inflated_bytes:
        raise LimitExceeded(_too_much())


def _too_much() -> str:
    limit = settings().max_inflated_bytes / MIB
    return f"Unpacked, the zip would be larger than {limit:,.0f} MB. Upload fewer or smaller pictures, or raise {settings().variable('max_inflated_bytes')}."


def _refusal(entry: zipfile.ZipInfo, name: str, depth: int) -> str:
    """Why a member is not read, or ""."""
    limits = settings()
    if UNSAFE.search(name.replace("\\", "/")):
        return "a name that leads out of the zip"
    if entry.flag_bits & PASSWORD_FLAG:
        return "protected by a password"
    if depth > limits.max_zip_depth:
        return f"more than {limits.max_zip_depth} folders deep ({limits.variable('max_zip_depth')})"
    if entry.file_size > limits.max_member_bytes:
        return f"larger than {limits.max_member_bytes // MIB} MB ({limits.variable('max_member_bytes')})"
    if entry.file_size > max(RATIO_FLOOR_BYTES, limits.max_zip_ratio * entry.compress_size):
        return f"packed more than {limits.max_zip_ratio} times smaller ({limits.variable('max_zip_ratio')})"
    return ""


def _names(entries: list[zipfile.ZipInfo]) -> list[str]:
    """Names as they were meant: without the UTF-8 flag they may be UTF-8 all the same, or GBK."""
    raw = [None if e.flag_bits & UTF8_FLAG else _bytes_of(e.orig_filename) for e in entries]
    foreign = b"\n".join(name for name in raw if name and not name.isascii())
    encoding = "utf-8" if _is_utf8(foreign) else guess_east_asian(foreign) or "cp437"
    return [
        (e.orig_filename if name is None else name.decode(encoding, errors="replace")).replace("\0", "")
        for e, name in zip(entries, raw, strict=True)
    ]


def _bytes_of(name: str) -> bytes | None:
    try:
        return name.encode("cp437")  # what `zipfile` reads a name without the flag as
    except UnicodeEncodeError:
        return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _wrapper(places: list[list[str]]) -> str | None:
    """The folder that holds all class folders, if there is one."""
    firsts = Counter(folders[0] for folders in places if folders)
    if len(firsts) != 1:
        return None
    deeper = sum(len(folders) > 1 for folders in places)
    return next(iter(firsts)) if 2 * deeper >= sum(bool(folders) for folders in places) else None


def _are_parts(places: list[list[str]]) -> bool:
    """Whether the outermost folders are named like parts of a split and hold the classes."""
    foldered = [folders for folders in places if folders]
    return bool(foldered) and all(f[0].lower() in PARTS for f in foldered) and any(len(f) > 1 for f in foldered)
