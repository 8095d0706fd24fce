"""A comparison made in one language, told in another: only the names of simple models change, and they change everywhere."""

from __future__ import annotations

from dataclasses import replace

from core.evaluation.compare import Comparison, compare
from core.evaluation.retold import retold
from core.language import speaking
from core.report import table_latex
from tests.report.test_report import comparison

TITLE = "Linear model"


def made(title: str = TITLE, name: str = TITLE) -> Comparison:
    models = [one.model for one in comparison(name=TITLE).models]  # the run is called as the simple model is
    return compare([models[0], replace(models[1], name=name, title=title)])


def test_a_page_in_english_gives_a_file_in_chinese() -> None:
    with speaking("zh_CN"):
        found = retold(made())
        page = table_latex(found)
    chinese = found.models[1].model.name
    assert chinese != TITLE and found.models[0].model.name == TITLE  # what a user called so stays
    assert found.field is not None and chinese in found.field.verdicts[0].names and TITLE in found.field.verdicts[0].names
    assert chinese in found.field.sentence and chinese in page


def test_and_the_other_way_round() -> None:
    with speaking("zh_CN"):
        first = retold(made())
    assert retold(first).models[1].model.name == TITLE


def test_what_has_no_title_is_left_alone() -> None:
    found = made(title="")
    with speaking("zh_CN"):
        assert retold(found) is found
