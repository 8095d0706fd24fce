"""Findings about rows that belong together: copies, copies that contradict each other, rows of one customer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from core.dataset.duplicates import conflicts, extra_copies
from core.dataset.facts import Facts, look, note, quoted, things
from core.dataset.schema import Column, ColumnType, Finding, Part
from core.dataset.split import LARGEST_GROUP
from core.dataset.types import is_id_name
from core.language import N_, plural

__all__ = ["blank_rows", "conflicting_duplicates", "duplicate_rows", "repeated_group"]

MANY_COPIES = 0.05
CONFLICTING_SHARE = 0.01  # fewer rows that contradict each other are worth knowing, not worth a worry
MOST_CONFLICTING = 0.5  # where more do, the inputs say too little, and no row is wrong
LEAST_GROUPS = 10
LEAST_SIZE = 1.5  # rows a group, on average
KNOWN_SHARE = 0.1  # of the test rows belong to somebody whose other rows train
WHO = re.compile(
    r"(^|[\s_.-])(customer|client|user|patient|person|member|subject|session|account|student|employee|visitor|device|household|player|driver)s?($|[\s_.-])"
    r"|客户|用户|患者|病人|会员|学生|员工|账号|账户|设备|会话",
    re.IGNORECASE,
)


def blank_rows(facts: Facts) -> Iterator[Finding]:
    """Rows without any value."""
    if n := facts.dropped_blank:
        yield note("blank_rows", plural("{n} row without any value was left out.", "{n} rows without any value were left out.", n), count=n, evidence={"rows": n})


def duplicate_rows(facts: Facts) -> Iterator[Finding]:
    """The same row more than once."""
    if facts.groups is None or not facts.rows:
        return
    again = extra_copies(facts.groups, facts.answer)
    if not len(again):
        return
    say = look if len(again) >= MANY_COPIES * facts.rows and not _few_possible(facts) else note
    then, repair = N_("Copies stay in the same part of the split, so that no model is tested on what it was trained on."), N_("Keep one of each")
    if facts.split_by.kind == "given":
        then = N_("They stay in the part that the file gives them.")
    if _few_possible(facts):
        repair, then = "", N_("The inputs take few different values, so equal rows are natural and are not kept together in the split.")
    evidence = {"copies": len(again), "share": round(len(again) / facts.rows, 4), "different": facts.rows - len(again)}
    yield say("duplicate_rows", (N_("{rows_words} repeats another one exactly. {then_words}") if len(again) == 1 else N_("{rows_words} repeat another one exactly. {then_words}")).format(rows_words=things(facts, len(again)), then_words=then), rows=facts.file_rows(again), count=len(again), evidence=evidence, repair=repair)


def conflicting_duplicates(facts: Facts) -> Iterator[Finding]:
    """Rows with equal inputs and different answers."""
    if facts.groups is None or not facts.rows or _few_possible(facts):
        return
    rows = conflicts(facts.groups, facts.answer)
    if not len(rows):
        return
    say = look if len(rows) >= CONFLICTING_SHARE * facts.rows else note
    groups = len(np.unique(facts.groups[rows]))
    pair = rows[facts.groups[rows] == facts.groups[rows[0]]]
    answers = [str(value)[:40] for value in facts.answer.gather(pair).unique(maintain_order=True).head(3).to_list()]
    evidence = {"rows": len(rows), "share": round(len(rows) / facts.rows, 4), "groups": groups, "answers": answers}
    natural = len(rows) > MOST_CONFLICTING * facts.rows
    why = N_("The inputs say too little; add columns that tell such rows apart.") if natural else N_("No model can tell them apart; at least one of each is wrong, or a column is missing that would.")
    yield say("conflicting_duplicates", (N_("{rows_words} have a copy with another class in {target}. {why_words}") if facts.task.is_classification else N_("{rows_words} have a copy with another value in {target}. {why_words}")).format(rows_words=things(facts, len(rows)), target=quoted(facts.target), why_words=why), rows=facts.file_rows(pair), count=len(rows), evidence=evidence, repair="" if natural else N_("Leave them out"))


def _few_possible(facts: Facts) -> bool:
    """Whether one combination of inputs is so frequent that equal rows are natural."""
    return facts.groups is not None and np.bincount(facts.groups).max() > max(1, LARGEST_GROUP * facts.rows)


def repeated_group(facts: Facts) -> Iterator[Finding]:
    """Rows of one customer on both sides of the split: a model recognises the customer."""
    if facts.split_by.kind in ("group", "given", "time"):
        return
    for column in facts.columns:
        if column.name == facts.target or not _names_somebody(column, facts.rows) or not len(facts.parts):
            continue
        codes = facts.table[column.name].rank("dense").fill_null(0).to_numpy().astype(np.int64)
        train, test = (facts.parts == part.number for part in (Part.TRAIN, Part.TEST))
        known = float((np.isin(codes[test], codes[train]) & (codes[test] > 0)).mean()) if test.any() else 0.0
        if known >= KNOWN_SHARE:
            size = (facts.rows - column.missing) / column.distinct
            evidence = {"groups": column.distinct, "rows_a_group": round(size, 1), "known_test_rows": round(known, 4)}
            yield look("repeated_group", N_("{name} has {size} rows for each of {distinct} values, and {known} of the test rows belong to one that is in training, too. If new ones will come, split by it, or the test is too easy.").format(name=quoted(column.name), size=f"{size:.1f}", distinct=f"{column.distinct:,}", known=f"{known:.0%}"), column=column.name, count=column.distinct, evidence=evidence, repair=N_("Split by {name}").format(name=quoted(column.name)))


def _names_somebody(column: Column, rows: int) -> bool:
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column.name)
    kind = column.type is ColumnType.IDENTIFIER or column.type is ColumnType.CATEGORY or (column.type is ColumnType.NUMBER and column.whole)
    repeats = column.distinct >= LEAST_GROUPS and rows - column.missing >= LEAST_SIZE * column.distinct
    return kind and repeats and (is_id_name(column.name) or bool(WHO.search(name)))
