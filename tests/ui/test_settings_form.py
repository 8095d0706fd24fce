"""The form has one widget for each field of any recipe, with its title, explanation and range."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.recipes import PRESETS, RECIPES
from core.runs.spec import TrainingSettings


def script(recipe: str, preset: str) -> None:
    import streamlit as st

    from core.recipes import RECIPES
    from core.runs.spec import TrainingSettings
    from ui.settings_form import settings_form

    start = RECIPES[recipe].presets[preset]
    st.session_state["own"] = settings_form(RECIPES[recipe].settings, start.settings.model_dump(), "own")
    st.session_state["training"] = settings_form(TrainingSettings, start.training.model_dump(), "training")


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("recipe", RECIPES)
def test_form_gives_back_the_preset_it_was_given(recipe: str, preset: str) -> None:
    app = AppTest.from_function(script, args=(recipe, preset), default_timeout=30).run()
    assert not app.exception
    start = RECIPES[recipe].presets[preset]
    assert RECIPES[recipe].settings.model_validate(app.session_state["own"]) == start.settings
    assert TrainingSettings.model_validate(app.session_state["training"]) == start.training
    fields = [*RECIPES[recipe].settings.model_fields.values(), *TrainingSettings.model_fields.values()]
    assert [caption.value for caption in app.caption] == [field.description for field in fields]


def test_ranges_are_those_of_the_field() -> None:
    app = AppTest.from_function(script, args=("mlp", "balanced"), default_timeout=30).run()
    assert (app.slider(key="own_layers").min, app.slider(key="own_layers").max) == (0, 8)
    assert (app.number_input(key="own_units").min, app.number_input(key="own_units").max) == (1, 2048)
