"""The states of a run: every legal move is stated, and nothing leaves a final state."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset.schema import Task
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.runs.state import MOVES, RunState, can_move

STATES = st.sampled_from(list(RunState))
FINAL = {RunState.FINISHED, RunState.STOPPED, RunState.FAILED}


def test_every_state_has_its_moves_stated() -> None:
    assert set(MOVES) == set(RunState)
    assert all(MOVES[state] == frozenset() for state in FINAL)
    assert MOVES[RunState.INTERRUPTED] == {RunState.QUEUED}


def test_every_state_can_be_reached_from_queued() -> None:
    reached, edge = {RunState.QUEUED}, {RunState.QUEUED}
    while edge:
        edge = {new for old in edge for new in MOVES[old]} - reached
        reached |= edge
    assert reached == set(RunState)


def test_a_run_has_a_model_only_at_an_end() -> None:
    assert {state for state in RunState if state.has_model} == {RunState.FINISHED, RunState.STOPPED}
    assert all(state.is_over for state in RunState if state.has_model)


@given(old=STATES, new=STATES)
def test_a_move_is_legal_when_it_is_listed(old: RunState, new: RunState) -> None:
    assert can_move(old, new) == (old == new or new in MOVES[old])


@settings(deadline=None, max_examples=40)
@given(wishes=st.lists(STATES, max_size=12))
def test_the_folder_never_makes_an_illegal_move(wishes: list[RunState]) -> None:
    spec = RunSpec(dataset="d-1", inputs=("a",), target="b", task=Task.BINARY, recipe="mlp")
    with tempfile.TemporaryDirectory() as root:
        run = Run.create(Path(root), spec)
        for wish in wishes:
            before = run.status
            if wish is before.state or wish in MOVES[before.state]:
                assert run.update(state=wish).state is wish
            else:
                with pytest.raises(ValueError, match=f"cannot go from {before.state} to {wish}"):
                    run.update(state=wish)
                assert run.status == before
