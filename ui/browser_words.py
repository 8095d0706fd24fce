"""The words of the live charts: written in their JavaScript and HTML, translated here, because the catalogue stays on the server.

A chart in the browser gets the sentences of its own files in the visitor's language as one dictionary; and with them
those of the guard rails and of the phases, which a worker writes into the events and the status of a run in English,
whoever will read them.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from core.language import Language, current, translated

__all__ = ["browser_words", "messages_of"]

HERE = Path(__file__).parent
FILES = tuple(path for folder in ("live_chart", "race_chart") for path in sorted((HERE / folder).iterdir()) if path.suffix in {".js", ".html"})
WORKERS = tuple(HERE.parent / "core" / "training" / name for name in ("notices.py", "device.py", "driver.py", "claim.py", "cards.py", "room.py", "worker.py"))
TEXT = r'"((?:[^"\\]|\\.)*)"'
SAID = re.compile(rf"(?<![\w.])(?:_|N_)\(\s*{TEXT}")
COUNTED = re.compile(rf"(?<![\w.])plural\(\s*{TEXT},\s*{TEXT}")

Message = str | tuple[str, ...]


def browser_words() -> dict[str, str]:
    """English sentence → the same in the visitor's language; empty where that is English."""
    return _words(current())


def messages_of(path: Path) -> list[Message]:
    """The sentences of a file of ours for the browser; a pair for a plural.

    Args:
        path: of a .js file, where they stand in `_()`, `N_()` and `plural()`, or of an .html file: its texts and labels.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        return [*_Texts.of(text)]
    return [*(_plain(one) for one in SAID.findall(text)), *((_plain(one), _plain(many)) for one, many in COUNTED.findall(text))]


@cache
def _words(language: Language) -> dict[str, str]:
    words: dict[str, str] = {}
    for message in (message for path in (*FILES, *WORKERS) for message in messages_of(path)):
        if isinstance(message, tuple):
            words |= {text: translated(language, *message, number) for number, text in enumerate(message, 1)}
        else:
            words[message] = translated(language, message)
    return {english: said for english, said in words.items() if said != english}


def _plain(literal: str) -> str:
    return str(json.loads(f'"{literal}"'))


class _Texts(HTMLParser):
    """The texts and the spoken labels of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}

    @classmethod
    def of(cls, text: str) -> dict[str, None]:
        reader = cls()
        reader.feed(text)
        return reader.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {value: None for name, value in attrs if name == "aria-label" and value}

    def handle_data(self, data: str) -> None:
        if re.search("[A-Za-z]", data):
            self.found[data.strip()] = None
