"""The data page: nothing yet, a file being looked at, a stored dataset, files that are no good."""

from __future__ import annotations

import pytest

from core.dataset.dataset import Dataset
from core.workspace import Workspace
from tests.pages.conftest import EVIL, Visit, everything, evil_csv, param, raw
from tests.pages.data_made import keep, pictures, strips, table

pytestmark = pytest.mark.usefixtures("started")


def test_empty_offers_upload_and_examples(visit: Visit) -> None:
    app = visit("data")
    assert len(app.get("file_uploader")) == 1
    assert app.button(key="empty_next").label


def test_upload_is_kept_and_shown(visit: Visit, workspace: Workspace) -> None:
    app = visit("data")
    app.get("file_uploader")[0].upload("people.csv", table()).run()
    assert param(app, "draft").startswith("f")
    assert "200 rows" in everything(app)
    assert not app.exception


def test_reload_finds_the_file_again(visit: Visit, workspace: Workspace) -> None:
    source = keep(workspace, table())
    assert "200 rows" in everything(visit("data", draft=source.id))
    assert "200 rows" in everything(visit("data", draft=source.id))


def test_pictures_are_shown_by_class(visit: Visit, workspace: Workspace) -> None:
    app = visit("data", draft=keep(workspace, pictures(), "animals.zip").id)
    assert len(strips(app)) == 2
    assert "birds" in [text.value for text in app.text]
    app.button(key="use").click().run()
    (dataset,) = workspace.datasets()
    assert len(strips(visit("data", dataset=dataset.id))) == 2


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "picture.csv"),
        (table("yes"), "one_class.csv"),
        (b"text,label\n" + b",yes\n,no\n" * 50, "no_text.csv"),
        (b"PK\x05\x06" + b"\0" * 18, "no_pictures.zip"),
        (b"a\n1\n", "one_row.csv"),
    ],
)
def test_bad_files_get_a_sentence_and_store_nothing(visit: Visit, workspace: Workspace, content: bytes, name: str) -> None:
    app = visit("data", draft=keep(workspace, content, name).id)
    refused = [box.value for box in app.error]
    stopped = [button for button in app.button if button.key == "use" and button.disabled]
    assert refused or stopped
    assert not workspace.datasets()


def test_lost_upload_is_said(visit: Visit) -> None:
    app = visit("data", draft="f0")
    assert "no longer here" in app.error[0].value
    assert len(app.get("file_uploader")) == 1  # and the way on stands below


def test_unknown_dataset_is_said(visit: Visit) -> None:
    assert "no dataset" in visit("data", dataset="d-none").error[0].value


def test_stored_dataset_is_shown(visit: Visit, people: Dataset) -> None:
    app = visit("data", dataset=people.id)
    assert "People" in everything(app)
    assert "sealed" in everything(app)
    assert app.get("plotly_chart")
    app.button(key="data_next").click().run()
    assert not app.exception
    assert param(app, "dataset") == people.id


def test_hostile_names_stand_as_they_are(visit: Visit, workspace: Workspace, evil: Dataset) -> None:
    for app in (visit("data", dataset=evil.id), visit("data", draft=keep(workspace, evil_csv(), f"{EVIL}.csv").id)):
        assert EVIL[:30] in everything(app)
        assert "](" not in raw(app)
        assert "<img" not in raw(app)
        assert "<img" not in app.get("plotly_chart")[0].proto.spec
