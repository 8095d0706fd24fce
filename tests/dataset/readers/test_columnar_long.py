"""A long Parquet file gives the table that it would give as long CSV, number by number."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest

from core.dataset.progress import Progress, Step
from core.dataset.readers import blocks, columnar, columnar_long, table
from core.dataset.readers.sample import as_text
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable
from core.errors import Cancelled, LimitExceeded
from core.settings import settings
from tests.dataset.readers.test_columnar import look, parquet, read_parquet

ROWS = 900


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch, clean_home: object) -> Iterator[None]:
    """What has more than 8,000 bytes as text is long."""
    for module in (blocks, table, columnar):
        monkeypatch.setattr(module, "BLOCK_BYTES", 8000)
    yield
    settings.cache_clear()


def frame() -> pl.DataFrame:
    random = np.random.default_rng(0)
    day = dt.datetime(2026, 1, 1)
    return pl.DataFrame({
        "age": pl.Series([None if i % 50 == 7 else int(n) for i, n in enumerate(random.integers(18, 90, ROWS))], dtype=pl.Int16),
        "price": [float("nan") if i % 70 == 3 else float(n) for i, n in enumerate(random.normal(0, 10, ROWS))],
        "small": pl.Series(random.normal(0, 1, ROWS)).cast(pl.Float32),
        "member": random.random(ROWS) < 0.5,
        "when": [day + dt.timedelta(minutes=i) for i in range(ROWS)],
        "word": pl.Series(random.choice(["red", " ", "blue", "红"], ROWS)).cast(pl.Categorical),
        "churn": random.choice(["no", "yes"], ROWS),
    })  # fmt: skip


def cells(raw: RawTable) -> pl.DataFrame:
    """All rows as text."""
    assert raw.whole is not None
    return pl.DataFrame([as_text(values, raw.whole.forms.get(values.name, "")) for values in pl.read_parquet(raw.whole.file)])


def as_csv(monkeypatch: pytest.MonkeyPatch, values: pl.DataFrame) -> RawTable:
    """The same file, read over the detour of text."""
    with monkeypatch.context() as patch:
        patch.setattr(columnar, "BLOCK_BYTES", 10**9)
        return look(values)


def test_the_same_cells_types_and_sample_as_over_text(monkeypatch: pytest.MonkeyPatch) -> None:
    direct, detour = look(frame()), as_csv(monkeypatch, frame())
    assert direct.whole is not None
    assert detour.whole is not None
    assert cells(direct).equals(cells(detour), null_equal=True)
    assert direct.frame.equals(detour.frame, null_equal=True)
    assert direct.rows.tolist() == detour.rows.tolist()
    assert (direct.total, direct.encoding, direct.notices) == (detour.total, detour.encoding, detour.notices)
    assert pl.read_parquet_schema(direct.whole.file) == pl.read_parquet_schema(detour.whole.file)
    assert pl.read_parquet_schema(direct.whole.file)["age"] == pl.Float64


@pytest.mark.parametrize("odd", [2**60 + 1, -(2**53)])
def test_a_number_too_large_for_a_float_keeps_its_digits(odd: int) -> None:
    values = frame().with_columns(pl.Series("count", [odd if i == 777 else i % 40 for i in range(ROWS)]))
    assert cells(look(values))["count"].to_list()[776:778] == ["16", str(odd)]


@pytest.mark.parametrize("tidied", ["a\r\nb", "a\0b", "a\rb"])
def test_cells_that_only_text_readers_tidy_are_tidied(monkeypatch: pytest.MonkeyPatch, tidied: str) -> None:
    values = frame().with_columns(pl.Series("note", [tidied if i == 700 else f"word {i}" for i in range(ROWS)]))
    direct, detour = look(values), as_csv(monkeypatch, values)
    assert cells(direct).equals(cells(detour), null_equal=True)
    assert direct.notices == detour.notices


def test_a_large_cell_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_CELL_BYTES", "1000")
    settings.cache_clear()
    values = frame().with_columns(pl.Series("note", ["x" * 2000 if i == 800 else "y" for i in range(ROWS)]))
    with pytest.raises(LimitExceeded, match="A cell is larger"):
        look(values)


def test_cancelled_in_the_middle_nothing_remains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar_long, "BATCH_ROWS", 100)
    steps: list[Step] = []
    progress = Progress(steps.append, lambda: len(steps) < 6)
    with pytest.raises(Cancelled):
        read_parquet(Source.of(parquet(frame()), "t.parquet"), progress)
    assert [path for path in settings().home.rglob("*") if path.is_file()] == []
