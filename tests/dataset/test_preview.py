from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.dataset.ingest import inspect
from core.dataset.preview import COLUMNS, Preview, Spread, preview_of
from core.dataset.schema import ColumnType, SplitBy

TABLE = b"age,job,churn\n" + b"".join(b"%d,%s,%s\n" % (20 + i % 41, (b"cook", b"smith")[i % 3 > 0], (b"no", b"yes")[i % 2]) for i in range(120))


def test_a_preview_says_what_would_be_stored() -> None:
    found = inspect(TABLE, "people.csv")
    preview = preview_of(found)
    assert (preview.info.rows, preview.info.target, preview.total, preview.cells) == (120, "churn", 120, 360)
    assert preview.rows["job"][:3] == ("cook", "smith", "smith")
    assert preview.guesses == {"age": ColumnType.NUMBER, "job": ColumnType.CATEGORY, "churn": ColumnType.CATEGORY}
    assert (preview.split_by, preview.stops, preview.samples, preview.sheets) == (SplitBy(), (), {}, ())
    assert preview.memory_bytes > 0


def test_a_preview_comes_back_from_json() -> None:
    preview = preview_of(inspect(TABLE, "people.csv").with_choices(target="age"))
    assert preview.spread is not None
    assert Preview.model_validate_json(preview.model_dump_json()) == preview


def test_what_stops_training_is_told() -> None:
    preview = preview_of(inspect(b"a,b\n1,2\n3,4\n", "tiny.csv"))
    assert preview.stops
    assert all(stop.endswith(".") for stop in preview.stops)


def test_the_first_rows_of_a_wide_table_are_few_columns() -> None:
    header = ",".join(f"c{i}" for i in range(COLUMNS + 5))
    rows = "".join(",".join(str((i + n) % 7) for i in range(COLUMNS + 5)) + "\n" for n in range(40))
    preview = preview_of(inspect(f"{header}\n{rows}".encode(), "wide.csv"))
    assert len(preview.rows) == COLUMNS
    assert len(preview.info.columns) == COLUMNS + 5


@given(arrays(np.float64, st.integers(0, 200), elements=st.floats(allow_nan=True, allow_infinity=True)))
def test_a_histogram_counts_every_finite_value(values: np.ndarray) -> None:
    finite = values[np.isfinite(values)]
    spread = Spread.of(values)
    if spread is None:
        assert not len(finite) or np.abs(finite).max() > 1e300
        return
    assert sum(spread.counts) == len(finite)
    assert len(spread.edges) == len(spread.counts) + 1
    assert spread.low <= spread.middle <= spread.high
    assert spread.edges[0] <= finite.min() <= finite.max() <= spread.edges[-1]


@pytest.mark.parametrize(("values", "middle", "low", "high"), [(range(101), 50.0, 5.0, 95.0), ([7.0], 7.0, 7.0, 7.0)])
def test_quantiles_by_hand(values: list[float], middle: float, low: float, high: float) -> None:
    spread = Spread.of(np.array(values, dtype=float))
    assert spread is not None
    assert (spread.low, spread.middle, spread.high) == (low, middle, high)
