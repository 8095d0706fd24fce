"""Findings about answers that reach a model by a back door: a column that knows them, a test row that was trained on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from core.dataset.facts import Facts, look, quoted, things
from core.dataset.leaks import Leak
from core.dataset.schema import Finding, Part
from core.language import N_

__all__ = ["leak_across_split", "possible_leak"]


def possible_leak(facts: Facts) -> Iterator[Finding]:
    """Columns that give the answer away."""
    for leak in facts.leaks:
        used = leak.column in facts.inputs
        then = N_("It is an input now; take it out unless you will know it before the answer.") if used else N_("It is not used as it stands. Leave it out, unless you will know it before the answer.")
        yield look("possible_leak", f"{_said(facts, leak)} {then}", column=leak.column, evidence=_evidence(leak), repair=N_("Leave {column} out").format(column=quoted(leak.column)))


def _said(facts: Facts, leak: Leak) -> str:
    column, target = quoted(leak.column), quoted(facts.target)
    if leak.recorded_after:
        return N_("{column} is filled in almost only where {target} is {label}: it may have been written down afterwards.").format(column=column, target=target, label=quoted(leak.label))
    if facts.task.is_classification:
        return N_("{column} alone tells {target} right in {share} of rows held out for that test (always the most frequent class: {usual}): it may be the answer in other words.").format(column=column, target=target, share=f"{leak.share:.1%}", usual=f"{leak.usual:.1%}")
    return N_("{column} moves almost exactly with {target} ({share} of the variation in rows held out for that test): it may be the answer in other words.").format(column=column, target=target, share=f"{leak.share:.1%}")


def _evidence(leak: Leak) -> dict[str, Any]:
    found: dict[str, Any] = {"right" if leak.usual else "explained": round(leak.share, 4), "held_out_rows": leak.rows}
    if leak.usual:
        found["always_the_most_frequent"] = round(leak.usual, 4)
    if leak.recorded_after:
        found["filled_in_only_for"] = leak.label[:80]
    if np.isfinite(leak.auc):
        found["auc"] = round(leak.auc, 4)
    return found


def leak_across_split(facts: Facts) -> Iterator[Finding]:
    """Test rows of a split that the file brings whose copies train."""
    if facts.split_by.kind != "given" or facts.groups is None or not len(facts.parts):
        return
    train, test = (facts.parts == part.number for part in (Part.TRAIN, Part.TEST))
    known = test & np.isin(facts.groups, facts.groups[train])
    if count := int(known.sum()):
        evidence = {"test_rows": int(test.sum()), "also_in_training": count, "share": round(count / int(test.sum()), 4)}
        yield look("leak_across_split", (N_("{rows_words} of the test part is in the training part, too: the test is easier than it looks.") if count == 1 else N_("{rows_words} of the test part are in the training part, too: the test is easier than it looks.")).format(rows_words=things(facts, count)), rows=facts.file_rows(known), count=count, evidence=evidence, repair=N_("Leave the copies out of training"))
