"""Findings about time: an order that a random split would break, dates that can be read two ways or cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl

from core.dataset.drifts import chi_square_chance, chi_square_distance
from core.dataset.facts import Facts, look, quoted
from core.dataset.schema import Column, ColumnType, Finding
from core.language import N_, plural

__all__ = ["ambiguous_dates", "impossible_dates", "sentinel_dates", "time_order"]

PERIODS = 10
LEAST_ROWS = 100
IN_ORDER = 0.95  # of the rows are no earlier than the one before; by chance it is half of them
DRIFT_CHANCE = 1e-6
DRIFT_SHARE = 0.02  # of the variation of the answer goes with the period (the square of Cramér's V, or eta squared)
MOST_CLASSES = 50
BIRTH = re.compile(r"birth|(^|[\s_.-])(dob|born)($|[\s_.-])|出生|生日", re.IGNORECASE)
FIRST_DAY = datetime(1900, 1, 1)  # what spreadsheets make of a zero
CODES = (date(1899, 12, 30), date(1900, 1, 1), date(1970, 1, 1), date(2099, 12, 31), date(2999, 12, 31), date(9999, 12, 31))
CODE_ROWS = 3
APART_DAYS = 365
IMPOSSIBLE_SHARE = 0.05  # of the dates; where more are, they are meant


def time_order(facts: Facts) -> Iterator[Finding]:
    """The rows have an order in time, and a random split lets a model train on what came later."""
    if facts.split_by.kind == "time" or facts.rows < LEAST_ROWS:
        return
    for column in _times(facts):
        if BIRTH.search(column.name) or column.name == facts.target or column.distinct < PERIODS:
            continue
        when = facts.table[column.name]
        moments = when.drop_nulls().cast(pl.Int64).to_numpy()
        step = np.diff(moments)
        forward = float((step >= 0).mean() if (step > 0).any() else 0) if len(step) else 0.0
        share, chance = _drifts(facts, when)
        drifts = share >= DRIFT_SHARE and chance <= DRIFT_CHANCE
        if forward < IN_ORDER and not drifts:
            continue
        why = N_("{target} changes over {name}").format(target=quoted(facts.target), name=quoted(column.name)) if drifts else N_("The rows stand in the order of {name}").format(name=quoted(column.name))
        first, last = str(when.min())[:10], str(when.max())[:10]
        evidence = {"from": first, "to": last, "in_order": round(forward, 4), "drift": round(share, 4)}
        yield look("time_order", N_("{why_words} ({first} to {last}). A random split tests on days that lie between those of the training; if you want to predict the future, split by time.").format(why_words=why, first=first, last=last), column=column.name, evidence=evidence, repair=N_("Split by time"))


def _times(facts: Facts) -> list[Column]:
    return [column for column in facts.columns if column.type is ColumnType.TIME and column.distinct]


def _drifts(facts: Facts, when: pl.Series) -> tuple[float, float]:
    """How much of the answer goes with ten periods of equal size, and the chance of that where nothing changes."""
    there = when.is_not_null().to_numpy()
    rows = int(there.sum())
    if rows < LEAST_ROWS:
        return 0.0, 1.0
    period = (when.filter(pl.Series(there)).rank("min").to_numpy().astype(np.int64) - 1) * PERIODS // rows
    answer = facts.answer.filter(pl.Series(there))
    sizes = np.bincount(period, minlength=PERIODS)
    if not facts.task.is_classification:
        ranks = answer.rank("average").to_numpy()
        means = np.bincount(period, weights=ranks, minlength=PERIODS) / np.maximum(sizes, 1)
        total = float(((ranks - ranks.mean()) ** 2).sum())
        share = float((sizes * (means - ranks.mean()) ** 2).sum()) / total if total else 0.0
        return share, chi_square_chance((rows - 1) * share, int((sizes > 0).sum()) - 1)
    usual = {label: place for place, label in enumerate(list(facts.class_rows)[:MOST_CLASSES])}
    classes = answer.replace_strict(usual, default=len(usual), return_dtype=pl.Int64).to_numpy()
    table = np.bincount(period * (len(usual) + 1) + classes, minlength=PERIODS * (len(usual) + 1)).reshape(PERIODS, -1)
    found, freedom = chi_square_distance(table)
    least = min((table.sum(axis=1) > 0).sum(), (table.sum(axis=0) > 0).sum()) - 1
    return (float(found / rows / least) if least > 0 else 0.0), chi_square_chance(found, freedom)


def ambiguous_dates(facts: Facts) -> Iterator[Finding]:
    """Dates such as 03/04/2026, in which no value says whether the day or the month stands first."""
    for column in _times(facts):
        form = column.format
        if not form.startswith(("%m/%d", "%d/%m", "%m-%d", "%d-%m")):
            continue
        when = facts.table[column.name].drop_nulls()
        if int(when.dt.day().max() or 0) > 12 or int(when.dt.month().max() or 0) > 12 or (when.dt.day() == when.dt.month()).all():  # type: ignore[arg-type]
            continue
        place = int((facts.table[column.name].dt.day() != facts.table[column.name].dt.month()).fill_null(False).arg_max() or 0)
        cell, read = str(facts.raw[column.name][place])[:40], f"{facts.table[column.name][place]:%d %B %Y}".lstrip("0")
        first, other = ("month", "day") if form.startswith("%m") else ("day", "month")
        yield look("ambiguous_dates", N_("The dates of {name} can be read two ways: {cell} was read with the {first_words} first, as {read}. No date rules out that the {other_words} stands first.").format(name=quoted(column.name), cell=quoted(cell), first_words=first, read=read, other_words=other), column=column.name, count=len(when), evidence={"cell": cell, "read_as": read, "format": form}, repair=N_("Read the day first") if first == "month" else "")


def impossible_dates(facts: Facts) -> Iterator[Finding]:
    """Dates to come, and those that a spreadsheet makes of a zero."""
    tomorrow = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)  # it is tomorrow somewhere
    for column in _times(facts):
        when = facts.table[column.name]
        wrong = ((when > tomorrow) | (when <= FIRST_DAY)).fill_null(False) & ~when.dt.date().is_in(_codes(when)).fill_null(False)
        count = int(wrong.sum())
        if not 0 < count <= max(1, IMPOSSIBLE_SHARE * (facts.rows - column.missing)):
            continue
        shown = [str(moment)[:10] for moment in when.filter(wrong).unique().sort().head(3).to_list()]
        yield look("impossible_values", plural("{n} date of {name} lies in the future or at the beginning of the calendar ({shown}). Correct it.", "{n} dates of {name} lie in the future or at the beginning of the calendar ({shown}). Correct them.", count, name=quoted(column.name), shown=", ".join(shown)), column=column.name, rows=facts.file_rows(wrong.to_numpy()), count=count, evidence={"values": shown, "count": count})


def sentinel_dates(facts: Facts) -> Iterator[Finding]:
    """Dates that stand for "no date" or "for ever", such as 9999-12-31."""
    for column in _times(facts):
        when = facts.table[column.name]
        if not (codes := _codes(when)):
            continue
        there = when.dt.date().is_in(codes).fill_null(False)
        count, shown = int(there.sum()), " and ".join(str(code) for code in codes)
        evidence = {"values": [str(code) for code in codes], "rows": count, "share": round(count / facts.rows, 4)}
        yield look("sentinel_values", N_("{name} is {shown} in {rows_words}, more than a year from all other dates. That often stands for “no date”; empty these cells if it does.").format(name=quoted(column.name), shown=shown, rows_words=plural("{n} row", "{n} rows", count)), column=column.name, rows=facts.file_rows(there.to_numpy()), count=count, evidence=evidence)


def _codes(when: pl.Series) -> list[date]:
    """The days that are known as codes, stand in several rows and far from all others."""
    days = when.dt.date().drop_nulls()
    codes = [code for code in CODES if int((days == code).sum()) >= CODE_ROWS] if len(days) else []
    rest = days.filter(~days.is_in(codes)) if codes else days
    if not codes or not len(rest):
        return []
    first, last = rest.min(), rest.max()
    assert isinstance(first, date) and isinstance(last, date)
    return [code for code in codes if (first - code).days > APART_DAYS or (code - last).days > APART_DAYS]
