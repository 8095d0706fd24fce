"""Finding about pictures that look the same without being equal: saved again, made smaller, frames of one film."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.dataset.duplicates import straddling
from core.dataset.facts import Facts, look, note
from core.dataset.schema import Finding, Part
from core.language import N_, plural

__all__ = ["near_duplicate_pictures"]

STRADDLING_SHARE = 0.01  # of the test pictures have a twin in training; fewer do not change a score


def near_duplicate_pictures(facts: Facts) -> Iterator[Finding]:
    """Pictures that differ in brightness, size or compression, in rows that are no exact copies."""
    if facts.alike is None or facts.groups is None or not facts.rows:
        return
    first = np.unique(facts.groups, return_index=True)[1]  # exact copies are told by duplicate_rows
    groups = np.unique(facts.alike[first], return_inverse=True)[1]
    twins = np.flatnonzero(np.bincount(groups, minlength=len(first))[groups] > 1)
    if not len(twins):
        return
    found = len(np.unique(groups[twins]))
    extra = len(twins) - found
    tested = straddling(groups, facts.parts[first]) if len(facts.parts) else 0
    test_rows = max(1, int((facts.parts == Part.TEST.number).sum()))
    say = look if tested >= max(2, STRADDLING_SHARE * test_rows) else note
    then = plural("{n} test picture has such a twin in training, which makes the test easier. Take one of each out.", "{n} test pictures have such a twin in training, which makes the test easier. Take one of each out.", tested) if tested else N_("None of them stands on both sides of the split.")
    pair = first[twins[groups[twins] == groups[twins[0]]]]
    yield say("near_duplicate_pictures", plural("{n} picture looks nearly the same as another one. {then_words}", "{n} pictures look nearly the same as another one. {then_words}", extra, then_words=then), rows=facts.file_rows(pair), count=extra, evidence={"pictures": extra, "groups": found, "test_pictures_with_a_twin": tested})
