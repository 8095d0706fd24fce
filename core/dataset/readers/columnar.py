"""A Parquet file → the table that the same data would be as CSV.

Every value becomes the text that people write for it, without loss, so that all that follows (types, findings,
prediction) is the same whatever the format was. Batches pass through one by one; each is measured before it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO

import polars as pl

from core.dataset.progress import Progress
from core.dataset.readers.blocks import BLOCK_BYTES
from core.dataset.readers.columnar_long import Untidy, batches_of, check_cells, read_long
from core.dataset.readers.parquet_footer import declared
from core.dataset.readers.source import Source
from core.dataset.readers.spool import Spool
from core.dataset.readers.table import RawTable
from core.dataset.schema import Finding, Severity
from core.errors import BadFile, LimitExceeded
from core.language import N_
from core.settings import MIB, settings

__all__ = ["left_out_nested", "read_parquet"]

SHOWN = 5
JOINT = "|"  # between the items of a list


def read_parquet(source: Source, progress: Progress) -> RawTable:
    """Read a Parquet file.

    Raises:
        BadFile: it is damaged, or holds no column of single values or no rows.
        LimitExceeded: it has more rows or columns, a larger cell, or more text than a limit of `core.settings` allows.

    Example:
        >>> file = BytesIO()
        >>> pl.DataFrame({"age": [31.0, None], "member": [True, False]}).write_parquet(file)
        >>> read_parquet(Source.of(file.getvalue(), "people.parquet"), Progress()).frame.rows()
        [('31', 'true'), (None, 'false')]
    """
    _check_declared(source)
    with _damage_is_a_bad_file(source.name), Spool(source.name) as spool:
        lazy = pl.scan_parquet(BytesIO(source.content) if isinstance(source.content, bytes) else source.content, glob=False)
        schema = lazy.collect_schema()
        texts = {name: _as_text(pl.nth(i).alias(str(i)), kind, lazy) for i, (name, kind) in enumerate(schema.items())}  # a name may look like a pattern
        cells = {name: text for name, text in texts.items() if text is not None}
        if not cells:
            raise BadFile(N_("{name} has no column of single values, only nested or binary ones. Write the values to columns of their own and upload it again.").format(name=source.name))
        total = int(lazy.select(pl.len()).collect().item())
        if not total:
            raise BadFile(N_("{name} has columns ({cells}) but no rows. Upload a file that holds data.").format(name=source.name, cells=", ".join(n[:40] for n in list(cells)[:SHOWN])))
        spool.header(list(cells))
        done, long = 0, False
        notices = left_out_nested([name for name in schema if name not in cells])
        for batch in batches_of(lazy.select(list(cells.values())), len(cells)):
            check_cells(batch, spool, spool.size_bytes)
            spool.write(batch.write_csv(include_header=False).encode())
            done += len(batch)
            progress.step("Unpacking", done, total, done)
            if not long and spool.size_bytes > BLOCK_BYTES and len(cells) > 1:  # so many numbers need not become text and numbers again
                long = True
                with suppress(Untidy):
                    return read_long(lazy, cells, total, spool, progress, notices)
        return spool.table("parquet", progress, notices)


def left_out_nested(names: list[str]) -> tuple[Finding, ...]:
    """What is said of columns whose cells hold more than one value."""
    if not names:
        return ()
    shown = ", ".join(f"“{name[:40]}”" for name in names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
    which = "1 column was" if len(names) == 1 else f"{len(names):,} columns were"
    message = f"{which} left out, because their cells hold tables, records or bytes instead of single values: {shown}. Write what you need from them to columns of their own."
    return (Finding(code="nested_columns", severity=Severity.LOOK, message=message, column=names[0][:200], count=len(names), evidence={"columns": [n[:200] for n in names[:50]]}),)


@contextmanager
def _damage_is_a_bad_file(name: str) -> Iterator[None]:
    """Whatever the library raises about the content, its panics included, as one sentence."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, MemoryError, OverflowError, ValueError) as error:
        raise BadFile(N_("{name} is a Parquet file that is damaged or of a kind that cannot be read. Write it again, or upload the table as CSV.").format(name=name)) from error


def _check_declared(source: Source) -> None:
    """Refuse by the footer alone what is too large, before anything is unpacked."""
    footer = declared(source)
    limits = settings()
    for count, limit, setting, what in (
        (footer.columns, limits.max_columns, "max_columns", "columns"),
        (footer.rows, limits.max_rows, "max_rows", "rows"),
    ):
        if count > limit:
            raise LimitExceeded(N_("The table has {count} {what}; at most {limit} are read. Leave some out, or raise {variable}.").format(count=f"{count:,}", what=what, limit=f"{limit:,}", variable=limits.variable(setting)))
    if footer.unpacked_bytes > limits.max_inflated_bytes:
        raise LimitExceeded(
            N_("Unpacked, {name} would be larger than {max_inflated_bytes} MB. Upload a part of it, or raise {variable}.").format(name=source.name, max_inflated_bytes=f"{limits.max_inflated_bytes / MIB:,.3g}", variable=limits.variable("max_inflated_bytes"))
        )


def _as_text(column: pl.Expr, kind: pl.DataType, lazy: pl.LazyFrame) -> pl.Expr | None:
    """A column as the text of its cells, or None where they are no single values."""
    if kind == pl.Binary:
        return column.cast(pl.String, strict=False) if _is_text(lazy.select(column)) else None
    if isinstance(kind, pl.List | pl.Array):
        inner = _plain(kind.inner) if isinstance(kind.inner, pl.DataType) else None
        items = column if isinstance(kind, pl.List) else column.arr.to_list()
        return None if inner is None else items.list.eval(inner(pl.element())).list.join(JOINT, ignore_nulls=True)
    plain = _plain(kind)
    return None if plain is None else plain(column)


def _plain(kind: pl.DataType) -> Callable[[pl.Expr], pl.Expr] | None:
    """How a value of this type is written; None where it is no single value."""
    if kind.is_float():
        return lambda cell: cell.fill_nan(None).cast(pl.String).str.replace(r"\.0$", "")
    if isinstance(kind, pl.Datetime):
        form = "%Y-%m-%d %H:%M:%S%.f" + ("%:z" if kind.time_zone else "")
        return lambda cell: cell.dt.strftime(form)
    if kind == pl.Duration:
        return lambda cell: (cell.dt.total_microseconds() / 1_000_000).cast(pl.String).str.replace(r"\.0$", "")
    if kind.is_nested() or kind in (pl.Binary, pl.Object):
        return None
    return lambda cell: cell.cast(pl.String)


def _is_text(lazy: pl.LazyFrame) -> bool:
    """Whether bytes are text after all, as old writers of Parquet left it unsaid."""
    try:
        lazy.head(1000).collect().to_series().cast(pl.String)
    except pl.exceptions.PolarsError:
        return False
    return True
