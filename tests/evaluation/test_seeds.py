"""Seeds: a lucky seed is not a better model, and with no seed spread the paired test comes out again."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from core.dataset.schema import Task
from core.errors import BadSettings
from core.evaluation.difference import paired_difference
from core.evaluation.model import Model
from core.evaluation.seeds import judge_seeds, seed_difference
from core.evaluation.verdict import Finding
from tests.evaluation.made import binary, predictions, regression


def trained(rng: np.random.Generator, truth: np.ndarray, known: np.ndarray, noises: list[float]) -> list[Model]:
    """One training for each noise: how well a seed has learned."""
    found = []
    for number, noise in enumerate(noises):
        p = 1 / (1 + np.exp(-(1.5 * (known + noise * rng.normal(size=len(truth)) - 0.75) - 0.4)))
        found.append(Model(f"s{number}", f"Seed {number}", predictions(Task.BINARY, truth, np.c_[1 - p, p])))
    return found


def rows(rng: np.random.Generator, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    truth = (rng.random(n) < 0.4).astype(np.int64)
    return truth, 1.5 * truth + rng.normal(size=n)


def test_a_lucky_seed_is_not_a_better_model() -> None:
    """The best training of one recipe beside the worst of the same: alone clearly better, as recipes not."""
    rng = np.random.default_rng(1)
    truth, known = rows(rng, 2_000)
    ours, theirs = trained(rng, truth, known, [0.2, 1.5, 1.4]), trained(rng, truth, known, [1.5, 0.3, 1.4])
    assert paired_difference(ours[0], theirs[0], "roc_auc").clear
    found = seed_difference(ours, theirs, "roc_auc")
    assert not found.difference.clear and found.difference.test == "seeds"
    assert found.seed_error is not None and found.seed_error > 2 * found.row_error
    verdict = judge_seeds(ours, theirs, "roc_auc")
    assert verdict.finding is Finding.OPEN and verdict.rows_needed is None  # no number of rows makes up for few seeds


def test_a_better_recipe_is_found() -> None:
    rng = np.random.default_rng(2)
    truth, known = rows(rng, 1_000)
    found = seed_difference(trained(rng, truth, known, [0.2, 0.25, 0.3]), trained(rng, truth, known, [2.0, 2.2, 2.1]), "accuracy")
    assert found.difference.clear and found.difference.better and len(found.ours) == 3


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss", "f1"])
def test_without_seed_spread_rows_alone_decide(metric: str) -> None:
    rng = np.random.default_rng(3)
    truth, scores = binary(rng, 2_000)
    other = 0.6 * scores[:, 1] + 0.4 * rng.random(2_000)
    one, two = Model("a", "A", predictions(Task.BINARY, truth, scores)), Model("b", "B", predictions(Task.BINARY, truth, np.c_[1 - other, other]))
    found, plain = seed_difference([one, one, one], [two, two, two], metric), paired_difference(one, two, metric)
    assert found.seed_error == 0 and found.difference.interval.value == plain.interval.value
    assert found.difference.error == pytest.approx(plain.error, rel=0.02)


def test_without_row_spread_it_is_welchs_test() -> None:
    """All rows alike, so only seeds differ: SciPy's t-test of unequal variances."""
    truth = np.ones(50)
    groups = [[Model(f"{name}{s}", name, predictions(Task.REGRESSION, truth, truth + off)) for s, off in enumerate(offs)] for name, offs in (("a", (0.5, 0.7, 0.9)), ("b", (0.4, 1.4, 1.0, 1.9)))]
    found = seed_difference(groups[0], groups[1], "mae").difference
    expected = stats.ttest_ind([0.5, 0.7, 0.9], [0.4, 1.4, 1.0, 1.9], equal_var=False)
    assert (found.p_value, found.freedom) == pytest.approx((expected.pvalue, expected.df))
    interval = expected.confidence_interval()
    assert (found.interval.low, found.interval.high) == pytest.approx((interval.low, interval.high))


def test_a_lone_training_borrows_the_spread_of_the_other_recipe() -> None:
    rng = np.random.default_rng(4)
    truth, known = rows(rng)
    several, lone = trained(rng, truth, known, [0.2, 0.9, 1.6]), trained(rng, truth, known, [0.5])
    assert (seed_difference(several, lone).seed_error or 0) > (seed_difference(several, trained(rng, truth, known, [0.5, 0.6, 0.5])).seed_error or 0)
    assert seed_difference(lone, several[:1]).seed_error is None


def test_only_common_rows_count_and_empty_groups_are_refused() -> None:
    rng = np.random.default_rng(5)
    truth, values = regression(rng, 80)
    whole = predictions(Task.REGRESSION, truth, values)
    found = seed_difference([Model("a", "A", whole)], [Model("b", "B", whole.take(np.arange(30)))])
    assert found.difference.rows == 30 and found.difference.interval.value == 0
    with pytest.raises(BadSettings, match="each needs one or more"):
        seed_difference([], [Model("a", "A", whole)])


@pytest.mark.parametrize(("seeds", "sets"), [(3, 60), pytest.param(2, 1_000, marks=pytest.mark.nightly), pytest.param(5, 1_000, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("wobble", [0.0, 0.4])
def test_equal_recipes_are_rarely_called_better(seeds: int, sets: int, wobble: float) -> None:
    rng, alarms = np.random.default_rng(6), 0
    for _ in range(sets):
        truth, known = rows(rng, 200)
        groups = [trained(rng, truth, known, list(0.5 * np.exp(wobble * rng.normal(size=seeds)))) for _ in range(2)]
        alarms += seed_difference(groups[0], groups[1], "accuracy").difference.clear
    assert alarms / sets <= 0.05 + 2.6 * (0.05 * 0.95 / sets) ** 0.5
