"""No name breaks out of its cell, in any format; and none is so long that it buries the rest."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.report.text import LONGEST, html_text, latex_text, markdown_text, one_line

EVIL = [
    "<script>alert(1)</script>", '" onmouseover="x', "\\input{/etc/passwd}", "a & b \\\\ c % d", "$x^2_1$ #1 ~", "[x](javascript:alert(1))",
    "![](http://evil.example/x.png)", "a | b", "`code`", "www.evil.example", "https://evil.example", "a@evil.example", "# head", "- item", "1. item", "=1+1",
    "\u202egpj.exe", "\u2066x\u2069", "a\nb\r\nc\u2028d", "x" * 5_000, "\x00\x1b[31m", ":tada:", "&lt;", "---", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("text", EVIL, ids=range(len(EVIL)))
@pytest.mark.parametrize("write", [one_line, html_text, latex_text, markdown_text])
def test_one_line_without_what_cannot_be_seen(text: str, write: object) -> None:
    written = write(text)  # type: ignore[operator]
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in written)
    assert len(written) <= 20 * LONGEST


@given(st.text(max_size=400))
def test_html_gives_the_line_back(text: str) -> None:
    written = html_text(text)
    assert not set('<>"') & set(written) and unescape(written) == one_line(text)


@given(st.text(alphabet=st.sampled_from("\\{}$&#^_~%<>|\"`'-[]ab 中"), max_size=60))
def test_latex_holds_no_command_but_ours(text: str) -> None:
    ours = r"\\(textbackslash|textasciicircum|textasciitilde|textless|textgreater|textbar|textasciigrave|textquotesingle|ldots|textperiodcentered)\{\}|\\[{}$&#%_]"
    left = re.sub(ours, "", latex_text(text))
    assert not re.search(r"[\\$&#^~%]", left)
    assert left.count("{") == left.count("}")


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("[x](y)", r"(?<!\\)\["), ("a|b", r"(?<!\\)\|"), ("<b>", r"(?<!\\)<"), ("www.a.b", r"www\."), ("http://a", r"http:/"), ("a@b.c", r"(?<!\\)@"),
        ("- a", r"^-"), ("1. a", r"^1\."), ("**a**", r"(?<!\\)\*"), ("$a$", r"(?<!\\)\$"), (":tada:", r"(?<!\\):t"), ("&amp;", r"(?<!\\)&"),
    ],
)  # fmt: skip
def test_markdown_marks_nothing(text: str, broken: str) -> None:
    assert re.search(broken, text), "the pattern must find what it forbids"
    assert not re.search(broken, markdown_text(text))
