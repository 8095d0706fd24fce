"""Stage: try a model by hand, and let it answer a whole file."""

import streamlit as st

from core.language import _
from ui.batch import predict_batch
from ui.guard import guarded
from ui.models import choose_model, models_in_hand, open_model
from ui.road import empty, page
from ui.state import go
from ui.try_form import try_by_hand

head = page(_("Put it on stage"), _("Change a value and watch the answer follow. The model has never seen the test rows."))
dataset, runs = models_in_hand()
if not runs:
    if dataset is None:
        empty(_("Here you try your model by hand. First it needs data."), _("Choose data"), "data", icon="podium")
    else:
        empty(_("Here you try your model by hand. It needs a trained model first."), _("Choose a network"), "model", icon="podium")
    st.stop()

run = choose_model(runs)
with guarded():
    model = open_model(run)
    try_by_hand(run, model, dataset)
    st.subheader(_("Predict a whole file"), anchor=False)
    predict_batch(run, model)

if head.next(_("Train another model"), key="stage_next", why_not="" if dataset else _("The data of this model were deleted")):
    go("model", run=run.id)
