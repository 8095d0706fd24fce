"""A disk that fails at the k-th write, sync or rename, as a full or dying one does: the first half of a write may still arrive."""

from __future__ import annotations

import errno
import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

WRITING = frozenset("wax+")


class BrokenDisk:
    """Counts what is asked of the disk under `root`, and fails where it is told to.

    Attributes:
        asked: writes, syncs and renames so far.
        failed: how many of them failed.
    """

    def __init__(self, root: Path, fail_at: int = 0, number: int = errno.ENOSPC, *, for_good: bool = False) -> None:
        """
        Args:
            root: where the disk is broken.
            fail_at: the call that fails, from 1; 0: none.
            number: the error's.
            for_good: all later calls fail too, until the disk is left.
        """
        self.root, self.fail_at, self.number, self.for_good = str(root), fail_at, number, for_good
        self.asked = self.failed = 0
        self._mutex = threading.Lock()

    def ask(self) -> bool:
        """Count one call; True when it must fail."""
        with self._mutex:
            self.asked += 1
            fails = bool(self.fail_at) and (self.asked == self.fail_at or (self.for_good and self.asked > self.fail_at))
            self.failed += fails
            return fails

    def error(self) -> OSError:
        return OSError(self.number, os.strerror(self.number))

    @contextmanager
    def inserted(self) -> Iterator[BrokenDisk]:
        """All of Python's files, syncs and renames under the root go through this disk."""
        real_open = io.open

        def opened(file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, errors: Any = None, newline: Any = None, *more: Any, **named: Any) -> Any:
            if not (WRITING & set(mode) and isinstance(file, str | os.PathLike) and str(Path(file).absolute()).startswith(self.root)):
                return real_open(file, mode, buffering, encoding, errors, newline, *more, **named)
            return _layered(_File(self, file, mode.replace("b", "").replace("t", "")), mode, buffering, encoding, errors, newline)

        with (
            mock.patch("io.open", opened), mock.patch("builtins.open", opened),
            mock.patch("os.fsync", self._checked(os.fsync)), mock.patch("os.replace", self._checked(os.replace)), mock.patch("os.rename", self._checked(os.rename)),
        ):  # fmt: skip
            yield self

    def _checked(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def checked(*arguments: Any, **named: Any) -> Any:
            if self.ask():
                raise self.error()
            return call(*arguments, **named)

        return checked


class _File(io.FileIO):
    """A file whose writes may fail, half of the bytes written."""

    def __init__(self, disk: BrokenDisk, file: Any, mode: str) -> None:
        super().__init__(file, mode)
        self._disk = disk

    def write(self, data: Any) -> int:
        if self._disk.ask():
            super().write(bytes(data)[: len(data) // 2])
            raise self._disk.error()
        return super().write(data)


def _layered(raw: _File, mode: str, buffering: int, encoding: Any, errors: Any, newline: Any) -> Any:
    if "b" in mode and buffering == 0:
        return raw
    buffered: Any = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
    return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding or "utf-8", errors, newline)
