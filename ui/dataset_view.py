"""A stored dataset: facts, split, findings, target, a few rows or pictures, and its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from core.dataset.dataset import Dataset
from core.dataset.schema import Column, DatasetInfo, Part
from ui.balance import balance_chart, spread_chart
from ui.cards import task_text
from ui.findings import findings_list
from ui.pictures import picture_strips
from ui.words import count, plain, plural, short

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["COLUMN_LOOK", "facts", "rows_preview", "show_dataset"]

ROWS_SHOWN = 8
PICTURES_SHOWN = 6
COLUMNS_SHOWN = 60  # of the first rows; the table of columns shows all

COLUMN_LOOK: dict[str, Any] = {
    "missing": st.column_config.NumberColumn("missing", format="percent", help="Share of rows without a value"),
    "different": st.column_config.NumberColumn("different values", format="localized"),
    "examples": st.column_config.TextColumn("for example", width="large"),
}


def show_dataset(dataset: Dataset) -> None:
    """Everything about a dataset on one page; reads a handful of rows and nothing else."""
    info = dataset.info
    st.subheader(plain(info.name), anchor=False)
    facts(rows=info.rows, columns=len(info.columns), target=info.target, answer=task_text(info.task, len(info.labels)), picture=info.image_shape or ())
    st.markdown(
        f"**{count(info.split.train)}** rows to learn from, **{count(info.split.validation)}** to choose the best moment, "
        f"**{count(info.split.test)}** sealed for the final judgement."
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What was noticed", anchor=False)
        findings_list(info.findings)
    with right:
        st.subheader("What is predicted", anchor=False)
        _target(dataset)
    if info.image_shape is not None:
        st.subheader("A few pictures", anchor=False)
        picture_strips(_pictures(dataset.folder.as_posix(), dataset))
        return
    st.subheader("The first rows", anchor=False)
    rows_preview(_first_rows(dataset.folder.as_posix()))
    st.subheader("Columns", anchor=False)
    st.dataframe(_columns(info), hide_index=True, column_config=COLUMN_LOOK, alt="Name, type and gaps of each column")


def facts(*, rows: int, columns: int, target: str, answer: str, picture: tuple[int, ...] = ()) -> None:
    """What it is, in one line.

    Args:
        rows: how many there are.
        columns: how many there are, target included.
        target: name of the target column.
        answer: what is predicted, in words.
        picture: (height, width, ...) in pixels where each row is a picture.
    """
    what = f"**{plural(columns, 'column')}**" if not picture else f"{picture[1]} × {picture[0]} pixels"
    predicts = f" · predicts **{plain(target, 40)}**, {answer}" if target else ""
    st.markdown(f"**{plural(rows, 'picture' if picture else 'row')}** · {what}{predicts}")


def rows_preview(rows: pl.DataFrame) -> None:
    """A few rows as they are; cells of a data frame show text literally."""
    shown = rows[:, :COLUMNS_SHOWN]
    st.dataframe(shown, hide_index=True, height="content", alt=f"The first {len(rows)} rows of the table")
    if (more := rows.width - shown.width) > 0:
        st.caption(f"… and {plural(more, 'more column')}.")


def _columns(info: DatasetInfo) -> dict[str, list[Any]]:
    return {
        "name": [short(column.name, 120) for column in info.columns],
        "type": [column.type.value for column in info.columns],
        "used as": [_use(column, info) for column in info.columns],
        "missing": [column.missing / max(1, info.rows) for column in info.columns],
        "different": [column.distinct for column in info.columns],
        "examples": [", ".join(short(example, 40) for example in column.examples) for column in info.columns],
    }


def _use(column: Column, info: DatasetInfo) -> str:
    return "target" if column.name == info.target else "input" if column.name in info.inputs else "not used"


def _target(dataset: Dataset) -> None:
    info = dataset.info
    if info.class_counts:
        balance_chart({label: part.train + part.validation + part.test for label, part in info.class_counts.items()}, key="balance")
    else:
        spread_chart(_numbers(dataset.folder.as_posix(), info.target), info.target, key="spread")


@st.cache_data(max_entries=16, ttl="1h", show_spinner=False)
def _first_rows(folder: str) -> pl.DataFrame:
    import polars as pl

    return pl.scan_parquet(f"{folder}/table.parquet").head(ROWS_SHOWN).with_columns(pl.col(pl.String).str.slice(0, 300)).collect()


@st.cache_data(max_entries=8, ttl="1h", show_spinner=False)
def _numbers(folder: str, target: str) -> np.ndarray:
    import polars as pl

    return pl.read_parquet(f"{folder}/table.parquet", columns=[target])[target].drop_nulls().to_numpy()


@st.cache_data(max_entries=4, ttl="1h", show_spinner=False)
def _pictures(folder: str, _dataset: Dataset) -> dict[str, np.ndarray]:
    """A few training pictures of each class; reads the label column and those pictures only."""
    import numpy as np

    info, images = _dataset.info, _dataset.images()
    rows = _dataset.rows_of(Part.TRAIN)
    answers = _dataset.table(columns=(info.target,), rows=rows)[info.target].to_numpy()
    picked = {label: rows[np.flatnonzero(answers == label)[:PICTURES_SHOWN]] for label in info.labels[:40]}
    return {label: np.asarray(images[some]) for label, some in picked.items() if len(some)}
