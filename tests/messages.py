"""The catalogue of translations: `python tests/messages.py` brings it up to date and says what is still English.

gettext's own tools, by way of Babel: what stands in `_()`, `N_()` and `plural()` in core, ui and pages goes into
`limelight.po`, where translations are kept; the .mo beside it is what the app reads. Neither file holds a date, so
they change only when words do.
"""

from __future__ import annotations

import ast
import io
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
FOLDERS = ("core", "ui", "pages")
CATALOGUE = ROOT / "core" / "locale" / "zh_CN" / "LC_MESSAGES" / "limelight.po"
HEADER = "# Limelight in simplified Chinese. `make messages` brings it up to date and compiles it."
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # gettext wants one; a real one would change the files each time

Message = str | tuple[str, ...]


def sources() -> list[Path]:
    """Every file that may hold words for people."""
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def extracted(path: Path) -> list[Message]:
    """The messages of one file, in order; a pair for a plural.

    Read from the syntax tree: Babel's own reader takes an f-string for one word, and misses a call inside it.
    """
    calls = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    found: list[Message] = []
    for call in sorted(calls, key=lambda one: (one.lineno, one.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        wanted = {"_": 1, "N_": 1, "plural": 2}.get(name, 0)
        words = tuple(argument.value for argument in call.args[:wanted] if isinstance(argument, ast.Constant) and isinstance(argument.value, str))
        if wanted and len(words) == wanted:
            found.append(words[0] if wanted == 1 else words)
    return [message for message in found if message]


def translations() -> Catalog:
    """What is translated, from the .po file."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_CN")


def updated(old: Catalog) -> Catalog:
    """The messages of today with the translations of yesterday; what nothing says any more is left out."""
    new = Catalog(
        "zh_CN", header_comment=HEADER, project="Limelight", version="", last_translator="", language_team="", msgid_bugs_address="",
        creation_date=NO_DATE, revision_date=NO_DATE, fuzzy=False,
    )  # fmt: skip
    from ui.browser_words import FILES, messages_of

    found = [(path, message) for path in sources() for message in extracted(path)] + [(path, message) for path in FILES for message in messages_of(path)]
    for path, message in found:
        known = old.get(message)
        new.add(message, string=known.string if known is not None else None, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    return new


def po_bytes(catalogue: Catalog) -> bytes:
    """The .po file."""
    target = io.BytesIO()
    write_po(target, catalogue, width=0, include_lineno=False, sort_by_file=True)
    return target.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """The .mo file."""
    target = io.BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


def is_translated(catalogue: Catalog, message: Message) -> bool:
    """Whether a message has Chinese words."""
    known = catalogue.get(message)
    return known is not None and bool("".join(known.string) if isinstance(known.string, tuple) else known.string)


def main() -> int:
    """Write both files; print what has no translation yet."""
    sys.path[0] = str(ROOT)  # run by itself, this file would find tests/ui where it asks for ui
    catalogue = updated(translations())
    CATALOGUE.write_bytes(po_bytes(catalogue))
    CATALOGUE.with_suffix(".mo").write_bytes(mo_bytes(translations()))
    left = [message.id for message in catalogue if message.id and not is_translated(catalogue, message.id)]
    print(f"{len(catalogue) - len(left)} of {len(catalogue)} messages are translated. Still English:" if left else f"All {len(catalogue)} messages are translated.")
    for message in left:
        print(f"  {message[0] if isinstance(message, tuple) else message}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
