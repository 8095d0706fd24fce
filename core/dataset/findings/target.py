"""Findings about what is predicted: whether it can be learned at all, and by what figures to judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.dataset.facts import SHOWN, Facts, listed, look, many, quoted, stop, things, were
from core.dataset.schema import Column, ColumnType, Finding, Part
from core.settings import settings

__all__ = [
    "FEWEST_ROWS", "FEWEST_ROWS_A_CLASS", "class_few_rows", "class_too_small", "empty_part", "imbalance", "no_inputs", "target_constant",
    "target_identifier", "target_missing_rows", "too_few_rows", "too_many_classes",
]  # fmt: skip

FEWEST_ROWS = 20
FEW_ROWS = 100
FEWEST_ROWS_A_CLASS = 3
FEW_ROWS_A_CLASS = 10
IMBALANCED = 0.8


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
    reasons = [(c.name, _reason(c)) for c in others]
    return ", ".join(f"{quoted(name)} {reason}" for name, reason in reasons[:SHOWN]) + (" …" if len(reasons) > SHOWN else "")


def _reason(column: Column) -> str:
    if column.type is ColumnType.EMPTY:
        return "is empty"
    if column.type is ColumnType.IDENTIFIER:
        return "only names the rows"
    return "has one value" if column.distinct == 1 else "was left out"


def too_few_rows(facts: Facts) -> Iterator[Finding]:
    """Too few rows to learn from, or to judge by."""
    usable = facts.rows + sum(facts.small.values())
    evidence = {"rows": facts.rows, "needed": FEWEST_ROWS if facts.rows < FEWEST_ROWS else FEW_ROWS}
    if facts.rows < FEWEST_ROWS:
        known = f" with a value in {quoted(facts.target)}" if facts.dropped_target else ""
        yield stop("too_few_rows", f"There {'is' if usable == 1 else 'are'} only {things(facts, usable)}{known}; at least {FEWEST_ROWS} in classes of at least {FEWEST_ROWS_A_CLASS} are needed to train and test. Add more and upload the file again.", count=facts.rows, evidence=evidence)
    elif facts.rows < FEW_ROWS:
        yield look("too_few_rows", f"{things(facts, facts.rows)} are few: every figure will have a wide margin. Expect to need some hundreds.", count=facts.rows, evidence=evidence)


def empty_part(facts: Facts) -> Iterator[Finding]:
    """The way of splitting leaves nothing to learn from, to steer by or to judge by."""
    if facts.rows < FEWEST_ROWS or not len(facts.parts):
        return
    sizes = {part.value: int((facts.parts == part.number).sum()) for part in Part}
    if empty := [name for name, rows in sizes.items() if not rows]:
        by = f" by {quoted(facts.split_by.column)}" if facts.split_by.column else ""
        yield stop("empty_part", f"The split{by} leaves no rows for {' and '.join(empty)}. Choose a column with more different values, or another way to split.", column=facts.split_by.column, evidence=sizes)


def target_constant(facts: Facts) -> Iterator[Finding]:
    """One class or one number: nothing to learn."""
    distinct = facts.answer.n_unique() if facts.rows else 0
    if distinct != 1:
        return
    value = quoted(str(facts.answer[0]))
    what = "two classes are needed" if facts.task.is_classification else "a number that varies is needed"
    same = f"Of the classes in {quoted(facts.target)} only {value} has at least {FEWEST_ROWS_A_CLASS} rows" if facts.small else f"{quoted(facts.target)} has the same value in every row ({value})"
    yield stop("target_constant", f"{same}; {what}. Choose another target, or add rows with other values.", column=facts.target, evidence={"value": str(facts.answer[0])[:80], "rows": facts.rows})


def too_many_classes(facts: Facts) -> Iterator[Finding]:
    """More classes than are read."""
    if not facts.task.is_classification or facts.rows < FEWEST_ROWS:
        return
    limit, count = settings().max_classes, len(facts.labels)
    if count > limit:
        yield stop("too_many_classes", f"{quoted(facts.target)} has {count:,} different values; at most {limit:,} classes are read. Choose another target, or raise {settings().variable('max_classes')}.", column=facts.target, count=count, evidence={"classes": count, "limit": limit})


def target_identifier(facts: Facts) -> Iterator[Finding]:
    """Almost every row has a class of its own."""
    gone = sum(facts.small.values())
    if facts.task.is_classification and gone > max(facts.rows, FEWEST_ROWS):
        classes = len(facts.small) + len(facts.labels)
        yield stop("target_identifier", f"{quoted(facts.target)} has {classes:,} different values, most of them in one or two rows: it names rows rather than classes. Choose another target.", column=facts.target, count=len(facts.small), evidence={"values": classes, "rows": facts.rows + gone})


def target_missing_rows(facts: Facts) -> Iterator[Finding]:
    """Rows without a target."""
    if n := facts.dropped_target:
        share = n / (facts.rows + n + sum(facts.small.values()))
        yield look("target_missing_rows", f"{many(n, 'row')} {'has' if n == 1 else 'have'} no value in {quoted(facts.target)} and {were(n)} left out. Fill them in if you know the answer.", column=facts.target, count=n, evidence={"rows": n, "share": round(share, 4)})


def class_too_small(facts: Facts) -> Iterator[Finding]:
    """Classes that cannot be split."""
    if facts.small:
        shown = listed(list(facts.small))
        yield look("class_too_small", f"{many(len(facts.small), 'class has', 'classes have')} fewer than {FEWEST_ROWS_A_CLASS} rows ({shown}) and {were(len(facts.small))} left out, {many(sum(facts.small.values()), 'row')} in all. Add rows, or use one label for several.", column=facts.target, count=len(facts.small), evidence={"classes": dict(list(facts.small.items())[:SHOWN])})


def class_few_rows(facts: Facts) -> Iterator[Finding]:
    """Classes that can hardly be judged."""
    few = {label: n for label, n in facts.class_rows.items() if n < FEW_ROWS_A_CLASS}
    if few:
        yield look("class_few_rows", f"{many(len(few), 'class has', 'classes have')} fewer than {FEW_ROWS_A_CLASS} rows ({listed(list(few))}). What is said about them will be guesswork; add rows.", column=facts.target, count=len(few), evidence={"classes": dict(list(few.items())[:SHOWN])})


def imbalance(facts: Facts) -> Iterator[Finding]:
    """One class has most rows: accuracy flatters."""
    if not facts.class_rows:
        return
    label, count = next(iter(facts.class_rows.items()))
    share, classes = count / facts.rows, len(facts.class_rows)
    if IMBALANCED <= share < 1:
        evidence = {"always": label[:80], "accuracy": round(share, 4), "balanced_accuracy": round(1 / classes, 4)}
        yield look("imbalance", f"{share:.1%} of the rows are {quoted(label)}: always saying so would be {share:.1%} accurate, and no better than chance in balanced accuracy ({1 / classes:.1%}). Look at that, and at precision and recall.", column=facts.target, count=count, evidence=evidence)
