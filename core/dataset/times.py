"""Dates and times as people write them: one format for a column, found once and applied the same way at prediction.

A format is a text for `strptime`, or several of them joined by `|` where a column mixes them, or one of our own where
`strptime` does not suffice: Chinese dates with 下午 or 二〇二六, and Unix time.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from typing import Final

import polars as pl

from core.dataset.chinese_dates import CHINESE, chinese_times

__all__ = ["ORDERS", "TIME_FORMATS", "ambiguous_days", "find_time_format", "to_time"]

_DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%B-%Y", "%b %d %Y", "%B %d %Y", "%Y-%b-%d", "%d/%b/%Y", "%d. %B %Y",
    "%a, %d %b %Y", "%A, %d %B %Y", "%a, %b %d, %Y", "%A, %B %d, %Y",
    "%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y", "%d-%b-%y", "%d %b %y", "%y/%m/%d",
)  # fmt: skip
_CLOCKS = ("", " %H:%M:%S%.f", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %I:%M:%S%p", " %I:%M%p", ", %H:%M:%S", ", %H:%M", ", %I:%M:%S %p", ", %I:%M %p")
_ISO_CLOCKS = ("T%H:%M:%S%.f", "T%H:%M", "T%H:%M:%S%.f%#z", " %H:%M:%S%.f%#z", " %H:%M:%S%.f %#z", " %H:%M:%S%.f UTC", "T%H:%M%#z", " %H:%M%#z")
_WHOLE = ("%a %b %d %H:%M:%S %Y", "%a, %d %b %Y %H:%M:%S %#z", "%a, %d %b %Y %H:%M:%S GMT", "%d/%b/%Y:%H:%M:%S %#z", "%Y%m%dT%H%M%S%#z", "%Y%m%dT%H%M%S")
_MONTHS = ("%Y-%m", "%Y/%m", "%Y年%m月", "%b %Y", "%B %Y", "%b-%Y", "%m/%Y", "%b-%y")
TIME_FORMATS: Final = (*(day + clock for clock in _CLOCKS for day in _DAYS), *(_DAYS[0] + clock for clock in _ISO_CLOCKS), *_WHOLE)
DIGITS: Final = ("%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%d%H%M")  # nothing but digits: believed only where name or range says so
UNIX_S, UNIX_MS = "%s", "%s000"

TIME_SHARE: Final = 0.99  # of the values must be readable
SAMPLE_VALUES: Final = 100
FEWEST_DIGIT_DATES: Final = 10  # so many different numbers that all are dates are no accident: 4 % of such numbers are
YEARS: Final = (1950, 2100)  # of dates written in digits alone
UNIX_YEARS: Final = (631_152_000, 4_102_444_800)  # 1990 to 2100, seconds
TIME_NAME = re.compile(r"(^|[\s_.-])(date|datetime|time|timestamp|day|dt|ts|created|updated|modified|birth|birthday|dob|at|on|since|when)([\s_.-]|$)|(date|time|timestamp)$|日期|时间|時間|日$|生日|时刻", re.IGNORECASE)
NOT_TIME_NAME = re.compile(r"(^|[\s_.-])(id|ids|no|nr|number|code|key|zip|phone|price|amount|total|cost|sum|sales|income|revenue)([\s_.-]|$)|编号|序号|学号|工号|单号|号码|id$|电话|价|金额|数量|总", re.IGNORECASE)
TIME_LIKE = re.compile(  # a quick look, before three hundred formats are tried
    r"\d{1,4} ?[-/.年] ?\d|\d{1,4}[- /]?[A-Za-z]{3}|\d{1,2}\. [A-Z]|[A-Z][a-z]{2,8}[- ]\d|[A-Z][a-z]{2,8},? ([A-Z][a-z]{2,8}|\d{1,2}) |\d{8}T\d{6}|[〇零一二三四五六七八九]{4}年"
)
NUMERIC = re.compile(r"\d{8,14}(\.\d+)?")
ORDERS: Final = (("%m/%d/", "%d/%m/"), ("%m-%d-", "%d-%m-"))  # month first, day first

SHAPES: Final = {
    "%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{1,2}", "%d": r"\d{1,2}", "%H": r"\d{1,2}", "%I": r"\d{1,2}", "%M": r"\d{2}", "%S": r"\d{2}",
    "%b": r"[A-Za-z]{3}", "%B": r"[A-Za-z]{3,9}", "%a": r"[A-Za-z]{3}", "%A": r"[A-Za-z]{6,9}", "%p": r"[AaPp][Mm]", "%.f": r"(?:\.\d+)?",
    "%#z": r"(?:Z|z|[+-]\d{2}(?::?\d{2})?)",
}  # fmt: skip


def to_time(values: pl.Series, form: str) -> pl.Series:
    """Datetime in UTC or as written, microseconds; what does not fit the format becomes null.

    Args:
        values: (n,) text, or dates already.
        form: of `find_time_format`.

    Example:
        >>> to_time(pl.Series(["2026-11-22"]), "%Y-%m-%d").dt.year().to_list()
        [2026]
        >>> to_time(pl.Series(["1795305600"]), "%s").dt.date().to_list()
        [datetime.date(2026, 11, 22)]
    """
    if values.dtype.is_numeric() and form in (*DIGITS, UNIX_S, UNIX_MS):
        values = values.cast(pl.Int64 if form in DIGITS else pl.Float64, strict=False).cast(pl.String)
    if values.dtype != pl.String:
        return _naive(values)
    first, *others = form.split("|")
    times = _read(values, first)
    for other in others:
        times = times.fill_null(_read(values, other)) if times.null_count() else times
    return times


def find_time_format(values: pl.Series) -> str:
    """The format that reads (nearly) all of these values, or "" when they are no times.

    `1/2/2026` is read month first unless another value rules that out; `ambiguous_days` tells. Digits alone are a date
    only where the column's name says so or nothing else can be meant.

    Args:
        values: (n,) text without missing values; its name is the column's.

    Example:
        >>> find_time_format(pl.Series(["03/04/2026", "25/04/2026"]))
        '%d/%m/%Y'
    """
    if values.dtype != pl.String or not len(values):
        return ""
    sample = [value.strip() for value in values.unique(maintain_order=True).head(SAMPLE_VALUES).to_list()]
    if all(map(NUMERIC.fullmatch, sample)):
        return _digits_format(values)
    if any(len(value) > 60 for value in sample) or sum(map(bool, map(TIME_LIKE.match, sample))) < TIME_SHARE * len(sample):
        return ""
    fitting = _fitting(sample)
    best = max((_Fit.of(values, form) for form in fitting), key=lambda fit: fit.share, default=None)  # the first of equals
    if best and best.share >= TIME_SHARE:
        return best.form
    if "年" in "".join(sample) and _share(values, CHINESE) >= TIME_SHARE:
        return CHINESE
    return _mixed(values, fitting)


def ambiguous_days(values: pl.Series, form: str = "") -> bool:
    """Whether day and month of these dates could be told the other way round, and would mean other days.

    Args:
        values: (n,) text without missing values.
        form: `find_time_format` of them, where it is known.

    Example:
        >>> ambiguous_days(pl.Series(["03/04/2026"])), ambiguous_days(pl.Series(["03/04/2026", "25/04/2026"]))
        (True, False)
    """
    form = form or find_time_format(values)
    turned = _turned(form)
    if not turned or _share(values, turned) < TIME_SHARE:
        return False
    return bool((to_time(values, form) != to_time(values, turned)).any())


def _turned(form: str) -> str:
    """The same format with day and month in the other order, or ""."""
    for pair in ORDERS:
        for this, other in (pair, pair[::-1]):
            if form.startswith(this):
                return form.replace(this, other)
    return ""


class _Fit:
    """A format and the share of the values that it reads."""

    def __init__(self, form: str, share: float) -> None:
        self.form, self.share = form, share

    @classmethod
    def of(cls, values: pl.Series, form: str) -> _Fit:
        return cls(form, _share(values, form))


def _share(values: pl.Series, form: str) -> float:
    return 1 - to_time(values, form).null_count() / len(values)


def _fitting(sample: list[str]) -> list[str]:
    """The formats that may read one of these values, in the order of `TIME_FORMATS`."""
    alike = {form for outline in {_outline(value) for value in sample} for form in _outlines().get(outline, ())}
    months = () if _are_seasons(sample) else _MONTHS
    return [form for form in (*TIME_FORMATS, *months) if form in alike and any(map(_shape(form).fullmatch, sample))]


def _outline(text: str) -> str:
    """`22 Nov 2026` → `9 A 9`."""
    return re.sub("[A-Za-z]+", "A", re.sub("[0-9]+", "9", text))


@cache
def _outlines() -> dict[str, list[str]]:
    """Formats by the outlines that they read: a look-up spares compiling three hundred patterns."""
    found: dict[str, list[str]] = {}
    for form in (*TIME_FORMATS, *_MONTHS):
        for fraction, zone in product(("", ".9") if "%.f" in form else ("",), ("A", "+9:9", "-9:9", "+9", "-9") if "%#z" in form else ("",)):
            written = form.replace("%.f", fraction).replace("%#z", zone)
            found.setdefault(_outline(re.sub("%[bBaAp]", "A", re.sub("%[YymdHIMS]", "9", written))), []).append(form)
    return found


@cache
def _shape(form: str) -> re.Pattern[str]:
    parts = re.split(r"(%\.f|%#z|%[A-Za-z])", form)
    return re.compile("".join(SHAPES.get(part) or re.escape(part) for part in parts))


def _are_seasons(sample: list[str]) -> bool:
    """Whether these are seasons such as `2011-12`, where the second number follows the first, and no months."""
    seasons = [re.fullmatch(r"\d\d(\d\d)[-/](\d\d)", value) for value in sample]
    return all(m is not None and int(m[2]) == (int(m[1]) + 1) % 100 for m in seasons)


def _mixed(values: pl.Series, fitting: list[str]) -> str:
    """Several formats with one order of day, month and year, as `22/11/2026` beside `22/11/2026 10:30`."""
    for day in _DAYS:
        same = [form for form in fitting if form == day or (form.startswith(day) and form[len(day)] in " ,T")]
        zones = {form.endswith(("z", "UTC")) for form in same if form != day}
        if len(same) > 1 and len(zones) < 2 and _share(values, "|".join(same)) >= TIME_SHARE:
            return "|".join(same)
    return ""


def _digits_format(values: pl.Series) -> str:
    """The format of a column of whole numbers, where its name or its range says that they are times."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", values.name)
    if NOT_TIME_NAME.search(split):
        return ""
    named = bool(TIME_NAME.search(split))
    lengths = values.str.strip_chars().str.len_chars()
    if not named and (lengths.min() != lengths.max() or values.n_unique() < FEWEST_DIGIT_DATES):
        return ""
    for form in DIGITS:
        if lengths.median() != (8, 14, 12)[DIGITS.index(form)]:
            continue
        years = to_time(values, form).dt.year()
        if years.is_between(*YEARS).sum() >= (TIME_SHARE if named else 1) * len(values):
            return form
    if named:  # fractions of a second are allowed
        numbers = values.cast(pl.Float64, strict=False)
        for form, scale in ((UNIX_S, 1), (UNIX_MS, 1000)):
            if numbers.is_between(UNIX_YEARS[0] * scale, UNIX_YEARS[1] * scale).fill_null(False).all():
                return form
    return ""


def _read(values: pl.Series, form: str) -> pl.Series:
    text = values.str.strip_chars()
    if form == CHINESE:
        return chinese_times(text)
    if form in (UNIX_S, UNIX_MS):
        scale = 1_000_000 if form == UNIX_S else 1000
        return (text.cast(pl.Float64, strict=False) * scale).round().cast(pl.Int64, strict=False).cast(pl.Datetime("us"))
    if form in DIGITS:
        text = text.str.replace(r"^(\d{4})(\d\d)(\d\d)(\d\d)?(\d\d)?(\d\d)?$", "$1-$2-$3 $4:$5:$6")
        form = ("%Y-%m-%d ::", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:")[DIGITS.index(form)]
    if "%d" not in form:
        text, form = text + " 01", form + " %d"
    zone = "UTC" if form.endswith("z") else None
    times = _parsed(text, form, zone)
    times = times.dt.replace_time_zone(None) if zone else times
    return times.set(times.dt.year() < 1000, None) if "%Y" in form else times  # `26` is no year


def _parsed(text: pl.Series, form: str, zone: str | None) -> pl.Series:
    if any(code in form for code in ("%H", "%I")):
        return text.str.strptime(pl.Datetime("us", zone), form, strict=False)
    return text.str.strptime(pl.Date, form, strict=False).cast(pl.Datetime("us"))


def _naive(times: pl.Series) -> pl.Series:
    """Dates, or times with or without a zone, as microseconds in UTC or as written; null for all else."""
    zoned = isinstance(times.dtype, pl.Datetime) and times.dtype.time_zone
    times = times.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if zoned else times
    return times.cast(pl.Datetime("us"), strict=False)
