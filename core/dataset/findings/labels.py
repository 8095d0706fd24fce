"""Findings about words that mean the same and are written differently: two classes where there is one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from core.dataset.facts import SHOWN, Facts, look, note, quoted
from core.dataset.repairs.spellings import NO, YES
from core.dataset.schema import ColumnType, Finding
from core.language import N_

__all__ = ["boolean_spellings", "near_identical_labels"]

SHOWN_GROUPS = 5
MOST_SPELLINGS = 50  # of yes and no
PUNCTUATION = re.compile(r"[_.\-]+")


def near_identical_labels(facts: Facts) -> Iterator[Finding]:
    """Classes, or values of an input, that differ only in case, blanks, width, Unicode form or invisible characters."""
    for name, counts in _spelled(facts):
        if _yes_and_no(counts, facts.forms):
            continue  # said by boolean_spellings
        same = _groups(counts, facts.forms)
        if same:
            yield _written_alike(facts, name, counts, same)
        elif name == facts.target and (close := _groups(counts, facts.forms, punctuation=False)):
            shown = _shown(close)
            yield look("near_identical_labels", N_("Some classes look like spellings of one another: {shown}. They are {n} classes as they stand; write them alike in the file if they mean the same.").format(shown=shown, n=len(counts)), column=name, count=len(close), evidence={"similar": close[:SHOWN_GROUPS]})


def _written_alike(facts: Facts, name: str, counts: Mapping[str, int], same: list[list[str]]) -> Finding:
    merged = len(counts) - sum(len(group) - 1 for group in same)
    said = (
        N_("Some classes are spellings of one another: {shown}. They count as {now} as they stand and are {merged} when they are written alike.")
        if name == facts.target
        else N_("Some values of {name} are spellings of one another: {shown}. They count as {now} as they stand and are {merged} when they are written alike.")
    ).format(name=quoted(name), shown=_shown(same), now=len(counts), merged=merged)
    return look("near_identical_labels", said, column=name, count=len(same), evidence={"same": [group[:SHOWN] for group in same[:SHOWN_GROUPS]]}, repair=N_("Write them alike"))


def boolean_spellings(facts: Facts) -> Iterator[Finding]:
    """Yes and no, spelled in more than two ways."""
    for name, counts in _spelled(facts):
        if not (found := _yes_and_no(counts, facts.forms)):
            continue
        yes, no = found
        say = look if name == facts.target else note
        said = (
            N_("{name} spells yes and no in several ways: {shown}. They count as {n} classes as they stand.")
            if name == facts.target
            else N_("{name} spells yes and no in several ways: {shown}. A model sees {n} different values.")
        ).format(name=quoted(name), shown=_shown([yes, no]), n=len(counts))
        yield say("boolean_spellings", said, column=name, count=len(counts), evidence={"yes": yes, "no": no}, repair=N_("Read them as yes and no"))


def _spelled(facts: Facts) -> Iterator[tuple[str, Mapping[str, int]]]:
    """The target and each input with few values: name, and how many rows each value has, the most frequent first."""
    if facts.class_rows:
        yield facts.target, facts.class_rows
    for column in facts.input_columns:
        if column.type is ColumnType.CATEGORY and 1 < column.distinct == len(column.values):
            yield column.name, dict(column.values)


def _groups(counts: Mapping[str, int], forms: Mapping[str, str], *, punctuation: bool = True) -> list[list[str]]:
    """Values whose spelling alone differs, the most frequent first; without punctuation only among words."""
    groups: dict[str, list[str]] = {}
    for value in counts:
        form = forms[value]
        if punctuation or not any(character.isdigit() for character in form):
            groups.setdefault(form if punctuation else PUNCTUATION.sub("", form), []).append(value)
    return [group for form, group in groups.items() if len(group) > 1 and form]


def _yes_and_no(counts: Mapping[str, int], forms: Mapping[str, str]) -> tuple[list[str], list[str]] | None:
    """The spellings of yes and those of no, where there are no others, some of both, and more than case tells them apart."""
    if len(counts) > MOST_SPELLINGS:
        return None
    yes, no = ([value for value in counts if forms[value] in words] for words in (YES, NO))
    different = len({forms[value] for value in counts})
    return (yes, no) if yes and no and len(yes) + len(no) == len(counts) and different > 2 else None


def _shown(groups: list[list[str]]) -> str:
    return "; ".join(" = ".join(quoted(label) for label in group[:4]) + (" …" if len(group) > 4 else "") for group in groups[:SHOWN_GROUPS])
