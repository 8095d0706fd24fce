"""What the simple models see of numbers."""

from __future__ import annotations

import numpy as np
import polars as pl

from core.training.baseline_features import numbers_of


def test_a_skewed_scale_is_seen_as_its_logarithm_and_nothing_else() -> None:
    table = pl.DataFrame({"a": [0.0, np.e - 1, None, float("inf")], "b": [0.0, np.e - 1, 5.0, 1e200]})
    np.testing.assert_allclose(numbers_of(table, {"a": 0.0, "gone": 0.0}), [[0, 0], [1, np.e - 1], [np.nan, 5], [np.nan, np.nan]])
    np.testing.assert_allclose(numbers_of(table)[:2, 0], [0, np.e - 1])
