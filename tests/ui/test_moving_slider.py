"""What a browser says of the slider is checked; that it moves while it is dragged stands in tests/e2e/test_compare.py."""

from __future__ import annotations

import math

import pytest
from streamlit.testing.v1 import AppTest

from ui.moving_slider import place_of


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"value": 0.25, "moving": True}, (0.25, True)),
        ({"value": 1, "moving": False}, (1.0, False)),
        ({"value": 7.5, "moving": True}, (1.0, True)),
        ({"value": -1e308, "moving": "yes"}, (0.0, False)),
        ({"value": math.nan, "moving": True}, (0.5, False)),
        ({"value": math.inf}, (0.5, False)),
        ({"value": True}, (0.5, False)),
        ({"value": "0.3"}, (0.5, False)),
        ({"moving": True}, (0.5, False)),
        (None, (0.5, False)),
        ([0.3], (0.5, False)),
    ],
)
def test_what_a_browser_says_is_checked(said: object, place: tuple[float, bool]) -> None:
    assert place_of(said, 0.0, 1.0, 0.5) == place


def test_the_place_is_kept_while_another_part_is_looked_at() -> None:
    def script() -> None:
        import streamlit as st

        from ui.moving_slider import moving_slider

        if st.toggle("shown", value=True, key="shown"):
            st.text(str(moving_slider("Threshold", "own")))

    app = AppTest.from_function(script).run()
    assert [one.value for one in app.text] == ["(0.5, False)"]
    app.session_state["own_kept"] = 0.125
    app.toggle(key="shown").set_value(False).run()
    app.toggle(key="shown").set_value(True).run()
    assert not app.exception and [one.value for one in app.text] == ["(0.125, False)"]
