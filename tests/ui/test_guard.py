"""The guard: our errors become their sentence, others one sentence and a log entry, Streamlit's steering passes."""

from __future__ import annotations

import logging

import pytest
from streamlit.testing.v1 import AppTest


def script(kind: str) -> None:
    import streamlit as st
    from polars.exceptions import PanicException

    from core.errors import BadFile, DiskFull, NotReady
    from ui.guard import guarded

    with guarded():
        if kind == "stop":
            st.stop()
        if kind == "rerun" and not st.session_state.get("again"):
            st.session_state["again"] = True
            st.rerun()
        errors = {"ours": BadFile("It is <b>empty</b>."), "full": DiskFull("No room."), "early": NotReady("Wait."), "other": KeyError("secret"), "panic": PanicException("secret")}
        if kind in errors:
            raise errors[kind]
    st.text("after")


def shown(kind: str) -> AppTest:
    app = AppTest.from_function(script, args=(kind,), default_timeout=30).run()
    assert not app.exception
    return app


def test_our_error_is_its_sentence_and_the_page_goes_on() -> None:
    app = shown("ours")
    assert "<b>" not in app.error[0].value.replace("\\<b\\>", "")
    assert "empty" in app.error[0].value
    assert app.text[0].value == "after"


@pytest.mark.parametrize(("kind", "box"), [("full", "warning"), ("early", "info")])
def test_weight_follows_the_error(kind: str, box: str) -> None:
    assert len(shown(kind).get(box) or getattr(shown(kind), box)) == 1


@pytest.mark.parametrize("kind", ["other", "panic"])
def test_unforeseen_error_is_logged_and_hidden(caplog: pytest.LogCaptureFixture, kind: str) -> None:
    with caplog.at_level(logging.ERROR, logger="limelight"):
        app = shown(kind)
    assert "secret" not in app.error[0].value
    (record,) = [record for record in caplog.records if record.name == "limelight"]
    assert record.exc_info
    assert record.getMessage().split()[1].rstrip(":") in app.error[0].value


def test_stop_and_rerun_pass_through() -> None:
    assert not shown("stop").text
    assert shown("rerun").text[0].value == "after"
