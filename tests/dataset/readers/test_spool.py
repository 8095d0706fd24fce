from pathlib import Path

import pytest

from core.dataset.progress import Progress
from core.dataset.readers import spool as module
from core.dataset.readers.spool import Spool
from core.errors import DiskFull, LimitExceeded
from core.settings import settings


def test_what_is_large_lies_on_the_disk_and_goes_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY_BYTES", 10)
    with Spool("t") as spool:
        spool.header(["a", "b"])
        spool.rows([["1", "x"], ["2", "two\nlines"]])
        place = spool.source().content
        assert isinstance(place, Path) and place.is_file()
        assert spool.table("json", Progress()).frame.rows() == [("1", "x"), ("2", "two\nlines")]
    assert not place.parent.exists()


def test_what_is_large_goes_when_reading_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY_BYTES", 10)
    monkeypatch.setenv("LIMELIGHT_MAX_INFLATED_BYTES", "30")
    settings.cache_clear()
    with pytest.raises(LimitExceeded, match="LIMELIGHT_MAX_INFLATED_BYTES"), Spool("t") as spool:
        spool.write(b"0" * 20)
        place = spool.source().content
        spool.write(b"0" * 20)
    assert isinstance(place, Path) and not place.parent.exists()


def test_names_and_cells_are_quoted_where_they_must_be() -> None:
    with Spool("t") as spool:
        spool.header(["sep=", 'a "b"', "", "c,d"])
        spool.rows([["1", '"', ",", "\n"], ["a", "b", "c", "d"]])
        raw = spool.table("json", Progress())
    assert raw.frame.columns == ["sep=", 'a "b"', "column_3", "c,d"]
    assert raw.frame.rows() == [("1", '"', ",", None), ("a", "b", "c", "d")]


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY_BYTES", 10)
    with Spool("t") as spool, open("/dev/full", "wb", buffering=0) as full:
        monkeypatch.setattr(spool, "_file", full)
        monkeypatch.setattr(spool, "_folder", object.__new__(type("Folder", (), {"remove": lambda self: None})))
        with pytest.raises(DiskFull, match="no room"):
            spool.write(b"0" * 20)
