"""Compare: the models of one dataset and three simple ones, side by side on the same test rows."""

import streamlit as st

from ui.baselines_wait import baselines_wait
from ui.class_table import class_table
from ui.comparison import choose_runs, compared
from ui.comparison_charts import curve_charts, error_charts, forest_chart, mix_up_charts
from ui.guard import guarded
from ui.model_cards import explain, model_cards
from ui.models import models_in_hand
from ui.road import empty, page
from ui.state import go
from ui.take_home import take_home
from ui.verdict import verdict
from ui.verdict_card import verdict_card
from ui.words import plain

head = page("Compare", "Your models and three simple ones, judged on the same sealed test rows.")
dataset, runs = models_in_hand()
if dataset is None or not runs:
    what = "Here your models stand side by side. " + ("First they need data." if dataset is None else "None has been trained on these data yet.")
    empty(what, *(("Choose data", "data") if dataset is None else ("Choose a network", "model")), icon="bar_chart")
    st.stop()

chosen = choose_runs(runs)
if not chosen:
    st.info("Choose at least one model.", icon=":material/checklist:")
    st.stop()

with guarded():
    found = compared(dataset, chosen)
    for problem in found.problems:
        st.warning(plain(problem, 400), icon=":material/broken_image:")
    comparison = found.comparison
    if comparison is None:
        st.stop()
    verdict_card(verdict(comparison))
    baselines_wait(dataset)
    forest_chart(found)
    st.subheader("All numbers", anchor=False)
    model_cards(comparison)
    explain(comparison)
    if comparison.task.is_classification:
        st.subheader("How well they rank", anchor=False)
        curve_charts(found)
        st.subheader("What they mix up", anchor=False)
        mix_up_charts(found)
        st.subheader("Class by class", anchor=False)
        class_table(comparison)
    else:
        st.subheader("Where they are off", anchor=False)
        error_charts(found)
    st.subheader("Take it home", anchor=False)
    take_home(comparison, dataset.info)

if head.next("Try it on stage", key="compare_next"):
    go("stage", dataset=dataset.id)
