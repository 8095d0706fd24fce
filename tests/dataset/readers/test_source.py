import hashlib
from pathlib import Path

import pytest

from core.dataset.readers.source import Source, looks_like
from core.errors import BadFile, LimitExceeded
from core.settings import settings


@pytest.mark.parametrize(
    ("head", "phrase"),
    [
        (b"\x89PNG\r\n\x1a\n....", "a PNG picture"),
        (b"\xff\xd8\xff\xe0", "a JPEG picture"),
        (b"PK\x03\x04", "a zip file"),
        (b"\x1f\x8b\x08", "a gzip file"),
        (b"\xd0\xcf\x11\xe0\xa1", "an old Excel or Word file"),
        (b"\n  <!DOCTYPE html><html>", "a web page (HTML), perhaps a saved error page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "an XML document"),
        (bytes(257) + b"ustar", "a tar archive"),
    ],
)
def test_formats_are_told_by_their_first_bytes(head: bytes, phrase: str) -> None:
    assert looks_like(head) == phrase


@pytest.mark.parametrize("head", [b"a,b\n1,2\n", b"", b"<5,>6\n1,2\n", "名前,点数".encode()])
def test_text_is_not_taken_for_something_else(head: bytes) -> None:
    assert looks_like(head) is None


def test_the_name_is_text_without_folders() -> None:
    assert Source.of(b"x", "../../etc/passwd").name == "passwd"
    assert Source.of(b"x", "C:\\data\\a.csv").name == "a.csv"
    assert Source.of(b"x", "").name == "upload"
    assert len(Source.of(b"x", "n" * 5000).name) == 200


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(BadFile, match=r"a\.csv is empty: it has 0 bytes"):
        Source.of(b"", "a.csv")


def test_a_file_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        Source.of(tmp_path / "gone.csv", "gone.csv")


def test_a_file_over_the_limit_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_FILE_BYTES", "10")
    settings.cache_clear()
    with pytest.raises(LimitExceeded, match="LIMELIGHT_MAX_FILE_BYTES"):
        Source.of(b"12345678901", "a.csv")


def test_a_path_and_its_bytes_are_the_same_source(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,2\n")
    from_path, from_bytes = Source.of(tmp_path / "a.csv", "a.csv"), Source.of(b"a,b\n1,2\n", "a.csv")
    assert from_path.sha256 == from_bytes.sha256
    assert from_path.read() == from_bytes.read()
    assert from_path.size_bytes == from_bytes.size_bytes == 8


def test_a_file_on_the_disk_has_a_limit_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_FILE_BYTES", "10")
    monkeypatch.setenv("LIMELIGHT_MAX_PATH_BYTES", "20")
    settings.cache_clear()
    path = tmp_path / "a.csv"
    path.write_bytes(b"0" * 20)
    assert Source.of(path, "a.csv").size_bytes == 20
    path.write_bytes(b"0" * 21)
    with pytest.raises(LimitExceeded, match="LIMELIGHT_MAX_PATH_BYTES"):
        Source.of(path, "a.csv")


def test_a_folder_and_a_file_that_went_are_sentences(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a")
    source = Source.of(path, "a.csv")
    path.unlink()
    for broken in (source, Source(tmp_path, "folder")):
        with pytest.raises(BadFile, match="cannot be read"):
            broken.open()
        with pytest.raises(BadFile, match="cannot be read"):
            broken.read()


@pytest.mark.parametrize(("head", "packed"), [(b"\x1f\x8b\x08", True), (b"PK\x03\x04", True), (b"BZh9", True), (bytes(257) + b"ustar", True), (b"a,b\n", False), (b"PAR1", False)])
def test_what_may_hold_another_file_is_told(head: bytes, packed: bool) -> None:
    assert Source(head, "a").is_packed is packed
    assert Source(head, "a").is_gzip is head.startswith(b"\x1f")


def test_a_file_that_is_read_to_its_end_is_hashed_on_the_way(tmp_path: Path) -> None:
    file, content = tmp_path / "a.csv", bytes(range(256)) * 100
    file.write_bytes(content)
    source = Source.of(file, "a.csv")
    with source.hashed() as stream:
        assert stream.read(1000) == content[:1000]
        assert "sha256" not in vars(source)
        while stream.read(999):
            pass
    file.unlink()  # the hash is known without it
    assert source.sha256 == hashlib.sha256(content).hexdigest()
