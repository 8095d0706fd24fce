"""The start page: empty, with work of before, with hostile names, on a shared server."""

from __future__ import annotations

import pytest

from core.dataset.dataset import Dataset
from core.dataset.samples import TEMPLATES
from core.settings import settings
from core.workspace import Workspace
from tests.pages.conftest import EVIL, Visit, everything, param, raw, trained


def test_empty_shows_every_template_and_an_upload(visit: Visit) -> None:
    app = visit()
    assert len(TEMPLATES) == 4
    assert [app.button(key=f"template_{ready.id}").label for ready in TEMPLATES] == ["Use this"] * 4
    assert len(app.get("file_uploader")) == 1
    assert app.button(key="start_next").disabled
    assert "listed here" in everything(app)


def test_template_opens_the_data_page(visit: Visit) -> None:
    app = visit()
    app.button(key=f"template_{TEMPLATES[0].id}").click().run()
    assert param(app, "draft") == f"template-{TEMPLATES[0].id}"
    assert not app.exception


def test_work_of_before_is_listed_and_opens(visit: Visit, workspace: Workspace, people: Dataset) -> None:
    run = trained(workspace, people)
    app = visit()
    text = everything(app)
    assert "First" in text
    assert "People" in text
    assert "0.842" in text
    app.button(key=f"open_{people.id}").click().run()
    assert param(app, "dataset") == people.id
    assert "run" not in app.query_params
    assert run.folder.is_dir()


def test_delete_asks_and_then_deletes(visit: Visit, workspace: Workspace, people: Dataset) -> None:
    app = visit("start", dataset=people.id)
    app.button(key=f"delete_{people.id}").click().run()
    assert not workspace.datasets()
    assert "dataset" not in app.query_params
    assert not app.exception


def test_hostile_names_stand_as_they_are(visit: Visit, workspace: Workspace, evil: Dataset) -> None:
    trained(workspace, evil, name=EVIL)
    app = visit()
    assert everything(app).count(evil.info.name[:60]) >= 2
    assert "](" not in raw(app)
    assert "<img" not in raw(app)


def test_stranger_gets_a_workspace_of_their_own(visit: Visit, monkeypatch: pytest.MonkeyPatch, people: Dataset) -> None:
    monkeypatch.setenv("LIMELIGHT_SHARED", "1")
    settings.cache_clear()
    first, second = visit(), visit()
    tokens = {param(app, "w") for app in (first, second)}
    assert len(tokens) == 2
    assert all(len(token) == 32 for token in tokens)
    assert "People" not in everything(first)
    again = visit("start", w=param(first, "w"))
    assert param(again, "w") == param(first, "w")


def test_wrong_token_opens_nothing(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_SHARED", "1")
    settings.cache_clear()
    app = visit("start", w="0" * 32)
    assert "opens no workspace" in app.error[0].value
    assert not app.title
    app.button(key="new_workspace").click().run()
    assert app.title
    assert param(app, "w") != "0" * 32
