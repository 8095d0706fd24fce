"""One reader of a run's events for all its viewers: the file is read once, whoever watches.

A viewer holds no queue. It says how far it has come (a byte offset) and gets one frame with everything
after that, so a slow viewer gets fewer and larger frames and holds nobody up, and viewers that keep
pace share the very same text. When the last viewer leaves, the feed is forgotten.

A frame is JSON: {"offset": bytes, "events": [...], "status": {...} | null, "restart": bool}.
"""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import Damaged
from core.runs.history import History
from core.runs.run import Run

__all__ = ["Feed", "Feeds", "Frame", "TooManyViewers"]

TICK_S = 0.1  # how often the event file is looked at
STATUS_TICKS = 3  # status.json is looked at every so many ticks
GRACE_TICKS = 20  # after the end, so that the last events are seen
THREAD_BYTES = 64 * 1024  # more than this is read in a thread, so that other viewers are not held up
MAX_FRAME_EVENTS = 500  # a frame is some 100 KB, which a phone reads without a pause
RECENT_EVENTS = 1000  # so many are kept unthinned: a minute and a half at full pace
MAX_VIEWERS = 300  # of the whole process
MAX_VIEWERS_A_RUN = 150


class TooManyViewers(Exception):  # noqa: N818  # it is no error of the program: the viewer falls back to polling
    """The process, or this run, has as many viewers as it may have."""


@dataclass(frozen=True)
class Frame:
    """One message to a viewer, and where the viewer stands after it."""

    text: str
    offset: int
    version: int


class Feed:
    """What the viewers of one run share: its events so far, thinned, and how it stands."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.version = 0  # counts up with each change of the status
        self.status: dict[str, Any] | None = None
        self.over = False  # nothing will come any more
        self.gone = False  # the run was deleted
        self.viewers = 0
        self.ready = asyncio.Event()  # the history was read to its end once
        self._history = History(run.events)
        self._recent: list[tuple[int, str]] = []  # the newest events, all of them, for those who keep pace
        self._recent_from = 0  # byte offset before the first of them
        self._ended = False  # the last event was the run's end
        self._news = asyncio.Event()
        self._frames: dict[tuple[int, int], Frame | None] = {}
        self._seen_status = -1  # modification time, ns
        self._grace = GRACE_TICKS

    @property
    def offset(self) -> int:
        """Bytes of the event file that are known."""
        return self._history.offset

    async def follow(self) -> None:
        """Read what is new until the run is over; started once by `Feeds`."""
        try:
            await self._follow()
        finally:  # whatever went wrong here, nobody waits for ever
            self.over = True
            self.ready.set()
            self._tell()

    async def _follow(self) -> None:
        tick = 0
        self._history = await asyncio.to_thread(History.load, self.run.events)
        self._recent_from = self.offset
        while not self.over:
            grown = await self._read_new()
            changed = tick % STATUS_TICKS == 0 and self._read_status()
            if not grown:
                self.ready.set()
                self._grow_old()
            if grown or changed:
                self._tell()
            tick += 1
            if not grown:
                await asyncio.sleep(TICK_S)

    def after(self, offset: int, version: int) -> Frame | None:
        """What a viewer that stands at `offset` and has seen status `version` does not know yet."""
        key = (offset, version)
        if key not in self._frames:
            self._frames[key] = self._make_frame(offset, version)
        return self._frames[key]

    async def news(self) -> None:
        """Wait until there is something new."""
        await self._news.wait()

    def _make_frame(self, offset: int, version: int) -> Frame | None:
        if restart := offset > self.offset:  # the viewer comes from another file: begin again
            offset = 0
        if offset == self.offset and version == self.version and not restart:
            return None
        found, complete = self._since(offset)
        end = self.offset if complete else found[-1][0]
        status = json.dumps(self.status, ensure_ascii=False) if version != self.version else "null"
        lines = ",".join(line for _, line in found)
        text = f'{{"offset":{end},"restart":{json.dumps(restart)},"status":{status},"events":[{lines}]}}'
        return Frame(text, end, self.version)

    def _since(self, offset: int) -> tuple[list[tuple[int, str]], bool]:
        """At most a frame's worth of events behind an offset, and whether these are all.

        Whoever keeps pace gets every event; whoever comes late, or fell far behind, gets the thinned history.
        """
        if offset >= self._recent_from:
            found = self._recent[bisect.bisect_right(self._recent, offset, key=_end) :]
        else:
            found = self._history.after(offset)
        return found[:MAX_FRAME_EVENTS], len(found) <= MAX_FRAME_EVENTS

    async def _read_new(self) -> bool:
        """Take what was appended; True when there was something."""
        before = self.offset
        with contextlib.suppress(OSError):
            behind = self.run.events.stat().st_size - before
            if behind > 0:
                self._remember(await asyncio.to_thread(self._history.read) if behind > THREAD_BYTES else self._history.read())
        return self.offset > before

    def _remember(self, found: list[tuple[int, str, str]]) -> None:
        self._recent += [(end, line) for end, line, _ in found]
        if len(self._recent) > 2 * RECENT_EVENTS:
            self._recent_from = self._recent[-RECENT_EVENTS - 1][0]
            self._recent = self._recent[-RECENT_EVENTS:]
        if found:
            self._ended = found[-1][2] == "end"

    def _read_status(self) -> bool:
        """Take the status if its file changed; True when a viewer should hear of it."""
        try:
            seen = self.run.path("status.json").stat().st_mtime_ns
        except OSError:
            self.gone = not self.run.folder.is_dir()
            self.over = self.gone
            return False
        if seen == self._seen_status:
            return False
        self._seen_status = seen
        with contextlib.suppress(Damaged):
            status = self.run.status
            told = {"state": status.state.value, "message": status.message, "phase": status.phase, "over": status.state.is_over, "model": self.run.has_model}
            if told != self.status:
                self.status, self.version = told, self.version + 1
                return True
        return False

    def _grow_old(self) -> None:
        """Once the run is over and the file has been quiet for a while, nothing more will come."""
        quiet = self.status is not None and self.status["over"]
        self._grace = 0 if quiet and self._ended else self._grace - 1 if quiet else GRACE_TICKS
        self.over = self.over or self._grace <= 0

    def _tell(self) -> None:
        self._frames.clear()
        self._news.set()
        self._news = asyncio.Event()


class Feeds:
    """The feeds of one process, by run folder."""

    def __init__(self) -> None:
        self._feeds: dict[Path, tuple[Feed, asyncio.Task[None]]] = {}
        self.viewers = 0

    @contextlib.asynccontextmanager
    async def join(self, run: Run) -> AsyncIterator[Feed]:
        """Watch a run: the feed starts with its first viewer and ends with its last.

        Raises:
            TooManyViewers: see `MAX_VIEWERS` and `MAX_VIEWERS_A_RUN`.
        """
        feed = self._feed(run)
        if self.viewers >= MAX_VIEWERS or feed.viewers >= MAX_VIEWERS_A_RUN:
            raise TooManyViewers
        self.viewers += 1
        feed.viewers += 1
        try:
            await feed.ready.wait()
            yield feed
        finally:
            self.viewers -= 1
            feed.viewers -= 1
            if not feed.viewers:
                self._forget(feed)

    def _feed(self, run: Run) -> Feed:
        known = self._feeds.get(run.folder)
        if known and not known[0].over:
            return known[0]
        feed = Feed(run)  # the first viewer, or a run that was over and has been queued again
        self._feeds[run.folder] = (feed, asyncio.create_task(feed.follow()))
        return feed

    def _forget(self, feed: Feed) -> None:
        known = self._feeds.get(feed.run.folder)
        if known and known[0] is feed:
            self._feeds.pop(feed.run.folder)[1].cancel()


def _end(event: tuple[int, str]) -> int:
    return event[0]
