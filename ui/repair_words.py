"""What a stored repair did, in words: a dataset keeps only its code and its column."""

from __future__ import annotations

from core.dataset.schema import Repair
from core.language import N_, _
from ui.words import short

__all__ = ["repair_words"]

WORDS = {
    "ambiguous_dates": N_("{}: the day is read first"),
    "boolean_spellings": N_("{}: read as yes and no"),
    "conflicting_duplicates": N_("Copies with different answers are left out"),
    "constant_column": N_("{} is left out: the same in every row"),
    "duplicate_rows": N_("One of each copy is kept"),
    "empty_column": N_("{} is left out: empty"),
    "high_cardinality": N_("{} is left out"),
    "identifier": N_("{} is left out: it names rows"),
    "impossible_values": N_("{}: impossible values are read as missing"),
    "leak_across_split": N_("Copies of test rows are left out of training"),
    "missing_spellings": N_("{}: spellings of “missing” are read as missing"),
    "mixed_types": N_("{}: read as numbers, the rest as missing"),
    "near_identical_labels": N_("{}: spellings of one label are written alike"),
    "numbers_as_text": N_("{}: numbers written as text are read as numbers"),
    "outliers": N_("{}: values far from the others are limited"),
    "possible_leak": N_("{} is left out: it may give the answer away"),
    "repeated_group": N_("Rows of one {} stay together in the split"),
    "sentinel_values": N_("{}: stand-in values are read as missing"),
    "skewed_scale": N_("{}: its logarithm is used"),
    "time_order": N_("The rows are split by time: {}"),
}


def repair_words(repair: Repair) -> str:
    """One line of text, not of Markdown.

    Example:
        >>> repair_words(Repair(code="possible_leak", column="boat")), repair_words(Repair(code="mixed_types"))
        ('“boat” is left out: it may give the answer away', 'All columns: read as numbers, the rest as missing')
    """
    column = f"“{short(repair.column, 60)}”" if repair.column else _("All columns")
    return _(WORDS.get(repair.code, repair.code.replace("_", " ") + ": {}")).replace("{}", column)
