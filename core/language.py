"""Language: the words that people read, in English in the code and in other languages from a gettext catalogue.

A sentence is written in English where it is used, inside `_()`; the catalogue `core/locale/<language>/LC_MESSAGES/
limelight.po` has it in Chinese. What is not in the catalogue stays English, so a missing translation is never an
error. The language belongs to the visitor, not to the process: it is a context variable, set once for each page
run and each export.

    from core.language import _, plural
    _("{name} is better.").format(name=name)
    plural("{n} row", "{n} rows", rows)        # n is filled in, with thousands separated
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal, get_args

__all__ = ["LANGUAGES", "N_", "Language", "_", "current", "plural", "speaking", "use"]

Language = Literal["en", "zh_CN"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
DOMAIN = "limelight"
CATALOGUES = Path(__file__).parent / "locale"

_language: ContextVar[Language] = ContextVar("language", default="en")


def _(message: str) -> str:
    """A sentence in the language of the visitor.

    Example:
        >>> _("Verdict")
        'Verdict'
    """
    return _catalogue(_language.get()).gettext(message)


def N_(message: str) -> str:  # noqa: N802  # gettext's own name, which its tools look for
    """Mark a sentence for the catalogue where it must not be translated yet, such as in a constant."""
    return message


def plural(one: str, many: str, n: int) -> str:
    """A sentence about a number of things, `{n}` filled in.

    Example:
        >>> plural("{n} row", "{n} rows", 1200)
        '1,200 rows'
    """
    return _catalogue(_language.get()).ngettext(one, many, n).format(n=f"{n:,}")


def current() -> Language:
    """The language that `_` speaks now."""
    return _language.get()


def use(language: Language) -> None:
    """Speak this language from here on, in this thread or task."""
    _language.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak this language inside the block.

    Example:
        >>> with speaking("zh_CN"):
        ...     current()
        'zh_CN'
    """
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, CATALOGUES, [language], fallback=True)
