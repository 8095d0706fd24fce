"""The pace: short first calls, then calls of a twentieth of a second, whatever the engine."""

from __future__ import annotations

import pytest

from core.training.pace import Pace


def played(step_s: float, steps: int, hiccup_at: int = -1) -> list[tuple[int, float]]:
    """Play an engine whose steps take so long; (steps, seconds) between looks. The first step compiles for 3 s."""
    pace, looks, sent, since = Pace(), [], 0, 0
    while sent < steps:
        block = pace.steps(steps - sent)
        pace.sent(block)
        sent, since = sent + block, since + block
        if pace.is_due:
            seconds = 3.0 if not looks else since * step_s * (50 if len(looks) == hiccup_at else 1)
            pace.looked(seconds)
            looks.append((since, seconds))
            since = 0
    return looks


@pytest.mark.parametrize("step_s", [2e-5, 1e-3, 0.03, 0.049])
def test_people_are_heard_ten_times_a_second(step_s: float) -> None:
    looks = played(step_s, int(4 / step_s))
    assert looks[0][0] == looks[1][0] == 1
    assert all(seconds <= 0.101 for _, seconds in looks[1:])
    assert looks[-3][1] == pytest.approx(0.1, rel=0.5)


def test_a_step_that_takes_long_is_looked_at_each_time() -> None:
    assert {steps for steps, _ in played(0.5, 20)} == {1}


def test_one_hiccup_does_not_make_it_slow_for_long() -> None:
    looks = played(1e-3, 10_000, hiccup_at=8)
    assert looks[8][0] == 100
    assert [steps for steps, _ in looks[9:12]] == [12, 96, 100]


def test_a_call_never_leaves_the_epoch() -> None:
    pace = Pace()
    for _ in range(10):
        pace.sent(pace.steps(1000))
        pace.looked(1e-4)
    assert pace.steps(7) == 7
    assert pace.steps(0) == 0
