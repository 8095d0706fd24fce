"""The tree in the docstring of core/errors.py is the tree in the code."""

import inspect
import re

import pytest

from core import errors
from core.errors import BadFile, LimelightError, MachineError, UserError

CLASSES = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, LimelightError)]


def test_the_docstring_draws_every_error() -> None:
    drawn = re.findall(r"(?:──|^    )\s?(\w+)", errors.__doc__ or "", re.MULTILINE)
    assert sorted(drawn) == sorted(cls.__name__ for cls in CLASSES)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_error_has_a_family_a_code_and_a_sentence_about_itself(cls: type[LimelightError]) -> None:
    assert cls is LimelightError or issubclass(cls, UserError) != issubclass(cls, MachineError)
    assert re.fullmatch(r"[a-z_]+", cls.code)
    assert (inspect.getdoc(cls) or "").endswith(".")
    assert len(cls.mro()) <= 6  # never deeper than family and kind


def test_codes_are_unique() -> None:
    assert len({cls.code for cls in CLASSES}) == len(CLASSES)


def test_the_message_is_the_text_and_the_code_can_be_finer() -> None:
    error = BadFile("It is empty.", code="empty")
    assert (str(error), error.message, error.code, BadFile.code) == ("It is empty.", "It is empty.", "empty", "bad_file")
