"""The verdict: four findings by stated rules, Holm among those judged together, and few false alarms over a whole field."""

from __future__ import annotations

import json
from typing import Literal

import numpy as np
import pytest

from core.dataset.schema import Part, Task
from core.errors import BadSettings
from core.evaluation.compare import Comparison, Judged, compare
from core.evaluation.evaluate import Evaluation
from core.evaluation.intervals import Interval
from core.evaluation.model import Model
from core.evaluation.significance import holm, mcnemar_mid_p
from core.evaluation.verdict import Finding, judge_field, judge_pair
from core.identity import identity_of_number
from tests.evaluation.made import binary, predictions, regression
from tests.evaluation.pairs_made import on_test_rows, right, share


@pytest.mark.parametrize(
    ("ours", "theirs", "finding"),
    [(900, 800, Finding.BETTER), (700, 800, Finding.WORSE), (802, 800, Finding.SAME), (800, 800, Finding.SAME), (812, 800, Finding.BETTER)],
)
def test_findings_of_nested_models(ours: int, theirs: int, finding: Finding) -> None:
    """One is right wherever the other is, so only the extra rows differ."""
    found = judge_pair(on_test_rows(share("a", ours)), on_test_rows(share("b", theirs)))
    assert found.finding is finding
    assert (found.rows_needed is None) == (finding is not Finding.OPEN)


def test_models_that_often_disagree_need_more_rows() -> None:
    """Each wrong on another fifth: the same shares, but far too few rows to tell."""
    found = judge_pair(on_test_rows(share("a", 810)), on_test_rows(share("b", 800, start=400)))
    assert found.finding is Finding.OPEN and found.rows_needed is not None and found.rows_needed > 1_000
    assert found.probability is not None and 0.6 < found.probability < 0.8
    assert sum(found.chances or ()) == pytest.approx(1)


def test_the_margin_decides_what_is_the_same() -> None:
    ours, theirs = on_test_rows(share("a", 5_030, 10_000)), on_test_rows(share("b", 5_000, 10_000))
    assert judge_pair(ours, theirs, margin=0.01).finding is Finding.SAME
    assert judge_pair(ours, theirs, margin=0.01).difference.clear  # real, but too small to matter
    assert judge_pair(ours, theirs, margin=0.001).finding is Finding.BETTER
    assert judge_pair(ours, theirs, margin=0).finding is Finding.BETTER


def test_a_field_is_corrected_by_holm() -> None:
    runs = [share("a", 860), share("b", 806), share("c", 820)]
    field = compare([*runs, share("linear", 800, kind="baseline"), share("majority", 500, kind="baseline")]).field
    assert field is not None and field.reference == "linear" and field.leader == "a"
    raw = [mcnemar_mid_p(60, 0), mcnemar_mid_p(6, 0), mcnemar_mid_p(20, 0)]
    assert [one.difference.adjusted_p for one in field.verdicts] == pytest.approx(holm(raw))
    assert [one.difference.p_value for one in field.verdicts] == pytest.approx(raw)
    assert {(one.model, one.reference) for one in field.pairs} == {("a", "b"), ("a", "c"), ("b", "c")}
    assert [one.difference.adjusted_p for one in field.pairs] == pytest.approx(holm([one.difference.p_value or 0 for one in field.pairs]))


def test_a_run_as_reference_is_beside_the_baselines_too() -> None:
    found = compare([share("a", 900), share("b", 800), share("linear", 700, kind="baseline")], reference="b", metric="f1", margin=0.02)
    field = found.field
    assert field is not None and (field.reference, field.metric, field.margin) == ("b", "f1", 0.02)
    assert [one.model for one in field.verdicts] == ["a", "linear"] and not field.pairs
    assert [one.difference is None for one in found.models] == [False, True, False]


def test_without_baselines_the_best_run_on_validation_rows_is_the_reference() -> None:
    first, second = share("a", 700), share("b", 800)
    field = compare([first, second]).field
    assert field is not None and field.reference == "b" and field.verdicts[0].finding is Finding.WORSE
    assert all(one.difference is None for one in compare([first, second]).models)  # that is no simple model


def test_one_model_has_no_verdict() -> None:
    assert compare([share("a", 700)]).field is None and compare([share("a", 700)]).to_json()["verdict"] is None


@pytest.mark.parametrize(
    ("given", "message"),
    [({"reference": "z"}, "no model “z”"), ({"metric": "beauty"}, "not a metric"), ({"margin": 1.5}, "share from 0"), ({"margin": -0.1}, "share from 0")],
)
def test_questions_that_do_not_fit_are_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(BadSettings, match=message):
        compare([share("a", 700), share("b", 600)], **given)  # type: ignore[arg-type]


def test_another_question_of_the_same_comparison() -> None:
    found = compare([share("a", 900), share("b", 880), share("linear", 700, kind="baseline")])
    again = judge_field(found, reference="a", metric="mcc", margin=0.5)
    assert again.reference == "a" and again.of("b") is not None
    assert again.verdicts[0].finding is Finding.SAME


def test_errors_are_judged_by_a_share_of_the_reference() -> None:
    truth, values = regression(np.random.default_rng(0), 600)
    rng = np.random.default_rng(1)
    models = [Model(name, name, predictions(Task.REGRESSION, truth * 1e6, (values + noise * rng.normal(size=600)) * 1e6)) for name, noise in (("a", 0.0), ("b", 0.5))]
    found = judge_pair(*models, margin=0.02)
    rmse = float(((models[1].predictions.scores - models[1].predictions.truth) ** 2).mean() ** 0.5)
    assert found.margin == pytest.approx(0.02 * rmse) and found.finding is Finding.BETTER


def test_a_metric_that_is_not_defined_is_an_open_question() -> None:
    ones = np.ones(50, np.int64)
    models = [Model(name, name, predictions(Task.BINARY, ones, np.c_[1 - p, p], ("no", "yes"))) for name, p in (("a", np.full(50, 0.9)), ("b", np.linspace(0, 1, 50)))]
    found = compare(models, metric="roc_auc").field
    assert found is not None and found.leader is None and found.verdicts[0].finding is Finding.OPEN
    assert found.verdicts[0].probability is None and found.sentence


def test_the_json_has_the_promised_names_and_no_nan() -> None:
    said = compare([share("a", 900), share("b", 880), share("linear", 700, kind="baseline")]).to_json()
    verdict = said["verdict"]
    assert set(verdict) == {"reference", "metric", "margin", "leader", "sentence", "verdicts", "pairs"}
    assert {"model", "reference", "metric", "finding", "difference", "margin", "probability", "chances", "test", "why", "sentence", "rows_needed"} <= set(verdict["verdicts"][0])
    assert {"value", "low", "high", "clear", "better", "p_value", "adjusted_p", "test"} <= set(verdict["verdicts"][0]["difference"])
    json.dumps(said, allow_nan=False)


def field_of_equals(rng: np.random.Generator, rows: int, models: int) -> Comparison:
    """Models that share what they know and add as much noise of their own each, beside a baseline of the same kind."""
    truth, scores = binary(rng, rows, 1.5, 0.4)
    known, found = np.log(scores[:, 1] / scores[:, 0]), []
    for number in range(models + 1):
        p = 1 / (1 + np.exp(-(known + rng.normal(size=rows))))
        made = predictions(Task.BINARY, truth, np.c_[1 - p, p])
        right_share = Interval(float((made.decisions() == truth).mean()))
        evaluation = Evaluation(Task.BINARY, made.labels, Part.TEST, rows, {"accuracy": right_share})
        kind: Literal["run", "baseline"] = "baseline" if number == models else "run"
        found.append(Judged(Model(f"m{number}", f"M{number}", made, kind), evaluation, identity_of_number(number)))
    return Comparison(Task.BINARY, ("no", "yes"), rows, tuple(found), f"m{models}")


@pytest.mark.parametrize("sets", [pytest.param(120, id="usual"), pytest.param(2_000, id="nightly", marks=pytest.mark.nightly)])
def test_in_a_field_without_differences_hardly_any_is_called_better(sets: int) -> None:
    """Four equal models beside an equal baseline: one false "better" or "worse" among all verdicts in at most 5 of 100 fields."""
    rng, alarms, among = np.random.default_rng(9), 0, 0
    for _ in range(sets):
        field = judge_field(field_of_equals(rng, 150, 4))
        alarms += any(one.finding in (Finding.BETTER, Finding.WORSE) for one in field.verdicts)
        among += any(one.finding in (Finding.BETTER, Finding.WORSE) for one in field.pairs)
    limit = 0.05 + 2.6 * (0.05 * 0.95 / sets) ** 0.5
    assert alarms / sets <= limit and among / sets <= limit


@pytest.mark.parametrize("sets", [pytest.param(150, id="usual"), pytest.param(2_000, id="nightly", marks=pytest.mark.nightly)])
def test_a_difference_of_the_margin_is_rarely_called_none(sets: int) -> None:
    """A true difference of exactly the margin, 2 points: "no practical difference" in at most 5 of 100 sets."""
    rng, wrong = np.random.default_rng(10), 0
    for _ in range(sets):
        only_ours, only_theirs = rng.random(4_000) < 0.05, rng.random(4_000) < 0.03
        both = rng.random(4_000) < 0.8
        found = judge_pair(on_test_rows(right("a", (both | only_ours) & ~only_theirs)), on_test_rows(right("b", (both | only_theirs) & ~only_ours)), margin=0.02)
        wrong += found.finding is Finding.SAME
    assert wrong / sets <= 0.05 + 2.6 * (0.05 * 0.95 / sets) ** 0.5
