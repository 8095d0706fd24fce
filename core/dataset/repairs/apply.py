"""Which repairs there are, and how a list of them is applied in its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import polars as pl

from core.dataset.repairs import dates, quantities, rows, spellings
from core.dataset.repairs.kinds import LeaveOut, RowRepair, ScaleRepair, ShareOut, TableNow, ValueRepair, refused
from core.dataset.schema import ColumnType, Repair, SplitBy
from core.dataset.types import guess_types
from core.dataset.values import find_time_format, is_missing
from core.language import N_

__all__ = ["REPAIRS", "ROW_REPAIRS", "VALUE_REPAIRS", "Repaired", "repair_table", "repair_values"]


def _of_type(kind: ColumnType, now: TableNow) -> list[str]:
    return [name for name, other in now.types.items() if other is kind and name != now.target]


def _constant(now: TableNow) -> list[str]:
    return [name for name in now.frame.columns if name != now.target and now.frame[name].n_unique() == 1]


REPAIRS: Final[Mapping[str, ValueRepair | RowRepair | LeaveOut | ShareOut | ScaleRepair]] = {
    "possible_leak": LeaveOut(),
    "high_cardinality": LeaveOut(),
    "identifier": LeaveOut(lambda now: _of_type(ColumnType.IDENTIFIER, now)),
    "empty_column": LeaveOut(lambda now: _of_type(ColumnType.EMPTY, now)),
    "constant_column": LeaveOut(_constant),
    "near_identical_labels": ValueRepair(spellings.decide_alike, spellings.one_spelling, without_column=True),
    "boolean_spellings": ValueRepair(spellings.decide_boolean, spellings.one_spelling, ColumnType.CATEGORY, without_column=True),
    "missing_spellings": ValueRepair(spellings.decide_missing, spellings.no_missing_spellings),
    "mixed_types": ValueRepair(quantities.decide_mixed, quantities.only_numbers, ColumnType.NUMBER),
    "numbers_as_text": ValueRepair(quantities.decide_style, quantities.plainly_written, ColumnType.NUMBER),
    "sentinel_values": ValueRepair(quantities.decide_sentinels, quantities.without_sentinels),
    "outliers": ValueRepair(quantities.decide_limits, quantities.limited),
    "impossible_values": ValueRepair(quantities.decide_possible, quantities.only_possible),
    "ambiguous_dates": ValueRepair(dates.decide_day_first, dates.day_first, ColumnType.TIME),
    "skewed_scale": ScaleRepair(quantities.decide_log),
    "duplicate_rows": RowRepair(rows.decide_columns, rows.later_copies),
    "conflicting_duplicates": RowRepair(rows.decide_columns, rows.conflicting),
    "leak_across_split": RowRepair(rows.decide_judged, rows.copies_of_judges),
    "time_order": ShareOut("time"),
    "repeated_group": ShareOut("group"),
}
VALUE_REPAIRS: Final = frozenset(code for code, kind in REPAIRS.items() if isinstance(kind, ValueRepair))
ROW_REPAIRS: Final = frozenset(code for code, kind in REPAIRS.items() if isinstance(kind, RowRepair))


@dataclass(frozen=True)
class Repaired:
    """A raw table after its repairs.

    Attributes:
        frame: (rows, columns) the same columns and rows; cells changed where a repair says so.
        removed: (rows,) booleans: rows that stay out of the dataset.
        types: types that a repair decided.
        left_out: columns that are no inputs any more.
        split: how a repair wants the rows shared out, or None.
        repairs: as given, each once, with the column and `decided` filled in.
    """

    frame: pl.DataFrame
    removed: np.ndarray
    types: Mapping[str, ColumnType] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    split: SplitBy | None = None
    repairs: tuple[Repair, ...] = ()


def repair_table(
    frame: pl.DataFrame, repairs: Sequence[Repair], target: str,
    types: Mapping[str, ColumnType] | None = None, copies: np.ndarray | None = None, given: str | None = None,
) -> Repaired:
    """Apply repairs in their order; the same repair a second time changes nothing.

    Args:
        frame: (rows, columns) raw: text, or numbers and moments where a file has types.
        repairs: with `decided` as the first application left it, or without.
        target: the column to predict.
        types: type of each column; default: guessed. Only repairs of rows look at it.
        copies: (rows,) equal values for rows with equal pictures.
        given: the column that names the part of each row; default: the one that holds nothing else.

    Raises:
        BadSettings: no repair has that code, or it does not fit the column.

    Example:
        >>> table = pl.DataFrame({"paid": ["Yes", "yes", "no", "yes"]})
        >>> done = repair_table(table, [Repair.parse("near_identical_labels")], "paid")
        >>> done.frame["paid"].to_list(), done.repairs[0].column
        (['yes', 'yes', 'no', 'yes'], 'paid')
    """
    done = Repaired(frame, np.zeros(len(frame), dtype=bool))
    known: dict[str, ColumnType] = dict(types or {})
    for repair in repairs:
        kind = REPAIRS.get(repair.code)
        if kind is None:
            raise refused(N_("There is no repair {code}. Repairs are: {REPAIRS}.").format(code=repr(repair.code[:60]), REPAIRS=", ".join(REPAIRS)))
        if not known and not isinstance(kind, ValueRepair | ScaleRepair):
            known = _guessed(frame)
        now = TableNow(done.frame, target, {**known, **done.types}, ~done.removed, copies, given)
        wanted = _placed(repair, kind, now)
        if not any((other.code, other.column) == (wanted.code, wanted.column) for other in done.repairs):
            done = _applied(done, wanted, kind, now)
    return done


def repair_values(frame: pl.DataFrame, repairs: Sequence[Repair]) -> pl.DataFrame:
    """Change the values of rows that came later, exactly as those of the dataset were.

    Each cell is changed from its own content alone, so a table may come in batches of any size.

    Args:
        frame: (rows, columns) raw text, or values already; columns that no repair names stay as they are.
        repairs: with `decided`; those that change no values, or whose column is not there, are passed over.

    Example:
        >>> limits = Repair(code="outliers", column="age", decided={"low": 18, "high": 90})
        >>> repair_values(pl.DataFrame({"age": ["17", "40"]}), [limits])["age"].to_list()
        ['18.0', '40']
    """
    there = set(frame.columns)
    for repair in repairs:
        kind = REPAIRS.get(repair.code)
        if isinstance(kind, ValueRepair) and repair.column in there and repair.decided:
            frame = frame.with_columns(_change(kind, frame[repair.column], repair))
    return frame


def _applied(done: Repaired, repair: Repair, kind: ValueRepair | RowRepair | LeaveOut | ShareOut | ScaleRepair, now: TableNow) -> Repaired:
    """What was done before and this repair."""
    column = repair.column or ""
    if isinstance(kind, ValueRepair):
        repair = repair if repair.decided else repair.model_copy(update={"decided": kind.decide(now.frame[column])})
        done = replace(
            done, frame=now.frame.with_columns(_change(kind, now.frame[column], repair)),
            types={**done.types, column: kind.type} if kind.type else done.types,
        )  # fmt: skip
    elif isinstance(kind, ScaleRepair):
        repair = repair if repair.decided else repair.model_copy(update={"decided": kind.decide(now.frame[column])})
        done = replace(done, types={**done.types, column: ColumnType.NUMBER})
    elif isinstance(kind, RowRepair):
        repair = repair if repair.decided else repair.model_copy(update={"decided": kind.decide(now)})
        done = replace(done, removed=done.removed | kind.rows(now, repair.decided))
    elif isinstance(kind, LeaveOut):
        out = [column] if column else repair.decided.get("columns") or (kind.find(now) if kind.find else [])
        repair = repair.model_copy(update={"decided": {"columns": out}})
        done = replace(done, left_out=done.left_out | set(out))
    else:
        done = replace(
            done, split=SplitBy(kind=kind.kind, column=column),
            types={**done.types, column: ColumnType.TIME} if kind.kind == "time" else done.types,
        )  # fmt: skip
    return replace(done, repairs=(*done.repairs, repair))


def _change(kind: ValueRepair, values: pl.Series, repair: Repair) -> pl.Series:
    try:
        return kind.change(values, repair.decided)
    except (KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:  # `decided` was written by somebody else
        raise refused(N_("What the repair {code} decided for “{name}” cannot be used. Apply it to the file again.").format(code=repair.code, name=values.name[:60])) from error


def _placed(repair: Repair, kind: ValueRepair | RowRepair | LeaveOut | ShareOut | ScaleRepair, now: TableNow) -> Repair:
    """The repair with its column, checked; where none was given, the one that is meant."""
    column = repair.column
    if column is None and isinstance(kind, ValueRepair) and kind.without_column:
        column = now.target
    if column is None and isinstance(kind, ShareOut) and kind.kind == "time":
        column = _only_time(now)
    if column is None and not isinstance(kind, RowRepair) and not (isinstance(kind, LeaveOut) and kind.find):
        raise refused(N_("The repair {code} needs a column: write {code}:COLUMN. The columns are: {now}.").format(code=repair.code, now=_listed(now)))
    if column is not None and column not in now.frame.columns:
        raise refused(N_("There is no column {column} to repair. The columns are: {now}.").format(column=repr(column[:80]), now=_listed(now)))
    if column == now.target and isinstance(kind, LeaveOut | ShareOut | ScaleRepair):
        raise refused(N_("“{target}” is what is predicted, so the repair {code} does not fit it. Choose another column or another target.").format(target=now.target[:60], code=repair.code))
    if isinstance(kind, ShareOut) and kind.kind == "time" and column is not None and not _is_time(now.frame[column]):
        raise refused(N_("“{column}” holds no dates in one form that can be read, so the rows cannot be put in order by it. Choose a column of dates.").format(column=column[:60]))
    return repair.model_copy(update={"column": column})


def _only_time(now: TableNow) -> str:
    times = [name for name in now.frame.columns if now.types.get(name) is ColumnType.TIME]
    if len(times) != 1:
        raise refused(N_("The repair time_order needs a column: write time_order:COLUMN. Columns of dates are: {times}.").format(times=", ".join(times[:10]) or "none"))
    return times[0]


def _is_time(values: pl.Series) -> bool:
    return values.dtype.is_temporal() or (values.dtype == pl.String and bool(find_time_format(values.filter(~is_missing(values)))))


def _guessed(frame: pl.DataFrame) -> dict[str, ColumnType]:
    """The type of each column; what the file brings typed is taken as it is."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    guesses = guess_types(frame.select(texts)) if texts else {}
    return {name: guesses.get(name) or (ColumnType.TIME if kind.is_temporal() else ColumnType.NUMBER) for name, kind in frame.schema.items()}


def _listed(now: TableNow) -> str:
    return ", ".join(name[:40] for name in now.frame.columns[:20])
