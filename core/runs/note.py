"""A note on a run: what somebody wants to remember about it, kept in its folder as `note.txt`.

It is private to the workspace: an audience never sees it.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

from core.errors import LimitExceeded
from core.files import write_atomic
from core.language import N_

__all__ = ["NOTE_CHARACTERS", "NOTE_FILE", "read_note", "write_note"]

NOTE_FILE = "note.txt"
NOTE_CHARACTERS = 2_000


def read_note(folder: Path) -> str:
    """The note of a run folder; empty when there is none. Bytes that are no text are shown as such."""
    try:
        with (folder / NOTE_FILE).open(encoding="utf-8", errors="replace") as file:
            return file.read(NOTE_CHARACTERS)
    except OSError:
        return ""


def write_note(folder: Path, text: str) -> str:
    """Write the note of a run folder, whole; an empty one removes it.

    Args:
        folder: a run folder.
        text: at most 2,000 characters; line ends are kept, other control characters are not.

    Returns:
        The note as it was stored.

    Raises:
        LimitExceeded: it is longer; the old note stays.
        DiskFull: the old note stays.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = write_note(Path(folder), " for the board \\x1b[2J ")
        ...     read_note(Path(folder))
        'for the board [2J'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"}).strip()
    if len(kept) > NOTE_CHARACTERS:
        raise LimitExceeded(N_("A note has at most {note_characters} characters, but this one has {kept}. Make it shorter.").format(note_characters=f"{NOTE_CHARACTERS:,}", kept=f"{len(kept):,}"))
    if kept:
        write_atomic(folder / NOTE_FILE, kept)
    else:
        (folder / NOTE_FILE).unlink(missing_ok=True)
    return kept
