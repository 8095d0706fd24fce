"""Two models of many labels: values, errors against a bootstrap over rows, few rows that do not look certain, false alarms."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from core.dataset.schema import Task
from core.evaluation.compare import Comparison, compare
from core.evaluation.difference import paired_difference
from core.evaluation.evaluate import evaluate
from core.evaluation.many_labels_difference import label_differences, one_label, paired_labels
from core.evaluation.many_labels_parts import AREAS, DECIDED, Calls, all_right, area_parts, decided, row_values
from core.evaluation.model import Model
from core.evaluation.names import METRICS, higher_is_better
from core.evaluation.predictions import Predictions
from tests.evaluation.made import many_labels, predictions

NAMES = [name for name in METRICS if name in evaluate(predictions(Task.MANY_LABELS, np.eye(2), np.eye(2))).metrics]


def pair(rows: int, seed: int = 0, noise: float = 0.35, labels: int = 4) -> tuple[Predictions, Predictions]:
    """A model, and the same with noise in its scores."""
    rng = np.random.default_rng(seed)
    truth, scores = many_labels(rng, rows, labels)
    other = np.clip(scores + noise * (rng.normal(size=(rows, 1)) + rng.normal(size=scores.shape)), 0, 1)
    return predictions(Task.MANY_LABELS, truth, scores), predictions(Task.MANY_LABELS, truth, other)


def equals(rows: int, seed: int, labels: int = 4) -> tuple[Predictions, Predictions]:
    """Two models that are equally good, each with noise of its own."""
    rng = np.random.default_rng(seed)
    truth, scores = many_labels(rng, rows, labels)
    return tuple(predictions(Task.MANY_LABELS, truth, np.clip(scores + 0.25 * rng.normal(size=scores.shape), 0, 1)) for _ in range(2))  # type: ignore[return-value]


def value_of(p: Predictions, name: str) -> float:
    """The metric alone, without an interval."""
    if name == "subset_accuracy":
        return float(all_right(p).mean())
    if name in DECIDED:
        return decided(Calls.of(p), name)[0]
    found = area_parts(p, name) if name in AREAS else None
    return found.value if found else float(row_values(p, name).mean())


def model(name: str, p: Predictions) -> Model:
    return Model(name, name.title(), p)


@pytest.mark.parametrize("name", NAMES)
def test_the_difference_is_that_of_both_values(name: str) -> None:
    ours, theirs = pair(300)
    found = paired_difference(model("a", ours), model("b", theirs), name)
    first, second = (evaluate(p).metrics[name].value or 0.0 for p in (ours, theirs))
    assert found.interval.value == pytest.approx(first - second)
    assert found.interval.low is not None and found.interval.high is not None and found.interval.low < first - second < found.interval.high
    assert found.clear and found.better and found.p_value is not None and found.p_value < 0.05
    back = paired_difference(model("b", theirs), model("a", ours), name)
    assert (back.interval.value, back.p_value) == (pytest.approx(second - first), pytest.approx(found.p_value)) and not back.better


def test_the_error_is_that_of_a_bootstrap_over_rows() -> None:
    """Rows are drawn, not pairs of row and label; labels of a row stay together."""
    ours, theirs = pair(250, seed=5)
    rng = np.random.default_rng(7)
    drawn = [rng.integers(0, 250, 250) for _ in range(60)]
    draws = [(ours.take(rows), theirs.take(rows)) for rows in drawn]
    for name in NAMES:
        gaps = [value_of(first, name) - value_of(second, name) for first, second in draws]
        assert paired_labels(ours, theirs, name).error == pytest.approx(np.std(gaps, ddof=1), rel=0.3), name


def test_rows_are_the_unit_and_not_labels() -> None:
    """A label written down three times is no more evidence than once."""
    ours, theirs = pair(200, labels=1)
    thrice = [predictions(Task.MANY_LABELS, np.tile(p.truth, 3), np.tile(p.scores, 3)) for p in (ours, theirs)]
    for name in ("f1_micro", "f1_macro", "recall_weighted", "roc_auc", "roc_auc_micro", "hamming_loss", "log_loss"):
        once, again = paired_labels(ours, theirs, name), paired_labels(thrice[0], thrice[1], name)
        assert again.value == pytest.approx(once.value) and again.error == pytest.approx(once.error, rel=0.06), name


def test_a_count_by_hand() -> None:
    truth = np.array([[1, 0], [1, 1], [0, 1], [0, 0]])
    ours, theirs = np.array([[1, 0], [1, 1], [0, 0], [0, 0]]), np.array([[1, 1], [0, 1], [0, 0], [1, 0]])
    a, b = (predictions(Task.MANY_LABELS, truth, calls.astype(float)) for calls in (ours, theirs))
    assert paired_labels(a, b, "subset_accuracy").value == pytest.approx(3 / 4 - 0)
    assert paired_labels(a, b, "subset_accuracy").p_value == pytest.approx(0.125)  # three wins, no loss: 2 · ½³ less half of the first, twice
    assert paired_labels(a, b, "hamming_loss").value == pytest.approx(1 / 8 - 4 / 8)
    assert paired_labels(a, b, "precision_micro").value == pytest.approx(3 / 3 - 2 / 4)
    assert paired_labels(a, b, "recall_macro").value == pytest.approx((1 + 1 / 2) / 2 - (1 / 2 + 1 / 2) / 2)
    assert paired_labels(a, b, "recall_weighted").value == paired_labels(a, b, "recall_micro").value == pytest.approx(3 / 4 - 2 / 4)


def test_models_that_never_differ_are_not_certain_to_be_the_same() -> None:
    ours, _ = pair(20)
    for name in ("subset_accuracy", "hamming_loss", "ranking_average_precision", "precision_macro", "recall_micro", "f1_micro", "specificity_weighted"):
        found = paired_difference(model("a", ours), model("b", ours), name)
        assert found.interval.value == 0 and found.p_value == 1 and not found.clear, name
        assert found.error is not None and found.error > 0, name
    for name in ("roc_auc", "average_precision_micro", "log_loss"):
        assert paired_labels(ours, ours, name).p_value == 1, name


def test_what_is_not_defined_is_said() -> None:
    empty = predictions(Task.MANY_LABELS, np.zeros((30, 2)), np.full((30, 2), 0.2))
    for name in ("f1_micro", "recall_macro", "roc_auc", "average_precision_micro"):
        found = paired_labels(empty, empty, name)
        assert found.value is None and found.p_value is None and found.reason, name
    assert paired_labels(empty, empty, "beauty").reason


def test_a_label_that_is_hardly_ever_given_makes_precision_uncertain() -> None:
    ours, theirs = pair(300, seed=3)
    rare = ours.scores.copy()
    rare[:, 3] = np.where(np.arange(300) == int(np.argmax(ours.truth[:, 3])), 0.9, 0.1)  # given once, and right
    seldom = predictions(Task.MANY_LABELS, ours.truth, rare)
    smooth = paired_labels(ours, theirs, "precision_macro").error or 0.0
    jumps = paired_labels(seldom, theirs, "precision_macro").error or 0.0
    assert jumps > smooth + 0.03


def field(labels: int = 4) -> Comparison:
    first, second = pair(300, labels=labels)
    return compare([model("noisy", second), model("good", first), model("other", first)], reference="noisy")


def test_a_field_has_a_verdict_with_rows_needed() -> None:
    found = field()
    assert found.field is not None and found.field.metric == "f1_micro" and found.field.leader == "good"
    assert [one.finding.value for one in found.field.verdicts] == ["better", "better"]
    assert found.field.verdicts[0].sentence.startswith("“Good” is better than “Noisy”: +") and "points in F1 over all labels" in found.field.verdicts[0].sentence
    ours, theirs = equals(80, 1)
    open_ = compare([model("a", ours), model("b", theirs)]).field
    assert open_ is not None and open_.verdicts[0].finding.value == "cannot_tell" and (open_.verdicts[0].rows_needed or 0) > 80


def test_each_label_is_compared_as_two_classes_and_corrected() -> None:
    ours, theirs = pair(250, seed=9)
    found = label_differences(model("a", ours), model("b", theirs))
    alone = [paired_difference(model("a", one_label(ours, j)), model("b", one_label(theirs, j)), "f1") for j in range(4)]
    assert [one.interval for one in found.values()] == [one.interval for one in alone]
    expected = multipletests([one.p_value for one in alone], method="holm")[1]
    assert [one.adjusted_p for one in found.values()] == pytest.approx(list(expected))


def false_alarms(sets: int, rows: int, labels: int) -> dict[str, float]:
    """How often equal models are called different."""
    cries = dict.fromkeys(NAMES, 0)
    for seed in range(sets):
        ours, theirs = equals(rows, seed, labels)
        for name in NAMES:
            cries[name] += paired_difference(model("a", ours), model("b", theirs), name).clear
    return {name: cried / sets for name, cried in cries.items()}


def test_equal_models_are_seldom_called_different() -> None:
    found = false_alarms(20, 60, 3)
    assert max(found.values()) <= 0.25, found  # of 20 sets at 5 % one in 3,000 has six or more
    assert np.mean(list(found.values())) <= 0.1


@pytest.mark.nightly
@pytest.mark.parametrize(("rows", "labels"), [(80, 3), (400, 8)])
def test_false_alarms_of_a_thousand_pairs(rows: int, labels: int) -> None:
    found = false_alarms(1_000, rows, labels)
    assert max(found.values()) <= 0.08, found


def test_directions() -> None:
    assert not higher_is_better("hamming_loss") and higher_is_better("ranking_average_precision")
