"""A long history gets short without lying: ends and extremes are those of the file, and an index never changes what is seen."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.runs import history as module
from core.runs.history import INDEX_FILE, History, Point, Series, thin

NUMBERS = st.one_of(st.none(), st.integers(-5, 5).map(float), st.floats(-1e6, 1e6))
STEPS = st.lists(st.tuples(st.integers(1, 9), NUMBERS, NUMBERS), min_size=1, max_size=300)


def stretches(points: list[Point], width: int) -> dict[int, list[Point]]:
    found: dict[int, list[Point]] = {}
    for point in points:
        found.setdefault(point.key // width, []).append(point)
    return found


def known(points: list[Point], number: int) -> list[float]:
    return [value for point in points if (value := point.values[number]) is not None]


@given(STEPS, st.integers(16, 64))
def test_every_stretch_keeps_its_ends_and_extremes(raw: list[tuple[int, float | None, float | None]], most: int) -> None:
    """Compared with the plain definition, after however many joins, and with gaps between the steps."""
    series = Series(("loss", "metric"), most, key="step")
    points: list[Point] = []
    step = 0
    for gap, loss, metric in raw:
        step += gap
        points.append(Point(step, step, (loss, metric), ""))
        series.add(step, "", {"step": step, "loss": loss, "metric": metric})
    assert len(series.points) <= most and series.count == len(raw)
    assert set(series.points) <= set(points) and [p.key for p in series.points] == sorted(p.key for p in series.points)
    kept = stretches(series.points, series.width)
    for stretch, whole in stretches(points, series.width).items():
        assert (kept[stretch][0], kept[stretch][-1]) == (whole[0], whole[-1])
        for number in range(2):
            if values := known(whole, number):
                assert (min(known(kept[stretch], number)), max(known(kept[stretch], number))) == (min(values), max(values))
    assert thin(points, series.width) == thin(series.points, series.width)  # as one look at all of them would


@given(st.lists(st.integers(1, 40), max_size=60))
def test_a_run_that_goes_back_forgets_what_it_had_done(steps: list[int]) -> None:
    series = Series(("loss",), 1000, key="step")
    expected: list[int] = []
    for number, step in enumerate(steps):
        series.add(number, str(number), {"step": step, "loss": 1.0})
        expected = [known for known in expected if known < step] + [step]
    assert [point.key for point in series.points] == expected


def test_an_event_without_its_place_is_left_out() -> None:
    series = Series(("loss",), 8, key="step")
    series.add(1, "", {"step": "x"})
    assert series.points == []


def events(folder: Path, steps: int, epochs: int = 3) -> Path:
    """A file with so many steps, a device line for every tenth, and some epochs."""
    path = folder / "events.jsonl"
    lines: list[dict[str, Any]] = [{"kind": "begin", "epochs": epochs}]
    for step in range(1, steps + 1):
        lines.append({"kind": "step", "step": step, "loss": 9.0 if step == steps // 3 else 1.0, "metric": -9.0 if step == steps // 2 else 0.5})
        if step % 10 == 0:
            lines.append({"kind": "device", "cpu_percent": step % 100})
    lines += [{"kind": "epoch", "epoch": number} for number in range(1, epochs + 1)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def whole(history: History) -> list[dict[str, Any]]:
    while history.read():
        continue
    return [json.loads(line) for _, line in history.after(0)]


def test_all_epochs_stay_and_batches_become_few(tmp_path: Path) -> None:
    found = whole(History(events(tmp_path, 9000, epochs=700)))
    steps = [event for event in found if event["kind"] == "step"]
    assert [event["epoch"] for event in found if event["kind"] == "epoch"] == list(range(1, 701))
    assert len(steps) <= 4096 and len([event for event in found if event["kind"] == "device"]) <= 512
    assert steps[0]["step"] == 1 and steps[-1]["step"] == 9000
    assert max(event["loss"] for event in steps) == 9.0 and min(event["metric"] for event in steps) == -9.0
    assert found[0]["kind"] == "begin"


def test_a_short_history_stays_whole(tmp_path: Path) -> None:
    path = events(tmp_path, 300)
    assert whole(History(path)) == [json.loads(line) for line in path.read_text().splitlines()]


def test_torn_and_broken_lines(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"kind":"begin"}\nnot json\n{"kind":"step","step":1,"loss":NaN}\n[1]\n{"no":"kind"}\n\xff\xfe\n{"kind":"dev')
    history = History(path)
    assert [(line, kind) for _, line, kind in history.read()] == [('{"kind":"begin"}', "begin")]
    with path.open("ab") as file:
        file.write(b'ice"}\n')
    assert [kind for *_, kind in history.read()] == ["device"]
    assert history.offset == path.stat().st_size


@pytest.mark.parametrize("more", [0, 1, 3000])
def test_an_index_changes_nothing(tmp_path: Path, more: int) -> None:
    path = events(tmp_path, 6000)
    indexed = History(path)
    whole(indexed)
    indexed.save()
    with path.open("a") as file:
        file.writelines(json.dumps({"kind": "step", "step": 6000 + i, "loss": i / 7, "metric": None}) + "\n" for i in range(1, more + 1))
    loaded = History.load(path)
    assert 0 < loaded.offset <= path.stat().st_size
    assert whole(loaded) == whole(History(path))
    assert loaded.after(indexed.offset)[:1] == [found for found in loaded.after(0) if found[0] > indexed.offset][:1]


def test_an_index_of_another_file_is_not_believed(tmp_path: Path) -> None:
    path = events(tmp_path, 500)
    history = History(path)
    whole(history)
    history.save()
    text = path.read_text()
    path.write_text(text[: len(text) // 2].rsplit("\n", 1)[0] + "\n")  # continued from an earlier point
    assert History.load(path).offset == 0
    path.write_text(text.replace('"epoch": 3', '"epoch": 4'))  # as long, but another one
    assert History.load(path).offset == 0
    path.write_text(text)
    path.with_name(INDEX_FILE).write_text(path.with_name(INDEX_FILE).read_text()[:-200])
    assert History.load(path).offset == 0
    path.with_name(INDEX_FILE).write_text('{"version": 1}')
    assert History.load(path).offset == 0


def test_an_index_with_a_flipped_byte_is_not_believed(tmp_path: Path) -> None:
    """Its lines go to browsers as they are: one that is no JSON would cost the viewer the whole history."""
    path = events(tmp_path, 500)
    history = History(path)
    whole(history)
    history.save()
    index = path.with_name(INDEX_FILE)
    text = index.read_text()
    assert History.load(path).offset > 0
    places = [place for place in range(len(text)) if text.startswith('\\"epoch\\": 3', place)]
    index.write_text(f"{text[: places[0] + 9]}x{text[places[0] + 10 :]}")  # the colon of a line
    assert History.load(path).offset == 0


@given(st.lists(st.sampled_from(["step", "device", "state", "end", "epoch"]), max_size=80), st.integers(0, 80))
def test_a_copy_that_lacks_lines_has_the_history_that_reading_it_gives(kinds: list[str], known: int) -> None:
    with TemporaryDirectory() as folder:
        old, new = Path(folder) / "old.jsonl", Path(folder) / "new.jsonl"
        lines = [json.dumps({"kind": kind, "step": number, "loss": 0.5, "message": "é" * (number % 3)}).encode() + b"\n" for number, kind in enumerate(kinds)]
        old.write_bytes(b"".join(lines[:known]))
        history = History(old)
        whole(history)
        gone, end = [], 0
        for kind, line in zip(kinds, lines, strict=True):
            end += len(line)
            gone += [(end, len(line))] if kind in {"state", "end"} else []
        new.write_bytes(b"".join(line for kind, line in zip(kinds, lines, strict=True) if kind not in {"state", "end"}))
        copied = history.copied(new, gone)
        assert whole(copied) == whole(History(new)) and copied.offset == new.stat().st_size


def test_a_counter_of_energy_that_began_again_is_not_thinned_away(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    joules = [float(number) for number in range(3000)] + [float(number) for number in range(3000)]
    path.write_text("".join(json.dumps({"kind": "device", "cpu_percent": 5.0, "energy_j": value}) + "\n" for value in joules))
    kept = [event["energy_j"] for event in whole(History(path))]
    assert len(kept) <= 512 and sum(max(0.0, after - before) for before, after in zip(kept, kept[1:], strict=False)) == 2999 * 2
    assert 2999.0 in kept[:-1] and kept.count(0.0) == 2


def test_the_index_is_written_when_enough_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = events(tmp_path, 50)
    history = History.load(path)
    history.keep()
    assert not path.with_name(INDEX_FILE).exists()
    monkeypatch.setattr(module, "KEEP_BYTES", 1000)
    history.keep()
    first = path.with_name(INDEX_FILE).stat().st_mtime_ns
    history.keep()
    assert path.with_name(INDEX_FILE).stat().st_mtime_ns == first
    assert History.load(path).offset == path.stat().st_size


def test_a_place_that_cannot_be_written_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = events(tmp_path, 50)
    monkeypatch.setattr(module, "KEEP_BYTES", 1000)
    path.with_name(INDEX_FILE).mkdir()
    history = History.load(path)
    history.keep()
    assert len(history.after(0)) == len(path.read_text().splitlines())
    History(tmp_path / "gone" / "events.jsonl").keep()
