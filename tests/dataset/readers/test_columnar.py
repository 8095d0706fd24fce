import datetime as dt
import decimal
import io

import polars as pl
import pytest

from core.dataset.progress import Progress, Step
from core.dataset.readers.columnar import read_parquet
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable
from core.errors import BadFile, LimitExceeded
from core.settings import settings


def parquet(frame: pl.DataFrame, **options: object) -> bytes:
    stream = io.BytesIO()
    frame.write_parquet(stream, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def look(frame: pl.DataFrame) -> RawTable:
    return read_parquet(Source.of(parquet(frame), "t.parquet"), Progress())


@pytest.mark.parametrize(
    ("values", "kind", "text"),
    [
        ([1, None], pl.Int8, ["1", None]),
        ([2**64 - 1, 0], pl.UInt64, ["18446744073709551615", "0"]),
        ([1.0, 2.5, float("nan"), None], pl.Float64, ["1", "2.5", None, None]),
        ([0.1, 3.0], pl.Float32, ["0.1", "3"]),
        ([True, False, None], pl.Boolean, ["true", "false", None]),
        ([decimal.Decimal("1.50"), decimal.Decimal("-2.25")], pl.Decimal(10, 2), ["1.50", "-2.25"]),
        (["a,b", 'say "a"', "two\nlines", ""], pl.String, ["a,b", 'say "a"', "two\nlines", None]),
        (["red", "blue", "red"], pl.Categorical, ["red", "blue", "red"]),
        (["red", "blue", "red"], pl.Enum(["blue", "red"]), ["red", "blue", "red"]),
        ([dt.date(2026, 11, 22), None], pl.Date, ["2026-11-22", None]),
        ([dt.datetime(2026, 11, 22, 10, 30), dt.datetime(2026, 11, 22, 10, 30, 0, 250_000)], pl.Datetime("us"), ["2026-11-22 10:30:00", "2026-11-22 10:30:00.250"]),
        ([dt.time(10, 30)], pl.Time, ["10:30:00"]),
        ([dt.timedelta(hours=1), dt.timedelta(milliseconds=1500)], pl.Duration("us"), ["3600", "1.5"]),
        ([["a", "b"], [], ["c"]], pl.List(pl.String), ["a|b", None, "c"]),
        ([[1, 2], [3, 4]], pl.Array(pl.Int64, 2), ["1|2", "3|4"]),
        ([b"abc", b"d"], pl.Binary, ["abc", "d"]),
    ],
)  # fmt: skip
def test_every_type_is_the_text_that_people_write(values: list[object], kind: pl.DataType, text: list[str | None]) -> None:
    raw = look(pl.DataFrame({"x": pl.Series(values, dtype=kind, strict=False), "y": ["-"] * len(values)}))
    assert raw.frame["x"].to_list() == text
    assert (raw.encoding, raw.notices) == ("parquet", ())


def test_times_with_a_zone_keep_their_offset() -> None:
    shanghai = pl.Series([dt.datetime(2026, 1, 1, 10)]).dt.replace_time_zone("Asia/Shanghai")
    assert look(pl.DataFrame({"x": shanghai})).frame.rows() == [("2026-01-01 10:00:00+08:00",)]


def test_nested_columns_are_left_out_and_named() -> None:
    raw = look(pl.DataFrame({"a": [1, 2], "record": [{"x": 1}] * 2, "bytes": [b"\xff", b"\xfe"], "tables": [[{"x": 1}], []]}))
    assert raw.frame.columns == ["a"]
    (finding,) = raw.notices
    assert (finding.code, finding.count, finding.evidence) == ("nested_columns", 3, {"columns": ["record", "bytes", "tables"]})


def test_nothing_to_read_is_a_sentence() -> None:
    with pytest.raises(BadFile, match="no column of single values"):
        look(pl.DataFrame({"record": [{"x": 1}]}))
    with pytest.raises(BadFile, match="no rows"):
        look(pl.DataFrame({"a": []}, schema={"a": pl.Int64}))


def test_names_that_look_like_patterns_are_names() -> None:
    frame = pl.DataFrame({"^a.*$": [1, 2], "abc": [3, 4], "*": [5, 6], "": [7, 8]})
    assert look(frame).frame.rows() == [("1", "3", "5", "7"), ("2", "4", "6", "8")]
    assert look(frame).frame.columns == ["^a.*$", "abc", "*", "column_4"]


@pytest.mark.parametrize("compression", ["zstd", "snappy", "gzip", "lz4", "uncompressed"])
def test_every_compression_is_read_in_order_across_row_groups(compression: str) -> None:
    frame = pl.DataFrame({"i": range(1000)})
    raw = read_parquet(Source.of(parquet(frame, compression=compression, row_group_size=64), "t"), Progress())
    assert raw.frame["i"].to_list() == [str(i) for i in range(1000)]


def test_progress_counts_rows() -> None:
    told: list[Step] = []
    read_parquet(Source.of(parquet(pl.DataFrame({"i": range(100)})), "t"), Progress(tell=told.append))
    assert Step("Unpacking", 100, 100, 100) in told


def test_a_cell_that_is_stored_once_and_repeated_is_measured_before_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    data = parquet(pl.DataFrame({"x": ["y" * 10_000] * 1000}))
    assert len(data) < 50_000
    monkeypatch.setenv("LIMELIGHT_MAX_INFLATED_BYTES", "1000000")
    settings.cache_clear()
    with pytest.raises(LimitExceeded, match="larger than 0.954 MB"):
        read_parquet(Source.of(data, "t"), Progress())
