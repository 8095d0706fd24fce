import gzip

import pytest

from core.dataset.progress import Progress
from core.dataset.readers import inflate
from core.dataset.readers.inflate import inflated
from core.dataset.readers.source import Source
from core.errors import BadFile, LimitExceeded
from core.settings import settings
from tests.dataset.made import zip_bytes


def content(data: bytes, name: str = "t.csv.gz") -> bytes:
    with inflated(Source.of(data, name), Progress()) as inner:
        return inner.read()


def test_members_that_follow_one_another_are_one_file() -> None:
    assert content(gzip.compress(b"a\n") + gzip.compress(b"1\n")) == b"a\n1\n"


def test_the_name_loses_its_ending() -> None:
    with inflated(Source.of(gzip.compress(b"a"), "t.csv.gz"), Progress()) as inner:
        assert inner.name == "t.csv"


@pytest.mark.parametrize("inner", [gzip.compress(b"a", mtime=0), zip_bytes({"a": b"a"}), b"BZh91AY", b"\xfd7zXZ\0", b"Rar!\x1a"])
def test_what_is_packed_twice_is_refused(inner: bytes) -> None:
    with pytest.raises(BadFile, match="Unpack it once"):
        content(gzip.compress(inner))


@pytest.mark.parametrize("data", [gzip.compress(b"a" * 1000, mtime=0)[:-6], gzip.compress(b"abc", mtime=0)[:12], gzip.compress(b"a", mtime=0)[:-8] + b"\0" * 8, gzip.compress(b"a", mtime=0) + b"junk"])
def test_damage_is_a_sentence(data: bytes) -> None:
    with pytest.raises(BadFile, match="damaged or cut off"):
        content(data)


def test_nothing_inside_is_a_sentence() -> None:
    with pytest.raises(BadFile, match="nothing in it"):
        content(gzip.compress(b""))


def test_inflating_stops_at_the_limit_whatever_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_INFLATED_BYTES", "1000")
    settings.cache_clear()
    bomb = gzip.compress(b"0" * 5_000_000)
    with pytest.raises(LimitExceeded, match="LIMELIGHT_MAX_INFLATED_BYTES"):
        content(bomb[:-4] + (10).to_bytes(4, "little"))


def test_a_ratio_that_no_table_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflate, "RATIO_FLOOR_BYTES", 100_000)
    assert len(content(gzip.compress(b"0" * 90_000))) == 90_000
    with pytest.raises(LimitExceeded, match="more than 200 times its size.*LIMELIGHT_MAX_ZIP_RATIO"):
        content(gzip.compress(b"0" * 3_000_000))
