"""The upload box that the start and the data page share: takes a file, keeps it on disk, shows what is in it."""

from __future__ import annotations

import streamlit as st

from core.settings import MIB, settings
from ui.sources import receive
from ui.state import current_workspace, go

__all__ = ["upload_box"]

TYPES = ["csv", "tsv", "txt", "zip"]


def upload_box(key: str) -> None:
    """A place for a file; once one is there, the data page opens with it.

    Args:
        key: base of the widget key; unique on the page.
    """
    limit_mb = min(200, settings().max_file_bytes // MIB)  # 200: server.maxUploadSize
    uploaded = st.file_uploader(
        "A table as CSV, or a zip with one folder of pictures for each class",
        type=TYPES,
        max_upload_size=limit_mb,
        key=f"{key}_{st.session_state.get('uploads', 0)}",
    )
    if uploaded is None:
        return
    with st.spinner("Storing the file …", show_time=True):
        source = receive(current_workspace(), uploaded.name, uploaded.getbuffer())
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1  # a new box: the browser's copy is dropped
    go("data", draft=source.id, dataset=None, run=None)
