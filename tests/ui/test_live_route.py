"""The socket sends what is new, once, to those who know the token, and listens to nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette

from core.files import remove_folder
from core.runs.history import History
from core.runs.state import RunState
from tests.ui import live_made as made
from tests.ui.live_asgi import Client, Closed, Socket
from tests.ui.live_asgi import client as asgi_client
from ui import live_feed, live_route


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr(live_feed, "TICK_S", 0.01)
    with asgi_client(Starlette(routes=live_route.routes())) as client:
        yield client


def take(socket: Socket, events: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Receive frames until there are that many events; returns them and the last frame."""
    found: list[dict[str, Any]] = []
    frame: dict[str, Any] = {}
    while len(found) < events:
        frame = socket.receive()
        found += frame["events"]
    return found, frame


def closed(socket: Socket) -> int:
    """The close code, once everything that was on its way has been received."""
    with pytest.raises(Closed) as caught:
        while True:
            socket.receive()
    return caught.value.code


def test_history_first_then_only_what_is_new(client: Client) -> None:
    run, token = made.made_run()
    made.begin(run)
    with client.socket(f"/live/{token}") as socket:
        events, frame = take(socket, 3)
        assert [event["kind"] for event in events] == ["state", "begin", "state"]
        assert frame["status"]["state"] == "running" and frame["offset"] == run.events.stat().st_size
        made.step(run, 1)
        events, frame = take(socket, 1)
        assert [event["step"] for event in events] == [1] and frame["status"] is None
        assert frame["offset"] == run.events.stat().st_size


def test_a_viewer_that_comes_back_gets_the_rest(client: Client) -> None:
    run, token = made.made_run()
    made.begin(run)
    made.step(run, 1)
    with client.socket(f"/live/{token}") as socket:
        _, frame = take(socket, 4)
    made.step(run, 2)
    made.step(run, 3)
    with client.socket(f"/live/{token}?offset={frame['offset']}") as socket:
        events, _ = take(socket, 2)
        assert [event["step"] for event in events] == [2, 3]


def test_two_viewers_share_one_reader_and_miss_nothing(client: Client) -> None:
    run, token = made.made_run()
    made.begin(run)
    with client.socket(f"/live/{token}") as early:
        take(early, 3)
        made.one_epoch(run, 1)
        with client.socket(f"/live/{token}") as late:
            assert len(take(late, 14)[0]) == 14
            assert len(take(early, 11)[0]) == 11


def test_a_torn_line_waits_and_a_broken_one_is_skipped(client: Client) -> None:
    run, token = made.made_run()
    made.begin(run)
    with client.socket(f"/live/{token}") as socket:
        take(socket, 3)
        with run.events.open("ab", buffering=0) as file:
            file.write(b'not json\n{"kind":"step","loss":NaN}\n{"kind":"device","cpu_')
            made_so_far = run.events.stat().st_size
            file.write(b'percent":5}\n')
        events, frame = take(socket, 1)
        assert events == [{"kind": "device", "cpu_percent": 5}] and frame["offset"] > made_so_far


@pytest.mark.parametrize("token", ["0" * 32, "nonsense", "..%2f..%2fqueue.db"])
def test_a_token_that_shows_nothing(client: Client, token: str) -> None:
    with client.socket(f"/live/{token}") as socket:
        assert closed(socket) == live_route.UNKNOWN


def test_an_offset_of_another_file_begins_again(client: Client) -> None:
    run, token = made.made_run()
    made.begin(run)
    with client.socket(f"/live/{token}?offset=999999") as socket:
        _, frame = take(socket, 3)
        assert frame["restart"] is True


@pytest.mark.parametrize("offset", ["-5", "abc", "", "9" * 40])
def test_a_wrong_offset_is_the_beginning(client: Client, offset: str) -> None:
    run, token = made.made_run()
    made.begin(run)
    with client.socket(f"/live/{token}?offset={offset}") as socket:
        assert len(take(socket, 3)[0]) == 3


def test_the_end_closes_the_door(client: Client) -> None:
    run, token = made.made_run()
    made.begin(run)
    with client.socket(f"/live/{token}") as socket:
        take(socket, 3)
        made.finish(run, 1)
        events, _ = take(socket, 2)
        assert events[-1]["kind"] == "end"
        assert closed(socket) == live_route.OVER


def test_a_run_that_ended_without_an_end_event(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_feed, "GRACE_TICKS", 2)
    run, token = made.made_run()
    made.begin(run)
    run.update(state=RunState.INTERRUPTED, phase="")
    with client.socket(f"/live/{token}") as socket:
        assert closed(socket) == live_route.OVER


def test_a_run_that_is_deleted(client: Client) -> None:
    run, token = made.made_run()
    made.begin(run)
    with client.socket(f"/live/{token}") as socket:
        take(socket, 3)
        remove_folder(run.folder)
        assert closed(socket) == live_route.UNKNOWN


def test_a_damaged_status_does_not_stop_the_curves(client: Client) -> None:
    run, token = made.made_run()
    made.begin(run)
    run.path("status.json").write_text("{")
    with client.socket(f"/live/{token}") as socket:
        events, frame = take(socket, 3)
        assert len(events) == 3 and frame["status"] is None


def test_a_status_without_events_is_news(client: Client) -> None:
    run, token = made.made_run()
    with client.socket(f"/live/{token}") as socket:
        assert socket.receive()["status"]["state"] == "queued"
        run.update(state=RunState.STARTING, phase="loading libraries")
        assert socket.receive()["status"]["phase"] == "loading libraries"


def test_a_long_history_is_short_for_a_late_viewer(client: Client) -> None:
    run, token = made.made_run()
    made.begin(run)
    lines = [b'{"kind":"step","time_s":1,"step":%d,"loss":%s}\n' % (i, b"9.5" if i == 7777 else b"0.5") for i in range(1, 20_001)]
    with run.events.open("ab") as file:
        file.write(b"".join(lines))
    with client.socket(f"/live/{token}") as socket:
        found: list[dict[str, Any]] = []
        offset = 0
        while offset < run.events.stat().st_size:
            frame = socket.receive()
            assert len(frame["events"]) <= live_feed.MAX_FRAME_EVENTS
            found, offset = found + frame["events"], frame["offset"]
    steps = [event["step"] for event in found if event["kind"] == "step"]
    assert len(steps) <= 4096 and steps == sorted(steps)
    assert steps[0] == 1 and steps[-1] == 20_000 and 7777 in steps


def test_a_viewer_that_keeps_pace_misses_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """More events than are kept whole: who watches gets each, who comes late a thinned history with the same end."""
    monkeypatch.setattr(live_feed, "RECENT_EVENTS", 20)
    run, token = made.made_run()
    made.begin(run)
    with client.socket(f"/live/{token}") as early:
        take(early, 3)
        for number in range(1, 12):
            made.one_epoch(run, number)
            assert len(take(early, made.STEPS + 1)[0]) == made.STEPS + 1
        with client.socket(f"/live/{token}") as late:
            found, frame = take(late, 3 + 11 * (made.STEPS + 1))
            assert frame["offset"] == run.events.stat().st_size
            assert [event["step"] for event in found if event["kind"] == "step"] == list(range(1, 11 * made.STEPS + 1))


def test_a_history_with_an_index_looks_the_same(client: Client) -> None:
    run, token = made.made_run()
    made.begin(run)
    made.one_epoch(run, 1)
    history = History(run.events)
    history.read()
    history.save()
    made.one_epoch(run, 2)
    with client.socket(f"/live/{token}") as socket:
        found, _ = take(socket, 3 + 2 * (made.STEPS + 1))
    assert found == [json.loads(line) for line in run.events.read_text().splitlines()]


def test_a_viewer_that_speaks_is_shown_out(client: Client) -> None:
    run, token = made.made_run()
    made.begin(run)
    with client.socket(f"/live/{token}") as socket:
        socket.say(type="websocket.receive", text="hello")
        assert closed(socket) == live_route.REFUSED


def test_no_more_viewers_than_allowed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_feed, "MAX_VIEWERS_A_RUN", 1)
    run, token = made.made_run()
    made.begin(run)
    with client.socket(f"/live/{token}") as first:
        take(first, 3)
        with client.socket(f"/live/{token}") as second:
            assert closed(second) == live_route.BUSY
        made.step(run, 1)
        assert len(take(first, 1)[0]) == 1


@pytest.mark.parametrize(("header", "value"), [("origin", "https://evil.example"), ("origin", "null"), ("host", "evil.example")])
def test_pages_of_others_may_not_listen(client: Client, header: str, value: str) -> None:
    _, token = made.made_run()
    with pytest.raises(Closed) as caught, client.socket(f"/live/{token}", **{header: value}):
        pass
    assert caught.value.code == live_route.REFUSED


def test_our_own_pages_may(client: Client) -> None:
    _, token = made.made_run()
    with client.socket(f"/live/{token}", origin="http://localhost") as socket:
        assert socket.receive()["status"]["state"] == "queued"
