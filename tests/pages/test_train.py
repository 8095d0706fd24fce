"""The train page in all its states, and the audience's view of one run."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import DiskFull
from core.language import speaking
from core.runs.run import Run
from core.runs.state import RunState
from core.workspace import Workspace
from tests.conftest import ROOT
from tests.pages.conftest import labels, words
from tests.ui import live_made as made
from ui.live_run import audience_link
from ui.process import launcher

pytestmark = pytest.mark.usefixtures("nothing_starts")


def page(run: Run | None = None, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "train.py"), default_timeout=60)
    for name, value in ({"run": run.id} if run else {} | query).items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def has_chart(app: AppTest) -> bool:
    return len(app.get("bidi_component")) == 1


def test_without_a_run_it_says_what_comes_here() -> None:
    app = page()
    assert "first it needs data" in words(app).lower() and labels(app)["empty_next"] and not has_chart(app)


def test_a_run_that_waits() -> None:
    first, _ = made.made_run("First")
    second, _ = made.made_run("Second")
    launcher().submit(first)
    launcher().submit(second)
    app = page(second)
    assert app.title[0].value == "Waiting its turn" and "2nd in line" in words(app)
    assert labels(app)["stop"] and not labels(app)["compare"] and has_chart(app)
    assert "Other runs on this data" in words(app) and "next in line" in words(app)


@pytest.mark.parametrize(("name", "line"), [("First", "**First** · Multilayer network, balanced · "), ("Multilayer network (balanced)", "**Multilayer network, balanced** · "), ("", "**Multilayer network, balanced** · ")])
def test_a_run_that_nobody_named_is_not_said_twice(name: str, line: str) -> None:
    run, _ = made.made_run(name)
    app = page(run)
    assert [found.value for found in app.markdown if found.value.startswith(line) and ", predicts " in found.value]
    assert words(app).count("Multilayer network") == 1


def test_a_run_that_waits_can_be_taken_out() -> None:
    run, _ = made.made_run()
    launcher().submit(run)
    app = page(run)
    app.button(key="stop").click().run()
    assert not app.exception and run.status.state is RunState.STOPPED
    assert app.title[0].value == "Stopped" and "again" in labels(app) and "compare" not in labels(app)


def test_a_run_that_learns() -> None:
    run, token = made.made_run(name="*bold* [x](http://y)")
    made.begin(run)
    with made.worked_on(run):
        app = page(run)
        assert app.title[0].value == "It is learning" and has_chart(app)
        assert "[x](http://y)" not in words(app)  # a name is text, never Markdown
        assert labels(app)["stop"] and not labels(app)["compare"]
        assert f"view={token}" in app.code[0].value
        app.button(key="stop").click().run()
        assert run.stop_requested and not labels(app)["stop"] and run.status.state is RunState.RUNNING


def test_a_run_that_has_learned() -> None:
    run, _ = made.made_run()
    made.begin(run)
    made.one_epoch(run, 1)
    made.finish(run, 1)
    app = page(run)
    assert app.title[0].value == "It has learned" and app.metric[0].value == "0.842" and "0.821 – 0.861" in app.metric[0].delta
    assert labels(app)["compare"] and labels(app)["another"] and "stop" not in labels(app) and has_chart(app)


def test_a_run_that_was_stopped_keeps_its_model() -> None:
    run, _ = made.made_run()
    made.begin(run)
    made.finish(run, 3, RunState.STOPPED)
    app = page(run)
    assert app.title[0].value == "It has learned" and "ended the training early" in words(app) and labels(app)["compare"]


def test_a_run_that_failed() -> None:
    run, _ = made.made_run()
    made.begin(run)
    run.update(state=RunState.FAILED, message="The memory of the machine was not enough. Choose a smaller batch size.")
    app = page(run)
    assert "smaller batch size" in app.error[0].value and labels(app)["again"] and labels(app)["change"] and "compare" not in labels(app)
    assert len(app.error) == 1
    app.button(key="again").click().run()
    assert "There is no dataset" in app.error[1].value and has_chart(app) and Workspace.local().runs() == [run]


def test_a_run_whose_process_vanished() -> None:
    run, _ = made.made_run()
    made.begin(run)  # and nobody holds its lock
    app = page(run)
    assert run.status.state is RunState.INTERRUPTED and app.title[0].value == "Interrupted"
    assert app.warning[0].value and labels(app)["again"]


def test_a_damaged_run_hides_only_itself() -> None:
    damaged, _ = made.made_run()
    whole, _ = made.made_run()
    damaged.path("status.json").write_text("{")
    app = page(damaged)
    assert app.error[0].value and labels(app)["delete_damaged"]
    app.button(key="delete_damaged").click().run()
    assert not damaged.folder.exists() and whole.folder.exists()


def test_a_full_disk_takes_the_link_and_not_the_stop_button(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise DiskFull("The disk is full.")

    run, _ = made.made_run()
    made.begin(run)
    monkeypatch.setattr(Workspace, "share", full)
    with made.worked_on(run):
        app = page(run)
        (component,) = app.get("bidi_component")
        assert json.loads(component.proto.json)["transport"] == "fragment"  # without a token no socket opens
        assert "the disk is full" in words(app) and not app.code and not app.error
        app.button(key="stop").click().run()
    assert run.stop_requested


def test_a_damaged_link_file_costs_nothing() -> None:
    run, old = made.made_run()
    made.begin(run)
    run.path("view.json").write_text("{")
    with made.worked_on(run):
        app = page(run)
    assert labels(app)["stop"] and "view=" in app.code[0].value and old not in app.code[0].value and not app.error


def test_a_run_that_is_not_here() -> None:
    app = AppTest.from_file(str(ROOT / "pages" / "train.py"), default_timeout=60)
    app.query_params["run"] = "r20200101-00000000"
    app.run()
    assert not app.exception and "There is no run" in app.error[0].value


def audience(token: str) -> AppTest:
    def script() -> None:
        from ui.audience import show
        from ui.state import audience_run

        run = audience_run()
        assert run is not None
        show(run)

    app = AppTest.from_function(script, default_timeout=60)
    app.query_params["view"] = token
    app.run()
    assert not app.exception
    return app


def test_an_audience_sees_one_run_and_no_way_out() -> None:
    run, token = made.made_run(name="On stage")
    made.made_run(name="Secret")
    made.begin(run)
    with made.worked_on(run):
        app = audience(token)
    assert "On stage" in app.title[0].value and has_chart(app) and not app.button and "Secret" not in words(app)


def test_an_audience_sees_how_it_ended() -> None:
    run, token = made.made_run()
    made.begin(run)
    made.finish(run, 1)
    assert audience(token).metric[0].value == "0.842"


@pytest.mark.parametrize(
    ("state", "model", "said"),
    [
        (RunState.STOPPED, True, "It was stopped early. The best weights were kept."),
        (RunState.STOPPED, False, "It was stopped before it had learned anything, so there is no model."),
        (RunState.INTERRUPTED, False, "It was interrupted. Whoever started it can let it go on."),
        (RunState.FAILED, False, "It ended without a model."),
    ],
)
def test_an_audience_is_not_told_what_the_founder_did_or_can_do(state: RunState, model: bool, said: str) -> None:
    run, token = made.made_run()
    made.begin(run)
    if model:
        made.finish(run, 1, state)
    run.update(state=state, message="You stopped it in epoch 1; Press Resume: it goes on from its last checkpoint. Try a smaller batch.")
    read = words(audience(token))
    assert said in read and "You stopped" not in read and "Press" not in read and "Try" not in read


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("http://localhost:8501/train?run=r1&w=secret", "http://localhost:8501/?view=0f"),
        ("https://x.streamlit.app/~/+/train", "https://x.streamlit.app/?view=0f"),
        ("https://x.org/base/train?w=1#frag", "https://x.org/base/?view=0f"),
        ("https://x.org/", "https://x.org/?view=0f"),
    ],
)
def test_the_link_holds_the_token_and_the_language_and_nothing_else(url: str, link: str) -> None:
    assert audience_link(url, "0f") == link
    with speaking("zh_CN"):
        assert audience_link(url, "0f") == f"{link}&lang=zh_CN"  # the room reads what its host reads
