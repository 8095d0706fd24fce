"""What a finding rests on, in one small line: figures that the sentence has not said yet, in words and not in code names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.dataset.schema import Finding
from ui.words import count, number, plain, short

__all__ = ["evidence"]

ROWS, FACTS, VALUES, CHARACTERS = 5, 4, 6, 40
PLACE = plain("{}")
WORDS = {  # the figure stands at {}; without it, behind the words
    "accuracy": "always saying so is right in {}",
    "also_in_training": "{} also in the training part",
    "always_the_most_frequent": "the most frequent class: {}",
    "answers": "their answers",
    "auc": "AUC {} (0.5 is chance, 1 is perfect)",
    "balanced_accuracy": "balanced accuracy {}",
    "copies": "{} copies",
    "different": "{} different rows",
    "drift": "drift {} (0 is none)",
    "explained": "explained: {}",
    "groups": "{} groups",
    "held_out_rows": "tested on {} rows",
    "in_order": "{} of the rows in order",
    "kept": "{} values kept",
    "known_test_rows": "{} of the test rows",
    "right": "right in {}",
    "rows_a_group": "{} rows in each",
    "rows_kept": "they cover {} of the rows",
    "share": "{} of all",
    "skewness": "skewness {} (0 is even)",
    "test_pictures_with_a_twin": "{} test pictures with a twin in training",
    "test_rows": "{} test rows",
    "test_rows_with_a_twin": "{} test rows with a twin in training",
    "values": "different values",
}
SHARES = frozenset({"accuracy", "always_the_most_frequent", "balanced_accuracy", "explained", "in_order", "known_test_rows", "missing", "right", "rows_kept", "share"})


def evidence(finding: Finding) -> str:
    """Markdown of ours; empty where the sentence has said it all.

    Example:
        >>> from core.dataset.schema import Severity
        >>> evidence(Finding(code="x", severity=Severity.NOTE, message="12 rows.", evidence={"rows": 12, "share": 0.031}))
        '3\\\\.1\\\\% of all'
    """
    said = []
    for name, value in list(finding.evidence.items()):
        text = _fact(value, share=name in SHARES)
        if text and not _is_said(value, text, finding.message):
            words = plain(WORDS.get(name, name.replace("_", " ")), 60).replace(PLACE, "{}")
            said.append(words.replace("{}", text) if "{}" in words else f"{words}: {text}")
    said = said[:FACTS]
    if finding.rows:
        more = " …" if len(finding.rows) > ROWS else ""
        said.append(f"{'row' if len(finding.rows) == 1 else 'rows'} {', '.join(map(count, finding.rows[:ROWS]))}{more} of the file")
    return " · ".join(said)


def _is_said(value: Any, text: str, message: str) -> bool:
    """Whether the sentence holds that figure or those words already."""
    if isinstance(value, str):
        return value in message
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, str) and item in message for item in value)
    return isinstance(value, int | float) and not isinstance(value, bool) and text.replace("\\", "") in message


def _fact(value: Any, *, share: bool = False) -> str:
    """A piece of evidence as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) and share:
        return plain(f"{value:.1%}")
    if isinstance(value, int):
        return count(value)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(short(key, CHARACTERS))} {_fact(item, share=share)}" for key, item in list(value.items())[:VALUES])
    if isinstance(value, list | tuple):
        more = " …" if len(value) > VALUES else ""
        return ", ".join(text for item in value[:VALUES] if (text := _fact(item, share=share))) + more
    return plain(value, CHARACTERS) if value not in (None, "") else ""
