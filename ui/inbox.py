"""The inbox: a folder beside the data, for files too large for the browser. On one's own machine only."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from core.language import _, plural
from core.settings import settings
from ui.guard import guarded
from ui.sources import from_inbox, inbox, inbox_folder
from ui.state import current_workspace, go, is_shared
from ui.words import ago, plain, short, size

__all__ = ["inbox_list"]

SHOWN = 20


def inbox_list() -> None:
    """List the files of the inbox, each with "Read it"; nothing on a shared server, where the disk is not the visitor's."""
    if is_shared():
        return
    files = inbox()
    label = plural("Too large for the browser? {n} file in the inbox", "Too large for the browser? {n} files in the inbox", len(files)) if files else _("Too large for the browser?")
    with st.expander(label, icon=":material/inbox:", expanded=bool(files)), guarded():
        st.markdown(_("Put the file into this folder of your machine; it is read where it lies and never copied through the browser."))
        st.code(str(inbox_folder()), language=None, wrap_lines=True)
        st.caption(_("Files of up to {limit} are read. To read larger ones, set {variable} and start again.").format(limit=size(settings().max_file_bytes), variable=settings().variable("max_file_bytes")))
        for waiting in files[:SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center", border=True, gap="small", key=f"inbox_{waiting.id}"):
                st.markdown(f":material/draft: **{plain(short(waiting.name, 80))}**", width="content")
                changed = ago(datetime.fromtimestamp(waiting.changed, UTC).isoformat())
                st.caption(f"{size(waiting.size_bytes)} · {changed}", width="content")
                st.space("stretch")
                if st.button(_("Read it"), key=f"read_{waiting.id}"):
                    go("data", draft=from_inbox(current_workspace(), waiting).id, dataset=None, run=None)
        if len(files) > SHOWN:
            st.caption(plural("… and {n} more file; the newest are shown.", "… and {n} more files; the newest are shown.", len(files) - SHOWN))
        if not files:
            st.button(_("Look again"), icon=":material/refresh:", key="inbox_again")
