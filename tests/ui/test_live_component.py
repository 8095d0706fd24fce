"""What Python hands to the live chart in the browser, and when the page begins anew."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.state import RunState
from tests.ui import live_made as made
from ui import live_chart as chart


def script(token: str) -> None:
    import streamlit as st

    from core.workspace import run_of_view
    from ui.live_chart import live_chart

    live_chart(run_of_view(token), token)
    st.text("drawn")


def app_of(token: str) -> AppTest:
    return AppTest.from_function(script, args=(token,), default_timeout=30).run()


def passed(app: AppTest) -> dict[str, Any]:
    """The data of the one live chart on the page."""
    assert not app.exception and app.text[0].value == "drawn"
    (component,) = app.get("bidi_component")
    return dict(json.loads(component.proto.json))


def needs(app: AppTest, key: str, **said: Any) -> AppTest:
    """What the browser would say."""
    app.session_state[key] = {"needs": said}
    return app.run()


def test_what_the_browser_gets() -> None:
    run, token = made.made_run()
    made.begin(run)
    data = passed(app_of(token))
    assert data["token"] == token and data["state"] == "running" and data["over"] is False
    assert data["transport"] == "auto" and data["colour"].startswith("#") and "batch" not in data and "poll" not in data
    assert data["presented"] is False and "examples" not in data


def test_only_constant_code_reaches_the_browser() -> None:
    run, token = made.made_run(name="<img src=x onerror=alert(1)>")
    app = app_of(token)
    (component,) = app.get("bidi_component")
    for code in (component.proto.html_content, component.proto.js_content, component.proto.css_content):
        assert code and "alert(1)" not in code
    for name in chart.SCRIPTS:
        code = (chart.HERE / f"{name}.js").read_text()
        assert "innerHTML" not in code and "insertAdjacentHTML" not in code and "eval(" not in code


@pytest.mark.parametrize(("wish", "passed_on"), [("polling", "polling"), ("socket", "socket"), ("nonsense", "auto")])
def test_a_way_can_be_forced(monkeypatch: pytest.MonkeyPatch, wish: str, passed_on: str) -> None:
    monkeypatch.setenv("LIMELIGHT_LIVE_TRANSPORT", wish)
    _, token = made.made_run()
    assert passed(app_of(token))["transport"] == passed_on


def test_through_the_fragment_only_what_is_new() -> None:
    run, token = made.made_run()
    made.begin(run)
    app = app_of(token)
    key = f"live_{run.id}"
    first = passed(needs(app, key, feed="fragment", have=0))["batch"]
    assert [event["kind"] for event in first["events"]] == ["state", "begin", "state"] and first["from"] == 0
    made.step(run, 1)
    second = passed(needs(app, key, feed="fragment", have=0))["batch"]
    assert [event["kind"] for event in second["events"]] == ["step"]
    assert (second["from"], second["offset"]) == (first["offset"], run.events.stat().st_size)


def test_a_gap_is_filled_from_where_the_browser_is() -> None:
    run, token = made.made_run()
    made.begin(run)
    app = app_of(token)
    key = f"live_{run.id}"
    whole = passed(needs(app, key, feed="fragment", have=0))["batch"]
    again = passed(needs(app, key, feed="fragment", have=5))["batch"]
    assert again["from"] == 5 and again["offset"] == whole["offset"]
    nonsense = passed(needs(app, key, feed="fragment", have="x"))["batch"]
    assert nonsense["from"] == 0 and len(nonsense["events"]) == 3


def test_a_run_that_is_over_sends_all_it_has() -> None:
    run, token = made.made_run()
    made.begin(run)
    made.one_epoch(run, 1)
    made.finish(run, 1)
    app = app_of(token)
    assert passed(app)["over"] is True
    data = passed(needs(app, f"live_{run.id}", feed="fragment", have=0))
    assert [event["kind"] for event in data["batch"]["events"]].count("step") == made.STEPS


def test_a_long_history_comes_thinned_where_no_socket_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart, "MAX_BATCH_EVENTS", 1000)
    run, token = made.made_run()
    made.begin(run)
    with run.events.open("a") as file:
        file.writelines(json.dumps({"kind": "step", "step": i, "loss": 9.0 if i == 7777 else 1.0}) + "\n" for i in range(1, 30_001))
    batch = passed(needs(app_of(token), f"live_{run.id}", feed="polling", have=0))["batch"]
    steps = [event["step"] for event in batch["events"] if event["kind"] == "step"]
    assert batch["offset"] == run.events.stat().st_size and len(steps) <= 4096
    assert steps[0] == 1 and steps[-1] == 30_000 and 7777 in steps


def test_pictures_are_sent_once_the_browser_has_seen_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart, "example_materials", lambda run: [{"row": 3, "picture": None, "text": run.id}])
    run, token = made.made_run()
    made.begin(run)
    assert passed(needs(app_of(token), f"live_{run.id}", examples=True))["examples"] == [{"row": 3, "picture": None, "text": run.id}]


def test_polling_where_no_file_can_be_served() -> None:
    run, token = made.made_run()
    made.begin(run)
    assert passed(needs(app_of(token), f"live_{run.id}", feed="polling", have=0))["poll"] is None


@pytest.mark.parametrize(
    ("state", "needs", "every"),
    [
        ("running", {}, 30.0), ("paused", {}, 30.0), ("starting", {}, 5.0), ("running", {"feed": "fragment"}, 2.0), ("running", {"feed": "polling"}, 5.0), ("queued", {}, 5.0),
        ("interrupted", {}, 5.0), ("interrupted", {"feed": "fragment"}, 5.0), ("finished", {}, None), ("failed", {"feed": "fragment"}, None),
        ("running", {"hidden": True}, None), ("interrupted", {"hidden": True}, None), ("running", {"feed": "fragment", "hidden": True}, None),
    ],
)  # fmt: skip
def test_how_often_python_looks(state: str, needs: dict[str, Any], every: float | None) -> None:
    assert chart.looks_every_s(RunState(state), needs) == every


def test_a_page_in_the_background_is_told_that_it_said_so() -> None:
    run, token = made.made_run()
    made.begin(run)
    app = app_of(token)
    assert passed(app)["hidden"] is False
    assert passed(needs(app, f"live_{run.id}", hidden=True))["hidden"] is True
    assert passed(needs(app, f"live_{run.id}", hidden=False))["hidden"] is False


def test_the_browser_hears_which_wish_was_acted_on() -> None:
    run, token = made.made_run()
    app = app_of(token)
    assert passed(app)["answered"] == 0
    assert passed(needs(app, f"live_{run.id}", hidden=True, number=3))["answered"] == 3
    assert passed(needs(app, f"live_{run.id}", hidden=True, number="x"))["answered"] == 0


def test_the_page_follows_the_state() -> None:
    run, token = made.made_run()
    app = app_of(token)
    assert passed(app)["state"] == "queued"
    made.begin(run)
    assert passed(app.run())["state"] == "running"


def test_a_damaged_run_is_a_sentence() -> None:
    run, token = made.made_run()
    run.path("status.json").write_text("{")
    app = AppTest.from_function(guarded_script, args=(token,), default_timeout=30).run()
    assert not app.exception and "damaged" in app.error[0].value


def guarded_script(token: str) -> None:
    from core.workspace import run_of_view
    from ui.guard import guarded
    from ui.live_chart import live_chart

    with guarded():
        live_chart(run_of_view(token), token)
