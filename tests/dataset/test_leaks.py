"""Leaks: what is found, and what is not cried."""

import time

import numpy as np
import polars as pl
import pytest

from core.dataset.leaks import find_leaks
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


def test_a_number_whose_ranges_are_the_classes() -> None:
    assert found(SCORE, N, np.array(["A", "B", "C", "D"])[np.digitize(SCORE, [-0.8, 0.1, 0.9])]) == ["x"]


def test_a_copy_in_other_words() -> None:
    assert found(np.where(ANSWER == "yes", "paid", "open"), C) == ["x"]
    assert found((ANSWER == "yes").astype(float), N) == ["x"]


def test_a_copy_with_very_many_classes() -> None:
    classes = np.arange(900) % 300
    assert found([f"c{i}" for i in classes], C, classes.astype(str)) == ["x"]


def test_the_same_with_two_percent_of_errors() -> None:
    flipped = np.where(RANDOM.random(ROWS) < 0.02, ANSWER[::-1], ANSWER)
    assert found(flipped, C) == ["x"]


def test_a_good_but_honest_column_is_none() -> None:
    assert found(SCORE + RANDOM.normal(scale=0.5, size=ROWS), N) == []
    assert found(np.where(RANDOM.random(ROWS) < 0.45, "a", ANSWER), C) == []


@pytest.mark.parametrize("seed", range(20))
def test_a_petal_is_honest_whatever_the_order_of_the_flowers(seed: int) -> None:
    """Two of three classes overlap a little, as in iris."""
    random = np.random.default_rng(seed)
    petal = np.round(np.concatenate([random.normal(0.25, 0.1, 50), random.normal(1.33, 0.2, 50), random.normal(2.03, 0.27, 50)]), 1)
    assert found(petal, N, np.repeat(["a", "b", "c"], 50)) == []


def test_unique_values_are_none() -> None:
    assert found([f"ticket {i}" for i in range(ROWS)], C) == []


def test_noise_with_many_values_is_none() -> None:
    assert found(RANDOM.integers(0, 200, ROWS).astype(str), C) == []
    assert found(RANDOM.normal(size=ROWS), N) == []


def test_of_a_thousand_columns_of_noise_none_is_suspicious() -> None:
    random = np.random.default_rng(1)
    columns = {f"c{i}": random.normal(size=60) if i % 2 else random.integers(0, 3, 60).astype(float) for i in range(1000)}
    table = pl.DataFrame(columns | {"y": random.choice(["a", "b"], 60)})
    assert find_leaks(table, dict.fromkeys(columns, N), "y") == []


@pytest.mark.parametrize("kind", [N, ColumnType.TIME, ColumnType.TEXT])
def test_what_is_filled_in_only_for_one_class(kind: ColumnType) -> None:
    values = [float(i) if answer == "no" and i % 4 == 0 else None for i, answer in enumerate(ANSWER)]
    table = pl.DataFrame({"body": values, "y": ANSWER})
    (leak,) = find_leaks(table, {"body": kind}, "y")
    assert leak.recorded_after
    assert (leak.label, leak.share) == ("no", 1.0)


def test_what_is_filled_in_by_chance_or_for_a_class_that_nearly_all_have() -> None:
    some = [1.0 if i % 4 == 0 else None for i in range(ROWS)]
    assert found(some, ColumnType.TIME) == []
    mostly_no = np.where(np.arange(ROWS) % 30 == 7, "yes", "no")
    assert found([1.0 if i % 3 == 0 else None for i in range(ROWS)], ColumnType.TIME, mostly_no) == []


def test_a_number_that_moves_with_the_number_to_predict() -> None:
    target = SCORE * 3 + 1
    assert found(np.exp(SCORE), N, target) == ["x"]
    assert found(SCORE + RANDOM.normal(scale=0.2, size=ROWS), N, target) == []
    steps = np.clip(np.round(SCORE * 2), -3, 3)
    assert found(steps.astype(str), C, steps) == ["x"]
    assert found(np.where(SCORE > 0, "a", "b"), C, target) == []


def test_a_number_that_turns_back() -> None:
    """y = x²: no correlation at all, and still the answer."""
    values = np.random.default_rng(5).uniform(-1, 1, 2000)
    assert found(values, N, values**2) == ["x"]


def test_few_rows_prove_nothing() -> None:
    assert found(SCORE[:30], N, ANSWER[:30]) == []


def test_words_and_times_are_not_judged_by_their_values() -> None:
    assert found(ANSWER, ColumnType.TEXT) == []


def test_thousands_of_columns_are_judged_together() -> None:
    random = np.random.default_rng(3)
    table = pl.DataFrame({f"c{i}": random.normal(size=100) for i in range(2000)} | {"y": ["a", "b"] * 50})
    began = time.process_time()
    assert find_leaks(table, dict.fromkeys(table.columns[:-1], N), "y") == []
    assert time.process_time() - began < 3
