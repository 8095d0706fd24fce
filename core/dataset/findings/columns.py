"""Findings about whole columns: which are no use to a model, and which have gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from core.dataset.facts import SHOWN, Facts, listed, look, many, note, quoted
from core.dataset.schema import Column, ColumnType, Finding
from core.dataset.values import is_missing

__all__ = ["constant_column", "empty_column", "high_cardinality", "identifier", "missing_values", "unreadable_values"]

HIGH_CARDINALITY = 50
MISSING_SHARE = 0.05


def empty_column(facts: Facts) -> Iterator[Finding]:
    """Columns without a value."""
    yield from _left_out("empty_column", [c for c in facts.columns if c.type is ColumnType.EMPTY], "empty and left out: {names}.")


def constant_column(facts: Facts) -> Iterator[Finding]:
    """Columns that say the same in every row."""
    same = [c for c in facts.columns if c.name != facts.target and c.distinct == 1 and not c.missing and c.type is not ColumnType.EMPTY]
    yield from _left_out("constant_column", same, "the same in every row and left out: {names}.")


def identifier(facts: Facts) -> Iterator[Finding]:
    """Columns that name rows."""
    names = [c for c in facts.columns if c.type is ColumnType.IDENTIFIER and c.name not in (facts.target, facts.split_by.column)]
    yield from _left_out("identifier", names, "a name or number of each row and left out: {names}. A model would learn it by heart.")


def _left_out(code: str, columns: Sequence[Column], text: str) -> Iterator[Finding]:
    if columns:
        names = [column.name for column in columns]
        evidence = {"values": {c.name: c.distinct for c in columns[:SHOWN]}} if code == "identifier" else {"columns": names[:SHOWN]}
        yield note(code, f"{many(len(names), 'column is', 'columns are')} {text.format(names=listed(names))}", column=names[0], count=len(names), evidence=evidence)


def high_cardinality(facts: Facts) -> Iterator[Finding]:
    """Categories with so many values that most are rare."""
    for c in facts.input_columns:
        if c.type is ColumnType.CATEGORY and c.distinct > HIGH_CARDINALITY:
            known = sum(n for _, n in c.values[:HIGH_CARDINALITY]) / max(1, facts.rows - c.missing)
            yield note("high_cardinality", f"{quoted(c.name)} has {c.distinct:,} different values. The {HIGH_CARDINALITY} most frequent, {known:.0%} of the rows, count; the rest become “other”.", column=c.name, count=c.distinct, evidence={"values": c.distinct, "kept": HIGH_CARDINALITY, "rows_kept": round(known, 4)}, repair=f"Leave {quoted(c.name)} out")


def missing_values(facts: Facts) -> Iterator[Finding]:
    """Columns with many gaps."""
    gaps = {c.name: c.missing for c in facts.input_columns if facts.rows and c.missing / facts.rows >= MISSING_SHARE}
    if gaps:
        order = sorted(gaps, key=lambda name: -gaps[name])
        shares = {name: round(gaps[name] / facts.rows, 4) for name in order[:SHOWN]}
        yield note("missing_values", f"{many(len(gaps), 'column has', 'columns have')} gaps; {quoted(order[0])} lacks {gaps[order[0]] / facts.rows:.0%} of its values. A model is told where a value is missing.", column=order[0], count=sum(gaps.values()), evidence={"missing": shares})


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
        yield look("unreadable_values", f"{many(count, 'cell')} of {quoted(name)} hold{'s' if count == 1 else ''} no {kinds[name]} that can be used and count{'s' if count == 1 else ''} as missing. Correct {'it' if count == 1 else 'them'}, or change the column's type.", column=name, count=count, rows=facts.file_rows(rows), evidence=evidence)
