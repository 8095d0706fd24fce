"""Files for browsers without a socket: there while a run lives, gone when it is over, never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.files import remove_folder
from tests.ui import live_made as made
from ui import live_static


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "static" / "live"
    place.mkdir(parents=True)
    monkeypatch.setattr(live_static, "static_folder", lambda: place)
    return place


def test_the_link_grows_with_the_run(folder: Path) -> None:
    run, token = made.made_run()
    assert live_static.link_events(run, token) == f"app/static/live/{token}.jsonl"
    made.begin(run)
    assert (folder / f"{token}.jsonl").read_bytes() == run.events.read_bytes() != b""
    assert live_static.link_events(run, token) is not None  # twice is no error


def test_a_link_to_an_older_file_is_replaced(folder: Path) -> None:
    run, token = made.made_run()
    (folder / f"{token}.jsonl").write_text("old")
    live_static.link_events(run, token)
    assert (folder / f"{token}.jsonl").samefile(run.events)


@pytest.mark.parametrize("token", ["../../x", "", "A" * 32, "0" * 31])
def test_no_file_is_named_by_a_stranger(folder: Path, token: str) -> None:
    run, _ = made.made_run()
    assert live_static.link_events(run, token) is None
    live_static.forget(token)
    assert list(folder.iterdir()) == []


def test_links_of_runs_that_are_over_or_gone_are_swept_away(folder: Path) -> None:
    living, over, gone = (made.made_run() for _ in range(3))
    for run, token in (living, over, gone):
        live_static.link_events(run, token)
    made.begin(over[0])
    made.finish(over[0], 1)
    remove_folder(gone[0].folder)
    (folder / "stray.jsonl").touch()
    (folder / ".gitignore").touch()
    live_static.sweep()
    assert {path.name for path in folder.iterdir()} == {f"{living[1]}.jsonl", ".gitignore"}


def test_a_file_system_that_refuses_links(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(live_static.os, "link", refuse)
    run, token = made.made_run()
    assert live_static.link_events(run, token) is None


def test_nothing_without_a_running_app() -> None:
    run, token = made.made_run()
    assert live_static.static_folder() is None
    assert live_static.link_events(run, token) is None
    live_static.forget(token)
    live_static.sweep()
