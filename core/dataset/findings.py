"""What the profile noticed: one small function a finding, each with a stable code.

Each takes the facts of a draft and yields findings. `STOP` findings are what `ingest.store` refuses; on a
page they stand beside the choice that put them there, so that the user can change it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from core.dataset.facts import Facts, listed, look, many, note, quoted, stop, things, were
from core.dataset.schema import Column, ColumnType, Finding, Severity
from core.dataset.split import LARGEST_GROUP
from core.settings import settings

__all__ = ["FEWEST_ROWS", "FEWEST_ROWS_A_CLASS", "collect"]

FEWEST_ROWS = 20
FEW_ROWS = 100
FEWEST_ROWS_A_CLASS = 3
FEW_ROWS_A_CLASS = 10
HIGH_CARDINALITY = 50
IMBALANCED = 0.8
MISSING_SHARE = 0.05
SHOWN = 5
EXTREME = 1e30  # beyond it, float32 arithmetic overflows
BOOLEANS = frozenset({"true", "false", "yes", "no", "y", "n", "t", "f", "0", "1", "on", "off", "是", "否"})


def collect(facts: Facts) -> tuple[Finding, ...]:
    """All findings about a draft, the gravest first."""
    found = [finding for check in CHECKS for finding in check(facts)]
    return tuple(sorted(found, key=lambda finding: list(Severity).index(finding.severity)))


def no_inputs(facts: Facts) -> Iterator[Finding]:
    """There is nothing to learn from."""
    if facts.inputs or not facts.rows:
        return
    others = [c for c in facts.columns if c.name != facts.target]
    if not others:
        yield stop("no_inputs", f"The table has one column, {quoted(facts.target)}. Add at least one column to predict it from.")
    elif all(c.type is ColumnType.EMPTY for c in others):
        yield stop("no_inputs", f"Every column but {quoted(facts.target)} is empty ({listed([c.name for c in others])}). Fill in at least one of them.")
    else:
        yield stop("no_inputs", f"No column is left to predict {quoted(facts.target)} from: {_why_not(others)}. Change the type of one of them, or add a column.")


def _why_not(others: Sequence[Column]) -> str:
    reasons = [(c.name, "is empty" if c.type is ColumnType.EMPTY else "only names the rows" if c.type is ColumnType.IDENTIFIER else "has one value") for c in others]
    return ", ".join(f"{quoted(name)} {reason}" for name, reason in reasons[:SHOWN]) + (" …" if len(reasons) > SHOWN else "")


def too_few_rows(facts: Facts) -> Iterator[Finding]:
    """Too few rows to learn from, or to judge by."""
    usable = facts.rows + sum(facts.small.values())
    if facts.rows < FEWEST_ROWS:
        known = f" with a value in {quoted(facts.target)}" if facts.dropped_target else ""
        yield stop("too_few_rows", f"There {'is' if usable == 1 else 'are'} only {things(facts, usable)}{known}; at least {FEWEST_ROWS} in classes of at least {FEWEST_ROWS_A_CLASS} are needed to train and test. Add more and upload the file again.", count=facts.rows)
    elif facts.rows < FEW_ROWS:
        yield look("too_few_rows", f"{things(facts, facts.rows)} are few: every figure will have a wide margin. Expect to need some hundreds.", count=facts.rows)


def target_constant(facts: Facts) -> Iterator[Finding]:
    """One class or one number: nothing to learn."""
    distinct = facts.answer.n_unique() if facts.rows else 0
    if distinct != 1:
        return
    value = quoted(str(facts.answer[0]))
    what = "two classes are needed" if facts.task.is_classification else "a number that varies is needed"
    same = f"Of the classes in {quoted(facts.target)} only {value} has at least {FEWEST_ROWS_A_CLASS} rows" if facts.small else f"{quoted(facts.target)} has the same value in every row ({value})"
    yield stop("target_constant", f"{same}; {what}. Choose another target, or add rows with other values.", column=facts.target)


def too_many_classes(facts: Facts) -> Iterator[Finding]:
    """More classes than are read, or a class for nearly each row."""
    if not facts.task.is_classification or facts.rows < FEWEST_ROWS:
        return
    limit, count = settings().max_classes, len(facts.labels)
    if count > limit:
        yield stop("too_many_classes", f"{quoted(facts.target)} has {count:,} different values; at most {limit:,} classes are read. Choose another target, or raise {settings().variable('max_classes')}.", column=facts.target, count=count)


def target_identifier(facts: Facts) -> Iterator[Finding]:
    """Almost every row has a class of its own."""
    gone = sum(facts.small.values())
    if facts.task.is_classification and gone > max(facts.rows, FEWEST_ROWS):
        yield stop("target_identifier", f"{quoted(facts.target)} has {len(facts.small) + len(facts.labels):,} different values, most of them in one or two rows: it names rows rather than classes. Choose another target.", column=facts.target, count=len(facts.small))


def blank_rows(facts: Facts) -> Iterator[Finding]:
    """Rows without any value."""
    if n := facts.dropped_blank:
        yield note("blank_rows", f"{many(n, 'row')} without any value {were(n)} left out.", count=n)


def target_missing_rows(facts: Facts) -> Iterator[Finding]:
    """Rows without a target."""
    if n := facts.dropped_target:
        yield look("target_missing_rows", f"{many(n, 'row')} {'has' if n == 1 else 'have'} no value in {quoted(facts.target)} and {were(n)} left out. Fill them in if you know the answer.", column=facts.target, count=n)


def class_too_small(facts: Facts) -> Iterator[Finding]:
    """Classes that cannot be split, and classes that can hardly be judged."""
    if facts.small:
        shown = listed(list(facts.small))
        yield look("class_too_small", f"{many(len(facts.small), 'class has', 'classes have')} fewer than {FEWEST_ROWS_A_CLASS} rows ({shown}) and {were(len(facts.small))} left out, {many(sum(facts.small.values()), 'row')} in all. Add rows, or use one label for several.", column=facts.target, count=len(facts.small))
    if not facts.task.is_classification:
        return
    few = [label for label, n in Counter(facts.answer.to_list()).items() if n < FEW_ROWS_A_CLASS]
    if few:
        yield look("class_few_rows", f"{many(len(few), 'class has', 'classes have')} fewer than {FEW_ROWS_A_CLASS} rows ({listed(few)}). What is said about them will be guesswork; add rows.", column=facts.target, count=len(few))


def imbalance(facts: Facts) -> Iterator[Finding]:
    """One class has most rows: accuracy flatters."""
    if not facts.task.is_classification or not facts.rows:
        return
    label, count = Counter(facts.answer.to_list()).most_common(1)[0]
    share = count / facts.rows
    if IMBALANCED <= share < 1:
        yield look("imbalance", f"{share:.1%} of the rows are {quoted(str(label))}: always saying so would be {share:.1%} accurate. Look at balanced accuracy and at precision and recall instead.", column=facts.target, count=count)


def near_identical_labels(facts: Facts) -> Iterator[Finding]:
    """Labels that differ only in case, width or punctuation, or many spellings of yes and no."""
    if not facts.task.is_classification:
        return
    alike: dict[str, list[str]] = {}
    for label in facts.labels:
        alike.setdefault(_folded(label), []).append(label)
    pairs = [names for names in alike.values() if len(names) > 1]
    booleans = len(facts.labels) > 2 and all(label.lower() in BOOLEANS for label in facts.labels)
    if pairs or booleans:
        shown = "; ".join(" = ".join(quoted(name) for name in names[:4]) for names in (pairs or [list(facts.labels)])[:SHOWN])
        yield look("near_identical_labels", f"Some classes look like spellings of one another: {shown}. They are {len(facts.labels)} classes as they stand; write them alike in the file if they mean the same.", column=facts.target, count=len(pairs) or 1)


def _folded(label: str) -> str:
    return re.sub(r"[\s_.\-]+", "", unicodedata.normalize("NFKC", label).casefold())


def empty_column(facts: Facts) -> Iterator[Finding]:
    """Columns without a value."""
    names = [c.name for c in facts.columns if c.type is ColumnType.EMPTY]
    if names:
        yield note("empty_column", f"{many(len(names), 'column is', 'columns are')} empty and left out: {listed(names)}.", column=names[0], count=len(names))


def constant_column(facts: Facts) -> Iterator[Finding]:
    """Columns that say the same in every row."""
    names = [c.name for c in facts.columns if c.name != facts.target and c.distinct == 1 and not c.missing and c.type is not ColumnType.EMPTY]
    if names:
        yield note("constant_column", f"{many(len(names), 'column is', 'columns are')} the same in every row and left out: {listed(names)}.", column=names[0], count=len(names))


def identifier(facts: Facts) -> Iterator[Finding]:
    """Columns that name rows."""
    names = [c.name for c in facts.columns if c.type is ColumnType.IDENTIFIER and c.name != facts.target]
    if names:
        yield note("identifier", f"{many(len(names), 'column is', 'columns are')} a name or number of each row and left out: {listed(names)}. A model would learn it by heart.", column=names[0], count=len(names))


def high_cardinality(facts: Facts) -> Iterator[Finding]:
    """Categories with so many values that most are rare."""
    for c in facts.input_columns:
        if c.type is ColumnType.CATEGORY and c.distinct > HIGH_CARDINALITY:
            yield note("high_cardinality", f"{quoted(c.name)} has {c.distinct:,} different values. The {HIGH_CARDINALITY} most frequent count, the rest become “other”.", column=c.name, count=c.distinct)


def missing_values(facts: Facts) -> Iterator[Finding]:
    """Columns with many gaps."""
    gaps = {c.name: c.missing for c in facts.input_columns if facts.rows and c.missing / facts.rows >= MISSING_SHARE}
    if gaps:
        worst = max(gaps, key=lambda name: gaps[name])
        yield note("missing_values", f"{many(len(gaps), 'column has', 'columns have')} gaps; {quoted(worst)} lacks {gaps[worst] / facts.rows:.0%} of its values. A model is told where a value is missing.", column=worst, count=sum(gaps.values()))


def unreadable_values(facts: Facts) -> Iterator[Finding]:
    """Cells that hold no value of their column's type."""
    for name, count in facts.lost.items():
        kind = next(c.type.value for c in facts.columns if c.name == name)
        yield look("unreadable_values", f"{many(count, 'cell')} of {quoted(name)} hold{'s' if count == 1 else ''} no {kind} that can be used and count{'s' if count == 1 else ''} as missing. Correct {'it' if count == 1 else 'them'}, or change the column's type.", column=name, count=count)


def extreme_values(facts: Facts) -> Iterator[Finding]:
    """Numbers so large that arithmetic suffers."""
    for c in facts.columns:
        largest = max(abs(c.minimum or 0), abs(c.maximum or 0))
        if c.type is ColumnType.NUMBER and largest > EXTREME:
            yield look("extreme_values", f"{quoted(c.name)} reaches {largest:.3g}. If that is a slip, correct it: one such value can outweigh all others.", column=c.name)


def duplicate_rows(facts: Facts) -> Iterator[Finding]:
    """The same row more than once."""
    if facts.groups is None or not facts.rows:
        return
    answers = facts.answer.rank("dense").to_numpy().astype(np.int64)
    _, first = np.unique(facts.groups * (int(answers.max()) + 1) + answers, return_index=True)
    if not (extra := facts.rows - len(first)):
        return
    again = np.setdiff1d(np.arange(facts.rows), first)[:SHOWN]
    then = "Copies stay in the same part of the split, so that no model is tested on what it was trained on."
    if np.bincount(facts.groups).max() > max(1, LARGEST_GROUP * facts.rows):
        then = "The inputs take few different values, so equal rows are natural and are not kept together in the split."
    numbers = tuple(int(facts.numbers[i]) for i in again)
    yield note("duplicate_rows", f"{things(facts, extra)} {'repeats' if extra == 1 else 'repeat'} another one exactly. {then}", rows=numbers, count=extra)


def possible_leak(facts: Facts) -> Iterator[Finding]:
    """Columns that give the answer away."""
    for leak in facts.leaks:
        used = leak.column in facts.inputs
        then = "It is an input now; take it out unless you will know it before the answer." if used else "It is left out; add it only if you will know it before the answer."
        if leak.recorded_after:
            said = f"{quoted(leak.column)} is filled in almost only where {quoted(facts.target)} is {quoted(leak.label)}: it may have been written down afterwards."
        elif facts.task.is_classification:
            said = f"{quoted(leak.column)} alone tells {quoted(facts.target)} right in {leak.share:.1%} of the rows: it may be the answer in other words."
        else:
            said = f"{quoted(leak.column)} moves almost exactly with {quoted(facts.target)}: it may be the answer in other words."
        yield look("possible_leak", f"{said} {then}", column=leak.column)


def empty_text(facts: Facts) -> Iterator[Finding]:
    """Texts that are missing."""
    for c in facts.input_columns:
        if c.type is ColumnType.TEXT and c.missing:
            yield note("empty_text", f"{many(c.missing, 'row has', 'rows have')} no text in {quoted(c.name)}. They are kept and read as an empty text.", column=c.name, count=c.missing)


CHECKS: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
    target_identifier, too_many_classes, too_few_rows, target_constant, no_inputs,
    possible_leak, target_missing_rows, class_too_small, near_identical_labels, imbalance, unreadable_values, extreme_values,
    duplicate_rows, blank_rows, missing_values, empty_text, empty_column, constant_column, identifier, high_cardinality,
)  # fmt: skip
