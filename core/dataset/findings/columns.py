"""Findings about whole columns: which are no use to a model, and which have gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from core.dataset.facts import SHOWN, Facts, listed, look, note, quoted
from core.dataset.schema import Column, ColumnType, Finding
from core.dataset.values import is_missing
from core.language import N_, plural

__all__ = ["constant_column", "empty_column", "high_cardinality", "identifier", "missing_values", "unreadable_values"]

HIGH_CARDINALITY = 50
MISSING_SHARE = 0.05


def empty_column(facts: Facts) -> Iterator[Finding]:
    """Columns without a value."""
    yield from _left_out("empty_column", [c for c in facts.columns if c.type is ColumnType.EMPTY], _empty)


def constant_column(facts: Facts) -> Iterator[Finding]:
    """Columns that say the same in every row."""
    same = [c for c in facts.columns if c.name != facts.target and c.distinct == 1 and not c.missing and c.type is not ColumnType.EMPTY]
    yield from _left_out("constant_column", same, _same)


def identifier(facts: Facts) -> Iterator[Finding]:
    """Columns that name rows."""
    names = [c for c in facts.columns if c.type is ColumnType.IDENTIFIER and c.name not in (facts.target, facts.split_by.column)]
    yield from _left_out("identifier", names, _naming)


def _left_out(code: str, columns: Sequence[Column], say: Callable[[int, str], str]) -> Iterator[Finding]:
    if columns:
        names = [column.name for column in columns]
        evidence = {"values": {c.name: c.distinct for c in columns[:SHOWN]}} if code == "identifier" else {"columns": names[:SHOWN]}
        yield note(code, say(len(names), listed(names)), column=names[0], count=len(names), evidence=evidence)


def _empty(n: int, names: str) -> str:
    return plural("{n} column is empty and left out: {names}.", "{n} columns are empty and left out: {names}.", n, names=names)


def _same(n: int, names: str) -> str:
    return plural("{n} column is the same in every row and left out: {names}.", "{n} columns are the same in every row and left out: {names}.", n, names=names)


def _naming(n: int, names: str) -> str:
    return plural("{n} column is a name or number of each row and left out: {names}. A model would learn it by heart.", "{n} columns are a name or number of each row and left out: {names}. A model would learn it by heart.", n, names=names)


def high_cardinality(facts: Facts) -> Iterator[Finding]:
    """Categories with so many values that most are rare."""
    for c in facts.input_columns:
        if c.type is ColumnType.CATEGORY and c.distinct > HIGH_CARDINALITY:
            known = sum(n for _, n in c.values[:HIGH_CARDINALITY]) / max(1, facts.rows - c.missing)
            yield note("high_cardinality", N_("{name} has {distinct} different values. The {kept} most frequent, {known} of the rows, count; the rest become “other”.").format(name=quoted(c.name), distinct=f"{c.distinct:,}", kept=HIGH_CARDINALITY, known=f"{known:.0%}"), column=c.name, count=c.distinct, evidence={"values": c.distinct, "kept": HIGH_CARDINALITY, "rows_kept": round(known, 4)}, repair=N_("Leave {name} out").format(name=quoted(c.name)))


def missing_values(facts: Facts) -> Iterator[Finding]:
    """Columns with many gaps."""
    gaps = {c.name: c.missing for c in facts.input_columns if facts.rows and c.missing / facts.rows >= MISSING_SHARE}
    if gaps:
        order = sorted(gaps, key=lambda name: -gaps[name])
        shares = {name: round(gaps[name] / facts.rows, 4) for name in order[:SHOWN]}
        yield note("missing_values", plural("{n} column has gaps; {name} lacks {share} of its values. A model is told where a value is missing.", "{n} columns have gaps; {name} lacks {share} of its values. A model is told where a value is missing.", len(gaps), name=quoted(order[0]), share=f"{gaps[order[0]] / facts.rows:.0%}"), column=order[0], count=sum(gaps.values()), evidence={"missing": shares})


def unreadable_values(facts: Facts) -> Iterator[Finding]:
    """Cells that hold no value of their column's type."""
    kinds = {c.name: c.type.value for c in facts.columns}
    evidence: dict[str, Any]
    for name, count in facts.lost.items():
        evidence, rows = {"share": round(count / facts.rows, 4)}, np.empty(0, dtype=np.int64)
        if name in facts.raw.columns:  # of a table too long for memory the cells are gone
            rows = (facts.table[name].is_null() & ~is_missing(facts.raw[name])).arg_true().to_numpy()
            cells = facts.raw[name].gather(rows).unique(maintain_order=True).head(SHOWN).to_list()
            evidence = {"cells": [str(cell)[:40] for cell in cells], **evidence}
        yield look("unreadable_values", plural("{n} cell of {name} holds no {kind_words} that can be used and counts as missing. Correct it, or change the column's type.", "{n} cells of {name} hold no {kind_words} that can be used and count as missing. Correct them, or change the column's type.", count, name=quoted(name), kind_words=kinds[name]), column=name, count=count, rows=facts.file_rows(rows), evidence=evidence)
