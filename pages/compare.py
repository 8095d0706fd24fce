"""Compare: the models of one dataset and three simple ones, judged on the same test rows; one part at a time."""

import streamlit as st

from core.language import _
from ui.baselines_wait import baselines_wait
from ui.compare_parts import choose_part, draw_part
from ui.comparison import choose_runs, compared
from ui.guard import guarded
from ui.models import models_in_hand
from ui.road import empty, page
from ui.state import go
from ui.words import plain

head = page(_("Compare"), _("Your models and three simple ones, judged on the same sealed test rows."))
dataset, runs = models_in_hand()
runs = [run for run in runs if run.spec.answers_for_test]  # folds and shares leave the test rows sealed: they stand under More data
if dataset is None or not runs:
    if dataset is None:
        empty(_("Here your models stand side by side. First they need data."), _("Choose data"), "data", icon="bar_chart")
    else:
        empty(_("Here your models stand side by side. None has been trained on these data yet."), _("Choose a network"), "model", icon="bar_chart")
    st.stop()

chosen = choose_runs(runs)
if not chosen:
    st.info(_("Choose at least one model."), icon=":material/checklist:")
    st.stop()

with guarded():
    found = compared(dataset, chosen)
    for problem in found.problems:
        st.warning(plain(problem, 400), icon=":material/broken_image:")
    if found.comparison is None:
        st.stop()
    baselines_wait(dataset)
    draw_part(choose_part(), found)

if head.next(_("Try it on stage"), key="compare_next"):
    go("stage", dataset=dataset.id)
