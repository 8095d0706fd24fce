"""Thresholds of labels: as given, or chosen for each label and model on the validation rows alone."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from core.dataset.schema import Part, Task
from core.errors import BadSettings
from core.evaluation.compare import compare
from core.evaluation.model import Model
from core.evaluation.predictions import Predictions
from core.worth.label_thresholds import with_label_thresholds
from tests.evaluation.made import binary, many_labels, predictions


def model(seed: int = 0, rows: int = 240) -> Model:
    """A model that shies away from each label, half of its rows for validation."""
    truth, scores = many_labels(np.random.default_rng(seed), rows, 3)
    parts = np.where(np.arange(rows) % 2, Part.VALIDATION.number, Part.TEST.number)
    return Model(f"m{seed}", f"M{seed}", Predictions(Task.MANY_LABELS, ("a", "b", "c"), np.arange(rows), parts, truth, scores**3))


def test_the_best_f1_of_each_label_is_chosen_on_validation_rows() -> None:
    one = model()
    (found,) = with_label_thresholds([one], "f1")
    rows, cuts = one.predictions.of(Part.VALIDATION), found.predictions.thresholds
    for number, cut in enumerate(cuts):
        reached = f1_score(rows.truth[:, number], rows.scores[:, number] >= cut)
        every = [f1_score(rows.truth[:, number], rows.scores[:, number] >= score) for score in rows.scores[:, number]]
        assert reached == pytest.approx(max(every))
    flipped = Predictions(rows.task, rows.labels, one.predictions.rows, one.predictions.parts, np.where((one.predictions.parts == 2)[:, None], 0, one.predictions.truth), one.predictions.scores)
    assert with_label_thresholds([Model("m", "M", flipped)], "f1")[0].predictions.thresholds == cuts  # the test rows have no say
    better, usual = (compare([each]).models[0].evaluation.metrics["f1_macro"].value or 0.0 for each in (found, one))
    assert better > usual + 0.1


def test_a_goal_is_reached_for_each_model_by_itself() -> None:
    found = with_label_thresholds([model(1), model(2)], "recall>=0.9")
    assert found[0].predictions.thresholds != found[1].predictions.thresholds
    for one in found:
        rows = one.predictions.of(Part.VALIDATION)
        given = rows.decisions()
        assert all((given[:, j] & rows.truth[:, j]).sum() / rows.truth[:, j].sum() >= 0.9 for j in range(3))


def test_numbers_are_taken_as_given() -> None:
    assert with_label_thresholds([model()], "b=0.2")[0].predictions.thresholds == (0.5, 0.2, 0.5)
    assert with_label_thresholds([model()], "0.3")[0].predictions.thresholds == (0.3, 0.3, 0.3)


def test_what_cannot_be_is_said() -> None:
    tests_only = Model("m", "M", model().predictions.of(Part.TEST))
    for models, text, words in (
        ([tests_only], "f1", "M has no validation rows"), ([model()], "beauty>=0.9", "no goal"), ([model()], "precision", "no threshold for labels"),
        ([Model("m", "M", predictions(Task.BINARY, *binary(np.random.default_rng(0), 9)))], "0.4", "several labels"),
    ):  # fmt: skip
        with pytest.raises(BadSettings, match=words):
            with_label_thresholds(models, text)
