"""Data: see what is in a file, say what shall be predicted, and keep it."""

import streamlit as st

from core.errors import NotFound
from core.language import _
from ui.dataset_view import show_dataset
from ui.draft_view import choose_and_store
from ui.guard import show_error
from ui.road import empty, page
from ui.sources import find
from ui.state import current_dataset, current_workspace, go
from ui.upload import upload_box
from ui.words import plain

draft_id = st.query_params.get("draft")
dataset = None if draft_id else current_dataset()

if draft_id:
    head = page(_("What is in it, and what shall be predicted"), _("Check what was guessed, choose the target, and go on."))
    try:
        source = find(current_workspace(), draft_id)
    except NotFound as error:  # cancelled or used in another window, or long ago
        show_error(error)
        upload_box("data_file")
    else:
        choose_and_store(head, source)
elif dataset is not None:
    head = page(_("Your data"), _("This is what your models learn from. Every model is judged on the same test rows."))
    show_dataset(dataset)
    with st.expander(_("Use another file"), icon=":material/upload_file:"):
        upload_box("data_file")
    if head.next(_("Choose a network"), key="data_next"):
        go("model")
else:
    page(_("Your data"), _("A table, pictures or texts: what a model shall learn from."))
    if cancelled := st.session_state.pop("cancelled", None):
        st.info(_("Cancelled. Nothing of “{cancelled}” was stored; the file itself is untouched.").format(cancelled=plain(cancelled, 80)), icon=":material/close:")
    upload_box("data_file")
    empty(_("Here you will see what is in your file. No file at hand? Take a ready example."), _("See the examples"), "start", icon="table")
