"""From a run to arrays: rows of the right part, targets, weights, and the unit of the error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import Part, Task
from core.errors import NotFound
from core.preprocess.preprocessor import Preprocessor
from core.training.material import Material, balanced_weights
from core.workspace import Workspace
from tests.training.conftest import make_dataset, make_run


@given(st.lists(st.integers(0, 4), min_size=1, max_size=50))
def test_balanced_weights_give_every_class_the_same_say(classes: list[int]) -> None:
    y = np.array(classes, np.float32)
    weights = balanced_weights(y)
    sums = [weights[y == value].sum() for value in np.unique(y)]
    assert np.allclose(sums, sums[0], rtol=1e-4)
    assert np.isclose(weights.mean(), 1.0, rtol=1e-4)


def test_each_part_has_its_own_rows(workspace: Workspace) -> None:
    dataset = make_dataset(workspace)
    material = Material.of(make_run(workspace, dataset))
    for part in Part:
        rows = dataset.rows_of(part)
        assert len(material.inputs(part)["table"]) == len(material.target(part)) == len(rows)
        truth = dataset.table(("goal",), rows)["goal"].to_list()
        assert [("no", "yes")[int(value)] for value in material.target(part)] == truth


def test_the_preprocessing_is_stored_with_the_run(workspace: Workspace) -> None:
    run = make_run(workspace)
    material = Material.of(run)
    stored = Preprocessor.load(run.path("preprocess.json"))
    table = material.dataset.table()
    assert np.array_equal(stored.encode(table)["table"], material.preprocessor.encode(table)["table"])


def test_rare_classes_weigh_more_only_when_asked(workspace: Workspace) -> None:
    dataset = make_dataset(workspace, task=Task.MULTICLASS)
    assert Material.of(make_run(workspace, dataset)).lesson().weights is None
    lesson = Material.of(make_run(workspace, dataset, balance_classes=True)).lesson()
    assert np.array_equal(lesson.weights, balanced_weights(lesson.y))


def test_the_error_of_a_number_has_the_target_s_unit(workspace: Workspace) -> None:
    dataset = make_dataset(workspace, task=Task.REGRESSION)
    lesson = Material.of(make_run(workspace, dataset)).lesson()
    values = dataset.table(("goal",), dataset.rows_of(Part.TRAIN))["goal"].to_numpy()
    assert lesson.metric_scale * np.ptp(lesson.y) == pytest.approx(np.ptp(values), rel=1e-3)


def test_a_deleted_dataset_is_named(workspace: Workspace) -> None:
    run = make_run(workspace)
    workspace.delete(run.spec.dataset)
    with pytest.raises(NotFound, match="no dataset"):
        Material.of(run)
