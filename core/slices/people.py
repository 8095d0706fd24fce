"""Columns that say who a person is: the ones that fairness is asked about although nobody named a column.

Attributes that law protects in many countries (EU Charter of Fundamental Rights, article 21; US Civil Rights Act):
sex, age, origin, belief, disability, marital state, pregnancy. A column is taken by the words of its name, in English
or Chinese; nothing is guessed from its values. Whoever needs another column names it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from core.slices.columns import sliceable

if TYPE_CHECKING:
    from core.dataset.schema import DatasetInfo

__all__ = ["MOST_COLUMNS", "people_columns", "says_who"]

MOST_COLUMNS: Final = 3
WORDS: Final = frozenset({
    "sex", "gender", "age", "ages", "race", "ethnicity", "ethnic", "nationality", "citizenship", "religion", "religious", "disability", "disabled",
    "marital", "married", "pregnant", "pregnancy", "senior",
})  # fmt: skip
CHINESE: Final = ("性别", "年龄", "种族", "民族", "国籍", "宗教", "残疾", "婚姻", "婚否", "怀孕")
PIECES: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def people_columns(info: DatasetInfo) -> tuple[str, ...]:
    """Columns that say who a person is, three at most; what is predicted is never one.

    Args:
        info: of the dataset.
    """
    return tuple(name for name in sliceable(info) if says_who(name))[:MOST_COLUMNS]


def says_who(name: str) -> bool:
    """Whether a column is called like an attribute of people that law protects.

    Example:
        >>> [says_who(name) for name in ("SeniorCitizen", "age_group", "客户性别", "Average", "wage", "MonthlyCharges")]
        [True, True, True, False, False, False]
    """
    return any(piece.lower() in WORDS for piece in PIECES.findall(name[:200])) or any(word in name for word in CHINESE)
