"""What a stored repair did, in words: a dataset keeps only its code and its column."""

from __future__ import annotations

from core.dataset.schema import Repair
from ui.words import short

__all__ = ["repair_words"]

WORDS = {
    "ambiguous_dates": "{}: the day is read first",
    "boolean_spellings": "{}: read as yes and no",
    "conflicting_duplicates": "Copies with different answers are left out",
    "constant_column": "{} is left out: the same in every row",
    "duplicate_rows": "One of each copy is kept",
    "empty_column": "{} is left out: empty",
    "high_cardinality": "{} is left out",
    "identifier": "{} is left out: it names rows",
    "impossible_values": "{}: impossible values are read as missing",
    "leak_across_split": "Copies of test rows are left out of training",
    "missing_spellings": "{}: spellings of “missing” are read as missing",
    "mixed_types": "{}: read as numbers, the rest as missing",
    "near_identical_labels": "{}: spellings of one label are written alike",
    "numbers_as_text": "{}: numbers written as text are read as numbers",
    "outliers": "{}: values far from the others are limited",
    "possible_leak": "{} is left out: it may give the answer away",
    "repeated_group": "Rows of one {} stay together in the split",
    "sentinel_values": "{}: stand-in values are read as missing",
    "skewed_scale": "{}: its logarithm is used",
    "time_order": "The rows are split by time: {}",
}


def repair_words(repair: Repair) -> str:
    """One line of text, not of Markdown.

    Example:
        >>> repair_words(Repair(code="possible_leak", column="boat")), repair_words(Repair(code="mixed_types"))
        ('“boat” is left out: it may give the answer away', 'All columns: read as numbers, the rest as missing')
    """
    column = f"“{short(repair.column, 60)}”" if repair.column else "All columns"
    return WORDS.get(repair.code, repair.code.replace("_", " ") + ": {}").replace("{}", column)
