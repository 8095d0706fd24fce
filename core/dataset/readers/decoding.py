"""All pictures of a zip → one array on the disk, decoded by as many processes as there are cores.

Decoding is nine tenths of the work with a zip of pictures. Few pictures are decoded here; for many, processes of their own
each take a share and write into the same unnamed files, so that memory stays small and nothing is left behind. The result
is the same however many they are.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

import numpy as np

from core.dataset.progress import Progress
from core.dataset.readers.decoder import DISK_FULL, RESULT, TASK, Files, Share, State, decode_share, write_at
from core.dataset.readers.picture import value_range
from core.dataset.readers.source import Source
from core.dataset.readers.unpack import Packed, read_at
from core.errors import DiskFull, MachineError
from core.language import N_

__all__ = ["Decoded", "Decoders", "decode", "decoders_for"]

STAGE = N_("Looking at the pictures")
ROOT = Path(__file__).parents[3]
MANY = 2000  # from so many pictures on, processes of their own pay
PICTURES_A_PROCESS = 1000
MOST_PROCESSES = 8
DIRECTORY_END_BYTES = 22 + 65_535  # of a zip, with the longest comment
ROWS_AT_ONCE = 1024
WAIT_S = 0.2


@dataclass(frozen=True)
class Decoded:
    """What became of the pictures.

    Attributes:
        images: (pictures, height, width, channels) uint8, memory-mapped from a file without a name.
        kept: (pictures,) which of the members each is, ascending.
        digests: (pictures,) uint64.
        sizes: (pictures, 2) uint32, width and height as they were.
        broken: place among the members → the reason.
        ranges: depth → the values that became 0 and 255, and how many pictures have it.
    """

    images: np.ndarray
    kept: np.ndarray
    digests: np.ndarray
    sizes: np.ndarray
    broken: dict[int, str]
    ranges: dict[str, tuple[float, float, int]]


def decode(
    source: Source, members: Sequence[Packed], size: tuple[int, int], *, channels: int | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None, progress: Progress | None = None, processes: int | None = None,
    decoders: Decoders | None = None,
) -> Decoded:
    """Decode pictures of a zip.

    Args:
        source: the zip.
        members: the pictures, at least one.
        size: (width, height) for all.
        channels: 1 or 3; None: 1 if all are grey, else 3.
        ranges: depth → what becomes 0 and 255 in deep pictures; default: found out from all of them.
        progress: to hear how far it is, and to cancel.
        processes: how many; default: as many as there are cores where the pictures are many, else none but this one.
        decoders: from `decoders_for` the same source, already starting.

    Raises:
        Cancelled: nobody wants it any more.
        DiskFull: there is no room for the pixels.
        MachineError: a decoding process died.
    """
    progress = progress or Progress()
    tasks = _tasks(members)
    count = _processes(len(tasks)) if processes is None else processes
    with ExitStack() as stack:
        ready = decoders or stack.enter_context(_decoders(source, count))
        ready.make_room(len(tasks), size)
        results = _run(source, ready, tasks, (size, channels), progress, count)
        scales = {**_ranges(results), **(ranges or {})}
        if (deep := np.flatnonzero(results["state"] == State.DEEP)).size:
            again = tasks[deep]
            again["low"], again["high"] = np.array([scales[depth.decode()] for depth in results["depth"][deep]]).T
            results[deep] = _run(source, ready, again, (size, channels), progress, count)
        images, kept = _gathered(ready.files, results["state"], size)
    told = {depth: (*scales[depth], int((results["depth"] == depth.encode()).sum())) for depth in _depths(results)}
    good = results[kept]
    broken = {int(i): results["reason"][i].decode() for i in np.flatnonzero(results["state"] == State.BROKEN)}
    return Decoded(images, kept, good["digest"].copy(), np.stack([good["width"], good["height"]], axis=1), broken, told)


def _tasks(members: Sequence[Packed]) -> np.ndarray:
    tasks = np.zeros(len(members), dtype=TASK)
    tasks["row"] = np.arange(len(members))
    for name, values in zip(Packed._fields, zip(*members, strict=True), strict=True):
        tasks[name] = values
    tasks["low"] = tasks["high"] = np.nan
    return tasks


def _depths(results: np.ndarray) -> list[str]:
    return sorted({depth.decode() for depth in np.unique(results["depth"])} - {""})


def _ranges(results: np.ndarray) -> dict[str, tuple[float, float]]:
    """One range of values for all pictures of a depth."""
    deep = results[results["state"] == State.DEEP]
    of_depth = {depth: deep[deep["depth"] == depth.encode()] for depth in _depths(deep)}
    return {depth: value_range(float(found["low"].min()), float(found["high"].max())) for depth, found in of_depth.items()}


def _run(
    source: Source, ready: Decoders, tasks: np.ndarray, form: tuple[tuple[int, int], int | None], progress: Progress, count: int
) -> np.ndarray:
    """Do all tasks; returns as many `RESULT` records."""
    files = ready.files
    for file, data in ((files.tasks, tasks.tobytes()), (files.results, bytes(len(tasks) * RESULT.itemsize))):
        file.truncate(0)
        write_at(file, data, 0)
    total = _Total(progress, len(tasks))
    if count > 1:
        _run_apart(ready, [Share(len(tasks), *form, first, count) for first in range(count)], total)
    else:
        decode_share(files, source.content if isinstance(source.content, bytes) else files.source, Share(len(tasks), *form), total.add)
    return np.frombuffer(read_at(files.results)(0, len(tasks) * RESULT.itemsize), dtype=RESULT).copy()


def _processes(pictures: int) -> int:
    if pictures < MANY or not hasattr(os, "pwrite"):
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_PROCESSES, pictures // PICTURES_A_PROCESS)


def _entries(source: Source) -> int:
    """How many entries a zip says that it has; 65,535 may be more."""
    with source.open() as stream:
        stream.seek(max(0, source.size_bytes - DIRECTORY_END_BYTES))
        tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    return int.from_bytes(tail[end + 10 : end + 12], "little") if end >= 0 else 0


class _Total:
    """How many pictures are done, told as progress."""

    def __init__(self, progress: Progress, pictures: int) -> None:
        self.progress, self.pictures, self.done = progress, pictures, 0

    def add(self, count: int) -> None:
        self.done += count
        self.progress.step(STAGE, self.done, self.pictures, self.done)


def _run_apart(ready: Decoders, shares: Sequence[Share], total: _Total) -> None:
    """One process for each share; all are gone when this returns or raises."""
    workers = ready.take(len(shares))
    try:
        with selectors.DefaultSelector() as waiting:
            for worker, share in zip(workers, shares, strict=True):
                with contextlib.suppress(BrokenPipeError):  # a worker that died is found below
                    worker.begin(share)
                waiting.register(worker.output, selectors.EVENT_READ)
            while waiting.get_map():
                count = 0
                for key, _ in waiting.select(WAIT_S):
                    count += len(told := os.read(key.fd, 1 << 16))
                    if not told:
                        waiting.unregister(key.fileobj)
                total.add(count)
        codes = [worker.process.wait() for worker in workers]
    finally:
        for worker in workers:
            worker.end()
    if DISK_FULL in codes:
        raise DiskFull(N_("There is no room on the disk for the decoded pictures. Free some space and try again."))
    if any(codes):
        raise MachineError(
            N_("A process that decodes the pictures ended before it was done, as happens when the memory is full. Free some memory, or upload fewer or smaller pictures, and try again."),
            code="decoder_died",
        )


class _Worker:
    """A decoding process; it waits for its share on its input."""

    def __init__(self, files: Files) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "core.dataset.readers.decoder", json.dumps(files.numbers)], cwd=ROOT, pass_fds=files.numbers,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.output = cast(IO[bytes], self.process.stdout)

    def begin(self, share: Share) -> None:
        """Tell it what to do; it begins at once."""
        with cast(IO[bytes], self.process.stdin) as stdin:
            stdin.write(json.dumps(vars(share)).encode())

    def end(self) -> None:
        """Kill it if it still runs."""
        self.process.kill()
        self.process.wait()
        self.output.close()
        with contextlib.suppress(BrokenPipeError):
            cast(IO[bytes], self.process.stdin).close()


class Decoders:
    """Files without a name, and processes that have them open and wait for work."""

    def __init__(self, files: Files, count: int) -> None:
        self.files = files
        self._waiting = [_Worker(files) for _ in range(count if count > 1 else 0)]

    def make_room(self, pictures: int, size: tuple[int, int]) -> None:
        """Make the files of pixels as long as needed; they take no room until they are written."""
        for file, channels in ((self.files.grey, 1), (self.files.colour, 3)):
            file.truncate(pictures * size[0] * size[1] * channels)

    def take(self, count: int) -> list[_Worker]:
        """So many processes, those that wait first; the caller ends them."""
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken + [_Worker(self.files) for _ in range(count - len(taken))]

    def end(self) -> None:
        """End the processes that nobody took."""
        for worker in self._waiting:
            worker.end()


def decoders_for(source: Source) -> AbstractContextManager[Decoders]:
    """Let processes start while the zip is still being listed, if it has many members."""
    return _decoders(source, _processes(_entries(source)))


@contextmanager
def _decoders(source: Source, count: int) -> Iterator[Decoders]:
    with ExitStack() as stack:
        unnamed = [cast(BinaryIO, stack.enter_context(tempfile.TemporaryFile(buffering=0))) for _ in range(5)]  # noqa: SIM115
        if isinstance(source.content, bytes):
            opened = unnamed[4]
            if count > 1:
                write_at(opened, source.content, 0)
        else:
            opened = stack.enter_context(source.open())
        ready = Decoders(Files(opened, *unnamed[:4]), count)
        stack.callback(ready.end)
        yield ready


def _gathered(files: Files, states: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The pictures that were decoded, without gaps and all with as many channels; and which they are."""
    kept = np.flatnonzero((states == State.GREY) | (states == State.COLOUR))
    is_grey = states[kept] == State.GREY
    channels = 1 if is_grey.all() else 3
    file = files.grey if channels == 1 else files.colour
    shape = (len(kept), size[1], size[0], channels)
    if not len(kept):
        return np.empty(shape, dtype=np.uint8), kept
    if len(kept) < len(states) or (channels == 3 and is_grey.any()):
        for start in range(0, len(kept), ROWS_AT_ONCE):  # a picture only ever moves towards the front
            rows = kept[start : start + ROWS_AT_ONCE]
            write_at(file, _rows(files, rows, is_grey[start : start + ROWS_AT_ONCE], shape[1:]), start * int(np.prod(shape[1:])))
    return np.asarray(np.memmap(file, dtype=np.uint8, mode="r", shape=shape)), kept


def _rows(files: Files, rows: np.ndarray, is_grey: np.ndarray, shape: tuple[int, ...]) -> bytes:
    area, channels = shape[0] * shape[1], shape[2]
    found: np.ndarray = np.empty((len(rows), area, channels), dtype=np.uint8)
    for i, row in enumerate(rows.tolist()):
        file, length = (files.grey, area) if is_grey[i] else (files.colour, 3 * area)
        found[i] = np.frombuffer(read_at(file)(row * length, length), dtype=np.uint8).reshape(area, -1)
    return found.tobytes()
