"""Energy of the learning of a run, from its history: what a joule of `seconds` of learning is.

The machine tells the energy of the whole machine since a worker took the run, and each worker counts from 0. That
holds loading, compiling, judging, pauses, and in a race the turns of the other lanes: four lanes would have nearly the
same joules, whatever they did. So of each stretch between two readings a run is given the share of it in which it
learned, by the clock of learning (`learned_s`), and the counters of all its workers are added up. The race and the
live chart draw the same (`ui/race_chart/lane.js`, `ui/live_chart/history.js`).

What else the machine does meanwhile is in it: nobody can tell two processes' energy apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

import numpy as np

__all__ = ["learned_energy"]


def learned_energy(events: Iterable[Mapping[str, Any]]) -> tuple[np.ndarray, np.ndarray] | None:
    """Energy of learning over the time of a run.

    Args:
        events: of its history, in their order; `step`, `epoch` and `device` events count.

    Returns:
        (readings,) seconds in which a worker had the run, rising, and (readings,) joules of learning until then. None where
        the machine does not tell, or did not all the time.

    Example:
        >>> device = [{"kind": "device", "time_s": at, "energy_j": at * 50} for at in (0.0, 4.0, 8.0)]
        >>> steps = [{"kind": "step", "step": 1, "time_s": 4.0, "learned_s": 0.0}, {"kind": "step", "step": 9, "time_s": 8.0, "learned_s": 3.0}]
        >>> times, joules = learned_energy([*device, *steps])
        >>> joules.tolist()  # four seconds of compiling, then three of four seconds it learned
        [0.0, 0.0, 150.0]
    """
    clock, meter = [(0, 0.0, 0.0)], list[tuple[float, float]]()
    for event in events:
        kind, time_s = event["kind"], event.get("time_s")
        if not _is_number(time_s):
            continue
        if kind == "device":
            if not _is_number(event.get("energy_j")):
                return None
            meter.append((float(time_s), float(event["energy_j"])))
        elif kind in {"step", "epoch"} and _is_number(event.get("step")):
            while len(clock) > 1 and clock[-1][0] >= event["step"]:  # it went back to a checkpoint; what was lost is learned again
                clock.pop()
            learned_s = event.get("learned_s")
            clock.append((event["step"], float(time_s), float(learned_s) if _is_number(learned_s) else float(time_s)))
    return _integrated(clock, meter) if meter else None


def _integrated(clock: list[tuple[int, float, float]], meter: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """The integral of the share of time that was learning over the energy."""
    times, raw = np.array([(0.0, 0.0), *meter]).T
    used = np.diff(raw)
    used = np.where(used < 0, raw[1:], used)  # another worker took over and counts from 0
    _, when, learned = np.array(clock).T
    gained, passed = np.diff(np.interp(times, when, learned)), np.diff(times)
    share = np.clip(np.divide(gained, passed, out=np.zeros_like(gained), where=passed > 0), 0.0, 1.0)
    return times[1:], np.cumsum(share * used)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
