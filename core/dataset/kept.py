"""A file that was read, kept in a folder: another process takes it up again in a moment, and nothing is parsed twice.

    read.json     everything that is small, with the kind of each thing
    NAME.npy      arrays; opened memory-mapped, so pictures cost no memory
    NAME.parquet  tables
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numpy as np
import polars as pl
from pydantic import TypeAdapter, ValidationError

from core import parquet
from core.dataset.readers.pictures import Pictures
from core.dataset.readers.read import Read
from core.dataset.readers.table import RawTable
from core.dataset.schema import ColumnType
from core.dataset.whole import Whole, linked
from core.errors import Damaged
from core.files import new_folder, read_json, write_json
from core.language import N_

__all__ = ["keep", "kept"]

AT_ONCE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class _Kept:
    """`Read`, with types that can be looked up while the program runs."""

    raw: RawTable
    pictures: Pictures | None = None
    guesses: Mapping[str, ColumnType] | None = None


def keep(folder: Path, read: Read) -> None:
    """Write a read file to a folder, all or nothing. The file of a large table moves there.

    Args:
        folder: must not exist yet; if it does, it stays as it is.
        read: from `core.dataset.readers.read.read`.

    Raises:
        DiskFull: there is no room; nothing is left behind.

    Example:
        >>> import tempfile
        >>> from core.dataset.readers.table import read_table
        >>> with tempfile.TemporaryDirectory() as root:
        ...     keep(Path(root) / "read", Read(read_table(b"a,b\\n1,x\\n")))
        ...     kept(Path(root) / "read").raw.frame.rows()
        [('1', 'x')]
    """
    with new_folder(folder) as hidden:
        write_json(hidden / "read.json", _written(hidden, "read", _Kept(**vars(read))))


def kept(folder: Path) -> Read:
    """Open what `keep` wrote.

    Args:
        folder: must stay as long as the result is used: its arrays are memory-mapped.

    Raises:
        Damaged: the folder is missing or broken.
    """
    broken = Damaged(N_("The file that was read before cannot be opened any more. Bring it again."))
    try:
        with parquet.damage_as(broken):
            return Read(**vars(_opened(folder, "read", read_json(folder / "read.json"), _Kept)))
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise broken from error


def _written(folder: Path, name: str, value: Any) -> dict[str, Any]:
    """Write one thing; returns what `read.json` says of it."""
    match value:
        case np.ndarray():
            _write_array(folder / f"{name}.npy", value)
            return {"kind": "array"}
        case pl.DataFrame():
            parquet.write(value, folder / f"{name}.parquet", compression="lz4")
            return {"kind": "table"}
        case Whole():
            linked(value.file, folder / f"{name}.parquet")
            return {"kind": "whole", "rows": value.rows, "forms": dict(value.forms), "gaps": list(value.gaps)}
        case _ if is_dataclass(value):
            hints = get_type_hints(type(value))
            return {"kind": "record", "fields": {f.name: _field(folder, f"{name}-{f.name}", getattr(value, f.name), hints[f.name]) for f in fields(value)}}
    raise TypeError(f"{name} is of a kind that cannot be kept: {type(value).__name__}.")


def _field(folder: Path, name: str, value: Any, hint: Any) -> dict[str, Any]:
    if isinstance(value, (np.ndarray, pl.DataFrame)) or (is_dataclass(value) and not isinstance(value, type)):
        return _written(folder, name, value)
    return {"kind": "value", "value": None if value is None else TypeAdapter(hint).dump_python(value, mode="json")}


def _opened(folder: Path, name: str, record: dict[str, Any], hint: Any) -> Any:
    match record["kind"]:
        case "array":
            return np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        case "table":
            return parquet.read(folder / f"{name}.parquet")
        case "whole":
            return Whole(folder / f"{name}.parquet", int(record["rows"]), record["forms"], tuple(record["gaps"]))
        case "value":
            return None if record["value"] is None else TypeAdapter(hint).validate_python(record["value"])
    kind = next(one for one in (hint, *get_args(hint)) if is_dataclass(one))
    hints = get_type_hints(kind)
    return kind(**{field: _opened(folder, f"{name}-{field}", item, hints[field]) for field, item in record["fields"].items()})  # type: ignore[operator]


def _write_array(path: Path, array: np.ndarray) -> None:
    """Piece by piece: the array may be a mapped file that is larger than memory."""
    if array.ndim == 0 or not array.size:
        np.save(path, array, allow_pickle=False)
        return
    target = np.lib.format.open_memmap(path, mode="w+", dtype=array.dtype, shape=array.shape)
    step = max(1, AT_ONCE_BYTES // max(1, array.nbytes // len(array)))
    for start in range(0, len(array), step):
        target[start : start + step] = array[start : start + step]
    target.flush()
