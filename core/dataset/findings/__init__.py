"""What the profile noticed: one small function a finding, each with a stable code.

Each takes the facts of a draft and yields findings. `STOP` findings are what `ingest.store` refuses; on a
page they stand beside the choice that put them there, so that the user can change it. A finding with `repair` names what
one click does about it; the repair has the code of the finding, and the rules that both share stand in `core.dataset.repairs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.dataset.facts import Facts, listed
from core.dataset.findings import (
    columns,
    drift,
    labels,
    leak,
    moments,
    numbers,
    pictures,
    rows,
    spelling,
    target,
    texts,
)
from core.dataset.findings.target import FEWEST_ROWS, FEWEST_ROWS_A_CLASS
from core.dataset.progress import Progress
from core.dataset.schema import Finding, Severity
from core.language import N_

__all__ = ["FEWEST_ROWS", "FEWEST_ROWS_A_CLASS", "LARGEST_OF_A_CODE", "collect"]

LARGEST_OF_A_CODE = 20  # findings of one code; the rest are told in one

CHECKS: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
    target.target_identifier, target.too_many_classes, target.too_few_rows, target.target_constant, target.no_inputs, target.empty_part,
    leak.possible_leak, leak.leak_across_split, target.target_missing_rows, target.class_too_small, target.class_few_rows,
    labels.near_identical_labels, labels.boolean_spellings, target.imbalance,
    rows.conflicting_duplicates, moments.time_order, rows.repeated_group, drift.drift,
    spelling.mixed_types, spelling.sentinel_values, spelling.missing_spellings, moments.sentinel_dates, moments.impossible_dates, numbers.impossible_values,
    columns.unreadable_values, numbers.extreme_values, numbers.outliers, moments.ambiguous_dates,
    texts.near_duplicate_texts, pictures.near_duplicate_pictures,
    rows.duplicate_rows, rows.blank_rows, columns.missing_values, texts.empty_text, columns.empty_column, columns.constant_column,
    columns.identifier, columns.high_cardinality, numbers.skewed_scale, spelling.numbers_as_text,
)  # fmt: skip


COUNTED: frozenset[Callable[[Facts], Iterator[Finding]]] = frozenset((  # look at nothing but the target, the profiles and the counts
    target.target_identifier, target.too_many_classes, target.too_few_rows, target.target_constant, target.no_inputs, target.empty_part,
    target.target_missing_rows, target.class_too_small, target.class_few_rows, target.imbalance,
    labels.near_identical_labels, labels.boolean_spellings, rows.conflicting_duplicates, rows.duplicate_rows, rows.blank_rows,
    columns.unreadable_values, columns.missing_values, columns.empty_column, columns.constant_column, columns.identifier, columns.high_cardinality,
    numbers.extreme_values, texts.empty_text,
))  # fmt: skip


def collect(facts: Facts, looked: Facts | None = None, progress: Progress | None = None) -> tuple[Finding, ...]:
    """All findings about a draft, the gravest first.

    Args:
        facts: of all rows.
        looked: of a sample, where the table is too long for memory: for the checks that look at more than counts; `facts.table` then holds only the target.
        progress: told before each check.
    """
    progress, found = progress or Progress(), []
    for place, check in enumerate(CHECKS):
        progress.step(N_("Looking for traps"), place, len(CHECKS), facts.rows)
        found += _bounded(list(check(facts if looked is None or check in COUNTED else looked)))
    return tuple(sorted(found, key=lambda finding: list(Severity).index(finding.severity)))


def _bounded(findings: list[Finding]) -> list[Finding]:
    """At most twenty; what is said of many columns is said once of the rest."""
    if len(findings) <= LARGEST_OF_A_CODE:
        return findings
    kept, rest = findings[: LARGEST_OF_A_CODE - 1], findings[LARGEST_OF_A_CODE - 1 :]
    names = [finding.column for finding in rest if finding.column is not None]
    said = N_("The same is true of {more} more columns: {names}. Change the file where they are many.").format(more=f"{len(rest):,}", names=listed(names))
    return [*kept, rest[0].model_copy(update={"message": said, "column": None, "rows": (), "count": len(rest), "evidence": {"columns": names[:LARGEST_OF_A_CODE]}, "repair": ""})]
