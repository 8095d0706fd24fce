"""How the columns of a long table are written: what some rows show as plain numbers, or as moments in one form, as such; all else as text.

A later cell that does not fit is said (`NotAsGuessed`), and the file is read again with that column as text, so no cell is
ever lost to a wrong guess.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import polars as pl

from core.dataset.readers.delimited import decimal_points
from core.dataset.readers.sample import AS_FLOAT, DECIMALS, as_text
from core.dataset.schema import ColumnType
from core.dataset.types import guess_types
from core.dataset.values import find_time_format, is_missing

__all__ = ["NotAsGuessed", "Plan", "as_planned", "planned"]

TIMES_AGAIN = 3  # so often a file is read again for a column that is not what it seemed; then all is text
EXACT_WHOLE = 2.0**53
FIRST_VISIBLE, LAST_ASCII = "!", "\x7f"
BEYOND_BLANKS = "\u3001"  # behind the last of the characters that Unicode calls blank

Table = TypeVar("Table")


@dataclass(frozen=True)
class Plan:
    """How columns are written.

    Attributes:
        names: of all columns.
        numbers: form of the numbers, by column.
        commas: columns of numbers with a decimal comma.
        times: form of the moments, by column.
    """

    names: tuple[str, ...]
    numbers: dict[str, str] = field(default_factory=dict)
    commas: frozenset[str] = frozenset()
    times: dict[str, str] = field(default_factory=dict)

    def without(self, columns: frozenset[str]) -> Plan:
        """The same with these columns as plain text."""
        numbers, times = ({name: form for name, form in forms.items() if name not in columns} for forms in (self.numbers, self.times))
        return Plan(self.names, numbers, self.commas - columns, times)

    @property
    def forms(self) -> dict[str, str]:
        """Form of the numbers and moments, by column."""
        return {**self.numbers, **self.times}

    @property
    def in_file(self) -> dict[str, pl.DataType]:
        """Types as the text itself shows them."""
        return {name: pl.Float64() if name in self.numbers and name not in self.commas else pl.String() for name in self.names}

    @property
    def written(self) -> dict[str, pl.DataType]:
        """Types as they are written."""
        times = dict.fromkeys(self.times, pl.Datetime("us"))
        return {name: times.get(name) or (pl.Float64() if name in self.numbers else pl.String()) for name in self.names}

    def typed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Cells as they are written.

        Args:
            frame: (rows, columns) text, or numbers already.

        Raises:
            NotAsGuessed: a cell does not fit the plan.
        """
        frame = frame.with_columns(_null_where_blank(frame))
        if self.commas:
            frame = frame.with_columns(decimal_points(sorted(self.commas)))
        schema = frame.schema
        texts = [name for name in self.numbers if schema[name] == pl.String]
        numbers = frame.select(pl.col(texts).str.strip_chars().cast(pl.Float64, strict=False)) if texts else pl.DataFrame()
        times = {name: frame[name].str.strptime(pl.Datetime("us"), form, strict=False) for name, form in self.times.items() if schema[name] == pl.String}
        changed = {**{name: numbers[name] for name in texts}, **times}
        wrong = {name for name, values in changed.items() if values.null_count() > frame[name].null_count()}
        frame = frame.with_columns(values.alias(name) for name, values in changed.items())
        wrong |= _too_large(frame.select(sorted(self.numbers)))
        if wrong:
            raise NotAsGuessed(frozenset(wrong))
        return frame


class NotAsGuessed(Exception):
    """Columns that hold something else than the plan says."""

    def __init__(self, columns: frozenset[str]) -> None:
        super().__init__(", ".join(columns))
        self.columns = columns


def as_planned(plan: Plan, read: Callable[[Plan], Table]) -> Table:
    """Read a table, and again where a column is not what it seemed.

    Args:
        plan: to begin with.
        read: reads all of it; raises `NotAsGuessed`.
    """
    for again in range(TIMES_AGAIN + 1):
        try:
            return read(plan)
        except NotAsGuessed as error:
            plan = plan.without(error.columns if again < TIMES_AGAIN - 1 else frozenset(plan.names))
    raise AssertionError("text is always read")


def planned(shown: pl.DataFrame, names: list[str], commas: list[str]) -> Plan:
    """What some rows show.

    Args:
        shown: (rows, columns) text, null where a cell is empty, from as many places as possible.
        names: of the columns.
        commas: columns that have decimal commas there.
    """
    guesses = guess_types(shown)
    kinds = {kind: [name for name, other in guesses.items() if other is kind] for kind in (ColumnType.NUMBER, ColumnType.TIME)}
    numbers = {name: form for name in kinds[ColumnType.NUMBER] if (form := _number_form(shown[name].drop_nulls())) is not None}
    times = {name: form for name in kinds[ColumnType.TIME] if (form := _exact_form(shown[name].drop_nulls()))}
    return Plan(tuple(names), numbers, frozenset(commas), times)


def _number_form(values: pl.Series) -> str | None:
    """The form in which numbers give exactly this text again, or None."""
    numbers = values.cast(pl.Float64, strict=False)
    if numbers.null_count() or not numbers.is_finite().all() or (numbers.abs().max() or 0) >= EXACT_WHOLE:  # type: ignore[operator]
        return None
    point = values.filter(values.str.contains(".", literal=True)).head(1).to_list()
    forms = ["", AS_FLOAT, *(f"{DECIMALS}{len(text) - text.index('.') - 1}" for text in point)]
    return next((form for form in forms if as_text(numbers, form).equals(values)), None)


def _exact_form(values: pl.Series) -> str:
    """The form of moments that gives exactly this text again, or ""."""
    form = find_time_format(values.filter(~is_missing(values)))
    if not form.startswith("%") or "|" in form or "z" in form or "%.f" in form.removesuffix("%.f"):
        return ""
    written = form.removesuffix("%.f")
    try:
        again = values.str.strptime(pl.Datetime("us"), form, strict=False).dt.strftime(written)
    except pl.exceptions.PolarsError:
        return ""
    return form if (again == values).fill_null(False).all() else ""


def _null_where_blank(frame: pl.DataFrame) -> list[pl.Series]:
    """The columns of text in which a cell may be blank, null where it is; the first character alone clears most columns."""
    text = pl.col(pl.String)
    may_be = frame.select(((text < FIRST_VISIBLE) | ((text > LAST_ASCII) & (text < BEYOND_BLANKS))).any())
    columns = pl.DataFrame([frame[values.name] for values in may_be if values.item()])
    return columns.select(pl.when(pl.all().str.strip_chars() != "").then(pl.all())).get_columns()


def _too_large(numbers: pl.DataFrame) -> set[str]:
    """Columns with whole numbers that a float cannot hold."""
    if not numbers.width or not len(numbers):
        return set()
    largest = numbers.select(pl.all().abs().max()).row(0)
    return {name for name, value in zip(numbers.columns, largest, strict=True) if value is not None and value >= EXACT_WHOLE}
