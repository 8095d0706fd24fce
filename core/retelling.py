"""Retelling: sentences that were written in English where nobody was listening, in the language of the visitor.

Workers, stored files and errors speak English: what they say is kept, logged and read by programs, whoever looks at it
later. Such a sentence is made of a template that is marked for the catalogue, `N_("There is no column {name}.")`, so
where it is shown it can be recognised by its fixed words, and said again with the same values in the places. The
alternative, a key and values stored beside each sentence, would need a second form of every file and every error.

A field whose name ends in `_words` holds words of ours (`3 rows`, a whole sentence) and is retold in turn; every other
field is kept letter by letter, because it may be a name out of somebody's file.
"""

from __future__ import annotations

import re
import string
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from core.language import CATALOGUES, DOMAIN, Language, current, translated

__all__ = ["retold"]

LETTERS = 8  # of the fixed words of a template, at least: with fewer anything would look like it
COUNTED = 3  # the same, where the place holds a count and nothing else
DEPTH = 3  # sentences within sentences
LONGEST = 4_000  # characters; a longer text is no sentence of ours
REMEMBERED = 4_096
SENTENCE_END = re.compile(r"[.”)] ")


@dataclass(frozen=True)
class Template:
    """A sentence of the catalogue: its fixed words and its places.

    Attributes:
        words: pieces of the English sentence; between each two of them there is a place.
        places: names of the places.
        id: the message as the catalogue knows it; for a plural its singular.
        many: the plural; empty where the message has none.
    """

    words: tuple[str, ...]
    places: tuple[str, ...]
    id: str
    many: str = ""

    @property
    def letters(self) -> int:
        """How many letters are fixed, for the choice among templates that fit."""
        return sum(char.isalpha() for piece in self.words for char in piece)

    def values(self, sentence: str) -> dict[str, str] | None:
        """What stands in the places of a sentence; None where it is another sentence."""
        if not sentence.startswith(self.words[0]):
            return None
        at, found = len(self.words[0]), dict[str, str]()
        for number, (place, word) in enumerate(zip(self.places, self.words[1:], strict=True), 1):
            last = number == len(self.places)
            end = len(sentence) - len(word) if last and sentence.endswith(word) else -1 if last else sentence.find(word, at)
            if end < at or found.setdefault(place, sentence[at:end]) != sentence[at:end]:
                return None
            at = end + len(word)
        return found


def retold(sentence: str) -> str:
    """An English sentence of ours in the language of the visitor; any other text as it is.

    Args:
        sentence: as it was stored or raised.

    Example:
        >>> retold("Nothing was kept.")
        'Nothing was kept.'
    """
    language = current()
    return sentence if language == "en" or not sentence or len(sentence) > LONGEST else _retold(language, sentence, DEPTH)


@lru_cache(maxsize=REMEMBERED)
def _retold(language: Language, sentence: str, depth: int) -> str:
    if (whole := translated(language, sentence)) != sentence:
        return whole
    for template in _templates(language):
        if all(word in sentence for word in template.words) and (values := template.values(sentence)) is not None:
            if template.many and not values["n"].replace(",", "").isdigit():
                continue
            told = {name: _retold(language, text, depth - 1) if depth and name.endswith("_words") else text for name, text in values.items()}
            count = int(values["n"].replace(",", "")) if template.many else None
            return filled(translated(language, template.id, template.many, count), told)
    return _one_by_one(language, sentence, depth)


def _one_by_one(language: Language, text: str, depth: int) -> str:
    """Several sentences of ours behind one another, each told; as they are where one of them is not ours."""
    for end in (place.end() for place in SENTENCE_END.finditer(text)):
        first, rest = text[: end - 1], text[end:]
        if depth and (told := _retold(language, first, 0)) != first and (after := _retold(language, rest, depth)) != rest:
            return told + after
    return text


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """A pattern with texts in its places; formats are left out, because the texts are formatted.

    Example:
        >>> filled("{share:.1%} of {all}", {"share": "3.1%", "all": "12"})
        '3.1% of 12'
    """
    return "".join(text + ("" if name is None else values[name]) for text, name, _format, _conversion in string.Formatter().parse(pattern))


@cache
def _templates(language: Language) -> tuple[Template, ...]:
    """The sentences with places, those with the most fixed letters first."""
    found = []
    for one, many in _messages(language):
        for pattern in (one, many) if many else (one,):
            pieces = list(string.Formatter().parse(pattern))
            places = tuple(name for _text, name, _format, _conversion in pieces if name is not None)
            words = [text for text, _name, _format, _conversion in pieces]
            if pieces and pieces[-1][1] is not None:
                words.append("")
            template = Template(tuple(words), places, one, many)
            if places and all(words[1:-1]) and template.letters >= (COUNTED if many and places == ("n",) else LETTERS):
                found.append(template)
    return tuple(sorted(found, key=lambda template: -template.letters))


def _messages(language: Language) -> Iterator[tuple[str, str]]:
    """The English side of a catalogue: (message, its plural or nothing).

    Read from the .mo file itself (GNU gettext manual, "The Format of GNU MO Files"): Python's reader forgets the plurals.
    """
    path = CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    if not path.is_file():
        return
    data = path.read_bytes()
    order = "<" if data[:4] == b"\xde\x12\x04\x95" else ">"
    number, table = struct.unpack(f"{order}2I", data[8:16])
    for place in range(number):
        length, start = struct.unpack(f"{order}2I", data[table + 8 * place : table + 8 * place + 8])
        one, _zero, many = data[start : start + length].decode().partition("\0")
        if one:
            yield one, many
