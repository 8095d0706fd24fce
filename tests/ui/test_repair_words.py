"""Every repair has words; none shows its code on a page."""

import pytest

from core.dataset.repairs.apply import REPAIRS
from core.dataset.schema import Repair
from ui.repair_words import repair_words


@pytest.mark.parametrize("code", sorted(REPAIRS))
def test_every_repair_has_words(code: str) -> None:
    for column in ("<b>a</b>", None):
        said = repair_words(Repair(code=code, column=column))
        assert code.replace("_", " ") + ":" not in said
        assert "{" not in said


def test_one_of_another_version_is_still_said() -> None:
    assert repair_words(Repair(code="some_new_thing", column="a")) == "some new thing: “a”"
