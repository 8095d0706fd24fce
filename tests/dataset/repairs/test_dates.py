"""Dates with the day first are written so that nobody can read them otherwise."""

from __future__ import annotations

import polars as pl
import pytest

from core.dataset.repairs import repair_table, repair_values
from core.dataset.schema import ColumnType, Repair
from core.errors import BadSettings


def test_the_day_comes_first() -> None:
    frame = pl.DataFrame({"d": ["03/04/2026", "05/12/2026", None, "?"], "y": ["0"] * 4})
    done = repair_table(frame, [Repair.parse("ambiguous_dates:d")], "y")
    assert done.frame["d"].to_list() == ["2026-04-03", "2026-12-05", None, "?"]
    assert done.types == {"d": ColumnType.TIME}
    later = pl.DataFrame({"d": ["07/08/2026", "2026-01-02", "31/01/2026"]})
    assert repair_values(later, done.repairs)["d"].to_list() == ["2026-08-07", "2026-01-02", "2026-01-31"]


def test_the_clock_is_kept() -> None:
    frame = pl.DataFrame({"d": ["03/04/2026 10:30", "05/12/2026 23:05"], "y": ["0", "1"]})
    assert repair_table(frame, [Repair.parse("ambiguous_dates:d")], "y").frame["d"].to_list() == ["2026-04-03 10:30:00", "2026-12-05 23:05:00"]


@pytest.mark.parametrize("values", [["2026-04-03", "2026-12-05"], ["13/04/2026", "05/12/2026"], ["04/13/2026", "12/05/2026"], ["red", "blue"], [None, None]])
def test_dates_that_are_clear_are_left(values: list[str | None]) -> None:
    with pytest.raises(BadSettings, match="day first"):
        repair_table(pl.DataFrame({"d": pl.Series(values, dtype=pl.String), "y": ["0", "1"]}), [Repair.parse("ambiguous_dates:d")], "y")
