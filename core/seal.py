"""The seal of the test rows: each look at them is written down, and how many there were is said wherever a result stands.

Test rows answer honestly the first time. Whoever looks, changes something and looks again learns from them without
noticing, and the best of many looks is partly luck. Nobody can forbid looking; counting is the honest answer (Dwork
et al., "The reusable holdout", Science 349, 2015, show how fast it matters).

    DATASET_FOLDER/test_looks.jsonl      one JSON object a line, append only: time, what, models, detail

One question about the same models is one look, however often the page is drawn or the command repeated.
"""

from __future__ import annotations

import fcntl
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.dataset.dataset import Dataset
from core.files import FILE_MODE
from core.language import N_, _, plural

__all__ = ["WHAT", "Look", "look_at", "looks", "looks_json", "looks_sentence"]

FILE = "test_looks.jsonl"
MOST_BYTES = 4 * 1024 * 1024  # some 20,000 looks; what comes after is not read
WHAT: dict[str, str] = {  # what can be asked of the test rows
    "training": N_("a model was judged at the end of its training"),
    "verdict": N_("models were compared"),
    "numbers": N_("all numbers were looked at"),
    "curves": N_("curves and mix-ups were looked at"),
    "threshold": N_("a threshold was judged"),
    "worth": N_("the worth in money was judged"),
    "slices": N_("parts of the rows were looked at"),
    "rows": N_("single rows were looked at"),
    "why": N_("the reasons of a model were looked at"),
    "more": N_("series of runs were looked at"),
    "export": N_("the comparison was taken along"),
}


@dataclass(frozen=True)
class Look:
    """One question that was asked of the test rows.

    Attributes:
        time: when it was asked first, ISO 8601, UTC.
        what: a key of `WHAT`.
        models: ids of the models that answered, sorted.
        detail: what the question was about (a metric, columns …), JSON values by name.
    """

    time: str
    what: str
    models: tuple[str, ...]
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def question(self) -> str:
        """The same for the same question, whenever it is asked."""
        return json.dumps([self.what, sorted(set(self.models)), self.detail], sort_keys=True, ensure_ascii=False)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {"time": self.time, "what": self.what, "models": list(self.models), "detail": self.detail}


def look_at(dataset: Dataset, what: str, models: Sequence[str], **detail: Any) -> tuple[Look, ...]:
    """Write a look down, unless the same question was asked before.

    Args:
        dataset: whose test rows were looked at.
        what: a key of `WHAT`.
        models: ids of those that answered; the order does not matter.
        detail: what the question was about; JSON values.

    Returns:
        All looks so far, this one included, the oldest first.

    Raises:
        OSError: the file cannot be written.
        ValueError: no such kind of question.
    """
    if what not in WHAT:
        raise ValueError(f"A look must be one of {', '.join(WHAT)}, but it is {what!r}.")
    new = Look(datetime.now(UTC).isoformat(timespec="seconds"), what, tuple(sorted(set(models))), detail)
    path = dataset.folder / FILE
    known = _read(path)
    if any(new.question == old.question for old in known):
        return known
    with path.open("ab", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two that ask the same at once count as one
        path.chmod(FILE_MODE)
        known = _read(path)
        if all(new.question != old.question for old in known):
            file.write(_line(path) + json.dumps(new.to_json(), ensure_ascii=False).encode() + b"\n")
            known = (*known, new)
    return known


def looks(dataset: Dataset) -> tuple[Look, ...]:
    """All looks so far, the oldest first; a line that cannot be read hides only itself."""
    return _read(dataset.folder / FILE)


def looks_json(found: Sequence[Look]) -> dict[str, Any]:
    """As JSON: how many, how many of each kind, and each."""
    return {"count": len(found), "by_kind": dict(Counter(look.what for look in found)), "looks": [look.to_json() for look in found]}


def looks_sentence(found: Sequence[Look]) -> str:
    """How often the test rows were looked at, and what that means, in plain words.

    Example:
        >>> looks_sentence([])
        'Nobody has looked at the sealed test rows yet.'
        >>> looks_sentence([Look("", "verdict", ("a", "b"))])
        'The sealed test rows have been looked at once.'
    """
    if not found:
        return _("Nobody has looked at the sealed test rows yet.")
    if len(found) == 1:
        return _("The sealed test rows have been looked at once.")
    counted = plural("The sealed test rows have been looked at {n} time.", "The sealed test rows have been looked at {n} times.", len(found))
    return _("{counted} Each look makes the best result a little more a matter of luck.").format(counted=counted)


def _line(path: Path) -> bytes:
    """A line end first, where a torn line was left."""
    with path.open("rb") as file:
        if not file.seek(0, 2):
            return b""
        file.seek(-1, 2)
        return b"" if file.read(1) == b"\n" else b"\n"


def _read(path: Path) -> tuple[Look, ...]:
    try:
        with path.open("rb") as file:
            lines = file.read(MOST_BYTES).splitlines()
    except OSError:
        return ()
    return tuple(look for line in lines if (look := _parse(line)) is not None)


def _parse(line: bytes) -> Look | None:
    try:
        found = json.loads(line)
        what, models, detail = found["what"], found["models"], found["detail"]
        if what in WHAT and isinstance(detail, dict):
            return Look(str(found["time"]), what, tuple(str(model) for model in models), detail)
    except (ValueError, KeyError, TypeError):
        pass
    return None
