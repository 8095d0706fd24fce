"""The pages speak Chinese: every sentence of the verdict, the comparison, money and exports, with the same places to fill."""

from __future__ import annotations

import ast
import re
import string
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import language
from core.language import _, ask, current, language_of, plural, speaking, use
from tests.messages import CATALOGUE, ROOT, Message, extracted, is_translated, mo_bytes, sources, translations, tree_of
from ui.browser_words import FILES, messages_of

NOT_WORDS = {  # texts of several words that no visitor reads as such: headers of HTTP, scripts, a value for a model, lines of a log
    "ui/server.py", "ui/narrow.py", "ui/top.py", "ui/clicks.py", "ui/process.py", "ui/live_examples.py", "ui/fields.py", "ui/moving_slider.py",
}  # fmt: skip
SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:.]? [A-Za-z]{2,}[,;:.]? [A-Za-z]{2,}")  # three words in a row


def fields(text: str) -> set[str]:
    return {name for _text, name, _format, _conversion in string.Formatter().parse(text) if name is not None}


def said(message: Message) -> list[str]:
    return list(message) if isinstance(message, tuple) else [message]


def test_every_sentence_has_a_translation() -> None:
    catalogue = translations()
    messages = [(path, message) for path in sources() for message in extracted(path)] + [(path, message) for path in FILES for message in messages_of(path)]
    assert len(messages) > 2_000
    missing = {f"{path.name}: {said(message)[0]}" for path, message in messages if not is_translated(catalogue, message)}
    assert not missing, "`make messages` adds these to core/locale/zh_CN/LC_MESSAGES/limelight.po; translate them there and run it again"


def bare(node: ast.AST, inside: bool = False) -> Iterator[str]:
    """The texts under a node that are looked up nowhere; docstrings are left out."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        translated = inside or (isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in ("_", "N_", "plural"))
        if isinstance(child, ast.JoinedStr) and not translated:
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in child.values)
        elif isinstance(child, ast.Constant) and isinstance(child.value, str) and not translated and not isinstance(node, ast.JoinedStr):
            yield child.value
        yield from bare(child, translated)


def test_no_page_says_a_sentence_that_cannot_be_translated() -> None:
    files = [path for path in sources() if path.parts[-2] != "core" and "core" not in path.relative_to(ROOT).parts]
    files = [path for path in files if path.relative_to(ROOT).as_posix() not in NOT_WORDS]
    assert len(files) > 80
    found = [f"{path.name}: {text}" for path in files for text in bare(tree_of(path)) if SENTENCE.search(text)]
    assert found == []


def test_no_chart_in_the_browser_does_either() -> None:
    """In JavaScript a text of several words stands in `_()`, `N_()` or `plural()`, and never in a template with places of its own."""
    found = []
    for path in FILES:
        if path.suffix == ".js":
            code = re.sub(r"(?<![\w.])(?:_|N_|plural)\((?:\s*\"(?:[^\"\\]|\\.)*\",?)+|//.*|/[^/\n]+/[gu]*", "", path.read_text(encoding="utf-8"))
            found += [f"{path.name}: {text}" for text in re.findall(r"\"([^\"\n]*)\"|`([^`\n]*)`", code) if SENTENCE.search(" ".join(text))]
    assert found == []


def test_translations_fill_the_same_places() -> None:
    wrong = []
    for message in translations():
        if message.id and message.string:
            wanted = set().union(*(fields(text) for text in said(message.id)))
            for text in said(message.string):
                if text and fields(text) != wanted:
                    wrong.append(text)
    assert wrong == []


def test_translations_keep_the_formatting() -> None:
    """Markdown and icons of a sentence are in its translation, too."""
    wrong = []
    for message in translations():
        if not message.id:
            continue  # the header
        for original, text in zip(said(message.id), said(message.string), strict=False):
            if text and any(original.count(mark) != text.count(mark) for mark in ("**", "`", ":material/", "[", "\n")):
                wrong.append(text)
    assert wrong == []


def test_the_compiled_catalogue_is_the_written_one() -> None:
    assert mo_bytes(translations()) == CATALOGUE.with_suffix(".mo").read_bytes(), "run `make messages`"


def test_only_whole_sentences_are_looked_up() -> None:
    """The catalogue is made by reading the code, so a word put together at run time would never be found there."""
    wrong = []
    for path in sources():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_") and isinstance(node.args[0], ast.JoinedStr | ast.BinOp):
                wrong.append(f"{path.name}:{node.lineno}")
    assert wrong == []


def test_it_speaks_the_language_that_was_asked_for() -> None:
    assert _("Compare") == "Compare"
    with speaking("zh_CN"):
        assert _("Compare") == "对比" and plural("{n} test row", "{n} test rows", 1200) == "1,200 行测试数据"
    assert current() == "en" and plural("{n} test row", "{n} test rows", 1) == "1 test row"


def test_what_is_not_translated_stays_english() -> None:
    with speaking("zh_CN"):
        assert _("no such sentence") == "no such sentence"
        assert _("") == ""


@pytest.mark.parametrize(("text", "wanted"), [("zh_CN", "zh_CN"), ("zh-cn", "zh_CN"), ("de", "en"), ("", "en"), (None, "en"), ("../../etc", "en"), ("x" * 9_999, "en")])
def test_an_address_can_name_only_a_language_that_there_is(text: str | None, wanted: str) -> None:
    assert language_of(text) == wanted


def test_a_thread_that_was_told_nothing_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_asked", None)
    heard: list[str] = []

    def listen() -> None:
        heard.append(current())
        ask(lambda: "zh_CN")
        heard.append(current())
        use("en")
        heard.append(current())

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join(10)
    assert heard == ["en", "zh_CN", "en"]


def test_no_catalogue_is_needed() -> None:
    assert Path(language.CATALOGUES).is_dir()
    assert language._catalogue("en").gettext("Verdict") == "Verdict"
