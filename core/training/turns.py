"""The baton of a race: its processes share one machine by turns, so that the lanes move evenly and none slows another.

Two networks that learn at once on two cores both crawl, and not evenly. So each lane learns for a slice of half
a second, then it is the turn of the lane that has had least. Every lane writes only its own slot, a few bytes
in its run folder, and reads those of the others; there is no lock that a stopped process could keep. A lane
counts only while the kernel says that its worker lives (the run's lock) and while it gives signs of life, so
one that was killed, stopped or paused is passed by. The worst that can happen is that two lanes learn at once
for a moment: slower, never wrong.
"""

from __future__ import annotations

import contextlib
import os
import struct
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from core.errors import Damaged
from core.files import FILE_MODE
from core.runs.race import lanes_of, race_of
from core.runs.run import Run
from core.runs.state import RunState
from core.settings import settings
from core.training.device import cores, device_kind

__all__ = ["READY_S", "STALLED_S", "Rhythm", "Turn", "by_turns", "turn_of"]

SLOT_FILE = "turn"
READY_S = 20.0  # the start waits at most this long for a lane that is still loading
STALLED_S = 3.0  # a lane that has the baton and says nothing for so long is passed by


class _Is(IntEnum):
    """What a lane does."""

    AWAY = 0  # not in the race: not yet, paused, or done learning
    READY = 1  # at the start
    WAITING = 2
    LEARNING = 3  # has the baton


@dataclass(frozen=True)
class Rhythm:
    """The times of the baton, in seconds.

    Attributes:
        slice_s: a lane learns about this long before it passes the baton on.
        ready_s: the start waits at most this long for the others.
        stalled_s: a lane with the baton that says nothing for so long is passed by; in its first block, which is
            compiled and cannot speak meanwhile, only after ready_s: else the others would be at the goal before it begins.
        gone_s: the same for a lane that waits.
        rest_s, near_s: the longest and the shortest sleep of a lane that waits.
        debt_s: a lane that took very long is put at most so far behind the others, so that it does not wait for ever.
    """

    slice_s: float = 0.5
    ready_s: float = READY_S
    stalled_s: float = STALLED_S
    gone_s: float = 1.0
    rest_s: float = 0.05
    near_s: float = 0.003
    debt_s: float = 5.0


@dataclass(frozen=True)
class _Slot:
    """What a lane says of itself: what it does, seconds charged, when its slice began, when it last spoke (monotonic)."""

    doing: _Is = _Is.AWAY
    charged: float = 0.0
    since: float = 0.0
    spoke: float = 0.0

    def to_bytes(self) -> bytes:
        body = FORM.pack(self.doing, self.charged, self.since, self.spoke)
        return body + struct.pack("<I", zlib.crc32(body))

    @classmethod
    def from_bytes(cls, data: bytes) -> _Slot | None:
        """None while it is being written, or if it is something else."""
        body, check = data[: FORM.size], data[FORM.size :]
        if len(check) != 4 or zlib.crc32(body) != struct.unpack("<I", check)[0]:
            return None
        doing, charged, since, spoke = FORM.unpack(body)
        return cls(_Is(doing), charged, since, spoke) if doing in set(_Is) else None


FORM = struct.Struct("<Bddd")
AT_IT = frozenset({_Is.READY, _Is.WAITING, _Is.LEARNING})


def by_turns(lanes: int) -> bool:
    """Whether the lanes of a race take turns on this machine, or learn side by side because it has room for all.

    Args:
        lanes: how many.

    Example:
        >>> by_turns(10_000)
        True
    """
    return device_kind() == "gpu" or cores() < lanes * settings().race_cores_a_lane


def turn_of(run: Run) -> Turn | None:
    """The turn of a run that takes part in a race; None for all others."""
    race = race_of(run)
    if race is None:
        return None
    others = [lane for lane in lanes_of(race, run.folder.parent) if lane.id != run.id]
    return Turn(run, others, turns=by_turns(len(race.runs))) if others else None


class Turn:
    """One lane's place in the round; used by one thread of its worker.

    Args:
        run: the run of this lane, locked by this process.
        others: the runs of the other lanes.
        turns: False: they learn side by side and only start together.
        rhythm: the times.

    Example:
        >>> turn = Turn(run, others)                                        # doctest: +SKIP
        >>> while learning:                                                 # doctest: +SKIP
        ...     waited_s = turn.wait()
        ...     turn.pass_on(take_some_steps())
        >>> turn.leave()                                                    # doctest: +SKIP
    """

    def __init__(self, run: Run, others: Sequence[Run], *, turns: bool = True, rhythm: Rhythm | None = None) -> None:
        self._rhythm = rhythm or Rhythm()
        self._run = run
        self._turns = turns
        self._others = [_Lane(other) for other in others]
        self._slot = _Slot()
        self._learned = 0.0  # seconds of this slice that are used up
        self._until = 0.0  # when the last block ended
        self._started = False
        self._was_away = True
        self._file: int | None = None

    def wait(self, give_up: Callable[[], bool] | None = None) -> float:
        """Wait until it is this lane's turn; call it before each block of work.

        The first call is the start: it waits for all lanes that are on their way, at most `ready_s`.

        Args:
            give_up: asked while waiting, at least 20 times a second; True ends the wait (Stop, Pause).

        Returns:
            Seconds waited; 0.0 in the middle of a slice. They are no time of learning.
        """
        began = time.monotonic()
        if not self._was_away:
            self._count(began - self._until)  # validation, a checkpoint: what was done since the last block
            self._until = began
        if self._slot.doing is _Is.LEARNING and not self._is_used_up:
            return 0.0
        stop = give_up or _never
        if not self._started:
            self._line_up(stop)
        if self._turns and not stop():
            self._queue_up(stop)
        else:
            self._say(_Is.LEARNING, since=time.monotonic())
        self._was_away = False
        self._learned = 0.0
        self._until = time.monotonic()
        return self._until - began

    def pass_on(self, seconds: float) -> None:
        """Say how long a block took; the baton goes on once the slice is used up.

        Args:
            seconds: of work, without waiting.
        """
        self._count(seconds)
        self._until = time.monotonic()
        if self._is_used_up:
            self._say(_Is.READY)
        elif self._until - self._slot.spoke > self._rhythm.gone_s / 4:
            self._say(self._slot.doing)

    def leave(self) -> None:
        """Step out of the round: paused, or done with learning. A later `wait` joins it again; may be called twice."""
        self._was_away = True
        self._say(_Is.AWAY)
        if self._file is not None:
            os.close(self._file)
            self._file = None
        for lane in self._others:
            lane.close()

    @property
    def _is_used_up(self) -> bool:
        return self._turns and self._learned >= self._rhythm.slice_s

    def _count(self, seconds: float) -> None:
        self._learned += seconds
        self._slot = replace(self._slot, charged=self._slot.charged + seconds)

    # ---- the start

    def _line_up(self, stop: Callable[[], bool]) -> None:
        self._say(_Is.READY)
        deadline = time.monotonic() + self._rhythm.ready_s
        while time.monotonic() < deadline and not stop() and not self._may_start():
            time.sleep(self._rhythm.rest_s)
            self._say(_Is.READY)
        self._started = True

    def _may_start(self) -> bool:
        """All are ready, or the race has begun without us."""
        now = time.monotonic()
        slots = [(lane, lane.slot() if lane.lives() else None) for lane in self._others]
        doing = [(lane, slot.doing if slot and self._fresh(slot, now) else _Is.AWAY) for lane, slot in slots]
        if any(it in {_Is.WAITING, _Is.LEARNING} for _, it in doing):
            return True
        return all(it is _Is.READY or lane.is_out() for lane, it in doing)

    # ---- the round

    def _queue_up(self, stop: Callable[[], bool]) -> None:
        if others := [slot.charged for slot in self._present(AT_IT)]:
            charged = min(self._slot.charged, max(others) + self._rhythm.debt_s)
            self._slot = replace(self._slot, charged=max(charged, min(others)) if self._was_away else charged)  # no credit for being away
        while not stop():
            self._say(_Is.WAITING)
            present = self._present()
            if self._is_next(present):
                self._say(_Is.LEARNING, since=time.monotonic())
                if not self._was_too_late():
                    return
            else:
                time.sleep(self._pause(present))
        self._say(_Is.LEARNING, since=time.monotonic())  # to end in good order

    def _is_next(self, present: list[_Slot]) -> bool:
        if any(slot.doing is _Is.LEARNING for slot in present):
            return False
        return all(self._slot.charged <= slot.charged for slot in present if slot.doing is _Is.WAITING)

    def _was_too_late(self) -> bool:
        """Whether another lane took the baton at the same moment; the one that was first keeps it."""
        rivals = [slot for slot in self._present() if slot.doing is _Is.LEARNING]
        return any(slot.since < self._slot.since for slot in rivals)

    def _pause(self, present: list[_Slot]) -> float:
        """How long to sleep: until the slice of whoever learns is nearly over, within limits."""
        ends = [slot.since + self._rhythm.slice_s for slot in present if slot.doing is _Is.LEARNING]
        return min(self._rhythm.rest_s, max(self._rhythm.near_s, max(ends, default=0.0) - time.monotonic()))

    def _present(self, doing: frozenset[_Is] = frozenset({_Is.WAITING, _Is.LEARNING})) -> list[_Slot]:
        """Slots of the other lanes that do this, live and speak."""
        now, found = time.monotonic(), []
        for lane in self._others:
            slot = lane.slot()
            if slot is not None and slot.doing in doing and self._fresh(slot, now) and lane.lives():
                found.append(slot)
        return found

    def _fresh(self, slot: _Slot, now: float) -> bool:
        rhythm, learns = self._rhythm, slot.doing is _Is.LEARNING
        compiles = learns and slot.charged == 0.0
        allowed = max(rhythm.ready_s, rhythm.stalled_s) if compiles else rhythm.stalled_s if learns else rhythm.gone_s
        return now - allowed < slot.spoke <= time.monotonic()

    def _say(self, doing: _Is, since: float | None = None) -> None:
        """Write our slot; a full disk must not stop a training for the sake of a race."""
        self._slot = replace(self._slot, doing=doing, spoke=time.monotonic(), since=self._slot.since if since is None else since)
        with contextlib.suppress(OSError):
            if self._file is None:
                self._file = os.open(self._run.path(SLOT_FILE), os.O_WRONLY | os.O_CREAT, FILE_MODE)
            os.pwrite(self._file, self._slot.to_bytes(), 0)


class _Lane:
    """Another lane as this one sees it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._file: int | None = None

    def slot(self) -> _Slot | None:
        """What it says of itself; None when it has said nothing (yet)."""
        try:
            if self._file is None:
                self._file = os.open(self._run.path(SLOT_FILE), os.O_RDONLY)
            return _Slot.from_bytes(os.pread(self._file, FORM.size + 5, 0))
        except OSError:
            return None

    def lives(self) -> bool:
        """Whether a worker holds the run, as the kernel knows it."""
        try:
            return self._run.is_locked()
        except OSError:
            return False

    def is_out(self) -> bool:
        """Whether nobody need wait for it: over, paused, deleted or unreadable."""
        try:
            state = self._run.status.state
        except (Damaged, OSError):
            return True
        return state.is_over or state is RunState.PAUSED

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _never() -> bool:
    return False
