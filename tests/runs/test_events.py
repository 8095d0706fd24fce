"""The event log: what is written stays, what is torn costs only itself."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.runs import events
from core.runs.events import append_event, last_time_s, mend, read_events


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def step(number: int, **more: Any) -> dict[str, Any]:
    return {"kind": "step", "time_s": number / 10, "step": number, **more}


def test_a_log_that_does_not_exist_yet_is_empty(log: Path) -> None:
    assert read_events(log) == ([], 0)


def test_a_reader_gets_only_what_is_new(log: Path) -> None:
    append_event(log, step(1))
    first, offset = read_events(log)
    append_event(log, step(2))
    second, end = read_events(log, offset)
    assert (first, second) == ([step(1)], [step(2)])
    assert read_events(log, end) == ([], end)


def test_a_torn_last_line_waits_for_its_end(log: Path) -> None:
    append_event(log, step(1))
    whole = log.read_bytes()
    line = json.dumps(step(2)).encode() + b"\n"
    for cut in range(len(line)):
        log.write_bytes(whole + line[:cut])
        assert read_events(log) == ([step(1)], len(whole))
    log.write_bytes(whole + line)
    assert read_events(log, len(whole)) == ([step(2)], len(whole + line))


def test_a_line_that_is_no_event_is_skipped(log: Path) -> None:
    log.write_bytes(b'\x00\xff\n[1]\n{"no": "kind"}\n\n' + json.dumps(step(1)).encode() + b"\n")
    assert read_events(log)[0] == [step(1)]


def test_numbers_that_are_not_finite_become_null(log: Path) -> None:
    append_event(log, step(1, loss=math.nan, gpus=[{"percent": math.inf}], pair=(1.0, -math.inf)))
    assert read_events(log)[0] == [step(1, loss=None, gpus=[{"percent": None}], pair=[1.0, None])]


def test_a_long_history_comes_in_pieces_without_loss(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "READ_BYTES", 100)
    for number in range(20):
        append_event(log, step(number))
    found, offset = [], 0
    for _ in range(40):
        piece, offset = read_events(log, offset)
        found += piece
    assert [event["step"] for event in found] == list(range(20))


@settings(deadline=None)
@given(texts=st.lists(st.text(), max_size=5), cuts=st.lists(st.integers(0, 400), max_size=5))
def test_reading_at_any_moment_gives_each_event_once(tmp_path_factory: pytest.TempPathFactory, texts: list[str], cuts: list[int]) -> None:
    source, grown = (tmp_path_factory.mktemp("log") / name for name in ("source", "grown"))
    for text in texts:
        append_event(source, {"kind": "state", "time_s": 0.0, "message": text})
    whole = source.read_bytes() if texts else b""
    found, offset = [], 0
    for cut in [*sorted(cuts), len(whole)]:
        grown.write_bytes(whole[:cut])
        piece, offset = read_events(grown, offset)
        found += [event["message"] for event in piece]
    assert found == texts


@pytest.mark.parametrize("torn", [b"", b"{", b'{"kind":"step","time_s":9', b"\xe5\xb9"], ids=repr)
def test_after_mending_the_next_event_is_whole(log: Path, torn: bytes) -> None:
    append_event(log, step(1))
    log.write_bytes(log.read_bytes() + torn)
    mend(log)
    append_event(log, step(2))
    assert read_events(log)[0] == [step(1), step(2)]


def test_a_whole_log_is_not_mended(log: Path) -> None:
    mend(log)
    assert not log.exists()
    log.write_bytes(b"")
    mend(log)
    append_event(log, step(1))
    whole = log.read_bytes()
    mend(log)
    assert log.read_bytes() == whole


def test_the_last_time_is_found_at_the_end_of_a_long_log(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert last_time_s(log) == 0.0
    monkeypatch.setattr(events, "TAIL_BYTES", 200)
    for number in range(40):
        append_event(log, step(number))
    assert last_time_s(log) == 3.9
    log.write_bytes(log.read_bytes() + b'{"kind":"step","time_s":99.0')
    assert last_time_s(log) == 3.9


@pytest.mark.parametrize("then", [0, None], ids=["takes the rest when asked again", "full"])
def test_a_write_that_is_cut_short_costs_no_other_event(log: Path, monkeypatch: pytest.MonkeyPatch, then: int | None) -> None:
    """A disk that fills takes a part of the line and says so only in the number of bytes."""
    append_event(log, step(1))
    room = [10, then]

    class Filling(io.FileIO):
        def write(self, data: Any) -> int:
            left = room.pop(0) if room else 0
            if left is None:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(bytes(data)[: left or None])

    monkeypatch.setattr(Path, "open", lambda path, mode, **_: Filling(path, mode))
    with contextlib.nullcontext() if then == 0 else pytest.raises(OSError, match="No space"):
        append_event(log, step(2))
    monkeypatch.undo()
    append_event(log, step(3))
    assert read_events(log)[0] == [step(1), *([step(2)] if then == 0 else []), step(3)]
