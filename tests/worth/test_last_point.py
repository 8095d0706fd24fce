"""The last point inside a training: by hand, whatever the history looks like, and from files that were interrupted or broken."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.recipes import make_spec
from core.runs.events import append_event
from core.runs.run import Run
from core.worth.last_point import Epoch, history_of, last_point, last_point_of
from core.worth.rates import Rates
from tests.report.test_report import info

RATES = Rates(hour=36, kwh=3.6, currency="$")


def epochs(*values: float, each_s: float = 10.0, joules: float | None = None) -> list[Epoch]:
    return [Epoch(place, value, place * each_s, None if joules is None else place * joules) for place, value in enumerate(values, start=1)]


def test_by_hand() -> None:
    """0.89 lies three quarters of the way from 0.86 to 0.90; a kilowatt hour is 3.6 million joules."""
    found = last_point(epochs(0.80, 0.86, 0.90, 0.88, 0.90, 0.70, joules=1e6), "accuracy", RATES, run="r1", name="Net")
    assert found is not None and found.bound == "exact"
    assert (found.best_epoch, found.epochs, found.since_epoch) == (3, 6, pytest.approx(2.75))
    assert found.seconds == pytest.approx(2.5) and found.share == pytest.approx(2.5 / 60) and found.joules == pytest.approx(250_000)
    assert found.money == pytest.approx(2.5 / 3600 * 36 + 0.25 / 3.6 * 3.6)
    for said in ("The last point of Accuracy cost Net 2.5 s", "4 % of all", "250,000 J", "between epoch 2.8 and epoch 3 of 6", "90.0 %", "$0.28"):
        assert said in found.sentence, said


def test_a_point_of_an_error_is_one_percent_of_what_it_was() -> None:
    """Before the last point it was 99 / 0.99 = 100, half way from 101 to 99."""
    found = last_point(epochs(120.0, 101.0, 99.0), "mae", RATES)
    assert found is not None and found.since_epoch == pytest.approx(2.5) and found.seconds == pytest.approx(5.0)


def test_where_the_first_epoch_is_as_near_all_learning_is_a_bound() -> None:
    found = last_point(epochs(0.895, 0.899, 0.90, 0.90, joules=5.0), "accuracy", RATES, name="Net")
    assert found is not None and (found.bound, found.since_epoch, found.best_epoch, found.seconds, found.joules) == ("at_most", 0, 3, 30.0, 15.0)
    assert "at most 30 s" in found.sentence
    alone = last_point(epochs(0.5), "accuracy", RATES)
    assert alone is not None and alone.seconds == 10.0 and alone.share == 1.0


def test_nothing_learned_has_no_price() -> None:
    assert last_point([], "accuracy", RATES) is None and last_point(epochs(1.0, 0.0), "mae", RATES) is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.sampled_from(["accuracy", "mae"]))
def test_any_history_has_a_price_inside_its_own_time(values: list[float], metric: str) -> None:
    found = last_point(epochs(*values, joules=2.0), metric, RATES)
    if found is None:
        assert metric == "mae" and min(values) == 0
        return
    better = max if metric == "accuracy" else min
    assert found.best == better(values) and found.best_epoch == values.index(found.best) + 1
    assert 0 <= found.since_epoch <= found.best_epoch and 0 <= found.seconds <= found.best_epoch * 10 + 1e-9 and 0 <= found.share <= 1 + 1e-12
    assert found.joules == pytest.approx(found.seconds / 5) and found.seconds == pytest.approx((found.best_epoch - found.since_epoch) * 10)
    level = found.best - 0.01 if metric == "accuracy" else found.best / 0.99
    before = values[: int(np.ceil(found.since_epoch - 1e-9)) - 1] if found.bound == "exact" else []
    assert all(value < level if metric == "accuracy" else value > level for value in before)  # nothing as good came earlier
    json.dumps(found.to_json(), allow_nan=False)


def told(tmp_path: Path, *events: dict[str, object]) -> Run:
    run = Run.create(tmp_path, make_spec(info(("no", "yes"))))
    for event in events:
        append_event(run.events, event)
    return run


def epoch(number: int, value: float | None, at: float) -> dict[str, object]:
    return {"kind": "epoch", "time_s": at, "epoch": number, "step": number * 5, "val_metric": value, "learned_s": at - 1}


def test_a_history_that_was_interrupted_counts_once(tmp_path: Path) -> None:
    begin = {"kind": "begin", "time_s": 0.5, "metric": "accuracy", "resumed_from_step": 0}
    device = [{"kind": "device", "time_s": at, "energy_j": joules} for at, joules in ((2.0, 10.0), (4.0, 30.0), (5.0, 4.0), (8.0, 34.0))]
    run = told(tmp_path, begin, epoch(1, 0.5, 2.0), device[0], epoch(2, 0.9, 3.0), epoch(3, 0.95, 4.0), device[1],
               begin | {"time_s": 5.0, "resumed_from_step": 5}, device[2], {"kind": "step", "time_s": 5.5, "step": 6, "learned_s": 4.5}, epoch(2, 0.7, 6.0), device[3], epoch(3, None, 7.0))  # fmt: skip
    run.events.write_bytes(run.events.read_bytes() + b'not json\n{"kind": 5}\n{"kind":"epoch","epo')
    metric, found = history_of(run)
    assert metric == "accuracy" and [(one.number, one.value, one.learned_s) for one in found] == [(1, 0.5, 1.0), (2, 0.7, 5.0)]
    assert [one.joules for one in found] == [5.0, pytest.approx(5 + 20 + 4 + 20 / 3)]  # it learned half of the first two seconds, and two of the last three
    assert last_point_of(run, "Net", RATES) is not None


def test_energy_that_is_not_told_all_the_time_is_not_told(tmp_path: Path) -> None:
    begin = {"kind": "begin", "time_s": 0.5, "metric": "mean_absolute_error"}
    run = told(tmp_path, begin, {"kind": "device", "time_s": 1.0, "energy_j": 3.0}, {"kind": "device", "time_s": 2.0, "energy_j": None}, epoch(1, 2.0, 2.0))
    metric, found = history_of(run)
    assert metric == "mae" and found[0].joules is None


def test_what_did_not_learn_has_no_last_point(tmp_path: Path) -> None:
    run = told(tmp_path)
    assert last_point_of(run, "Net", RATES) is None
    run.events.unlink()
    assert last_point_of(run, "Net", RATES) is None
    assert last_point_of(told(tmp_path, {"kind": "begin", "time_s": 0.0, "metric": "made_up"}, epoch(1, 0.5, 2.0)), "Net", RATES) is None

