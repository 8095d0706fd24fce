"""Thinning keeps the shape: both ends, every extreme, and everything that is no batch."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ui.live_thin import thin

kinds = st.sampled_from(["step", "step", "step", "epoch", "device", "state"])
losses = st.one_of(st.none(), st.floats(-1e6, 1e6))
histories = st.lists(st.builds(lambda kind, loss: {"kind": kind, "loss": loss}, kinds, losses), max_size=300)


@given(histories, st.integers(4, 60))
def test_what_is_kept(events: list[dict[str, Any]], most: int) -> None:
    kept = thin(events, most)
    assert kept == sorted(set(kept))
    steps = [i for i, event in enumerate(events) if event["kind"] == "step"]
    kept_steps = [i for i in kept if events[i]["kind"] == "step"]
    assert len(kept_steps) <= max(most, 4)
    others = [i for i, event in enumerate(events) if event["kind"] in {"epoch", "state"}]
    assert set(others) <= set(kept)
    devices = [i for i, event in enumerate(events) if event["kind"] == "device"]
    assert [i for i in kept if events[i]["kind"] == "device"] == devices[-1:]
    if steps:
        assert kept_steps[0] == steps[0] and kept_steps[-1] == steps[-1]
    known = [events[i]["loss"] for i in steps if events[i]["loss"] is not None]
    kept_known = [events[i]["loss"] for i in kept_steps if events[i]["loss"] is not None]
    if known:
        assert (min(kept_known), max(kept_known)) == (min(known), max(known))


def test_a_short_history_stays_whole() -> None:
    events = [{"kind": "step", "loss": float(i)} for i in range(50)]
    assert thin(events, 50) == list(range(50))
