import statistics

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.profile import profile_columns
from core.dataset.schema import ColumnType

NUMBERS = st.lists(st.none() | st.floats(-1e9, 1e9), min_size=1, max_size=40)


@given(NUMBERS)
def test_numbers_agree_with_the_standard_library(values: list[float | None]) -> None:
    (column,) = profile_columns(pl.DataFrame({"a": pl.Series(values, dtype=pl.Float64)}), {"a": ColumnType.NUMBER}, {})
    present = [value for value in values if value is not None]
    assert column.missing == len(values) - len(present)
    assert column.distinct == len({value + 0.0 for value in present})
    if not present:
        assert column.minimum is column.median is None
        return
    assert (column.minimum, column.maximum) == (min(present), max(present))
    assert column.median is not None
    assert abs(column.median - statistics.median(present)) <= 1e-6
    assert column.whole == all(value == int(value) for value in present)


def test_categories_list_their_values_by_frequency() -> None:
    table = pl.DataFrame({"job": ["b", "a", "b", None, "c"]})
    (column,) = profile_columns(table, {"job": ColumnType.CATEGORY}, {})
    assert column.values == (("b", 2), ("a", 1), ("c", 1))
    assert (column.missing, column.distinct, column.examples) == (1, 3, ("b", "a", "c"))


def test_lists_are_kept_short() -> None:
    table = pl.DataFrame({"a": [f"v{i}" for i in range(200)] + ["x" * 5000], "t": ["y" * 500] * 201})
    a, t = profile_columns(table, {"a": ColumnType.CATEGORY, "t": ColumnType.TEXT}, {})
    assert len(a.values) == 50
    assert max(len(value) for value, _ in a.values) < 100
    assert t.values == ()
    assert t.examples == ("y" * 80,)


def test_no_rows_have_no_range() -> None:
    table = pl.DataFrame({"a": pl.Series([], dtype=pl.Float64), "b": pl.Series([], dtype=pl.String)})
    a, b = profile_columns(table, {"a": ColumnType.NUMBER, "b": ColumnType.CATEGORY}, {})
    assert a.minimum is None
    assert (b.distinct, b.values) == (0, ())


def test_bars_of_numbers_count_every_value_once_and_keep_the_tails_in_the_ends() -> None:
    values = [*range(1, 1000), 1e12, -1e12, None]
    (column,) = profile_columns(pl.DataFrame({"a": pl.Series(values, dtype=pl.Float64)}), {"a": ColumnType.NUMBER}, {})
    assert len(column.bars) == 12
    assert sum(column.bars) == 1001
    assert max(column.bars) < 110  # nearly even in spite of the two far away


def test_bars_of_categories_are_their_counts_and_those_of_a_constant_are_one() -> None:
    table = pl.DataFrame({"job": ["a"] * 3 + ["b"] * 2, "one": [7.0] * 5, "none": pl.Series([None] * 5, dtype=pl.Float64)})
    kinds = {"job": ColumnType.CATEGORY, "one": ColumnType.NUMBER, "none": ColumnType.NUMBER}
    assert [column.bars for column in profile_columns(table, kinds, {})] == [(3, 2), (5,), ()]


def test_bars_of_times_are_ranges_of_time() -> None:
    days = (pl.Series(range(24)).cast(pl.Int64) * 86_400_000_000).cast(pl.Datetime("us"))
    (column,) = profile_columns(pl.DataFrame({"day": days}), {"day": ColumnType.TIME}, {})
    assert column.bars == (2,) * 12


@given(NUMBERS)
def test_bars_lose_no_value(values: list[float | None]) -> None:
    (column,) = profile_columns(pl.DataFrame({"a": pl.Series(values, dtype=pl.Float64)}), {"a": ColumnType.NUMBER}, {})
    assert sum(column.bars) == sum(value is not None for value in values)
