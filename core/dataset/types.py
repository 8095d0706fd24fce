"""What the values of a column mean: guessed once at ingest, applied the same way at prediction."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import polars as pl

from core.dataset.ahead import in_order
from core.dataset.schema import Column, ColumnType
from core.dataset.values import (
    as_strings,
    find_time_format,
    is_missing,
    number_format,
    to_category,
    to_number,
    to_numbers,
    to_text,
    to_time,
)  # fmt: skip

__all__ = ["as_typed", "counts_rows", "guess_type", "guess_types", "lost_values", "number_share", "typed"]

NUMBER_SHARE = 0.99  # of the values must be numbers; the rest are reported as missing
UNIQUE_SHARE = 0.95  # more different values than this name the rows
UNIQUE_ROWS = 20  # fewer rows than this prove nothing about uniqueness
TEXT_WORDS = 5.0  # words a value, on average, from which a column is text
NAMED_TEXT_WORDS = 2.0  # enough when the column is called `review`, `comment`, …
FEW_VALUES = 50  # so few different values that repeat are categories however long they are
FEW_SHARE = 0.2
LONGEST_CATEGORY = 1000  # characters; what is longer was not chosen from a list
LEAST_DIGIT_DATE = 19_500_101  # smaller numbers are no dates such as 20261122
MANY_ROWS = 1000
SOME_VALUES = 1000
CELLS_AT_ONCE = 500_000
EXACT_WHOLE = 2.0**53  # float64 counts no further one by one

ID_NAME = re.compile(r"(^|[\s_.-])(id|ids|uuid|guid|rowid|index|idx|nr|key)$|编号$|序号$|学号$|工号$|单号$|证号$|id$", re.IGNORECASE)
ID_EXCEPT = re.compile(r"(paid|grid|bid|solid|valid|said|acid|fluid|covid|period|rapid|aid|kid|lid|mid|raid|void)$", re.IGNORECASE)
COUNTER_NAME = re.compile(r"year|month|week|day|hour|step|time|age|年|月|日|周", re.IGNORECASE)
TEXT_NAME = re.compile(
    r"(^|[\s_.-])(text|texts|review|reviews|comment|comments|description|title|headline|summary|question|answer|content|message|body|tweet|sentence|post|email|feedback|note|notes)"
    r"($|[\s_.-])|评论|内容|文本|标题|摘要|描述|问题|回答|正文|留言|评价内容",
    re.IGNORECASE,
)
LEADING_ZERO = r"^\s*0\d+\s*$"
CJK = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
CJK_CHARACTERS_A_WORD = 2


def guess_type(values: pl.Series) -> ColumnType:
    """Guess what a column of a file means, from its values and its name.

    Numbers stay numbers even when they are only 0 and 1; codes with leading zeros and yes/no are
    categories; sentences are text; what names each row is an identifier.

    Args:
        values: (rows,) text; its name is the column's.

    Example:
        >>> guess_type(pl.Series("age", ["22", "38", "?"])), guess_type(pl.Series("zip", ["01234", "01234"]))
        (<ColumnType.NUMBER: 'number'>, <ColumnType.CATEGORY: 'category'>)
    """
    return guess_types(values.to_frame())[values.name]


def guess_types(frame: pl.DataFrame) -> dict[str, ColumnType]:
    """`guess_type` for all columns; what is plainly numbers is found for many columns at once, the rest one by one.

    Args:
        frame: (rows, columns) text.
    """
    columns = frame.get_columns()  # a look-up by name costs more than a small column
    at_once = max(1, CELLS_AT_ONCE // max(1, len(frame)))
    pieces = [columns[start : start + at_once] for start in range(0, len(columns), at_once)]
    found = (_kinds(pieces[0]),) if len(pieces) == 1 else in_order(_kinds, pieces)
    return {name: kind for kinds in found for name, kind in kinds.items()}


def _kinds(columns: list[pl.Series]) -> dict[str, ColumnType]:
    """Types of columns of equal length, looked at as one long column: thousands of short ones cost one pass."""
    rows = len(columns[0])
    if not rows:
        return {values.name: ColumnType.EMPTY for values in columns}
    cells = pl.concat([values.alias("cell") for values in columns])
    numbers = cells.str.strip_chars().cast(pl.Float64, strict=False)
    unread = (numbers.is_null() | numbers.is_nan()).to_numpy()
    missing = np.zeros(len(cells), dtype=bool)
    missing[unread] = is_missing(cells.filter(pl.Series(unread))).to_numpy()  # no plain number says that there is none
    gone, plain = missing.reshape(-1, rows).sum(axis=1), np.asarray((~unread | missing).reshape(-1, rows).all(axis=1))
    zeros = np.asarray(cells.str.contains(LEADING_ZERO).fill_null(False).to_numpy().reshape(-1, rows).any(axis=1))
    hashes = np.sort(cells.hash().to_numpy().reshape(-1, rows)[plain], axis=1)
    different = np.zeros(len(columns), dtype=np.int64)
    different[plain] = (hashes[:, 1:] != hashes[:, :-1]).sum(axis=1) + 1
    table = numbers.to_numpy().reshape(-1, rows)
    return {
        values.name: ColumnType.EMPTY if gone[i] == rows
        else _kind_of_number(values, table[i], int(gone[i]), bool(zeros[i]), int(different[i])) if plain[i]
        else _kind_of_other(values, missing[i * rows : (i + 1) * rows])
        for i, values in enumerate(columns)
    }  # fmt: skip


def _kind_of_other(values: pl.Series, missing: np.ndarray) -> ColumnType:
    """The type of a column that holds something besides plain numbers."""
    present = values.filter(pl.Series(~missing)).str.strip_chars()
    some = present.gather_every(max(1, len(present) // SOME_VALUES))
    if number_share(some) >= 1 / 2:  # most columns of words need no second look
        form = number_format(present)
        if number_share(present, form) >= NUMBER_SHARE:
            zeros = bool(present.str.contains(LEADING_ZERO).any())
            return _kind_of_number(values, to_number(values, form).to_numpy(), int(missing.sum()), zeros, values.n_unique())
    return ColumnType.TIME if find_time_format(present) else _kind_of_words(present)


def number_share(present: pl.Series, form: str | None = None) -> float:
    """Share of the values that are numbers, infinities and NaN included."""
    beyond = present.cast(pl.Float64, strict=False).is_infinite().fill_null(False)
    form = number_format(present) if form is None else form
    return 1 - int((to_number(present, form).is_null() & ~beyond).sum()) / len(present)


def _kind_of_number(values: pl.Series, numbers: np.ndarray, missing: int, leading_zeros: bool, different: int) -> ColumnType:
    """The type of a column of numbers.

    Args:
        values: (rows,) its text.
        numbers: (rows,) its values, NaN where there is none.
        missing: rows without a value.
        leading_zeros: whether one of them begins with a needless zero.
        different: texts, null included.
    """
    present, distinct = len(values) - missing, different - (missing > 0)
    unique = distinct >= present >= UNIQUE_ROWS
    finite = numbers[np.isfinite(numbers)]
    if leading_zeros:
        return ColumnType.IDENTIFIER if unique else ColumnType.CATEGORY
    if not len(finite):
        return ColumnType.EMPTY
    whole = bool((finite == np.floor(finite)).all())
    if whole and is_id_name(values.name):
        return ColumnType.IDENTIFIER if distinct >= UNIQUE_SHARE * present else ColumnType.CATEGORY
    if whole and finite.min() >= LEAST_DIGIT_DATE and find_time_format(values.filter(~is_missing(values))):
        return ColumnType.TIME
    if whole and unique and (_counts_up(finite, values.name) or np.median(np.abs(finite)) >= EXACT_WHOLE):
        return ColumnType.IDENTIFIER
    return ColumnType.NUMBER


def is_id_name(name: str) -> bool:
    """Whether a column name says that its values name things: `PassengerId`, `row_id`, `编号`.

    Example:
        >>> is_id_name("PassengerId"), is_id_name("paid")
        (True, False)
    """
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).strip()
    return bool(ID_NAME.search(split)) and not ID_EXCEPT.search(split)


def counts_rows(values: pl.Series) -> bool:
    """Whether an identifier is only that because it counts up: it might be a measurement after all."""
    numbers = to_number(values)
    return not numbers.null_count() and not is_id_name(values.name) and _counts_up(numbers.to_numpy(), values.name)


def _counts_up(numbers: np.ndarray, name: str) -> bool:
    """Row numbers: each one more than the one before."""
    return not COUNTER_NAME.search(name) and bool((np.diff(numbers) == 1).all())


def _kind_of_words(present: pl.Series) -> ColumnType:
    distinct, rows = present.n_unique(), len(present)
    words = _mean_words(present)
    repeats = distinct <= FEW_VALUES and distinct <= FEW_SHARE * rows
    named = bool(TEXT_NAME.search(present.name))
    if (present.str.len_chars().max() or 0) > LONGEST_CATEGORY:  # type: ignore[operator]
        return ColumnType.TEXT
    if named and words >= NAMED_TEXT_WORDS and not (repeats and distinct > 1):
        return ColumnType.TEXT
    if repeats:
        return ColumnType.CATEGORY
    if words >= TEXT_WORDS or (named and words >= 1 and distinct > FEW_VALUES):
        return ColumnType.TEXT
    if rows >= UNIQUE_ROWS and distinct >= UNIQUE_SHARE * rows:
        return ColumnType.IDENTIFIER
    return ColumnType.CATEGORY


def _mean_words(values: pl.Series) -> float:
    """Words in the average value; Chinese, Japanese and Korean characters count half a word each."""
    spaced = values.str.count_matches(r"\S+")
    dense = values.str.count_matches(CJK)
    return float((spaced + dense / CJK_CHARACTERS_A_WORD).mean() or 0)  # type: ignore[arg-type]


def typed(values: pl.Series, kind: ColumnType, form: str = "") -> pl.Series:
    """One column of text as values of a type; what does not fit becomes null.

    Args:
        values: (rows,) text as in the file, or values already.
        kind: number → Float64, time → Datetime, all else → String.
        form: how a time or a number is written, `Column.format`.
    """
    match kind:
        case ColumnType.NUMBER:
            return to_number(values, form)
        case ColumnType.TIME:
            return to_time(values, form)
        case ColumnType.CATEGORY:
            return _by_distinct(values, to_category)
        case ColumnType.TEXT:
            return to_text(values)
        case _:
            return as_strings(values)


def _by_distinct(values: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """The same as `change(values)`, done once for each different value where values repeat."""
    if len(values) < MANY_ROWS or values.dtype != pl.String:
        return change(values)
    distinct = values.unique().alias("old")
    if len(distinct) > len(values) // 2:
        return change(values)
    changed = change(distinct).alias("new")
    if changed.equals(distinct.alias("new"), null_equal=True):
        return values
    pairs = pl.DataFrame([distinct, changed])
    return values.to_frame("old").join(pairs, on="old", how="left", nulls_equal=True, maintain_order="left")["new"].alias(values.name)


def as_typed(raw: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Turn a table of text into typed columns exactly as ingest did.

    Args:
        raw: (rows, any) text, or values already; columns that are not asked for are left out.
        columns: of the dataset; those that `raw` lacks are left out.

    Returns:
        (rows, those columns): Float64, Datetime or String; null where a cell is missing or unreadable.
        `lost_values` counts the latter.

    Example:
        >>> from core.dataset.schema import Column
        >>> as_typed(pl.DataFrame({"age": ["3", "x"]}), [Column(name="age", type="number")])["age"].to_list()
        [3.0, None]
    """
    there = {values.name: values for values in raw.get_columns()}  # a look-up in a frame costs more than a small column
    given = [c for c in columns if c.name in there]
    forms = {c.name: c.format for c in given if c.type is ColumnType.NUMBER}
    numbers = {values.name: values for values in to_numbers(raw.select(list(forms)), forms).get_columns()}
    return pl.DataFrame([numbers[c.name] if c.type is ColumnType.NUMBER else typed(there[c.name], c.type, c.format) for c in given])


def lost_values(raw: pl.DataFrame, table: pl.DataFrame) -> dict[str, int]:
    """How many cells of each column hold something that its type cannot read.

    Args:
        raw: the table of text.
        table: what `as_typed` made of it, same rows.

    Returns:
        Counts by column name; columns without losses are left out.

    Example:
        >>> raw = pl.DataFrame({"age": ["3", "x", "NA"]})
        >>> lost_values(raw, pl.DataFrame({"age": [3.0, None, None]}))
        {'age': 1}
    """
    cells, dtypes = dict(zip(raw.columns, raw.null_count().row(0), strict=True)), raw.schema
    lost = {}
    for name, gone in zip(table.columns, table.null_count().row(0), strict=True) if table.width else ():
        if gone == cells[name] or dtypes[name] != pl.String:
            continue
        if (count := int((table[name].is_null() & ~is_missing(raw[name])).sum())):
            lost[name] = count
    return lost
