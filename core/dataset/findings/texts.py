"""Findings about columns of text: missing ones, and those that are nearly the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from core.dataset.duplicates import straddling
from core.dataset.facts import Facts, look, note, quoted
from core.dataset.near_texts import near_duplicates
from core.dataset.schema import ColumnType, Finding, Part
from core.language import N_, plural

__all__ = ["empty_text", "near_duplicate_texts"]

LOOKED_ROWS = 25_000
LOOKED_CHARACTERS = 8_000_000  # about a second
STRADDLING_SHARE = 0.01  # of the test rows have a twin in training; fewer do not change a score


def empty_text(facts: Facts) -> Iterator[Finding]:
    """Texts that are missing."""
    for c in facts.input_columns:
        if c.type is ColumnType.TEXT and c.missing:
            yield note("empty_text", plural("{n} row has no text in {name}. They are kept and read as an empty text.", "{n} rows have no text in {name}. They are kept and read as an empty text.", c.missing, name=quoted(c.name)), column=c.name, count=c.missing, evidence={"rows": c.missing, "share": round(c.missing / facts.rows, 4)})


def near_duplicate_texts(facts: Facts) -> Iterator[Finding]:
    """Texts that differ in a few letters, in rows that are no exact copies."""
    for column in facts.input_columns:
        if column.type is not ColumnType.TEXT:
            continue
        looked = _looked_at(facts.table[column.name])
        first = facts.table[column.name].head(looked).is_first_distinct().arg_true().to_numpy()  # equal texts are told by duplicate_rows
        key = ("near texts", column.name)
        if key not in facts.known:
            facts.known[key] = near_duplicates(facts.table[column.name].gather(first))
        groups = facts.known[key]
        twins = np.flatnonzero(np.bincount(groups, minlength=len(groups))[groups] > 1)
        if len(twins):
            yield _near(facts, column.name, looked, first, groups, twins)


def _near(facts: Facts, name: str, looked: int, first: np.ndarray, groups: np.ndarray, twins: np.ndarray) -> Finding:
    found = len(np.unique(groups[twins]))
    extra = len(twins) - found
    parts = facts.parts[first] if len(facts.parts) else np.zeros(len(first), dtype=np.uint8)
    tested = straddling(groups, parts)
    say = look if tested >= max(2, STRADDLING_SHARE * int((parts == Part.TEST.number).sum())) else note
    then = plural("{n} test row has such a twin in training, which makes the test easier. Take one of each out.", "{n} test rows have such a twin in training, which makes the test easier. Take one of each out.", tested) if tested else N_("None of them stands on both sides of the split.")
    evidence = {"texts": extra, "groups": found, "test_rows_with_a_twin": tested, "looked_at": looked}
    pair = first[twins[groups[twins] == groups[twins[0]]]]
    told = plural("{n} text of {name} is nearly the same as another one.", "{n} texts of {name} are nearly the same as another one.", extra, name=quoted(name))
    said = N_("Of the first {looked} rows, {twins_words} {then_words}").format(looked=f"{looked:,}", twins_words=told, then_words=then) if looked < facts.rows else f"{told} {then}"
    return say("near_duplicate_texts", said, column=name, rows=facts.file_rows(pair), count=extra, evidence=evidence)


def _looked_at(texts: pl.Series) -> int:
    """How many of the first rows are compared: as many as take well under a second."""
    ends = texts.head(LOOKED_ROWS).str.len_chars().fill_null(0).clip(0, 2000).cum_sum()
    return min(len(texts), LOOKED_ROWS, int((ends <= LOOKED_CHARACTERS).sum()))

