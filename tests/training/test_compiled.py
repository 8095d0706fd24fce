"""Compiled code on the disk: the newest stays, and what goes is only compiled again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.training.backend import ROOT, worker_environment
from core.training.compiled import compiled_folder, keep_newest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six files of 100 bytes, `0` the oldest; `1` was read last."""
    place = compiled_folder(tmp_path)
    place.mkdir(parents=True)
    for number in range(6):
        (place / str(number)).write_bytes(b"x" * 100)
        os.utime(place / str(number), (1_000 + number, 1_000 + number))
    os.utime(place / "1", (2_000, 1_001))
    return place


@pytest.mark.parametrize(("limit", "kept"), [(600, "012345"), (599, "12345"), (300, "145"), (100, "1"), (99, "")])
def test_what_was_used_last_stays(folder: Path, tmp_path: Path, limit: int, kept: str) -> None:
    assert keep_newest(tmp_path, limit) == 600 - 100 * len(kept)
    assert "".join(sorted(path.name for path in folder.iterdir())) == kept


def test_what_a_killed_process_began_is_begun_anew(folder: Path, tmp_path: Path) -> None:
    (folder / "6").touch()
    assert keep_newest(tmp_path) == 0
    assert "".join(sorted(path.name for path in folder.iterdir())) == "012345"


def test_nothing_compiled_yet_is_nothing_to_remove(tmp_path: Path) -> None:
    assert keep_newest(tmp_path) == 0


def test_code_that_vanishes_under_a_working_process_is_compiled_again(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, jax; from core.training.compiled import compiled_folder, keep_newest\n"
        "home = pathlib.Path(sys.argv[1]); found = []\n"
        "for _ in range(2):\n"
        "    found.append(float(jax.jit(lambda x: x * 3 + 1)(2.0))); jax.clear_caches()\n"
        "    found.append(bool(keep_newest(home, 0))); found.append(len(list(compiled_folder(home).iterdir())))\n"
        "print(found)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, env=worker_environment("jax", tmp_path), capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == str([7.0, True, 0] * 2), done.stderr
