"""How a finding looks, and the verdict that a visitor asked for: the stored one where it is the usual question."""

from __future__ import annotations

import pytest

from core.errors import BadSettings
from core.evaluation.compare import compare
from core.evaluation.verdict import Finding
from tests.evaluation.pairs_made import share
from ui.verdict import LOOKS, field_of


def test_every_finding_has_a_look_of_its_own() -> None:
    assert set(LOOKS) == {finding.value for finding in Finding}
    assert len({(look.icon, look.colour) for look in LOOKS.values()}) == len({look.word for look in LOOKS.values()}) == 4
    assert LOOKS["better"].mark == ":green[:material/trending_up:]"


def test_the_usual_question_is_answered_already() -> None:
    found = compare([share("a", 900), share("b", 880), share("linear", 700, kind="baseline")])
    assert field_of("key", found, None, "accuracy", 0.01) is found.field
    assert field_of("key", found, "linear", "accuracy", 0.01) is found.field


def test_other_questions_are_judged_anew() -> None:
    found = compare([share("a", 900), share("b", 880), share("linear", 700, kind="baseline")])
    assert field_of("key 2", found, "a", "accuracy", 0.01).reference == "a"
    assert field_of("key 2", found, None, "accuracy", 0.5).verdicts[0].finding is Finding.SAME
    assert field_of("key 2", found, None, "roc_auc", 0.01).metric == "roc_auc"
    with pytest.raises(BadSettings, match="no model"):
        field_of("key 2", found, "z", "accuracy", 0.01)
