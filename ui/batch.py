"""Many predictions at once: a file goes in, a CSV with one answer for each row comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.schema import ColumnType
from core.export import csv_bytes
from core.language import _, plural
from core.predict import Predictor, predict_file
from core.retelling import retold
from core.runs.run import Run
from core.settings import MIB, settings
from ui.guard import guarded
from ui.models import changed
from ui.words import count, number, percent, plain

if TYPE_CHECKING:
    import polars as pl

__all__ = ["predict_batch"]

PREVIEW_ROWS = 8
PREVIEW_COLUMNS = 14
CLASSES = 6  # of the summary


@st.fragment
@guarded()
def predict_batch(run: Run, model: Predictor) -> None:
    """Draw the upload box and, once a file is there, what the model says about it.

    Args:
        run: whose model it is.
        model: that model, for what it needs.
    """
    columns = model.preprocessor.columns
    pictures = any(column.type is ColumnType.IMAGE for column in columns)
    st.caption(_needs(model, pictures))
    given = st.file_uploader(
        _("A zip of pictures") if pictures else _("A table as CSV with the columns that the model needs"),
        type=["zip"] if pictures else ["csv", "tsv", "txt"],
        max_upload_size=min(200, settings().max_file_bytes // MIB),
        key=f"batch_{run.id}",
    )
    if given is None:
        return
    with st.spinner(_("Predicting …"), show_time=True):
        frame, notices = _predicted(run.id, changed(run), given.file_id, run, given.getvalue(), given.name)
    st.markdown(f"**{plural('{n} row predicted.', '{n} rows predicted.', frame.height)}** {_summary(frame)}")
    for notice in notices:
        st.caption(f":material/info: {plain(retold(notice), 400)}")
    st.dataframe(
        frame.head(PREVIEW_ROWS).select(frame.columns[:PREVIEW_COLUMNS]), hide_index=True, height="content",
        column_config=_formats(frame), alt=_("The first predictions: {summary}").format(summary=_summary(frame)),
    )  # fmt: skip
    if frame.height > PREVIEW_ROWS:
        st.caption(_("The first {shown} of {all} rows. The file has all of them.").format(shown=PREVIEW_ROWS, all=count(frame.height)))
    st.download_button(
        _("Download the predictions (CSV)"), data=lambda: csv_bytes(frame), file_name="predictions.csv", mime="text/csv",
        icon=":material/download:", on_click="ignore", key="batch_download",
    )  # fmt: skip


@st.cache_resource(scope="session", max_entries=1, ttl="30m", show_spinner=False)
def _predicted(run_id: str, changed: int, file_id: str, _run: Run, _data: bytes, _name: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    return predict_file(_run, _data, _name)


def _needs(model: Predictor, pictures: bool) -> str:
    if pictures:
        return _("A zip with pictures; folders are not needed. Each picture is brought to the size that the model reads.")
    names = [column.name for column in model.preprocessor.columns]
    shown = ", ".join(plain(name, 40) for name in names[:12])
    if len(names) == 1:
        return _("The file needs the column: {names}. Other columns are ignored.").format(names=shown)
    if len(names) > 12:
        return _("The file needs these columns, in any order: {names} and {more} more. Other columns are ignored.").format(names=shown, more=count(len(names) - 12))
    return _("The file needs these columns, in any order: {names}. Other columns are ignored.").format(names=shown)


def _summary(frame: pl.DataFrame) -> str:
    """How often each answer was given, or the middle of the numbers; Markdown of ours."""
    answers = frame["prediction"]
    if answers.dtype.is_numeric():
        return _("Half of them are below {median}.").format(median=number(answers.median()))  # type: ignore[arg-type]
    counts = answers.value_counts(sort=True).head(CLASSES).rows()
    return ", ".join(f"{plain(label, 40)}: {count(rows)} ({percent(rows / frame.height)})" for label, rows in counts) + "."


def _formats(frame: pl.DataFrame) -> dict[str, object]:
    return {name: st.column_config.NumberColumn(format="percent") for name in frame.columns if name.startswith("probability_")}
