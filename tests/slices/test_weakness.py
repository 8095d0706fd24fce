"""What weak means, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, mean_absolute_error, recall_score

from core.dataset.schema import Task
from core.errors import BadSettings
from core.slices.weakness import MEASURES, Measure, measure_of, measures_for
from tests.evaluation.made import binary, predictions, regression


def mean(measure: Measure) -> float:
    return float(measure.values[measure.among].mean())


def test_shares_of_a_binary_task() -> None:
    p = predictions(Task.BINARY, *binary(np.random.default_rng(1), 300))
    called = p.decisions()
    assert mean(measure_of(p)) == pytest.approx(1 - accuracy_score(p.truth, called))
    assert mean(measure_of(p, "missed")) == pytest.approx(1 - recall_score(p.truth, called))
    assert mean(measure_of(p, "false_alarms")) == pytest.approx(1 - recall_score(p.truth, called, pos_label=0))


def test_errors_of_numbers() -> None:
    p = predictions(Task.REGRESSION, *regression(np.random.default_rng(2), 300))
    assert mean(measure_of(p)) == pytest.approx(mean_absolute_error(p.truth, p.scores))
    with pytest.raises(BadSettings, match="Choose one of error"):
        measure_of(p, "missed")


@pytest.mark.parametrize("task", list(Task))
def test_every_measure_is_explained(task: Task) -> None:
    assert set(measures_for(task)) <= set(MEASURES)
