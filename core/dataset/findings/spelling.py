"""Findings about how values are written: numbers with words among them, currencies, and all the ways to say "no value"."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from core.dataset.facts import SHOWN, Facts, brief, look, note, quoted
from core.dataset.numbers import COMMA, number_style, to_number
from core.dataset.repairs.quantities import sentinels
from core.dataset.repairs.spellings import MISSING, folded
from core.dataset.schema import Column, ColumnType, Finding
from core.dataset.values import is_missing
from core.language import N_, plural

__all__ = ["missing_spellings", "mixed_types", "numbers_as_text", "sentinel_values"]

MIXED_SHARE = 0.9  # of the values are numbers; where fewer are, words are no slip
DIFFERENT_NUMBERS = 10  # with fewer it is a scale with a word at its end, such as 1, 2, 3+
CODE_ROWS = 3
GLANCED_ROWS = 150  # spread over the table, show whether a column has signs around its numbers
STYLE_CELLS = 1000  # are enough to see how a column writes its numbers
DIFFERENT_VALUES = 10  # beside the code; −1, 0, 1 is a scale
AMBIGUOUS = r"^\s*[+-]?[1-9]\d{0,2},\d{3}\s*$"


def mixed_types(facts: Facts) -> Iterator[Finding]:
    """Columns of words that are nearly all numbers."""
    kinds = (ColumnType.CATEGORY, ColumnType.TEXT, ColumnType.IDENTIFIER)
    columns = [c for c in facts.columns if c.type in kinds and c.name != facts.target and c.distinct >= DIFFERENT_NUMBERS and facts.raw[c.name].dtype == pl.String]
    if not columns:
        return
    numbers = facts.raw.select(pl.col([c.name for c in columns]).str.strip_chars().str.contains(r"^[^\p{L}]*\d[^\p{L}]*$").sum()).row(0)
    for column, count in zip(columns, numbers, strict=True):
        if count >= MIXED_SHARE * (facts.rows - column.missing) and (found := _mixed(facts, column)):
            yield found


def _mixed(facts: Facts, column: Column) -> Finding | None:
    cells = facts.raw[column.name]
    missing = is_missing(cells)
    numbers = to_number(cells)
    other = numbers.is_null() & ~missing
    present, count = len(cells) - int(missing.sum()), int(other.sum())
    zeros = cells.str.contains(r"^\s*0\d").any()
    if zeros or not 0 < count <= (1 - MIXED_SHARE) * present or numbers.n_unique() <= DIFFERENT_NUMBERS:
        return None
    places = other.arg_true().to_numpy()
    shown = [str(cells[int(i)])[:40] for i in places[:SHOWN]]
    examples = [{"row": row, "value": value} for row, value in zip(facts.file_rows(places), shown, strict=True)]
    words = ", ".join(quoted(value) for value in dict.fromkeys(shown))
    evidence = {"numbers": round(1 - count / present, 4), "others": round(count / present, 4), "examples": examples}
    return look("mixed_types", N_("{name} holds numbers in {share} of its cells and something else in {others_words} ({words}), so all of it counts as words.").format(name=quoted(column.name), share=f"{1 - count / present:.1%}", others_words=plural("{n} other", "{n} others", count), words=words), column=column.name, rows=facts.file_rows(places), count=count, evidence=evidence, repair=N_("Read as numbers, the rest as missing"))


def numbers_as_text(facts: Facts) -> Iterator[Finding]:
    """Numbers with thousands, currencies, percent signs or a decimal comma."""
    columns = [c for c in facts.measures if facts.raw[c.name].dtype == pl.String]
    if not columns:
        return
    names = [c.name for c in columns]
    step = max(1, facts.rows // GLANCED_ROWS)
    plain = facts.raw.select(pl.col(names).gather_every(step).cast(pl.Float64, strict=False).is_finite().sum()).row(0)
    there = facts.table.select(pl.col(names).gather_every(step).is_not_null().sum()).row(0)
    for column, count, known in zip(columns, plain, there, strict=True):
        if count < known or column.format == COMMA:
            cells = facts.raw[column.name].filter(facts.table[column.name].is_not_null()).str.strip_chars()
            odd = cells.filter(~cells.cast(pl.Float64, strict=False).is_finite().fill_null(False))
            if len(odd):
                yield _decorated(column, odd, number_style(cells.head(STYLE_CELLS)))


def _decorated(column: Column, cells: pl.Series, style: str) -> Finding:
    examples = [str(cell)[:40] for cell in cells.unique(maintain_order=True).head(3).to_list()]
    evidence = {"style": style or "decorated", "cells": len(cells), "examples": examples}
    shown = ", ".join(quoted(example) for example in examples)
    if style == "comma":
        return look("numbers_as_text", N_("{name} writes numbers with a decimal comma ({shown}), and is read so. Check that the comma does not stand for thousands.").format(name=quoted(column.name), shown=shown), column=column.name, count=len(cells), evidence=evidence, repair=N_("Write them with a point"))
    if cells.str.contains(AMBIGUOUS).all():
        return look("numbers_as_text", N_("{name} holds numbers such as {shown}: the comma was read as thousands. Check that it does not stand for the decimal point.").format(name=quoted(column.name), shown=shown), column=column.name, count=len(cells), evidence=evidence)
    return note("numbers_as_text", N_("{name} writes {numbers_words} with signs around or within ({shown}); they were read as numbers.").format(name=quoted(column.name), numbers_words=plural("{n} number", "{n} numbers", len(cells)), shown=shown), column=column.name, count=len(cells), evidence=evidence)


def missing_spellings(facts: Facts) -> Iterator[Finding]:
    """Which words were read as "no value", and which look as if they were meant so."""
    yield from _read_as_missing(facts)
    unlisted = set(folded(pl.Series(MISSING)).to_list())
    for column in facts.input_columns:
        if column.type is ColumnType.CATEGORY and column.distinct > 2:  # of two values one may well be “none”
            words = [value for value, _ in column.values if facts.forms[value] in unlisted]
            rows = sum(n for value, n in column.values if value in words)
            if words:
                yield look("missing_spellings", N_("{name} says {words} in {rows_words}: that looks like “no value” and counts as a value.").format(name=quoted(column.name), words=", ".join(map(quoted, words[:SHOWN])), rows_words=plural("{n} row", "{n} rows", rows)), column=column.name, count=rows, evidence={"spellings": words[:SHOWN], "rows": rows}, repair=N_("Read it as missing") if len(words) == 1 else N_("Read them as missing"))


def _read_as_missing(facts: Facts) -> Iterator[Finding]:
    names = [c.name for c in facts.columns if c.missing and c.name != facts.target and facts.raw[c.name].dtype == pl.String]
    if not names:
        return
    empty = facts.raw.select(pl.col(names).is_null().sum()).row(0)
    gaps = {c.name: c.missing for c in facts.columns}
    said = [name for name, gone in zip(names, empty, strict=True) if gaps[name] > gone]
    if not said:
        return
    spellings: dict[str, int] = {}
    columns = []
    for name in said:
        cells = facts.raw[name]
        counts = cells.filter(is_missing(cells) & facts.table[name].is_null()).drop_nulls().str.strip_chars().alias("word").value_counts(name="rows")
        columns += [name] if len(counts) else []
        for word, n in counts.iter_rows():
            spellings[word] = spellings.get(word, 0) + n
    if spellings:
        order = dict(sorted(spellings.items(), key=lambda item: (-item[1], item[0])))
        shown = ", ".join(f"{quoted(word)} in {plural('{n} cell', '{n} cells', n)}" for word, n in list(order.items())[:SHOWN])
        more = " …" if len(order) > SHOWN else ""
        where = quoted(columns[0]) if len(columns) == 1 else f"{len(columns):,} columns ({', '.join(map(quoted, columns[:3]))}{' …' if len(columns) > 3 else ''})"
        yield note("missing_spellings", N_("Read as missing in {where}: {shown}{more}.").format(where=where, shown=shown, more=more), count=sum(order.values()), evidence={"spellings": dict(list(order.items())[:10]), "columns": columns[:10]})


def sentinel_values(facts: Facts) -> Iterator[Finding]:
    """Numbers that stand for "no value", such as −999."""
    if not facts.measures or not facts.rows:
        return
    low, high = facts.ordered[:, 0], facts.quantiles(1.0)
    twice = (facts.quantiles(0) == facts.ordered[:, min(1, facts.ordered.shape[1] - 1)]) | (high == _before_last(facts))
    for place in np.flatnonzero(twice & ((low < 0) | (high >= 9)) & (facts.present > DIFFERENT_VALUES)):
        column = facts.measures[place]
        values = facts.table[column.name]
        counts = {code: int((values == code).sum()) for code in sentinels(values)}
        codes = {code: n for code, n in counts.items() if n >= CODE_ROWS}
        rest = values.filter(~values.is_in(list(codes))).drop_nulls()
        if not codes or rest.n_unique() < DIFFERENT_VALUES:
            continue
        shown = " and ".join(brief(code).replace(",", "") for code in codes)
        rows = sum(codes.values())
        evidence = {"values": list(codes), "rows": rows, "share": round(rows / facts.rows, 4), "others": [float(rest.min()), float(rest.max())]}  # type: ignore[arg-type]
        yield look("sentinel_values", N_("{name} is {shown} in {rows_words}, far from all other values ({low} to {high}). That often stands for “no value”.").format(name=quoted(column.name), shown=shown, rows_words=plural("{n} row", "{n} rows", rows), low=brief(float(rest.min())), high=brief(float(rest.max()))), column=column.name, rows=facts.file_rows(values.is_in(list(codes)).fill_null(False).to_numpy()), count=rows, evidence=evidence, repair=N_("Read {shown} as missing").format(shown=shown))  # type: ignore[arg-type]


def _before_last(facts: Facts) -> np.ndarray:
    return np.asarray(facts.ordered[np.arange(len(facts.ordered)), np.maximum(facts.present - 2, 0)])
