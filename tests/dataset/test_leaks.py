from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.leaks import _right_without_self, find_leaks
from core.dataset.schema import ColumnType

N, C = ColumnType.NUMBER, ColumnType.CATEGORY
RANDOM = np.random.default_rng(0)
ROWS = 600
SCORE = RANDOM.normal(size=ROWS)
ANSWER = np.where(SCORE > 0, "yes", "no")


def found(values: object, kind: ColumnType, answer: object = ANSWER) -> list[str]:
    table = pl.DataFrame({"x": values, "y": answer}, strict=False)
    return [leak.column for leak in find_leaks(table, {"x": kind}, "y")]


def test_a_number_whose_sign_is_the_class() -> None:
    assert found(SCORE, N) == ["x"]


def test_a_copy_in_other_words() -> None:
    assert found(np.where(ANSWER == "yes", "paid", "open"), C) == ["x"]
    assert found((ANSWER == "yes").astype(float), N) == ["x"]


def test_the_same_with_two_percent_of_errors() -> None:
    flipped = np.where(RANDOM.random(ROWS) < 0.02, ANSWER[::-1], ANSWER)
    assert found(flipped, C) == ["x"]


def test_a_good_but_honest_column_is_none() -> None:
    assert found(SCORE + RANDOM.normal(scale=0.5, size=ROWS), N) == []
    assert found(np.where(RANDOM.random(ROWS) < 0.2, "a", ANSWER), C) == []


def test_unique_values_are_none() -> None:
    assert found([f"ticket {i}" for i in range(ROWS)], C) == []


def test_noise_with_many_values_is_none() -> None:
    assert found(RANDOM.integers(0, 200, ROWS).astype(str), C) == []
    assert found(RANDOM.normal(size=ROWS), N) == []


def test_what_is_filled_in_only_for_one_class() -> None:
    values = [float(i) if answer == "no" and i % 4 == 0 else None for i, answer in enumerate(ANSWER)]
    table = pl.DataFrame({"body": values, "y": ANSWER})
    (leak,) = find_leaks(table, {"body": N}, "y")
    assert leak.recorded_after
    assert leak.label == "no"


def test_a_number_that_moves_with_the_number_to_predict() -> None:
    target = SCORE * 3 + 1
    assert found(np.exp(SCORE), N, target) == ["x"]
    assert found(SCORE + RANDOM.normal(scale=0.2, size=ROWS), N, target) == []
    steps = np.clip(np.round(SCORE * 2), -3, 3)
    assert found(steps.astype(str), C, steps) == ["x"]
    assert found(np.where(SCORE > 0, "a", "b"), C, target) == []


def test_few_rows_prove_nothing() -> None:
    assert found(SCORE[:40], N, ANSWER[:40]) == []


def test_text_and_times_are_not_judged() -> None:
    assert found(ANSWER, ColumnType.TEXT) == []


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=60))
def test_right_without_self_agrees_with_counting(rows: list[tuple[int, int]]) -> None:
    """The oracle: for each row, is its class strictly ahead among the other rows of its group?"""
    right = 0
    for i, (group, label) in enumerate(rows):
        others = Counter(other for j, (g, other) in enumerate(rows) if g == group and j != i)
        rivals = [count for other, count in others.items() if other != label]
        right += others[label] > max(rivals, default=0)
    codes, classes = np.array(rows).T
    assert _right_without_self(codes, classes) == pytest.approx(right / len(rows))
