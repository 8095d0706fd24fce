"""The card tells what a stranger needs to decide, holds the numbers of its model, and no name becomes a link."""

from __future__ import annotations

import re

import pytest

from core.errors import NotFound
from core.language import speaking
from core.report import Findings, model_card
from core.seal import Look
from tests.report.test_report import EVIL, MADE, comparison, info

LOOKS = (Look("2026-11-22T09:00:00+00:00", "verdict", ("r1",)), Look("2026-11-22T09:01:00+00:00", "numbers", ("r1",)))


def test_it_has_all_its_parts() -> None:
    card = model_card(Findings(comparison(), info(("no", "yes")), looks=LOOKS), made=MADE)
    heads = re.findall(r"^## (.*)$", card, re.M)
    assert heads == ["What it does", "How good it is", "The verdict", "Class by class", "The data", "How it was made", "Limits"]
    for text in ("# Model card: One", "| Accuracy | 93.3 % (84.1–97.4) |", "280 · 60 · 60", "looked at 2 times", "only 60 rows", "2026-11-22 09:30 UTC"):
        assert text in card, text


def test_each_table_is_a_table() -> None:
    card = model_card(Findings(comparison((EVIL, "a|b\\"), EVIL), info((EVIL, "b"), EVIL)), made=MADE)
    for block in re.findall(r"(?:^\|.*\n)+", card, re.M):
        widths = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in block.splitlines()}
        assert len(widths) == 1, block


@pytest.mark.parametrize("name", [EVIL, "[x](javascript:alert(1))", "![](http://a.example/b)", "www.a.example", "a@b.example", "# x\n# y", "\u202egpj", "x" * 5_000], ids=range(8))
def test_names_are_only_text(name: str) -> None:
    card = model_card(Findings(comparison((name, "other"), name), info((name, "other"), name)), made=MADE)
    assert not re.search(r"(?<!\\)[<>]|(?<!\\)\[|www\.|http:/|(?<!\\)@|\u202e|^# [xy]$", card.replace("\\\\", ""), re.M)
    assert max(len(line) for line in card.splitlines()) < 3_000


def test_it_is_about_the_model_that_was_asked_for() -> None:
    assert model_card(Findings(comparison()), "majority", made=MADE).startswith("# Model card: Majority")
    with pytest.raises(NotFound, match="no model “gone”"):
        model_card(Findings(comparison()), "gone", made=MADE)


def test_it_warns_of_what_its_own_numbers_show() -> None:
    card = model_card(Findings(comparison()), made=MADE)
    weakest = min(comparison().models[0].evaluation.per_class.items(), key=lambda pair: pair[1]["recall"].value or 0)
    assert f"It is weakest for “{weakest[0]}”: it finds {(weakest[1]['recall'].value or 0) * 100:.1f} % of them" in card
    assert "not clearly better" not in card


def test_it_speaks_chinese() -> None:
    with speaking("zh_CN"):
        card = model_card(Findings(comparison(), info(("no", "yes")), looks=LOOKS), made=MADE)
    assert "准确率" in card and "## " in card and "What it does" not in card
