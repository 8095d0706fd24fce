"""The pages speak Chinese: every sentence of the verdict, the comparison, money and exports, with the same places to fill."""

from __future__ import annotations

import ast
import string
import threading
from fnmatch import fnmatch
from pathlib import Path

import pytest

from core import language
from core.language import _, ask, current, language_of, plural, speaking, use
from tests.messages import CATALOGUE, ROOT, Message, extracted, is_translated, mo_bytes, sources, translations, tree_of

SPOKEN = (  # what a founder reads and shows of a comparison; the rest of the pages may still be English here and there
    "core/evaluation/*", "core/report*.py", "core/report/card.py", "core/seal.py", "core/charts/*", "core/why/*", "pages/compare.py",
    "ui/verdict*.py", "ui/compar*.py", "ui/take_home.py", "ui/worth*.py", "ui/money*.py", "ui/threshold*.py", "ui/number*.py", "ui/metric_words.py",
    "ui/shell.py", "ui/road.py", "ui/slices*.py", "ui/why*.py", "ui/rows*.py", "ui/curves*.py", "ui/more_data*.py",
)  # fmt: skip


def fields(text: str) -> set[str]:
    return {name for _text, name, _format, _conversion in string.Formatter().parse(text) if name is not None}


def said(message: Message) -> list[str]:
    return list(message) if isinstance(message, tuple) else [message]


def test_every_word_of_the_verdict_and_the_exports_has_a_translation() -> None:
    catalogue = translations()
    files = [path for path in sources() if any(fnmatch(path.relative_to(ROOT).as_posix(), pattern) for pattern in SPOKEN)]
    assert len(files) > 40
    missing = {f"{path.name}: {said(message)[0]}" for path in files for message in extracted(path) if not is_translated(catalogue, message)}
    assert not missing, "`make messages` adds these to core/locale/zh_CN/LC_MESSAGES/limelight.po; translate them there and run it again"


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
