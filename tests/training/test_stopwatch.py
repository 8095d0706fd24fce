"""The stopwatch counts only while it runs."""

from __future__ import annotations

import pytest

from core.training import stopwatch
from core.training.stopwatch import Stopwatch
from tests.training.test_stream import Clock


def test_only_running_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(stopwatch, "time", clock)
    watch = Stopwatch(5.0)
    clock.now += 1
    watch.start()
    clock.now += 2
    watch.start()
    clock.now += 3
    assert watch.seconds == 10.0
    watch.stop()
    watch.stop()
    clock.now += 7
    assert watch.seconds == 10.0
    watch.start()
    clock.now += 1
    assert watch.seconds == 11.0
