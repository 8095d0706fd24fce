"""The sentences of a verdict: whole, with signs and units, hostile names as they are, and in the language of the visitor."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.evaluation import verdict_words as said
from core.evaluation.compare import compare
from core.evaluation.names import METRICS
from core.evaluation.verdict import FieldVerdict, judge_pair
from tests.evaluation.pairs_made import on_test_rows, share


def field(*runs: int, baseline: int = 800, rows: int = 1_000) -> FieldVerdict:
    """Runs named run0, run1 … right on so many rows, beside a baseline."""
    found = compare([*(share(f"run{place}", good, rows) for place, good in enumerate(runs)), share("linear", baseline, rows, "baseline")]).field
    assert found is not None
    return found


def test_better_in_one_sentence_with_numbers() -> None:
    assert field(900).sentence == "“Run0” is better than “Linear”: +10.0 points in accuracy (95 % interval +8.1 to +11.9), on the same 1,000 test rows."
    assert said.field_headline(field(900)) == "“Run0” is better than “Linear”"


def test_worse_the_same_and_open() -> None:
    assert field(700).sentence.startswith("“Run0” is worse than “Linear”: −10.0 points in accuracy")
    assert "make no practical difference" in field(802).sentence and "inside the margin of 1 point" in field(802).sentence
    found = judge_pair(on_test_rows(share("a", 810)), on_test_rows(share("b", 800, start=400)))
    assert found.sentence.startswith("1,000 test rows cannot tell yet whether “A” or “B” is better: +1.0 points in accuracy")
    assert "would settle it in 8 of 10 cases" in said.pair_next(found) and found.rows_needed is not None
    assert said.pair_next(judge_pair(on_test_rows(share("a", 900)), on_test_rows(share("b", 800)))) == ""


def test_the_others_are_named() -> None:
    assert field(900, 850).sentence.endswith("It is better than each of the other models too.")
    assert field(900, 899).sentence.endswith("It is not clearly better than “Run1”.")
    assert field(*[900] * 8).sentence.endswith("It is not clearly better than 7 other models.")


def test_a_reference_that_leads() -> None:
    ahead = compare([share("a", 900), share("b", 800), share("c", 810)], reference="a").field
    close = compare([share("a", 900), share("b", 800), share("c", 899)], reference="a").field
    assert ahead is not None and close is not None
    assert ahead.sentence == "“A” is better in accuracy than each of the others, on the same 1,000 test rows."
    assert close.sentence == "“A” leads in accuracy on 1,000 test rows, but it is not clearly better than “C”."


def test_notes_say_what_is_left_open() -> None:
    large, small = field(900).verdicts[0], field(812).verdicts[0]
    assert said.pair_note(large) == "The difference is larger than the margin of 1 point."
    assert "is not settled" in said.pair_note(small)
    tiny = judge_pair(on_test_rows(share("a", 5_030, 10_000)), on_test_rows(share("b", 5_000, 10_000)))
    assert "too small to matter" in said.pair_note(tiny)
    many = judge_pair(on_test_rows(share("a", 807)), on_test_rows(share("b", 800)), margin=0, comparisons=11)
    assert "With 11 comparisons" in said.pair_note(many)


def test_the_evidence_counts_all_comparisons() -> None:
    assert said.pair_evidence(field(807).verdicts[0]).startswith("p-value 0.008")
    assert "Corrected for 2 comparisons: 0.008." in said.pair_evidence(field(807, 900).verdicts[0])
    assert said.pair_evidence(field(950).verdicts[0]).startswith("p-value below 0.001")


def test_every_metric_has_a_name_for_a_sentence_and_every_test_its_line() -> None:
    assert set(METRICS) <= set(said.NAMES)
    assert field(900).verdicts[0].why.startswith("McNemar’s test (mid-p)")


@pytest.mark.parametrize(
    ("metric", "value", "expected"),
    [
        ("accuracy", 0.0, "0.0 points"), ("accuracy", -0.031, "−3.1 points"), ("accuracy", 0.00021, "+0.0210 points"), ("roc_auc", 0.0312, "+0.0312"),
        ("rmse", -1235.6, "−1,236"), ("f1_macro", 0.5, "+50.0 points"), ("recall", None, "–"),
    ],
)  # fmt: skip
def test_gaps(metric: str, value: float | None, expected: str) -> None:
    assert said.gap_words(metric, value) == expected


@pytest.mark.parametrize(("chance", "expected"), [(0.5, "50.0 %"), (0.99999, "over 99.9 %"), (0.0, "under 0.1 %"), (None, "–")])
def test_chances_are_never_certain(chance: float | None, expected: str) -> None:
    assert said.chance_words(chance) == expected


def test_names_of_strangers_stay_as_they_are() -> None:
    one = field(900).verdicts[0]
    evil = replace(one, names=("{reference} %s <b>", "{gap}{0}"))
    assert "“{reference} %s <b>” is better than “{gap}{0}”" in evil.sentence


def test_an_empty_field_says_nothing() -> None:
    empty = FieldVerdict("a", "accuracy", 0.01, (), ())
    assert empty.sentence == said.field_headline(empty) == ""
