"""What is to be predicted: which column it is, whether it is classes or a number, and its classes."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from core.dataset.schema import ColumnType, Task
from core.dataset.types import number_share
from core.dataset.values import as_strings, is_missing, number_format, tidy, to_number

__all__ = ["class_labels", "guess_target", "is_classes", "sort_labels", "target_values", "task_of"]

# the earlier, the surer
NAMES = (
    "target", "label", "labels", "y", "class", "classes", "outcome", "churn", "churned", "survived", "sentiment", "default",
    "fraud", "spam", "diagnosis", "converted", "conversion", "purchased", "clicked", "recommended", "attrition", "exited",
    "approved", "income", "species", "response", "result", "quality", "price", "rating", "score", "status", "category", "topic", "tags", "tag",
    "目标", "标签", "类别", "结果", "情感", "是否流失", "流失", "价格", "评分", "分类",
)  # fmt: skip
CERTAIN = ("target", "label", "labels", "y", "class")  # meant as the target whatever is in it
ONLY_WHOLE = frozenset({"y", "label", "labels", "class", "classes", "default", "response", "result", "status", "category"})
POSITIVE = frozenset({"yes", "y", "true", "t", "1", "positive", "pos", "good", "pass", "success", "是", "有", "真", "好评", "好", "正面", "积极", "对"})
LABEL_CHARACTERS = 200
FEW_CLASSES = 20  # whole numbers with at most so many values, each repeated, are classes
ROWS_A_CLASS = 5
LIKELY = (ColumnType.CATEGORY, ColumnType.NUMBER)


def guess_target(types: Mapping[str, ColumnType]) -> str:
    """The column that is most likely the answer: by its name, else the last one that could be.

    Args:
        types: column names in the order of the file, with their guessed types; at least one.

    Example:
        >>> guess_target({"Survived": ColumnType.NUMBER, "Age": ColumnType.NUMBER})
        'Survived'
    """
    filled = [name for name, kind in types.items() if kind is not ColumnType.EMPTY]
    named = {name.lower().strip(): name for name in reversed(filled)}
    if certain := [named[name] for name in CERTAIN if name in named]:
        return certain[0]
    possible = [name for name, kind in types.items() if kind in LIKELY]
    if not possible:
        return (filled or list(types))[-1]
    exact = {name.lower().strip(): name for name in reversed(possible)}
    for wanted in NAMES:
        if wanted in exact:
            return exact[wanted]
        if wanted not in ONLY_WHOLE and (within := [name for name in possible if wanted in _words(name)]):
            return within[0]
    return possible[-1]


def _words(name: str) -> set[str]:
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return set(re.split(r"[\W_]+", split.lower()))


def is_classes(values: pl.Series, kind: ColumnType) -> bool:
    """Whether a target of this guessed type is classes rather than a number.

    Args:
        values: (rows,) text of the column, missing cells included.
        kind: its guessed type.

    Example:
        >>> is_classes(pl.Series(["0", "1"] * 9), ColumnType.NUMBER)
        True
    """
    present = values.filter(~is_missing(values))
    if kind not in (ColumnType.NUMBER, ColumnType.IDENTIFIER) or not len(present) or number_share(present.str.strip_chars()) < 1:
        return kind is not ColumnType.NUMBER
    numbers = to_number(values, number_format(present)).drop_nulls()
    distinct = numbers.n_unique()
    whole = bool((numbers == numbers.floor()).all())
    return distinct == 2 or (whole and distinct <= FEW_CLASSES and distinct * ROWS_A_CLASS <= len(numbers))


def class_labels(values: pl.Series) -> pl.Series:
    """Class names: blanks tidied, Unicode composed, `1.0` and `1` the same; null where there is none.

    Example:
        >>> class_labels(pl.Series([" yes", "yes ", "n/a"])).to_list()
        ['yes', 'yes', None]
        >>> class_labels(pl.Series(["1.0", "0"])).to_list()
        ['1', '0']
    """
    text = tidy(as_strings(values)).str.head(LABEL_CHARACTERS)
    present = text.filter(~is_missing(text, surely=True))
    if len(present) and number_share(present) == 1 and not present.str.contains(r"^[+-]?0\d").any():
        text = _plain_numbers(text)
    blank = pl.Series([None], dtype=pl.String)
    return text.zip_with(~is_missing(text, surely=True), blank).alias(values.name)


def _plain_numbers(text: pl.Series) -> pl.Series:
    return text.str.replace(r"^([+-]?\d+)\.0*$", "$1")


def target_values(values: pl.Series, classes: bool) -> pl.Series:
    """The target as it is stored: class names, or Float64."""
    return class_labels(values) if classes else to_number(values, number_format(values.drop_nulls()))


def task_of(values: pl.Series) -> Task:
    """The task that stored target values pose.

    Example:
        >>> task_of(pl.Series(["a", "b", None]))
        <Task.BINARY: 'binary'>
    """
    if values.dtype != pl.String:
        return Task.REGRESSION
    return Task.BINARY if values.drop_nulls().n_unique() <= 2 else Task.MULTICLASS


def sort_labels(labels: list[str]) -> tuple[str, ...]:
    """Classes in the order of their numbers: numbers by size, else by text; of two, the positive last.

    Example:
        >>> sort_labels(["10", "9"]), sort_labels(["好评", "差评"])
        (('9', '10'), ('差评', '好评'))
    """
    numbers = to_number(pl.Series(labels, dtype=pl.String))
    ordered = [x for _, x in sorted(zip(numbers, labels, strict=True))] if not numbers.null_count() else sorted(labels)
    if len(ordered) == 2 and ordered[0].lower() in POSITIVE and ordered[1].lower() not in POSITIVE:
        ordered.reverse()
    return tuple(ordered)
