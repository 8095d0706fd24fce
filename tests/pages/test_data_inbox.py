"""Files too large for the browser: the folder beside the data, and none of it on a shared server."""

from __future__ import annotations

import pytest

from core.settings import settings
from core.workspace import Workspace
from tests.pages.conftest import Visit, everything, param, raw
from tests.pages.data_made import table
from ui.sources import inbox_folder

pytestmark = pytest.mark.usefixtures("started")


def test_a_file_of_the_inbox_is_read_where_it_lies(visit: Visit, workspace: Workspace) -> None:
    place = inbox_folder() / "大 <b>file.csv"
    place.write_bytes(table())
    app = visit("data")
    assert str(inbox_folder()) in [code.value for code in app.code]
    assert "<b>" not in raw(app)
    next(button for button in app.button if button.label == "Read it").click().run()
    assert "200 rows" in everything(app)
    app.button(key="use").click().run()
    assert len(workspace.datasets()) == 1
    assert place.exists()


def test_a_file_that_left_the_inbox_is_said(visit: Visit, workspace: Workspace) -> None:
    place = inbox_folder() / "a.csv"
    place.write_bytes(table())
    app = visit("data")
    next(button for button in app.button if button.label == "Read it").click().run()
    draft = param(app, "draft")
    place.unlink()
    assert "no longer in the inbox" in visit("data", draft=draft).error[0].value


def test_on_a_shared_server_there_is_no_inbox(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    (inbox_folder() / "secret.csv").write_bytes(table())
    monkeypatch.setenv("LIMELIGHT_SHARED", "1")
    settings.cache_clear()
    app = visit("data")
    assert "Read it" not in [button.label for button in app.button]
    assert "inbox" not in everything(app)
