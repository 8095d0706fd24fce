"""Tables that leave the house as CSV: readable in Excel, and harmless there.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` as a formula, and our cells hold text that
strangers uploaded (CWE-1236, "formula injection"). Such a cell gets a `'` in front, which the
spreadsheet hides. Numbers stay numbers.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["csv_bytes", "guarded"]

# as listed by OWASP ("CSV Injection"), with the full-width forms that East Asian spreadsheets accept
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """A table as CSV in UTF-8, with the mark (BOM) that makes Excel show every script.

    Args:
        frame: columns of numbers, text, times or booleans.

    Returns:
        The file's content, header first; text cells and column names are guarded, a missing value is empty.

    Example:
        >>> import polars as pl
        >>> csv_bytes(pl.DataFrame({"label": ["=1+1", "ok"], "x": [-1.5, 2.0]})).decode("utf-8-sig").split()
        ['label,x', "'=1+1,-1.5", 'ok,2.0']
    """
    safe = guarded(frame)
    buffer = io.BytesIO()
    safe.write_csv(buffer, include_bom=True)
    return buffer.getvalue()


def guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """The same table with a `'` before every text cell and column name that could run as a formula.

    Text that is a plain number (`-1` as the name of a class) is left alone: it cannot do anything.
    """
    import polars as pl

    text = frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
    cells = pl.col(pl.String)
    risky = cells.str.contains(_FORMULA) & ~cells.str.contains(_NUMBER)
    safe = text.with_columns(pl.when(risky).then(pl.lit("'") + cells).otherwise(cells).name.keep())
    names = pl.Series(frame.columns, dtype=pl.String)
    unsafe = names.str.contains(_FORMULA) & ~names.str.contains(_NUMBER)
    return safe.rename({name: f"'{name}" for name in names.filter(unsafe)})
