"""Repair of dates that can be read two ways: `03/04/2026` is the third of April to most of the world."""

from __future__ import annotations

from typing import Any

import polars as pl

from core.dataset.repairs.kinds import Decided, refused
from core.dataset.times import ORDERS, find_time_format, to_time
from core.dataset.values import is_missing
from core.language import N_

__all__ = ["day_first", "decide_day_first"]

LEAST_SHARE = 0.99  # of the dates must be readable with the day first


def decide_day_first(values: pl.Series) -> dict[str, Any]:
    """The format with the day first, where the one that was guessed has the month first.

    Example:
        >>> decide_day_first(pl.Series("d", ["03/04/2026", "05/04/2026"]))
        {'form': '%d/%m/%Y'}
    """
    present = values.filter(~is_missing(values)) if values.dtype == pl.String else values.head(0)
    form = find_time_format(present) if len(present) else ""
    for month_first, turned in ORDERS:
        form_turned = form.replace(month_first, turned)
        if form_turned != form and to_time(present, form_turned).null_count() <= (1 - LEAST_SHARE) * len(present):
            return {"form": form_turned}
    raise refused(N_("“{name}” holds no dates that could as well be read with the day first. Leave that repair out.").format(name=values.name[:60]))


def day_first(values: pl.Series, decided: Decided) -> pl.Series:
    """Write each such date as year, month and day; what is none stays."""
    if values.dtype != pl.String:
        return values
    form = decided["form"]
    clock = " %H:%M:%S%.f" if "%.f" in form else " %H:%M:%S" if "%H" in form or "%I" in form else ""
    written = to_time(values, form).dt.strftime("%Y-%m-%d" + clock)
    return written.zip_with(written.is_not_null(), values).alias(values.name)
