"""Start: what this is, four ready examples, a place for a file of one's own, and what was done before."""

import streamlit as st

from core.dataset.samples import TEMPLATES
from core.language import _
from ui.cards import dataset_row, run_row
from ui.guard import guarded
from ui.road import page
from ui.sources import TEMPLATE
from ui.state import current_dataset, current_workspace, go
from ui.upload import upload_box
from ui.words import plain

RECENT = 6
ICONS = {"table": "table", "pictures": "image", "picture": "image", "images": "image", "text": "notes"}

head = page(
    _("Put a model on stage"),
    _("Drop a file, press Train and watch the model learn. Then see in honest numbers whether it beats a simple baseline."),
)
workspace = current_workspace()

st.subheader(_("Start with a ready example"), anchor=False)
with st.grid(4, min_column_width=210):
    for ready in TEMPLATES:
        with st.container(border=True, height="stretch", key=f"card_{ready.id}"):
            st.markdown(f":material/{ICONS.get(ready.kind, 'table')}: **{_(ready.title)}**")
            st.markdown(_(ready.description))
            st.space("stretch")
            st.caption(f"{plain(ready.licence)} · {plain(_(ready.source), 60)}")
            if st.button(_("Use this"), key=f"template_{ready.id}", width="stretch"):
                go("data", draft=TEMPLATE + ready.id, dataset=None, run=None)

st.subheader(_("Or bring your own file"), anchor=False)
with guarded():
    upload_box("start_file")

runs = [run for run in workspace.runs() if run.spec.answers_for_test][:RECENT]  # not the many folds and shares of a series
datasets = workspace.datasets()[:RECENT]
if runs:
    st.subheader(_("Recent runs"), anchor=False)
    for run in runs:
        with guarded():
            run_row(run)
if datasets:
    st.subheader(_("Recent data"), anchor=False)
    for dataset in datasets:
        dataset_row(dataset)
if not runs and not datasets:
    st.caption(_("What you train will be listed here, so that you can come back to it."))

with guarded():
    ready_to_go = current_dataset() is not None
    if head.next(_("Continue"), key="start_next", why_not="" if ready_to_go else _("Choose an example or a file first")):
        go("model")
