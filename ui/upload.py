"""The places where a file comes in: upload, a whole folder, the inbox. The data page then shows what is in it."""

from __future__ import annotations

import streamlit as st

from core.language import _
from core.settings import MIB, settings
from ui.inbox import inbox_list
from ui.sources import receive
from ui.state import current_workspace, go

__all__ = ["upload_box"]

TYPES = ["csv", "tsv", "txt", "gz", "parquet", "xlsx", "jsonl", "json", "zip"]
UPLOAD_MB = 200  # server.maxUploadSize


def upload_box(key: str) -> None:
    """A place for a file; once one is there, the data page opens with it.

    Args:
        key: base of the widget key; unique on the page.
    """
    limit_mb, made = min(UPLOAD_MB, settings().max_file_bytes // MIB), st.session_state.get("uploads", 0)
    uploaded = st.file_uploader(
        _("A table (CSV, Excel, Parquet, JSON lines), or a zip with one folder of pictures or texts for each class"),
        type=TYPES, max_upload_size=limit_mb, key=f"{key}_{made}",
    )  # fmt: skip
    if uploaded is not None:
        with st.spinner(_("Keeping the file …"), show_time=True):
            source = receive(current_workspace(), uploaded.name, uploaded.getbuffer())
        _go_on(source.id)
    _folder_box(key, limit_mb, made)
    inbox_list()


def _folder_box(key: str, limit_mb: int, made: int) -> None:
    """A place for a folder of pictures or texts; it becomes a zip, as if somebody had packed it."""
    box = st.expander(_("A folder of pictures or texts"), icon=":material/folder_open:", on_change="rerun", key=f"{key}_folder_box")
    if not box.open:
        return
    with box:
        files = st.file_uploader(
            _("A folder with one folder inside for each class"), accept_multiple_files="directory", max_upload_size=limit_mb, key=f"{key}_folder_{made}"
        )
        if not files:
            return
        from core.dataset.readers.pack import pack

        with st.spinner(_("Packing {files} files …").format(files=f"{len(files):,}"), show_time=True):
            pieces = ((file.name, file.getbuffer()) for file in files)
            name = files[0].name.replace("\\", "/").split("/")[0] or "folder"
            source = receive(current_workspace(), f"{name}.zip", lambda path: pack(pieces, path), sum(file.size for file in files))
        _go_on(source.id)


def _go_on(name: str) -> None:
    """A new box, so that the browser's copy is dropped; then the data page."""
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1
    go("data", draft=name, dataset=None, run=None)
