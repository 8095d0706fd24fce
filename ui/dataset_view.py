"""A stored dataset: facts, split, findings, target, a few rows or pictures, and its columns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.dataset import Dataset
from core.dataset.schema import DatasetInfo, Part
from core.files import folder_bytes
from core.language import _, plural
from ui.balance import balance_chart, spread_chart
from ui.cards import task_text
from ui.column_table import column_table
from ui.findings import findings_list, repaired_list
from ui.looks_view import show_looks
from ui.repair_words import repair_words
from ui.split_view import show_parts
from ui.words import count, plain, size

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from core.dataset.looks import Looks
    from core.dataset.preview import Spread

__all__ = ["facts", "rows_preview", "show_dataset", "show_target"]

ROWS_SHOWN = 8
PICTURES_SHOWN = 6
CLASSES_SHOWN = 40
COLUMNS_SHOWN = 40  # of the first rows; the table of columns has all


def show_dataset(dataset: Dataset) -> None:
    """Everything about a dataset on one page; reads a handful of rows and nothing else."""
    info, folder = dataset.info, dataset.folder.as_posix()
    st.subheader(plain(info.name), anchor=False)
    facts(info, _("{size} on disk").format(size=size(_bytes(folder))))
    st.subheader(_("Split"), anchor=False)
    show_parts(info)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(_("What was noticed"), anchor=False)
        repaired_list([repair_words(repair) for repair in info.repairs])
        findings_list(info.findings)
    with right:
        st.subheader(_("What is predicted"), anchor=False)
        show_target(info, None if info.class_counts else _spread(folder, info.target))
    looks = dataset.looks()
    show_looks(looks, _pictures(folder, dataset, looks) if info.image_shape is not None else {})
    if info.image_shape is not None:
        return
    st.subheader(_("The first rows"), anchor=False)
    rows_preview(_first_rows(folder), info)
    st.subheader(_("Columns"), anchor=False)
    column_table(info.columns, info.inputs, info.target, info.rows, dataset.id)


def facts(info: DatasetInfo, weight: str, total: int | None = None) -> None:
    """What it is, in one line.

    Args:
        info: of a dataset, stored or not yet.
        weight: how much memory or disk it takes, in words.
        total: rows of the file, where only some of them were looked at so far.
    """
    shape = info.image_shape
    what = f"**{plural('{n} column', '{n} columns', len(info.columns))}**" if shape is None else _("{width} × {height} pixels").format(width=shape[1], height=shape[0])
    said = [f"**{_many(info, total or info.rows)}**", what, weight]
    if info.target:
        said.append(_("predicts **{target}**, {what}").format(target=plain(info.target, 40), what=task_text(info.task, len(info.labels))))
    st.markdown(" · ".join(said))
    if info.dropped_rows and total is None:
        st.caption(
            plural("{n} row of the file is left out; “What was noticed” says why.", "{n} rows of the file are left out; “What was noticed” says why.", info.dropped_rows)
            if shape is None
            else plural("{n} picture of the file is left out; “What was noticed” says why.", "{n} pictures of the file are left out; “What was noticed” says why.", info.dropped_rows)
        )
    if total is not None:
        st.caption(_("{rows} of {total} rows looked at, spread over the whole file: what stands below is measured on them. “Use this data” reads and stores all rows.").format(rows=count(info.rows), total=count(total)))


def _many(info: DatasetInfo, n: int) -> str:
    return plural("{n} row", "{n} rows", n) if info.image_shape is None else plural("{n} picture", "{n} pictures", n)


def show_target(info: DatasetInfo, spread: Spread | None, total: int | None = None) -> None:
    """How often each class occurs, or how the number is spread; `total` where only some of so many rows were looked at."""
    if info.class_counts:
        balance_chart({label: part.train + part.validation + part.test for label, part in info.class_counts.items()}, key="balance", thing="row" if info.image_shape is None else "picture")
    elif spread is not None:
        spread_chart(spread, info.target, key="spread")
    else:
        st.caption(_("There is nothing to draw: no row has a usable answer."))
    if total is not None:
        st.caption(_("{rows} of {total} rows looked at.").format(rows=count(info.rows), total=count(total)))


def rows_preview(rows: pl.DataFrame | dict[str, tuple[str | None, ...]], info: DatasetInfo) -> None:
    """A few rows as they are; cells of a data frame show text literally."""
    width = min(COLUMNS_SHOWN, len(info.columns))
    st.dataframe(rows, hide_index=True, height="content", alt=_("The first rows of the table"))
    if (more := len(info.columns) - width) > 0:
        st.caption(plural("… and {n} more column.", "… and {n} more columns.", more))


@st.cache_data(max_entries=64, ttl="1h", show_spinner=False)
def _bytes(folder: str) -> int:
    return folder_bytes(Path(folder))


@st.cache_data(max_entries=16, ttl="1h", show_spinner=False)
def _first_rows(folder: str) -> pl.DataFrame:
    import polars as pl

    lazy = Dataset(Path(folder)).lazy()
    names = lazy.collect_schema().names()[:COLUMNS_SHOWN]
    return lazy.select(names).head(ROWS_SHOWN).with_columns(pl.col(pl.String).str.slice(0, 300)).collect()


@st.cache_resource(max_entries=8, ttl="1h", show_spinner=False)
def _spread(folder: str, target: str) -> Spread | None:
    from core.dataset.preview import Spread

    return Spread.of(Dataset(Path(folder)).table((target,))[target].drop_nulls().to_numpy())


@st.cache_data(max_entries=4, ttl="1h", show_spinner=False)
def _pictures(folder: str, _dataset: Dataset, _looks: Looks) -> dict[str, np.ndarray]:
    """A few training pictures of each class; reads those and nothing else."""
    import numpy as np

    images = _dataset.images()
    if _looks.pictures is not None:
        return {label: np.asarray(images[list(rows)]) for label, rows in _looks.pictures.examples.items()}
    rows = _dataset.rows_of(Part.TRAIN)  # a dataset of before there were looks
    answers = _dataset.table(columns=(_dataset.info.target,), rows=rows)[_dataset.info.target].to_numpy()
    picked = {label: rows[np.flatnonzero(answers == label)[:PICTURES_SHOWN]] for label in _dataset.info.labels[:CLASSES_SHOWN]}
    return {label: np.asarray(images[some]) for label, some in picked.items() if len(some)}
