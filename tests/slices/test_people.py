"""Columns that say who a person is, by their names alone."""

from __future__ import annotations

import pytest

from core.dataset.schema import Column, ColumnType, DatasetInfo, SplitCounts, Task
from core.slices.people import MOST_COLUMNS, people_columns, says_who


@pytest.mark.parametrize("name", ["sex", "Gender", "AGE", "applicant_age", "ageGroup", "marital-status", "SeniorCitizen", "is_pregnant", "用户年龄", "民族", "RACE"])
def test_attributes_that_law_protects(name: str) -> None:
    assert says_who(name)


@pytest.mark.parametrize("name", ["average", "page", "wage", "mortgage", "embrace", "sexton", "manager", "usage", "", "年", "agent", "postage"])
def test_words_that_only_look_like_them(name: str) -> None:
    assert not says_who(name)


def info(*names: str, target: str = "y") -> DatasetInfo:
    columns = tuple(Column(name=name, type=ColumnType.CATEGORY) for name in (*names, target))
    return DatasetInfo(
        id="d1", name="", created="2026-11-22", source={}, rows=10, columns=columns, target=target, task=Task.BINARY, labels=("a", "b"), inputs=names,
        split=SplitCounts(train=6, validation=2, test=2),
    )  # fmt: skip


def test_three_at_most_and_never_what_is_predicted() -> None:
    assert people_columns(info("x", "sex", "age", "race", "religion", target="gender")) == ("sex", "age", "race")[:MOST_COLUMNS]
    assert people_columns(info("x", target="sex")) == ()
