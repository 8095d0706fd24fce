"""The date as a worker sees it on a machine whose clock jumps: for workers of the tests, never for the product.

Seconds in LIMELIGHT_HOME/clock are added to what `time.time` and `time.time_ns` say. The monotonic clock goes on as it does.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

FILE = "clock"
_time, _time_ns = time.time, time.time_ns


def jump(home: Path, seconds: float) -> None:
    """From now on the workers of this home see this date."""
    beside = home / "clock.new"
    beside.write_text(str(seconds))
    beside.replace(home / FILE)


def install(home: Path) -> None:
    """Let this process see the jumps."""

    def shift_s() -> float:
        with contextlib.suppress(FileNotFoundError):
            return float((home / FILE).read_text())
        return 0.0

    time.time = lambda: _time() + shift_s()
    time.time_ns = lambda: _time_ns() + round(shift_s() * 1e9)
