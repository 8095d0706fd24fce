"""How the page writes: text of strangers so that it appears as it is, numbers as people say them.

Streamlit reads Markdown in nearly every label. Column names, class labels, file and run names come from
files of strangers; `plain` makes them appear literally wherever `st.text` cannot be used.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, datetime

from core.language import _, plural

__all__ = ["ago", "count", "duration", "glued", "number", "on_accent", "percent", "plain", "rounded", "short", "size"]

JOINER = "\u2060"  # word joiner: no width, no line break
NO_BREAK = "\u00a0"  # a space at which no line ends
BEFORE_PERCENT = re.compile(r"(?<=[\d…]) (?=\\?%)")
SIGN_BEFORE_CURRENCY = re.compile(rf"([−+])(?=[^\s\d.,{JOINER}])")
IN_RANGE = re.compile(r"(?<=\d)–(?=[\d−+])")
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
    return PUNCTUATION.sub(r"\\\1", BEFORE_PERCENT.sub(NO_BREAK, line))


def glued(text: str) -> str:
    """The same Markdown of ours, no line of which ends inside a figure: before "%", between a sign and its currency, within a range.

    `plain` and `percent` keep the percent sign by themselves; this is for sentences and cells that do not pass through them.

    Example:
        >>> glued("95 % interval −€60").replace(NO_BREAK, "_").replace(JOINER, "^"), glued("60.6–74.8").replace(JOINER, "^")
        ('95_% interval −^€60', '60.6^–^74.8')
    """
    text = BEFORE_PERCENT.sub(NO_BREAK, text)
    return IN_RANGE.sub(f"{JOINER}–{JOINER}", SIGN_BEFORE_CURRENCY.sub(rf"\1{JOINER}", text))


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


def percent(share: float) -> str:
    """A share from 0 to 1, with a decimal only where it is small; no line ends before its sign.

    Example:
        >>> percent(0.734), percent(0.0332), percent(0.0)
        ('73\xa0%', '3.3\xa0%', '0\xa0%')
    """
    value = share * 100
    if 0 < value < 0.05:
        return f"under 0.1{NO_BREAK}%"
    return f"{value:.1f}{NO_BREAK}%" if 0 < value < 10 else f"{value:.0f}{NO_BREAK}%"


def size(bytes_: int) -> str:
    """A size on disk.

    Example:
        >>> size(1_300_000), size(900)
        ('1.3 MB', '900 bytes')
    """
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if bytes_ >= limit:
            return f"{bytes_ / limit:.1f} {unit}"
    return _("{bytes} bytes").format(bytes=bytes_)


def duration(seconds: float) -> str:
    """A duration as people say it.

    Example:
        >>> duration(0.4), duration(80), duration(7260)
        ('0.4 s', '1 min 20 s', '2 h 1 min')
    """
    if seconds < 10:
        return _("{seconds} s").format(seconds=f"{seconds:.1f}")
    whole = round(seconds)
    if whole < 60:
        return _("{seconds} s").format(seconds=whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest) if rest else _("{minutes} min").format(minutes=minutes)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)


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
    if seconds >= 86400:
        return plural("{n} day ago", "{n} days ago", int(seconds // 86400))
    if seconds >= 3600:
        return plural("{n} hour ago", "{n} hours ago", int(seconds // 3600))
    return plural("{n} minute ago", "{n} minutes ago", int(seconds // 60)) if seconds >= 60 else _("just now")
