"""From a number back to its rows: the right ones, in the right order, against a plain loop."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from core.dataset.schema import Task
from core.errors import NotFound
from core.evaluation.compare import Comparison, compare
from core.evaluation.model import Model
from core.slices.rows_behind import AtThreshold, Bin, Cell, Disagree, InSlice, Where, Wrong, rows_behind, where_of
from tests.evaluation.made import binary, multiclass, predictions, regression


@cache
def two(task: Task, rows: int = 120, seed: int = 1) -> Comparison:
    """Models a and b on the same rows, and a baseline that is always wrong in its own way."""
    rng = np.random.default_rng(seed)
    truth, scores = {Task.BINARY: binary, Task.MULTICLASS: multiclass, Task.REGRESSION: regression}[task](rng, rows)
    others = np.roll(scores, 3, axis=0), np.zeros_like(scores) if task is Task.REGRESSION else np.eye(scores.shape[1])[np.zeros(rows, int)]
    models = [Model("a", "A", predictions(task, truth, scores)), Model("b", "B", predictions(task, truth, others[0]))]
    return compare([*models, Model("majority", "Majority", predictions(task, truth, others[1]), "baseline")])


def by_hand(comparison: Comparison, wanted: list[bool]) -> list[int]:
    """Rows of model a that are wanted: disagreed about with b first, then the lowest score of the truth, then the order."""
    ours, theirs = (comparison.runs[place].model.predictions for place in (0, 1))
    rows = [row for row in range(len(ours)) if wanted[row]]
    apart = {row: ours.decisions()[row] == theirs.decisions()[row] for row in rows}
    return sorted(rows, key=lambda row: (apart[row], ours.scores[row, ours.truth[row]], row))


PLACES = [Cell(1, 1), Bin(0.2, 0.7), Bin(0.0, 0.3, 0), AtThreshold(0.3), Wrong()]


@pytest.mark.parametrize(
    ("task", "where"),
    [(Task.BINARY, Cell(1, 0)), (Task.MULTICLASS, Cell(2, 3)), *((task, where) for task in (Task.BINARY, Task.MULTICLASS) for where in PLACES)], ids=str,
)  # fmt: skip
def test_the_rows_behind_a_place(task: Task, where: Where) -> None:
    comparison = two(task, 300)
    p = comparison.runs[0].model.predictions
    truth, called = p.truth, p.decisions()

    def is_there(row: int) -> bool:
        match where:
            case Cell(truth=t, called=c):
                return bool(truth[row] == t and called[row] == c)
            case Bin(low=low, high=high, label=label):
                return bool(low <= p.scores[row, label] <= high)
            case AtThreshold(threshold=threshold, label=label):
                return bool((p.scores[row, label] >= threshold) != (truth[row] == label))
        return bool(truth[row] != called[row])

    expected = by_hand(comparison, [is_there(row) for row in range(len(p))])
    found = rows_behind(comparison, "a", where, 500)
    assert found.rows.tolist() == expected and found.total == len(expected) > 0
    assert rows_behind(comparison, "a", where, 3).rows.tolist() == expected[:3]
    assert found.disagreeing == found.disagree.sum()
    np.testing.assert_allclose(found.loss, [1 - p.scores[row, truth[row]] for row in expected])


@pytest.mark.parametrize("seed", range(3))
def test_a_limit_never_changes_the_order(seed: int) -> None:
    comparison = two(Task.BINARY, 40, seed)
    everything = rows_behind(comparison, "a", Bin(0, 1), 1_000)
    assert everything.total == 40
    for limit in range(1, 41):
        assert rows_behind(comparison, "a", Bin(0, 1), limit).rows.tolist() == everything.rows.tolist()[:limit]


def test_many_equal_losses_keep_the_order_of_the_rows() -> None:
    truth, scores = np.zeros(50, int), np.tile([0.2, 0.8], (50, 1))
    comparison = compare([Model("a", "A", predictions(Task.BINARY, truth, scores))])
    assert rows_behind(comparison, "a", Wrong(), 5).rows.tolist() == [0, 1, 2, 3, 4]


def test_rows_of_a_slice_and_only_its_mistakes() -> None:
    comparison = two(Task.BINARY)
    p = comparison.runs[0].model.predictions
    member = np.arange(len(p)) % 3 == 0
    assert set(rows_behind(comparison, "a", InSlice(member), 500).rows) == set(np.flatnonzero(member))
    assert set(rows_behind(comparison, "a", InSlice(member, wrong=True), 500).rows) == set(np.flatnonzero(member & (p.decisions() != p.truth)))


def test_models_disagree_with_each_other_and_not_with_the_simple_ones() -> None:
    comparison = two(Task.BINARY)
    a, b, majority = (one.model.predictions.decisions() for one in comparison.models)
    assert set(rows_behind(comparison, "a", Disagree(), 500).rows) == set(np.flatnonzero(a != b))
    assert set(rows_behind(comparison, "a", Disagree("majority"), 500).rows) == set(np.flatnonzero(a != majority))
    alone = compare([comparison.runs[0].model, comparison.models[2].model])
    assert set(rows_behind(alone, "a", Disagree(), 500).rows) == set(np.flatnonzero(a != majority))


def test_numbers_by_error_and_by_predicted_value() -> None:
    comparison = two(Task.REGRESSION)
    ours, theirs = (comparison.runs[place].model.predictions for place in (0, 1))
    errors = np.abs(ours.scores - ours.truth)
    far = np.abs(ours.scores - theirs.scores) > np.sqrt((errors**2).mean())
    expected = sorted(range(len(ours)), key=lambda row: (not far[row], -errors[row], row))
    found = rows_behind(comparison, "a", Wrong(), 500)
    assert found.rows.tolist() == expected
    np.testing.assert_allclose(found.loss, errors[expected])
    assert set(rows_behind(comparison, "a", Bin(-1.0, 0.5), 500).rows) == set(np.flatnonzero((ours.scores >= -1) & (ours.scores <= 0.5)))
    assert set(rows_behind(comparison, "a", Disagree(), 500).rows) == set(np.flatnonzero(far))


@pytest.mark.parametrize("where", [Cell(5, 0), Cell(0, -1), Bin(0, 1, 9), AtThreshold(0.5, 2)], ids=str)
def test_a_place_that_is_not_there_is_said(where: Where) -> None:
    with pytest.raises(NotFound, match="no class number"):
        rows_behind(two(Task.BINARY), "a", where)
    with pytest.raises(NotFound, match="no model 'nobody'"):
        rows_behind(two(Task.BINARY), "nobody", Wrong())


@pytest.mark.parametrize("where", [Cell(0, 0), AtThreshold(0.5)], ids=str)
def test_numbers_have_no_classes(where: Where) -> None:
    with pytest.raises(NotFound):
        rows_behind(two(Task.REGRESSION), "a", where)


def test_where_a_place_has_no_rows() -> None:
    found = rows_behind(two(Task.BINARY), "a", Bin(2.0, 3.0))
    assert (found.total, found.disagreeing, len(found.rows)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("custom", "place"),
    [
        (["cell", 1, 2, "a"], Cell(1, 2)),
        (["bin", 0.25, 1, "a"], Bin(0.25, 1.0)),
        (["bin", 0.25, 1, 3, "a"], Bin(0.25, 1.0, 3)),
        (("threshold", 0.5, "a"), AtThreshold(0.5)),
        (["threshold", 0.5, 0, "a"], AtThreshold(0.5, 0)),
    ],
)  # fmt: skip
def test_what_a_click_stands_for(custom: list[object], place: Where) -> None:
    assert where_of(custom) == ("a", place)


@pytest.mark.parametrize(
    "custom", [None, [], "cell", ["cell", 1, "a"], ["cell", 1, 2], ["cell", True, 0, "a"], ["cell", None, 0, "a"], ["bin", "0", 1, "a"], ["slice", 1, "a"], ["threshold", float("nan"), "a"], ["bin", float("inf"), 1, "a"]], ids=repr,
)  # fmt: skip
def test_what_a_browser_may_send_instead(custom: object) -> None:
    assert where_of(custom) is None  # type: ignore[arg-type]
