"""Repairs of words: labels spelled in several ways, yes and no in all their forms, spellings that mean "no value".

Two spellings are the same when nothing but case, blanks, width, Unicode form or invisible characters tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import polars as pl

from core.dataset.repairs.kinds import Decided, refused
from core.dataset.values import ALSO_MISSING, SURELY_MISSING, as_strings, is_missing, tidy
from core.language import N_

__all__ = ["NO", "YES", "alike", "decide_alike", "decide_boolean", "decide_missing", "folded", "no_missing_spellings", "one_spelling"]

INVISIBLE: Final = r"[\s\p{Cf}\p{Cc}\x{fe0e}\x{fe0f}]+"
YES: Final = ("yes", "y", "true", "t", "1", "1.0", "on", "是", "对", "真", "有")
NO: Final = ("no", "n", "false", "f", "0", "0.0", "off", "否", "错", "假", "无")
CHINESE: Final = r"\p{Han}"
MISSING: Final = (
    *SURELY_MISSING, *ALSO_MISSING, "n.a.", "n.a", "#n/a!", "not available", "not applicable", "no data", "nodata", "undefined", "tbd", "void",
    "无数据", "暂缺", "未填写", "未填", "未提供", "空白", "空值", "不适用", "没有",
)  # fmt: skip


def folded(values: pl.Series) -> pl.Series:
    """What is left of a spelling when case, blanks, width, Unicode form and invisible characters do not count.

    Args:
        values: (n,) text.

    Example:
        >>> folded(pl.Series([" New York", "ＮＥＷ\u200b york", None])).to_list()
        ['newyork', 'newyork', None]
    """
    return values.str.normalize("NFKC").str.to_lowercase().str.replace_all(INVISIBLE, "")


def alike(values: pl.Series) -> dict[str, list[str]]:
    """Spellings that mean the same, tidied, the most frequent first; by their folded form, only where the cells differ.

    Args:
        values: (rows,) raw cells.

    Example:
        >>> alike(pl.Series(["yes", "Yes", "yes", "no"]))
        {'yes': ['yes', 'Yes']}
    """
    text = as_strings(values)
    cells = text.filter(~is_missing(text, surely=True)).alias("cell").value_counts(name="rows")
    cells = cells.with_columns(tidy(cells["cell"]).alias("spelling"), folded(cells["cell"]).alias("same")).filter(pl.col("same") != "")
    counts = cells.group_by("same", "spelling").agg(pl.col("rows").sum(), pl.len().alias("cells"))
    ordered = counts.sort(["rows", "spelling"], descending=[True, False])
    groups = ordered.group_by("same", maintain_order=True).agg("spelling", pl.col("cells").sum()).filter(pl.col("cells") > 1)
    return dict(groups.sort("same").select("same", "spelling").iter_rows())


def decide_alike(values: pl.Series) -> dict[str, Any]:
    """For each folded form with several spellings the most frequent one."""
    if not (found := alike(values)):
        raise refused(N_("“{name}” has no two spellings of one value, so there is nothing to write alike. Leave that repair out.").format(name=values.name[:60]))
    return {"spellings": {same: spellings[0] for same, spellings in found.items()}}


def one_spelling(values: pl.Series, decided: Decided) -> pl.Series:
    """Write each cell whose folded form was decided in that way; all others stay."""
    wanted = decided["spellings"]
    return _changed(as_strings(values), lambda cells: folded(cells).replace_strict(list(wanted), list(wanted.values()), default=cells, return_dtype=pl.String))


def decide_boolean(values: pl.Series) -> dict[str, Any]:
    """Yes and no as most rows say them: in Chinese characters, or in English."""
    counts = folded(as_strings(values)).alias("same").value_counts(name="rows").filter(pl.col("same").is_in([*YES, *NO]))
    if len(counts) < 2:
        raise refused(N_("“{name}” does not say yes and no in several ways, so there is nothing to write alike. Leave that repair out.").format(name=values.name[:60]))
    chinese = counts["rows"].filter(counts["same"].str.contains(CHINESE)).sum() * 2 > counts["rows"].sum()
    yes, no = ("是", "否") if chinese else ("yes", "no")
    return {"spellings": {**dict.fromkeys(YES, yes), **dict.fromkeys(NO, no)}}


def decide_missing(values: pl.Series) -> dict[str, Any]:
    """Which spellings of "no value" the column holds, folded."""
    cells = as_strings(values)
    found = folded(cells.drop_nulls()).unique().sort()
    missing = [spelling for spelling in found.to_list() if spelling in _folded_missing()]
    if not missing:
        raise refused(N_("“{name}” has no spelling that means “no value”. Leave that repair out.").format(name=values.name[:60]))
    return {"values": missing}


def no_missing_spellings(values: pl.Series, decided: Decided) -> pl.Series:
    """Empty the cells that say that there is no value; numbers and dates are no words and stay."""
    if values.dtype != pl.String:
        return values
    gone = list(decided["values"])
    return _changed(values, lambda cells: cells.to_frame("cell").select(pl.when(~folded(cells).is_in(gone)).then("cell")).to_series())


def _folded_missing() -> frozenset[str]:
    return frozenset(folded(pl.Series(MISSING)).to_list())


def _changed(values: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Change each different value once; a million rows of three labels cost three changes."""
    cells = values.drop_nulls().unique()
    new = change(cells)
    differs = new.ne_missing(cells)
    return values.replace(cells.filter(differs), new.filter(differs)).alias(values.name) if differs.any() else values
