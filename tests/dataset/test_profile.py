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
