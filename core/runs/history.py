"""The events of a run in a form that stays small: whoever comes late sees the whole run at once.

A run writes up to ten batch events a second for as long as it takes; a screen has two thousand pixels.
So batches (and what the device said, and the examples) are gathered into stretches of equal width, and of
each stretch the first, the last and every extreme are kept, exactly as they were written. When there are
too many, stretches are joined in pairs. Because the stretches nest, what is kept after a million events
is what one look at all of them would have kept. Everything else (epochs, states, notices) stays whole.

`events.index.json` beside the events holds such a history up to a byte offset, so that opening a long run
reads a megabyte and not all of it. The worker's recorder keeps it; a history without one is read whole.
"""

from __future__ import annotations

import bisect
import contextlib
import itertools
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.errors import LimelightError
from core.files import read_json, write_json

__all__ = ["INDEX_FILE", "History", "Point", "Series", "thin"]

INDEX_FILE = "events.index.json"
VERSION = 2
READ_BYTES = 1024 * 1024  # at most this much in one read, so that nobody else is held up
KEEP_BYTES = 1024 * 1024  # the index is written again when so much is new
TAIL_BYTES = 64  # of the events before the offset, by which an index knows its file


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


DECODER = json.JSONDecoder(parse_constant=_refuse)  # a browser's JSON has no NaN; made once, because making it takes longer than a line


@dataclass(frozen=True, slots=True)
class Point:
    """One event as it was written.

    Attributes:
        end: byte offset behind its line.
        key: where it stands on its axis: step, epoch, or how many came before.
        values: the numbers whose extremes are kept; None where there is none.
        line: its JSON.
    """

    end: int
    key: int
    values: tuple[float | None, ...]
    line: str


@dataclass
class Series:
    """The events of one kind, thinned whenever there are more than `most`.

    Attributes:
        fields: numbers whose lowest and highest are kept in each stretch.
        most: at most so many points.
        key: the field that places an event; empty: its number in the file.
        width: of a stretch, in keys; a power of two.
    """

    fields: tuple[str, ...]
    most: int
    key: str = ""
    width: int = 1
    points: list[Point] = field(default_factory=list)
    count: int = 0  # events so far

    def add(self, end: int, line: str, event: dict[str, Any]) -> None:
        """Take the next event. One that was here before means that the run went back: what followed it goes."""
        key = event.get(self.key) if self.key else self.count
        if not isinstance(key, int):
            return
        self.count += 1
        self.put(Point(end, key, tuple(_number(event.get(name)) for name in self.fields), line))

    def put(self, point: Point) -> None:
        """Take the next point; the points behind it go."""
        while self.points and self.points[-1].key >= point.key:
            self.points.pop()
        self.points.append(point)
        if len(self.points) > self.most:
            self.points = thin(self.points, self.width)  # the newest were not thinned yet
            while len(self.points) > self.most // 2:
                self.width *= 2
                self.points = thin(self.points, self.width)


def thin(points: Sequence[Point], width: int) -> list[Point]:
    """Keep the first, the last and the extremes of each stretch.

    Args:
        points: in ascending order of their keys.
        width: of a stretch, in keys.

    Returns:
        At most 2 + 2 × fields points of each stretch, in their order.

    Example:
        >>> points = [Point(i, i, (9.0 if i == 50 else 1.0,), "") for i in range(128)]
        >>> [point.key for point in thin(points, 64)]
        [0, 50, 63, 64, 127]
    """
    kept: list[Point] = []
    start = 0
    for i in range(1, len(points) + 1):
        if i == len(points) or points[i].key // width != points[start].key // width:
            kept += _shape(points, start, i)
            start = i
    return kept


def _shape(points: Sequence[Point], start: int, stop: int) -> list[Point]:
    wanted = {start, stop - 1}
    for number in range(len(points[start].values)):
        known = [(value, i) for i in range(start, stop) if (value := points[i].values[number]) is not None]
        if known:
            wanted |= {min(known)[1], max(known, key=_higher)[1]}
    return [points[i] for i in sorted(wanted)]


def _higher(found: tuple[float, int]) -> tuple[float, int]:
    return found[0], -found[1]  # of equal ones the first


def _series() -> dict[str, Series]:
    return {
        "step": Series(("loss", "metric"), 4096, key="step"),
        "device": Series(("cpu_percent", "energy_j"), 512),  # a counter of energy that began again shows in its extremes
        "examples": Series((), 64, key="epoch"),
    }


@dataclass
class History:
    """All events of a run up to `offset`, thinned where they are many.

    Attributes:
        events: the run's `events.jsonl`.
        offset: bytes of it that are known.

    Example:
        >>> history = History.load(run.events)                              # doctest: +SKIP
        >>> while history.read(): ...                                       # doctest: +SKIP
        >>> history.after(0)[-1]                                            # doctest: +SKIP
        (48123, '{"kind":"end","time_s":31.2,"state":"finished","epochs":20,"seconds":29.5,"best_epoch":14}')
    """

    events: Path
    offset: int = 0
    _series: dict[str, Series] = field(default_factory=_series)
    _whole: list[tuple[int, str]] = field(default_factory=list)  # end and line of everything else
    _kept: int = 0  # the index on the disk reaches so far

    def read(self) -> list[tuple[int, str, str]]:
        """Take what was appended since, at most `READ_BYTES` of it.

        Returns:
            (offset behind it, its line, its kind) of each new event. A line that is no event is skipped;
            a torn last line waits for the next call.

        Raises:
            OSError: the file is not there.
        """
        with self.events.open("rb") as file:
            file.seek(self.offset)
            return self.take(file.read(READ_BYTES))

    def take(self, data: bytes) -> list[tuple[int, str, str]]:
        """The same for bytes that somebody read at `offset`."""
        found = []
        for raw in data[: data.rfind(b"\n") + 1].splitlines(keepends=True):
            self.offset += len(raw)
            with contextlib.suppress(ValueError):
                line = raw.decode().strip()
                event = DECODER.decode(line)
                if isinstance(event, dict) and isinstance(kind := event.get("kind"), str):
                    self._add(line, event, kind)
                    found.append((self.offset, line, kind))
        return found

    def _add(self, line: str, event: dict[str, Any], kind: str) -> None:
        series = self._series.get(kind)
        if series is None:
            self._whole.append((self.offset, line))
        else:
            series.add(self.offset, line, event)

    def after(self, offset: int) -> list[tuple[int, str]]:
        """What is kept of everything behind a byte offset: (offset behind it, its line), in the order of the file."""
        points = [(point.end, point.line) for series in self._series.values() for point in series.points if point.end > offset]
        return sorted(points + [found for found in self._whole if found[0] > offset])

    def keep(self) -> None:
        """Read what is new and write the index, if there is enough that is new; a failure costs nothing but time later."""
        with contextlib.suppress(OSError, LimelightError):
            if self.events.stat().st_size - self._kept < KEEP_BYTES:
                return
            self.read()
            if self.offset - self._kept >= KEEP_BYTES // 2:
                self.save()

    def save(self) -> None:
        """Write the index beside the events.

        Raises:
            OSError, DiskFull: it cannot be written.
        """
        series = {kind: {"width": one.width, "count": one.count, "points": [_row(point) for point in one.points]} for kind, one in self._series.items()}
        tail = _bytes(self.events, self.offset - TAIL_BYTES, self.offset).decode(errors="replace")
        data = {"version": VERSION, "offset": self.offset, "tail": tail, "check": _check(self._whole, series), "whole": self._whole, "series": series}
        write_json(self.events.with_name(INDEX_FILE), data)
        self._kept = self.offset

    def copied(self, events: Path, gone: Sequence[tuple[int, int]]) -> History:
        """The same history for a copy of the file that lacks some lines; nothing is read.

        Args:
            events: the copy.
            gone: (offset behind it, bytes) of each line that it lacks, in their order; none is a step, device or examples event.
        """
        ends, sizes = [end for end, _ in gone], [0, *itertools.accumulate(size for _, size in gone)]
        lacking = set(ends)

        def moved(end: int) -> int:
            return end - sizes[bisect.bisect_right(ends, end)]

        series = {kind: replace(one, points=[replace(point, end=moved(point.end)) for point in one.points]) for kind, one in self._series.items()}
        return History(events, moved(self.offset), series, [(moved(end), line) for end, line in self._whole if end not in lacking])

    @classmethod
    def events_of(cls, events: Path, without: str = "") -> list[dict[str, Any]]:
        """All events of a run, thinned where they are many, in the order of the file; none where there is no file.

        Args:
            events: the run's `events.jsonl`.
            without: a kind that is not wanted; thousands of lines need not be parsed then.
        """
        history = cls.load(events)
        with contextlib.suppress(OSError):
            while history.read():
                pass
        start = f'{{"kind":"{without}"'
        return [json.loads(line) for _, line in history.after(0) if not without or not line.startswith(start)]

    @classmethod
    def load(cls, events: Path) -> History:
        """The history that the index holds, or an empty one where there is none that fits the events."""
        history = cls(events)
        with contextlib.suppress(LimelightError, OSError, KeyError, TypeError, ValueError):
            history._fill(read_json(events.with_name(INDEX_FILE)))
            return history
        return cls(events)

    def _fill(self, data: dict[str, Any]) -> None:
        offset = int(data["offset"])
        tail = _bytes(self.events, offset - TAIL_BYTES, offset).decode(errors="replace")
        if data["version"] != VERSION or tail != data["tail"] or self.events.stat().st_size < offset:
            raise ValueError("an index of another file")
        if data["check"] != _check(data["whole"], data["series"]):
            raise ValueError("an index with a damaged line, which would break the message that it is sent in")
        for kind, series in self._series.items():
            found = data["series"][kind]
            series.width, series.count = int(found["width"]), int(found["count"])
            series.points = [_point(*row) for row in found["points"]]
        self._whole = [(int(end), str(line)) for end, line in data["whole"]]
        self.offset = self._kept = offset


def _check(whole: Any, series: Any) -> int:
    """A sum by which a flipped byte of the index is noticed: its lines go to browsers as they are."""
    return zlib.crc32(json.dumps([whole, series]).encode())


def _row(point: Point) -> list[Any]:
    return [point.end, point.key, point.values, point.line]


def _point(end: int, key: int, values: list[float | None], line: str) -> Point:
    return Point(int(end), int(key), tuple(values), str(line))


def _bytes(path: Path, start: int, stop: int) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, start))
        return file.read(stop - max(0, start))


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None
