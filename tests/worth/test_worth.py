"""What models are worth: chosen on validation rows, judged on test rows, never claimed without its interval."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.dataset.schema import Part, Task
from core.evaluation.compare import Comparison, Judged, compare
from core.evaluation.intervals import Interval
from core.evaluation.model import Model
from core.evaluation.predictions import Predictions
from core.identity import identity_of_number
from core.worth.currency import money_range, money_text
from core.worth.goals import Ranked, Ranking, rank
from core.worth.money import money
from core.worth.threshold import Thresholds
from core.worth.values import Values
from core.worth.worth import best_threshold, value_json, worth, worth_of
from tests.evaluation.made import binary
from tests.worth.test_goals import both, comparison

VALUES = Values(tp=60, fp=-25, cases=2_000)
Rows = tuple[np.ndarray, np.ndarray]


def blurred(rows: Rows, weight: float, rng: np.random.Generator) -> Rows:
    """Scores mixed with noise: a worse model on the same rows."""
    return rows[0], weight * rows[1] + (1 - weight) * rng.dirichlet([1, 1], len(rows[0]))


def models(rows: int = 800, seed: int = 0, kinds: tuple[tuple[str, float, str], ...] = (("a", 1.0, "run"), ("b", 0.6, "run"), ("linear", 0.8, "baseline"), ("majority", 0.0, "baseline"))) -> Comparison:
    rng = np.random.default_rng(seed)
    validation, test = binary(rng, rows), binary(rng, rows)
    made = [(name, kind, [blurred(part, weight, rng) for part in (validation, test)]) for name, weight, kind in kinds]
    return compare([Model(name, name.title(), both(Task.BINARY, ("no", "yes"), *parts), kind) for name, kind, parts in made])  # type: ignore[arg-type]


def test_the_threshold_brings_most_on_the_validation_rows() -> None:
    scores = rank(models()).models[0].validation
    assert scores is not None
    for values in (VALUES, Values(80, -10, -5, 2, rate=0.05)):
        threshold, hoped = best_threshold(scores, values)
        tried = [money(scores.counts(t), values).value for t in (*np.linspace(0, 1, 101), 2.0)]
        assert hoped == pytest.approx(money(scores.counts(threshold), values).value) and hoped >= max(value or 0 for value in tried) - 1e-6


def test_money_is_that_of_the_test_rows_at_this_threshold() -> None:
    one = models()
    found = worth(one, VALUES)
    for each in found.models:
        p = each.one.model.predictions
        alarms, truth = p.scores[:, 1] >= each.threshold, p.truth == 1
        by_hand = 2_000 * (60 * (alarms & truth).sum() - 25 * (alarms & ~truth).sum()) / len(truth)
        assert each.money.value == pytest.approx(by_hand)
        assert each.gain.value == pytest.approx(by_hand - found.policy_money)
    best, reference = found.models[0], next(each for each in found.models if each.one.model.id == found.reference)
    assert best.versus is not None and best.versus.value == pytest.approx((best.money.value or 0) - (reference.money.value or 0))
    assert reference.versus is None and found.best_id == "a" and found.reference == "linear"


def test_what_is_best_is_chosen_without_the_test_rows() -> None:
    """Test rows whose scores are turned round change the money, and nothing that was chosen."""
    first = rank(models())
    turned = Ranking(first.label, first.number, tuple(
        Ranked(one.one, Thresholds.of(one.truth, 1 - one.one.model.predictions.scores[:, 1]), one.validation, one.number) for one in first.models
    ))  # fmt: skip
    before, after = worth_of(first, VALUES), worth_of(turned, VALUES)
    assert (before.best_id, before.reference, before.policy) == (after.best_id, after.reference, after.policy)
    assert [one.threshold for one in before.models] == [one.threshold for one in after.models]
    assert (before.best.gain.value or 0) > 0 > (after.best.gain.value or 0)  # type: ignore[union-attr]


def test_a_rarer_class_in_life_moves_threshold_and_money() -> None:
    one = models()
    here, life = worth(one, VALUES), worth(one, Values(tp=60, fp=-25, cases=2_000, rate=0.02))
    assert here.best is not None and life.best is not None
    assert life.best.threshold > here.best.threshold and (life.best.gain.value or 0) < 0.3 * (here.best.gain.value or 0)
    assert life.rate == 0.02 and here.rate == pytest.approx((one.models[0].model.predictions.truth == 1).mean())


def test_without_a_model_the_better_policy_is_the_measure() -> None:
    one = models()
    assert worth(one, VALUES).policy == "never" and worth(one, Values(tp=60, fp=-5)).policy == "always"
    lazy = next(each for each in worth(one, Values(tp=60, fp=-5)).models if each.one.model.id == "majority")
    assert lazy.gain.low is not None and lazy.gain.low <= 0


@pytest.mark.parametrize(("values", "kinds", "says"), [
    (VALUES, (("a", 1.0, "run"),), "is worth €"),
    (Values(tp=-5, fp=-6), (("a", 0.5, "run"),), "brings nothing over acting on no case"),
    (Values(tp=60, fp=-25, rate=0.004), (("a", 0.2, "run"),), "leave open"),
])  # fmt: skip
def test_the_pitch_says_what_the_interval_allows(values: Values, kinds: tuple[tuple[str, float, str], ...], says: str) -> None:
    found = worth(models(kinds=kinds), values)
    best = found.best
    assert best is not None and says in found.sentence
    claims = "is worth €" in found.sentence
    assert claims == (best.gain.low is not None and best.gain.low > 0 and not best.silent)
    if not best.silent:
        assert "95 % interval" in found.sentence and money_text(best.gain.value, "€") in found.sentence
    assert any("sealed test rows" in sentence for sentence in found.details) and any("does not know" in sentence for sentence in found.details)


def test_a_loss_is_called_a_loss() -> None:
    rng = np.random.default_rng(0)
    validation, test = binary(rng, 800), binary(rng, 800)
    wrong = test[0], test[1][:, ::-1]
    found = worth(compare([Model("a", "A", both(Task.BINARY, ("no", "yes"), validation, wrong))]), VALUES)
    assert "loses money" in found.sentence and "−€" in found.sentence


def test_details_name_the_simple_model_and_whether_it_is_beaten() -> None:
    clear = worth(models(kinds=(("a", 1.0, "run"), ("linear", 0.1, "baseline"))), VALUES)
    assert clear.best is not None and clear.best.clear and "against it on the same rows" in clear.details[0]
    level = worth(models(kinds=(("a", 1.0, "run"), ("linear", 0.97, "baseline"))), VALUES)
    assert level.best is not None and not level.best.clear and "cannot be told apart" in level.details[0]
    behind = worth(models(kinds=(("a", 0.1, "run"), ("linear", 1.0, "baseline"))), VALUES)
    assert "brings more" in behind.details[0]


def test_break_even_in_sentences() -> None:
    found = worth(models(), VALUES)
    text = " ".join(found.break_even)
    assert "29 % of alarms" in text and "must stay below" in text and "“yes” were rarer" in text
    assert "no break-even" in worth(models(), Values(tp=10, fp=0)).break_even[0]


def test_without_validation_rows_the_usual_threshold_is_judged() -> None:
    truth, scores = binary(np.random.default_rng(0), 200)
    alone = Predictions(Task.BINARY, ("no", "yes"), np.arange(200), np.full(200, Part.TEST.number), truth, scores)
    found = worth(compare([Model("a", "A", alone)]), VALUES)
    assert found.models[0].threshold == 0.5 and found.models[0].chosen == "usual" and "no validation rows" in " ".join(found.details)


def test_only_simple_models_have_no_pitch() -> None:
    found = worth(models(kinds=(("linear", 0.8, "baseline"),)), VALUES)
    assert found.best is None and "no model of yours" in found.sentence and found.details == []


def test_one_class_in_the_test_rows_is_said() -> None:
    rng = np.random.default_rng(0)
    found = worth(compare([Model("a", "A", both(Task.BINARY, ("no", "yes"), binary(rng, 50), (np.zeros(20, int), np.tile([0.6, 0.4], (20, 1)))))]), VALUES)
    assert "cannot be said" in found.sentence
    json.dumps(found.to_json(), allow_nan=False)


def test_the_document_is_plain_and_stable() -> None:
    found = value_json(models(), "tp=60,fp=-25,cases=2000,currency=CHF")
    json.dumps(found, allow_nan=False)
    assert set(found) == {"values", "positive", "rate", "rows_judged", "without_a_model", "break_even_precision", "best", "reference", "models", "sentence", "details", "break_even"}
    first = found["models"][0]
    assert first["chosen_on"] == "validation" and first["gain_a_month"]["low"] < first["gain_a_month"]["value"] < first["gain_a_month"]["high"]
    assert "CHF " in found["sentence"] and comparison().labels[1] == found["positive"]


def ranked(parts: dict[str, tuple[Rows, Rows]]) -> Ranking:
    """Models ready for `worth_of`, without the rest of a comparison, which takes longer."""
    def one(name: str, validation: Rows, test: Rows) -> Ranked:
        p = Predictions(Task.BINARY, ("no", "yes"), np.arange(len(test[0])), np.full(len(test[0]), Part.TEST.number), *test)
        judged = Judged(Model(name, name, p, "baseline" if name == "linear" else "run"), None, identity_of_number(0))  # type: ignore[arg-type]
        return Ranked(judged, *(Thresholds.of(part[0], part[1][:, 1]) for part in (test, validation)), 1)

    return Ranking("yes", 1, tuple(one(name, *rows) for name, rows in parts.items()))


def claims(sets: int, seed: int) -> tuple[float, float]:
    """Share of sets in which models without any skill are said to be worth something, or better than a simple one."""
    worthy = better = 0
    for number in range(sets):
        rng = np.random.default_rng([seed, number])
        def noise(rng: np.random.Generator = rng) -> Rows:
            p = rng.random(200)
            return (rng.random(200) < 0.3).astype(int), np.c_[1 - p, p]

        validation, test = noise(), noise()
        def other(rows: Rows, rng: np.random.Generator = rng) -> Rows:
            return blurred(rows, 0.5, rng)

        found = worth_of(ranked({"a": (validation, test), "b": (other(validation), other(test)), "linear": (other(validation), other(test))}), Values(tp=60, fp=-25))
        worthy += "is worth €" in found.sentence
        better += any(one.clear and (one.versus.value or 0) > 0 for one in found.models if one.versus)
    return worthy / sets, better / sets


def test_models_without_skill_are_not_called_worthy() -> None:
    worthy, better = claims(120, seed=1)
    assert worthy <= 0.07 and better <= 0.07  # 2.5 % expected of each, standard error 1.4 points


@pytest.mark.nightly
def test_models_without_skill_are_not_called_worthy_in_many_sets() -> None:
    worthy, better = claims(2_000, seed=2)
    assert worthy <= 0.05 and better <= 0.05, (worthy, better)


def test_amounts_are_written_as_people_write_them() -> None:
    assert [money_text(value, "€") for value in (0, 0.004, 1.5, 12.34, 99.96, 999.6, 12_345_678, -0.2)] == ["€0", "€0", "€1.50", "€12.3", "€100", "€1,000", "€12,300,000", "−€0.20"]
    assert money_range(Interval(1.0, None, None), "€") == "" and money_text(float("nan"), "€") == "–"
