"""What a Parquet file declares about itself, read from its footer without unpacking anything.

The footer is a Thrift structure in the compact protocol; only numbers and nesting are followed, and every step is
bounded, because the reader of the data believes what stands there and would reserve memory for it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Final

from core.dataset.readers.source import Source
from core.errors import BadFile, LimitExceeded
from core.language import N_
from core.settings import MIB

__all__ = ["Declared", "declared"]

MAGIC: Final = b"PAR1"
FOOTER_BYTES: Final = 64 * MIB
DEEPEST: Final = 20
# field numbers of FileMetaData, RowGroup, ColumnChunk and ColumnMetaData
SCHEMA, ROWS, ROW_GROUPS, CHUNKS, CHUNK_META, UNPACKED = 2, 3, 4, 1, 3, 6
TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
FIXED: Final = {BYTE: 1, DOUBLE: 8}


@dataclass(frozen=True)
class Declared:
    """The claims of a footer.

    Attributes:
        rows: of the table.
        columns: leaves of its schema, at most.
        unpacked_bytes: of all columns together.
    """

    rows: int
    columns: int
    unpacked_bytes: int


def declared(source: Source) -> Declared:
    """Read the footer of a Parquet file.

    Raises:
        BadFile: it is damaged, or cut off.
        LimitExceeded: the footer alone is larger than 64 MB.
    """
    damaged = BadFile(N_("{name} is a Parquet file that is damaged or cut off. Write it again and upload that file.").format(name=source.name))
    try:
        with source.open() as stream:
            end = stream.seek(-8, os.SEEK_END)
            tail = stream.read(8)
            length = int.from_bytes(tail[:4], "little")
            if tail[4:] != MAGIC or length > end - 4:
                raise damaged
            if length > FOOTER_BYTES:
                raise LimitExceeded(N_("The footer of {name} has {length} MB; at most {footer_bytes} MB are read. Write the table with fewer row groups.").format(name=source.name, length=f"{length / MIB:,.0f}", footer_bytes=f"{FOOTER_BYTES / MIB:,.0f}"))
            stream.seek(end - length)
            found = _Compact(stream.read(length)).struct()
    except (OSError, IndexError, ValueError) as error:
        raise damaged from error
    return _understood(found, damaged)


def _understood(found: dict[int, Any], damaged: BadFile) -> Declared:
    try:
        chunks = [chunk[CHUNK_META] for group in found[ROW_GROUPS] for chunk in group[CHUNKS]]
        sizes = [chunk[UNPACKED] for chunk in chunks]
        rows, schema = found[ROWS], found[SCHEMA]
        if rows < 0 or any(size < 0 for size in sizes):
            raise damaged
        return Declared(rows, len(schema), sum(sizes))
    except (KeyError, TypeError) as error:
        raise damaged from error


class _Compact:
    """A reader of Thrift's compact protocol: structures as {field: value}; texts are skipped."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        if depth > DEEPEST:
            raise ValueError("too deep")
        found: dict[int, Any] = {}
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self._zigzag()
            found[field] = self._value(head & 15, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (TRUE, FALSE):
            return kind == TRUE
        if kind in (I16, I32, I64):
            return self._zigzag()
        if kind in (BINARY, BYTE, DOUBLE):
            return self._skip(FIXED.get(kind) or self._varint())
        if kind in (LIST, SET):
            return self._list(depth)
        if kind == STRUCT:
            return self.struct(depth + 1)
        raise ValueError("unknown type")  # Parquet's footer has no maps

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        count, kind = (head >> 4, head & 15) if head >> 4 < 15 else (self._varint(), head & 15)
        if count > len(self.data) - self.at:  # each item takes a byte or more
            raise ValueError("longer than the footer")
        return [self._byte() == TRUE if kind in (TRUE, FALSE) else self._value(kind, depth + 1) for _ in range(count)]

    def _byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def _skip(self, count: int) -> None:  # texts say nothing about sizes
        if not count <= len(self.data) - self.at:
            raise ValueError("cut off")
        self.at += count

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise ValueError("no number")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
