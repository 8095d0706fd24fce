"""What a finding rests on, in one small line: figures that the sentence has not said yet, in words and not in code names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.dataset.schema import Finding
from core.language import N_, _
from ui.words import count, number, plain, short

__all__ = ["evidence"]

ROWS, FACTS, VALUES, CHARACTERS = 5, 4, 6, 40
PLACE = plain("{}")
WORDS = {  # the figure stands at {}; without it, behind the words
    "accuracy": N_("always saying so is right in {}"),
    "also_in_training": N_("{} also in the training part"),
    "always_the_most_frequent": N_("the most frequent class: {}"),
    "answers": N_("their answers"),
    "auc": N_("AUC {} (0.5 is chance, 1 is perfect)"),
    "balanced_accuracy": N_("balanced accuracy {}"),
    "copies": N_("{} copies"),
    "different": N_("{} different rows"),
    "drift": N_("drift {} (0 is none)"),
    "explained": N_("explained: {}"),
    "groups": N_("{} groups"),
    "held_out_rows": N_("tested on {} rows"),
    "in_order": N_("{} of the rows in order"),
    "kept": N_("{} values kept"),
    "known_test_rows": N_("{} of the test rows"),
    "right": N_("right in {}"),
    "rows_a_group": N_("{} rows in each"),
    "rows_kept": N_("they cover {} of the rows"),
    "share": N_("{} of all"),
    "skewness": N_("skewness {} (0 is even)"),
    "test_pictures_with_a_twin": N_("{} test pictures with a twin in training"),
    "test_rows": N_("{} test rows"),
    "test_rows_with_a_twin": N_("{} test rows with a twin in training"),
    "values": N_("different values"),
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
            words = plain(_(WORDS.get(name, name.replace("_", " "))), 60).replace(PLACE, "{}")
            said.append(words.replace("{}", text) if "{}" in words else _("{words}: {text}").format(words=words, text=text))
    said = said[:FACTS]
    if finding.rows:
        more = " …" if len(finding.rows) > ROWS else ""
        numbers = ", ".join(map(count, finding.rows[:ROWS])) + more
        said.append((_("row {number} of the file") if len(finding.rows) == 1 else _("rows {number} of the file")).format(number=numbers))
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
        return _("yes") if value else _("no")
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
