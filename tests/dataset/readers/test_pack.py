import os
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.readers.pack import pack, pack_folder
from core.errors import BadFile, LimitExceeded
from core.settings import settings


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert all(entry.compress_type == zipfile.ZIP_STORED for entry in archive.infolist())
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def test_names_and_content_stay(tmp_path: Path) -> None:
    pack([("猫/1.png", b"one"), ("dog\\2.png", bytearray(b"two")), ("dog/3.png", memoryview(b"three"))], tmp_path / "a.zip")
    assert members(tmp_path / "a.zip") == {"猫/1.png": b"one", "dog/2.png": b"two", "dog/3.png": b"three"}


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../up.png", "up.png"), ("/etc/passwd", "etc/passwd"), ("C:\\data\\a.png", "data/a.png"), ("C:a.png", "a.png"), ("~root/x", "root/x"), ("a/./b//c", "a/b/c"), ("..", "file"), ("", "file")],
)
def test_a_name_that_leads_out_is_made_harmless(name: str, safe: str, tmp_path: Path) -> None:
    pack([(name, b"x")], tmp_path / "a.zip")
    assert list(members(tmp_path / "a.zip")) == [safe]


@given(st.lists(st.text(st.characters(codec=None, exclude_categories=[]), max_size=20), min_size=1, max_size=5))
def test_no_name_is_unsafe_or_taken_twice(names: list[str]) -> None:
    path = settings().home.parent / "a.zip"
    pack([(name, b"x") for name in names], path)
    packed = members(path)
    assert len(packed) == len(names)
    for name in packed:
        assert not name.startswith(("/", "~"))
        assert ".." not in PurePosixPath(name).parts
        assert name[1:2] != ":"


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        pack([("cat/1.png", b"one")], tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize(("variable", "value"), [("LIMELIGHT_MAX_ZIP_ENTRIES", "1"), ("LIMELIGHT_MAX_FILE_BYTES", "5")])
def test_limits_name_their_variable_and_nothing_is_left(variable: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    settings.cache_clear()
    with pytest.raises(LimitExceeded, match=variable):
        pack([("a", b"1234"), ("b", b"5678")], tmp_path / "a.zip")
    assert list(tmp_path.iterdir()) == []


def test_no_files_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no files in it"):
        pack([], tmp_path / "a.zip")
    with pytest.raises(BadFile, match="is not a folder"):
        pack_folder(tmp_path / "nowhere", tmp_path / "a.zip")


def test_a_folder_is_packed_sorted_without_what_is_hidden_or_outside(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    folder = tmp_path / "data"
    for name in ("dog/2.png", "cat/1.png", ".git/x", "cat/.hidden"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    (folder / "cat" / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "out").symlink_to(tmp_path, target_is_directory=True)
    (folder / "cat" / "same.png").symlink_to(folder / "dog" / "2.png")
    os.mkfifo(folder / "pipe")
    pack_folder(folder, tmp_path / "a.zip")
    assert list(members(tmp_path / "a.zip").items()) == [("cat/1.png", b"cat/1.png"), ("cat/same.png", b"dog/2.png"), ("dog/2.png", b"dog/2.png")]
