import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from core.errors import Damaged, DiskFull, NotFound
from core.files import (
    folder_bytes,
    new_folder,
    read_json,
    remove_folder,
    resolve_inside,
    sweep,
    write_atomic,
    write_json,
)

SAME_FOLDER = profile(suppress_health_check=[HealthCheck.function_scoped_fixture])


@SAME_FOLDER
@given(st.text(max_size=80) | st.from_regex(r"[a-z0-9./\\~-]{0,70}", fullmatch=True))
def test_a_name_gives_a_path_directly_inside_or_is_refused(tmp_path: Path, name: str) -> None:
    try:
        path = resolve_inside(tmp_path, name)
    except NotFound as error:
        assert error.message.endswith(".")
    else:
        assert path.parent == tmp_path.resolve()
        assert path.name == name
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../a", "/etc", "A", "a.b", "a\0", "-a", "a" * 65, "a\n", "é"])
def test_names_of_another_form_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound, match="not an identifier of ours"):
        resolve_inside(tmp_path, name)


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path)
    with pytest.raises(NotFound, match="not in this workspace"):
        resolve_inside(tmp_path / "root", "link")


@pytest.mark.parametrize("content", [b"new", "new", lambda path: path.write_text("new")])
def test_a_file_is_replaced_whole(tmp_path: Path, content: object) -> None:
    place = tmp_path / "a.txt"
    place.write_text("old")
    write_atomic(place, content)  # type: ignore[arg-type]
    assert place.read_text() == "new"
    assert place.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [place]


@pytest.mark.parametrize("call", ["write", "chmod", "fsync", "replace"])
@pytest.mark.parametrize(("number", "expected"), [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EIO, OSError)])
def test_a_failure_at_any_step_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, expected: type[Exception]
) -> None:
    place = tmp_path / "a.txt"
    place.write_text("old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(*{"write": (Path, "write_bytes"), "chmod": (Path, "chmod"), "fsync": (os, "fsync"), "replace": (os, "replace")}[call], fail)
    with pytest.raises(expected):
        write_atomic(place, b"new")
    monkeypatch.undo()
    assert place.read_text() == "old"
    assert list(tmp_path.iterdir()) == [place]


def test_a_writer_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    def write(path: Path) -> None:
        path.write_text("half")
        raise RuntimeError("stopped")

    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(RuntimeError):
        write_atomic(tmp_path / "a.txt", write)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.txt": "old"}


def test_json_goes_and_comes_back(tmp_path: Path) -> None:
    value = {"名": [1, 2.5, None, True, "é"]}
    write_json(tmp_path / "a.json", value)
    assert read_json(tmp_path / "a.json") == value
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", float("nan"))
    assert read_json(tmp_path / "a.json") == value


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff"])
def test_json_that_is_missing_or_broken_is_damaged(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(Damaged, match="is missing or damaged"):
        read_json(tmp_path / "a.json")


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), new_folder(tmp_path / "d-1") as folder:
        (folder / "a").write_text("a")
        assert not (tmp_path / "d-1").exists()
        raise error
    assert list(tmp_path.iterdir()) == []


def test_of_two_equal_folders_the_first_stays(tmp_path: Path) -> None:
    with new_folder(tmp_path / "d-1") as slow:
        (slow / "a").write_text("slow")
        with new_folder(tmp_path / "d-1") as fast:
            (fast / "a").write_text("fast")
    assert [path.name for path in tmp_path.iterdir()] == ["d-1"]
    assert (tmp_path / "d-1" / "a").read_text() == "fast"


def test_a_full_disk_in_a_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DiskFull, match="no room on the disk"), new_folder(tmp_path / "d-1"):
        raise OSError(errno.ENOSPC, "no")
    assert list(tmp_path.iterdir()) == []


def test_a_removed_folder_is_gone(tmp_path: Path) -> None:
    (tmp_path / "d-1" / "deep").mkdir(parents=True)
    (tmp_path / "d-1" / "deep" / "a").write_text("12345")
    assert folder_bytes(tmp_path) == 5
    remove_folder(tmp_path / "d-1")
    assert list(tmp_path.iterdir()) == []
    assert folder_bytes(tmp_path) == 0


BUILDER = """
import sys
from pathlib import Path
from core.files import new_folder
with new_folder(Path(sys.argv[1])) as folder:
    (folder / "half.txt").write_text("half")
    print("building", flush=True)
    sys.stdin.read()
"""


def test_sweep_takes_only_what_a_dead_process_left(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    root = tmp_path / "root"
    (root / "kept").mkdir(parents=True)
    (root / ".gone-1").mkdir()
    command = [sys.executable, "-c", BUILDER, str(root / "new")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1]) as builder:
        assert builder.stdout is not None
        assert builder.stdout.readline() == b"building\n"
        assert sweep(root) == [f"Removed {tmp_path.name}/root/.gone-1: its deletion had been cut short."]
        (half,) = root.glob(".new-*/half.txt")  # its builder lives
        builder.kill()
        builder.wait(30)
    (root / ".gone-2").mkdir()
    assert sweep(root, ".gone-*") == [f"Removed {tmp_path.name}/root/.gone-2: its deletion had been cut short."] and half.is_file()
    assert sweep(root) == [f"Removed {tmp_path.name}/root/{half.parent.name}: whoever made it ended before it was whole."] == [caplog.messages[-1]]
    assert [path.name for path in root.iterdir()] == ["kept"] and sweep(root) == []


def test_a_folder_deleted_twice_at_once_is_gone_for_both(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    remove_folder(tmp_path / "a")
    remove_folder(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_goes_while_it_is_measured_counts_as_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is being made lies in a hidden folder until it is renamed; somebody else measures at that moment."""
    (tmp_path / "stays").write_text("12345")
    (tmp_path / ".new-1").mkdir()
    (tmp_path / ".new-1" / "a").write_text("123")
    scandir = os.scandir

    def goes(path: str | Path) -> object:
        if Path(path).name == ".new-1":
            os.rename(path, tmp_path.parent / f"{tmp_path.name}-elsewhere")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", goes)
    assert folder_bytes(tmp_path) == 5
