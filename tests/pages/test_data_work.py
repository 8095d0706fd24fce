"""While a file is read or stored: how far it is, Cancel, a process that died, a full disk."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest

from core.dataset import job
from core.dataset.preview import Preview
from core.training import own_process
from core.workspace import Workspace
from tests.pages.conftest import Visit, assert_sound, everything, literal, param
from tests.pages.data_made import keep, table
from ui import reading

pytestmark = pytest.mark.usefixtures("started")


def test_while_it_reads_the_page_says_how_far_it_is(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def spawn(folder: Path, place: Path) -> None:
        job.write_json(place / "progress.json", {"stage": "Reading", "done": 500_000_000, "total": 1_000_000_000, "rows": 12_000})

    monkeypatch.setattr(job, "_spawn", spawn)
    monkeypatch.setattr(own_process, "is_alive", lambda place: True)
    source = keep(workspace, table())
    app = visit("data", draft=source.id)
    (bar,) = app.get("progress")
    assert (bar.value, literal(bar.text)) == (50, "Reading · 500.0 MB of 1.0 GB · 12,000 rows")
    assert app.button(key="use").disabled
    app = visit("data", draft=source.id)  # a reload finds the same work
    assert len(app.get("progress")) == 1
    app.button(key="cancel").click().run()
    assert "Cancelled. Nothing of “people.csv” was stored; the file itself is untouched." in everything(app)
    assert "draft" not in app.query_params
    assert not list((workspace.folder / "uploads").iterdir())


def test_a_process_that_died_is_said_and_tried_again(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as dead:
        dead.setattr(job, "_spawn", lambda folder, place: None)
        app = visit("data", draft=keep(workspace, table()).id)
        assert "ended in the middle" in app.error[0].value
        assert "use" not in [button.key for button in app.button]
    app.button(key="try_again").click().run()
    assert "200 rows" in everything(app)


@pytest.mark.parametrize("content", ["", "{}", None])
def test_a_preview_that_cannot_be_read_is_made_again(visit: Visit, workspace: Workspace, content: str | None) -> None:
    source = keep(workspace, table())
    visit("data", draft=source.id)
    (made,) = source.folder.glob("look-*.json")
    made.unlink() if content is None else made.write_text(content)
    assert "200 rows" in everything(visit("data", draft=source.id))


def test_of_a_sample_the_page_says_so(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    source = keep(workspace, table())
    visit("data", draft=source.id)
    (made,) = source.folder.glob("look-*.json")
    preview = Preview.model_validate_json(made.read_bytes())
    sampled = preview.model_copy(update={"total": 5_000_000, "info": preview.info.model_copy(update={"sampled_rows": 200})})
    made.write_text(sampled.model_dump_json())
    app = visit("data", draft=source.id)
    assert "**5,000,000 rows**" in everything(app)
    assert "200 of 5,000,000 rows looked at" in everything(app)
    assert "about 3,400,000" in [metric.value for metric in app.metric]  # 136 of the 200 train


def test_a_large_file_is_stored_by_another_process(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, started: list[str]) -> None:
    monkeypatch.setattr(reading, "SMALL_CELLS", 0)
    source = keep(workspace, table())
    app = visit("data", draft=source.id)
    app.selectbox(key=f"target_{source.id}").set_value(1).run()
    app.button(key="use").click().run()
    assert_sound(app)
    (dataset,) = workspace.datasets()
    assert (dataset.info.target, started) == ("job", [dataset.id])
    assert param(app, "dataset") == dataset.id
    assert not list((workspace.folder / "uploads").iterdir())


def test_storing_that_is_cancelled_keeps_the_file(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    source = keep(workspace, table())
    app = visit("data", draft=source.id)
    with monkeypatch.context() as busy:
        busy.setattr(reading, "SMALL_CELLS", 0)
        busy.setattr(job, "_spawn", lambda folder, place: None)
        busy.setattr(own_process, "is_alive", lambda place: True)
        app.button(key="use").click().run()
        assert "Storing the data" in everything(app)
        app.button(key="cancel").click().run()
    assert "200 rows" in everything(app)
    assert not workspace.datasets()


def test_a_full_disk_is_said_and_the_file_stays(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    app = visit("data", draft=keep(workspace, table()).id)
    with monkeypatch.context() as small:
        small.setattr(np, "save", full)
        app.button(key="use").click().run()
    assert "no room on the disk" in app.warning[0].value
    assert not workspace.datasets()
    app.button(key="use").click().run()
    assert len(workspace.datasets()) == 1
