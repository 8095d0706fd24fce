"""Text of strangers stands as it is; numbers read as people say them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.words import JOINER, NO_BREAK, ago, duration, glued, number, percent, plain, short

MARKUP = "<>[]()$:*_`~#|!\\{}&^=+-.'\"/@%"
# What Streamlit puts in place of text after Markdown is parsed, where a backslash no longer helps.
TAKES_EFFECT = re.compile(r":\w[\w+\-/]*:|->|<-|--|>=|<=|~=|www\.|://|(?<!\u2060)@")


@given(st.text(max_size=200))
def test_plain_escapes_all_markup_and_loses_nothing(text: str) -> None:
    source = plain(text, limit=300)
    unescaped = re.sub(r"\\.", "", source.replace(JOINER, ""))
    assert not set(unescaped) & set(MARKUP)
    assert re.sub(r"\\(.)", r"\1", source.replace(JOINER, "")).replace(NO_BREAK, " ") == short(text, 300)


@given(st.text(alphabet=":-<>=~w./@abc ", max_size=40))
def test_plain_leaves_nothing_that_is_replaced_later(text: str) -> None:
    shown = re.sub(r"\\(.)", r"\1", plain(text, limit=100))
    assert not TAKES_EFFECT.search(shown), shown


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\x00", "\x1b", "\u200b", "\ue000"])
def test_short_drops_what_hides_or_turns_text(hidden: str) -> None:
    assert short(f"a{hidden}b") == "ab"


def test_short_is_one_line_and_cut() -> None:
    assert short("a\n\n b\t c") == "a b c"
    assert short("x" * 100, 10) == "x" * 9 + "…"
    assert short("名称（元）") == "名称（元）"
    assert short("می‌خواهم") == "می‌خواهم"  # a joiner that Persian needs stays


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.8421, "0.842"), (0.05, "0.05"), (12.345, "12.3"), (1234.5, "1,230"), (-0.5, "-0.5"), (float("nan"), "–"), (1e-20, "1.00e-20"), (0, "0")],
)
def test_number_keeps_three_digits(value: float, shown: str) -> None:
    assert number(value).rstrip("0") == shown.rstrip("0") or number(value) == shown


@pytest.mark.parametrize(("share", "shown"), [(0.0332, "3.3\xa0%"), (0.5, "50\xa0%"), (1.0, "100\xa0%"), (0.0, "0\xa0%")])
def test_percent(share: float, shown: str) -> None:
    assert percent(share) == shown


def test_no_line_ends_inside_a_figure() -> None:
    assert plain("73 % (95 % interval) of 5% and % of") == f"73{NO_BREAK}\\% \\(95{NO_BREAK}\\% interval\\) of 5\\% and \\% of"
    for text in ("a 95 % interval", r"a 95 \% interval", "+€60 to −CHF 60", "60.6–74.8", "−3.1–−0.2"):
        kept = glued(text)
        assert glued(kept) == kept  # a sentence may pass twice
        assert kept.replace(NO_BREAK, " ").replace(JOINER, "") == text
        assert not re.search(r"\d \\?%|[−+](?=[€C])|\d–", kept)
    assert glued("page – 3, 2 % 3 a–b") == f"page – 3, 2{NO_BREAK}% 3 a–b"


@pytest.mark.parametrize(("seconds", "shown"), [(0.42, "0.4 s"), (59.6, "1 min"), (60, "1 min"), (80.2, "1 min 20 s"), (3600, "1 h 0 min")])
def test_duration(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_ago_of_no_moment_is_empty() -> None:
    assert ago("yesterday") == ""
