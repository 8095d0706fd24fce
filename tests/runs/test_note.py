"""The note on a run: kept as written, bounded, harmless when broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import LimitExceeded
from core.runs.note import NOTE_CHARACTERS, NOTE_FILE, read_note, write_note


def test_a_note_is_kept_and_removed(tmp_path: Path) -> None:
    assert read_note(tmp_path) == ""
    assert write_note(tmp_path, "  für den Vorstand\r\n第二行\x00 ") == "für den Vorstand\n第二行"
    assert read_note(tmp_path) == "für den Vorstand\n第二行"
    assert write_note(tmp_path, " \n ") == ""
    assert not (tmp_path / NOTE_FILE).exists()
    write_note(tmp_path, "")


def test_a_note_that_is_too_long_leaves_the_old_one(tmp_path: Path) -> None:
    write_note(tmp_path, "x" * NOTE_CHARACTERS)
    with pytest.raises(LimitExceeded, match="2,001"):
        write_note(tmp_path, "y" * (NOTE_CHARACTERS + 1))
    assert read_note(tmp_path) == "x" * NOTE_CHARACTERS


def test_a_broken_note_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    (tmp_path / NOTE_FILE).write_bytes(b"\xff\xfe" + b"a" * 5_000)
    assert len(read_note(tmp_path)) == NOTE_CHARACTERS
