"""Values are read as people write them and refused where they make no sense; the break-even of alarms is Elkan's."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import BadSettings
from core.worth.presets import PRESETS
from core.worth.values import Values, break_even_precision, shifted


def test_words_are_read() -> None:
    assert Values.parse("tp=80, fp=-10, fn=-5, tn=1, cases=2000, rate=5%, currency=CHF") == Values(80, -10, -5, 1, "CHF", 2000, 0.05)
    assert Values.parse("TP=1,FP=-1,rate=0.2") == Values(1, -1, rate=0.2)


@pytest.mark.parametrize("text", ["", "tp=1", "fp=1", "tp=1,fp=x", "tp=1,fp=1,xx=2", "tp=nan,fp=1", "tp=1e20,fp=1", "tp=1,fp=1,cases=0", "tp=1,fp=1,rate=0", "tp=1,fp=1,rate=100%", "tp=1,fp=1,currency=", "tp=1,fp=1,currency=dollars"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(BadSettings):
        Values.parse(text)


def test_the_break_even_of_alarms_is_where_acting_and_leaving_alone_bring_the_same() -> None:
    values = Values(tp=70, fp=-12, fn=-40, tn=3)
    p = break_even_precision(values)
    assert p is not None
    acting, leaving = p * values.tp + (1 - p) * values.fp, p * values.fn + (1 - p) * values.tn
    assert acting == pytest.approx(leaving)
    assert break_even_precision(Values(tp=5, fp=0)) is None and break_even_precision(Values(tp=-5, fp=-1)) is None


def test_shifting_a_probability_is_bayes_rule() -> None:
    """In numbers: 100 cases of each kind at a score that 30 % of the class and 10 % of the others get."""
    in_data = 30 / (30 + 10)
    assert shifted(np.array([in_data]), 0.5, 0.01)[0] == pytest.approx(0.01 * 0.3 / (0.01 * 0.3 + 0.99 * 0.1))
    scores = np.linspace(0, 1, 11)
    assert shifted(shifted(scores, 0.3, 0.02), 0.02, 0.3) == pytest.approx(scores)
    assert shifted(scores, 0.3, 0.3) == pytest.approx(scores)


def test_without_a_model_one_acts_on_all_or_on_none() -> None:
    values = Values(tp=10, fp=-2, fn=-4, tn=1, cases=100)
    assert values.of_policy("always", 0.25) == pytest.approx(25 * 10 - 75 * 2) and values.of_policy("never", 0.25) == pytest.approx(-25 * 4 + 75)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_fill_everything_but_the_share_in_real_life(name: str) -> None:
    preset = PRESETS[name]
    assert preset.values.rate is None and preset.values.cases > 0
    assert all((preset.title, preset.case, preset.tp, preset.fp, preset.fn, preset.tn))
    needed = break_even_precision(preset.values)
    assert needed is not None and 0.01 < needed < 0.5  # a question for which a model can pay
