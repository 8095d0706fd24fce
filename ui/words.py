"""How the page writes: text of strangers so that it appears as it is, numbers as people say them.

Streamlit reads Markdown in nearly every label. Column names, class labels, file and run names come from
files of strangers; `plain` makes them appear literally wherever `st.text` cannot be used.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, datetime

__all__ = ["ago", "count", "duration", "number", "on_accent", "percent", "plain", "plural", "rounded", "short", "size"]

JOINER = "\u2060"  # word joiner: no width, no line break
PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&^=\"'/@%])")
# Replaced by Streamlit after Markdown is parsed, so that a backslash does not help: shortcodes, arrows, links.
COLON_WORD = re.compile(r":(?=[\w+\-/])")
ARROWS = re.compile(r"(?<=[<>~=\-])(?=[<>=\-])")
LINK = re.compile(r"(?<=[wW]{3})(?=\.)|(?<=:)(?=//)|(?=@)")


def short(text: object, limit: int = 80) -> str:
    """One line of at most `limit` characters: no control, no direction-changing characters, no line ends."""
    kept = " ".join(str(text).split())
    kept = "".join(char for char in kept if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"} or char in "\u200c\u200d")
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"


def plain(text: object, limit: int = 80) -> str:
    r"""Markdown source that shows `text` literally: no formatting, link, picture, formula, colour, icon or emoji code.

    Args:
        text: anything from a file, a name or an error message.
        limit: characters after which it is cut with an ellipsis.

    Example:
        >>> plain("[x](javascript:alert)").replace(JOINER, "")
        '\\[x\\]\\(javascript\\:alert\\)'
    """
    line = short(text, limit)
    for pattern, replacement in ((COLON_WORD, ":" + JOINER), (ARROWS, JOINER), (LINK, JOINER)):
        line = pattern.sub(replacement, line)
    return PUNCTUATION.sub(r"\\\1", line)


def on_accent(label: str, *, enabled: bool = True) -> str:
    """A label for a primary button: dark on the bright lime of the dark theme, white on the deep one of the light.

    Streamlit writes primary labels white; `.streamlit/config.toml` lends the word "violet" for this.
    """
    return f":violet[{label}]" if enabled else label


def number(value: float | None) -> str:
    """Three significant digits, thousands separated.

    Example:
        >>> number(0.84213), number(12345.6), number(None)
        ('0.842', '12,300', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    if digits < -12 or digits > 9:
        return f"{value:.2e}"
    return f"{round(value, digits):,.{max(digits, 0)}f}"


def count(value: int) -> str:
    """A whole number, thousands separated.

    Example:
        >>> count(12000)
        '12,000'
    """
    return f"{value:,}"


def rounded(value: float) -> str:
    """A count that is only known about: two significant digits.

    Example:
        >>> rounded(971_882), rounded(8)
        ('970,000', '8')
    """
    return count(int(float(f"{value:.2g}")))


def plural(value: int, one: str, many: str = "") -> str:
    """A count with its noun.

    Example:
        >>> plural(1, "row"), plural(2100, "class", "classes")
        ('1 row', '2,100 classes')
    """
    return f"{count(value)} {one if value == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share from 0 to 1, with a decimal only where it is small.

    Example:
        >>> percent(0.734), percent(0.0332), percent(0.0)
        ('73 %', '3.3 %', '0 %')
    """
    value = share * 100
    if 0 < value < 0.05:
        return "under 0.1 %"
    return f"{value:.1f} %" if 0 < value < 10 else f"{value:.0f} %"


def size(bytes_: int) -> str:
    """A size on disk.

    Example:
        >>> size(1_300_000), size(900)
        ('1.3 MB', '900 bytes')
    """
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if bytes_ >= limit:
            return f"{bytes_ / limit:.1f} {unit}"
    return f"{bytes_} bytes"


def duration(seconds: float) -> str:
    """A duration as people say it.

    Example:
        >>> duration(0.4), duration(80), duration(7260)
        ('0.4 s', '1 min 20 s', '2 h 1 min')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def ago(moment: str, now: datetime | None = None) -> str:
    """How long ago an ISO 8601 moment was.

    Example:
        >>> ago("2026-01-01T10:00:00+00:00", datetime(2026, 1, 1, 12, 30, tzinfo=UTC))
        '2 hours ago'
    """
    try:
        then = datetime.fromisoformat(moment)
    except ValueError:
        return ""
    seconds = ((now or datetime.now(UTC)) - (then if then.tzinfo else then.replace(tzinfo=UTC))).total_seconds()
    for length_s, one in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length_s:
            return f"{plural(int(seconds // length_s), one)} ago"
    return "just now"
