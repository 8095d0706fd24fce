"""The inbox: a folder beside the data, for files too large for the browser. On one's own machine only."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from core.settings import settings
from ui.guard import guarded
from ui.sources import from_inbox, inbox, inbox_folder
from ui.state import current_workspace, go, is_shared
from ui.words import ago, plain, plural, short, size

__all__ = ["inbox_list"]

SHOWN = 20


def inbox_list() -> None:
    """List the files of the inbox, each with "Read it"; nothing on a shared server, where the disk is not the visitor's."""
    if is_shared():
        return
    files = inbox()
    label = f"Too large for the browser? {plural(len(files), 'file')} in the inbox" if files else "Too large for the browser?"
    with st.expander(label, icon=":material/inbox:", expanded=bool(files)), guarded():
        st.markdown("Put the file into this folder of your machine; it is read where it lies and never copied through the browser.")
        st.code(str(inbox_folder()), language=None, wrap_lines=True)
        st.caption(f"Files of up to {size(settings().max_file_bytes)} are read. To read larger ones, set {settings().variable('max_file_bytes')} and start again.")
        for waiting in files[:SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center", border=True, gap="small", key=f"inbox_{waiting.id}"):
                st.markdown(f":material/draft: **{plain(short(waiting.name, 80))}**", width="content")
                changed = ago(datetime.fromtimestamp(waiting.changed, UTC).isoformat())
                st.caption(f"{size(waiting.size_bytes)} · {changed}", width="content")
                st.space("stretch")
                if st.button("Read it", key=f"read_{waiting.id}"):
                    go("data", draft=from_inbox(current_workspace(), waiting).id, dataset=None, run=None)
        if len(files) > SHOWN:
            st.caption(f"… and {plural(len(files) - SHOWN, 'more file')}; the newest are shown.")
        if not files:
            st.button("Look again", icon=":material/refresh:", key="inbox_again")
