"""Language: the words that people read, in English in the code and in other languages from a gettext catalogue.

A sentence is written in English where it is used, inside `_()`; the catalogue `core/locale/<language>/LC_MESSAGES/
limelight.po` has it in Chinese. What is not in the catalogue stays English, so a missing translation is never an
error. The language belongs to the visitor, not to the process: it is a context variable, set once for each page
run and each export. Where nobody has set it (a fragment of a page, which runs in a thread of its own), it is asked
of whoever knows the visitor (`ask`).

    from core.language import _, plural
    _("{name} is better.").format(name=name)
    plural("{n} row", "{n} rows", rows)        # n is filled in, with thousands separated
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal, get_args

__all__ = ["LANGUAGES", "NAMES", "N_", "Language", "_", "ask", "current", "language_of", "plural", "speaking", "translated", "use"]

Language = Literal["en", "zh_CN"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
NAMES: dict[Language, str] = {"en": "English", "zh_CN": "中文"}  # each as its speakers write it
DOMAIN = "limelight"
CATALOGUES = Path(__file__).parent / "locale"

_language: ContextVar[Language | None] = ContextVar("language", default=None)
_asked: Callable[[], Language] | None = None


def _(message: str) -> str:
    """A sentence in the language of the visitor.

    Example:
        >>> _("Verdict")
        'Verdict'
    """
    return _catalogue(current()).gettext(message) if message else ""  # "" is where a catalogue keeps its header


def N_(message: str) -> str:  # noqa: N802  # gettext's own name, which its tools look for
    """Mark a sentence for the catalogue where it must not be translated yet, such as in a constant."""
    return message


def plural(one: str, many: str, n: int, **fields: object) -> str:
    """A sentence about a number of things, `{n}` filled in, and other fields where it has some.

    Example:
        >>> plural("{n} row", "{n} rows", 1200)
        '1,200 rows'
    """
    return _catalogue(current()).ngettext(one, many, n).format(n=f"{n:,}", **fields)


def translated(language: Language, message: str, many: str = "", n: int | None = None) -> str:
    """A sentence in a named language, its places not filled in; English where the catalogue has no other.

    Args:
        language: to speak.
        message: a sentence, or the singular of one.
        many: its plural, where it has one.
        n: how many, where it has a plural.

    Example:
        >>> translated("en", "{n} row", "{n} rows", 2)
        '{n} rows'
    """
    catalogue = _catalogue(language)
    if n is not None:
        return catalogue.ngettext(message, many, n)
    return catalogue.gettext(message) if message else ""


def current() -> Language:
    """The language that `_` speaks now."""
    return _language.get() or (_asked() if _asked else "en")


def language_of(text: str | None) -> Language:
    """The language that a word from outside (an address, an argument) names; English where it names none.

    Example:
        >>> language_of("zh_CN"), language_of("zh-Hans"), language_of("<script>"), language_of(None)
        ('zh_CN', 'zh_CN', 'en', 'en')
    """
    return "zh_CN" if text and text.lower().startswith("zh") else "en"


def ask(who: Callable[[], Language]) -> None:
    """Name who knows the language where nobody has set it.

    Args:
        who: called at each sentence outside of `use` and `speaking`, so it must be quick; must not raise.
    """
    global _asked
    _asked = who


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
