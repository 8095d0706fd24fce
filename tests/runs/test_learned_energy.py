"""Energy of learning: the share of the machine's that fell into learning, against sums by hand and in small steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.runs.learned_energy import learned_energy


def device(time_s: float, joules: float | None) -> dict[str, Any]:
    return {"kind": "device", "time_s": time_s, "energy_j": joules}


def step(number: int, time_s: float, learned_s: float | None) -> dict[str, Any]:
    return {"kind": "step", "step": number, "time_s": time_s, "learned_s": learned_s}


@given(st.lists(st.tuples(st.booleans(), st.floats(0.5, 5), st.floats(0, 300)), min_size=1, max_size=30))
def test_lanes_that_take_turns_share_what_the_machine_used(slices: list[tuple[bool, float, float]]) -> None:
    """Each slice belongs to one lane; the machine is read at its end. Together the lanes have all of it, each that of its slices."""
    lanes: list[list[dict[str, Any]]] = [[device(0.0, 0.0)], [device(0.0, 0.0)]]
    expected, learned, now, joules = [0.0, 0.0], [0.0, 0.0], 0.0, 0.0
    for number, (second, seconds, watts) in enumerate(slices):
        now, joules = now + seconds, joules + seconds * watts
        learned[second] += seconds
        expected[second] += seconds * watts
        for lane in (0, 1):
            lanes[lane] += [step(number + 1, now, learned[lane]), device(now, joules)]
    curves = [learned_energy(lane) for lane in lanes]
    assert [curve is not None and curve[1][-1] for curve in curves] == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert all(curve is not None and (np.diff(curve[1]) >= 0).all() for curve in curves)


def test_the_counters_of_all_workers_are_added_up_and_lost_learning_is_no_learning() -> None:
    events = [device(0.0, 0.0), step(1, 1.0, 1.0), step(2, 2.0, 2.0), step(3, 3.0, 3.0), device(3.0, 30.0),
              device(4.0, 5.0), step(3, 5.0, 2.0), device(5.0, 15.0), step(4, 6.0, 3.0), device(6.0, 25.0)]  # fmt: skip
    found = learned_energy(events)
    assert found is not None
    assert found[0].tolist() == [0.0, 3.0, 4.0, 5.0, 6.0]
    assert found[1].tolist() == [0.0, 20.0, 20.0, 20.0, 30.0]  # the third second was lost: two of three seconds count, then one more


def test_a_log_of_old_without_a_clock_of_learning_counts_all_of_it() -> None:
    found = learned_energy([device(0.0, 0.0), step(1, 2.0, None), device(2.0, 7.0)])
    assert found is not None and found[1][-1] == 7.0


@pytest.mark.parametrize("events", [[], [step(1, 1.0, 1.0)], [device(0.0, None)], [device(0.0, 1.0), device(1.0, None), device(2.0, 3.0)]])
def test_what_is_not_told_is_not_known(events: list[dict[str, Any]]) -> None:
    assert learned_energy(events) is None


def test_what_never_learned_used_nothing() -> None:
    found = learned_energy([{"kind": "begin", "time_s": 0.0}, {"kind": "notice"}, device(1.0, 50.0), device(2.0, 90.0)])
    assert found is not None and found[1].tolist() == [0.0, 0.0]
