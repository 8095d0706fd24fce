"""Findings about what is predicted: whether it can be learned at all, and by what figures to judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.dataset.facts import SHOWN, Facts, listed, look, quoted, stop, things
from core.dataset.schema import Column, ColumnType, Finding, Part
from core.language import N_, plural
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
        yield stop("no_inputs", N_("The table has one column, {target}. Add at least one column to predict it from.").format(target=quoted(facts.target)))
    elif all(c.type is ColumnType.EMPTY for c in others):
        yield stop("no_inputs", N_("Every column but {target} is empty ({others}). Fill in at least one of them.").format(target=quoted(facts.target), others=listed([c.name for c in others])))
    else:
        yield stop("no_inputs", N_("No column is left to predict {target} from: {reasons}. Change the type of one of them, or add a column.").format(target=quoted(facts.target), reasons=_why_not(others)))


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
        if facts.dropped_target:
            few = N_("There is only {rows_words} with a value in {target}; {needed_words}") if usable == 1 else N_("There are only {rows_words} with a value in {target}; {needed_words}")
        else:
            few = N_("There is only {rows_words}; {needed_words}") if usable == 1 else N_("There are only {rows_words}; {needed_words}")
        needs = N_("at least {needed} in classes of at least {needed_a_class} are needed to train and test. Add more and upload the file again.").format(needed=FEWEST_ROWS, needed_a_class=FEWEST_ROWS_A_CLASS)
        said = few.format(rows_words=things(facts, usable), target=quoted(facts.target), needed_words=needs)
        yield stop("too_few_rows", said, count=facts.rows, evidence=evidence)
    elif facts.rows < FEW_ROWS:
        yield look("too_few_rows", N_("{rows_words} are few: every figure will have a wide margin. Expect to need some hundreds.").format(rows_words=things(facts, facts.rows)), count=facts.rows, evidence=evidence)


def empty_part(facts: Facts) -> Iterator[Finding]:
    """The way of splitting leaves nothing to learn from, to steer by or to judge by."""
    if facts.rows < FEWEST_ROWS or not len(facts.parts):
        return
    sizes = {part.value: int((facts.parts == part.number).sum()) for part in Part}
    if empty := [name for name, rows in sizes.items() if not rows]:
        what = N_("The split by {column}").format(column=quoted(facts.split_by.column)) if facts.split_by.column else N_("The split")
        yield stop("empty_part", N_("{split_words} leaves no rows for {parts_words}. Choose a column with more different values, or another way to split.").format(split_words=what, parts_words=" and ".join(empty)), column=facts.split_by.column, evidence=sizes)


def target_constant(facts: Facts) -> Iterator[Finding]:
    """One class or one number: nothing to learn."""
    distinct = facts.answer.n_unique() if facts.rows else 0
    if distinct != 1:
        return
    value = quoted(str(facts.answer[0]))
    what = N_("two classes are needed") if facts.task.is_classification else N_("a number that varies is needed")
    same = N_("Of the classes in {target} only {value} has at least {fewest} rows").format(target=quoted(facts.target), value=value, fewest=FEWEST_ROWS_A_CLASS) if facts.small else N_("{target} has the same value in every row ({value})").format(target=quoted(facts.target), value=value)
    yield stop("target_constant", N_("{same_words}; {what_words}. Choose another target, or add rows with other values.").format(same_words=same, what_words=what), column=facts.target, evidence={"value": str(facts.answer[0])[:80], "rows": facts.rows})


def too_many_classes(facts: Facts) -> Iterator[Finding]:
    """More classes than are read."""
    if not facts.task.is_classification or facts.rows < FEWEST_ROWS:
        return
    limit, count = settings().max_classes, len(facts.labels)
    if count > limit:
        yield stop("too_many_classes", N_("{target} has {count} different values; at most {limit} classes are read. Choose another target, or raise {variable}.").format(target=quoted(facts.target), count=f"{count:,}", limit=f"{limit:,}", variable=settings().variable("max_classes")), column=facts.target, count=count, evidence={"classes": count, "limit": limit})


def target_identifier(facts: Facts) -> Iterator[Finding]:
    """Almost every row has a class of its own."""
    gone = sum(facts.small.values())
    if facts.task.is_classification and gone > max(facts.rows, FEWEST_ROWS):
        classes = len(facts.small) + len(facts.labels)
        yield stop("target_identifier", N_("{target} has {classes} different values, most of them in one or two rows: it names rows rather than classes. Choose another target.").format(target=quoted(facts.target), classes=f"{classes:,}"), column=facts.target, count=len(facts.small), evidence={"values": classes, "rows": facts.rows + gone})


def target_missing_rows(facts: Facts) -> Iterator[Finding]:
    """Rows without a target."""
    if n := facts.dropped_target:
        share = n / (facts.rows + n + sum(facts.small.values()))
        yield look("target_missing_rows", plural("{n} row has no value in {target} and was left out. Fill them in if you know the answer.", "{n} rows have no value in {target} and were left out. Fill them in if you know the answer.", n, target=quoted(facts.target)), column=facts.target, count=n, evidence={"rows": n, "share": round(share, 4)})


def class_too_small(facts: Facts) -> Iterator[Finding]:
    """Classes that cannot be split."""
    if facts.small:
        shown = listed(list(facts.small))
        yield look("class_too_small", plural("{n} class has fewer than {fewest} rows ({shown}) and was left out, {rows_words} in all. Add rows, or use one label for several.", "{n} classes have fewer than {fewest} rows ({shown}) and were left out, {rows_words} in all. Add rows, or use one label for several.", len(facts.small), fewest=FEWEST_ROWS_A_CLASS, shown=shown, rows_words=plural("{n} row", "{n} rows", sum(facts.small.values()))), column=facts.target, count=len(facts.small), evidence={"classes": dict(list(facts.small.items())[:SHOWN])})


def class_few_rows(facts: Facts) -> Iterator[Finding]:
    """Classes that can hardly be judged."""
    few = {label: n for label, n in facts.class_rows.items() if n < FEW_ROWS_A_CLASS}
    if few:
        yield look("class_few_rows", plural("{n} class has fewer than {fewest} rows ({names}). What is said about them will be guesswork; add rows.", "{n} classes have fewer than {fewest} rows ({names}). What is said about them will be guesswork; add rows.", len(few), fewest=FEW_ROWS_A_CLASS, names=listed(list(few))), column=facts.target, count=len(few), evidence={"classes": dict(list(few.items())[:SHOWN])})


def imbalance(facts: Facts) -> Iterator[Finding]:
    """One class has most rows: accuracy flatters."""
    if not facts.class_rows:
        return
    label, count = next(iter(facts.class_rows.items()))
    share, classes = count / facts.rows, len(facts.class_rows)
    if IMBALANCED <= share < 1:
        evidence = {"always": label[:80], "accuracy": round(share, 4), "balanced_accuracy": round(1 / classes, 4)}
        yield look("imbalance", N_("{share} of the rows are {label}: always saying so would be {share} accurate, and no better than chance in balanced accuracy ({chance}). Look at that, and at precision and recall.").format(share=f"{share:.1%}", label=quoted(label), chance=f"{1 / classes:.1%}"), column=facts.target, count=count, evidence=evidence)
