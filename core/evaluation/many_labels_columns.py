"""Files of predictions whose rows may carry several labels: which column is what, and which labels each row has.

    row id,truth,spam,urgent,billing            one cell, labels with ; or | between; an empty cell is no label
    17,spam;urgent,0.91,0.40,0.02
    18,,0.10,0.05,0.07

    row id,truth:spam,truth:urgent,score:spam,score:urgent      or one column of 0 and 1 for each label
    17,1,1,0.91,0.40

Scores of a row need not add up to 1: each label is a question of its own. A file says that it is of this kind by a
cell with several of its labels in it, by columns `truth:LABEL`, or its reader says so (`--many-labels`); scores alone
never decide it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
import polars as pl

from core.dataset.schema import Task
from core.errors import BadFile, BadSettings
from core.evaluation.outside_columns import IDS, PARTS, PREFIX, TRUTHS, Roles, is_number, named_column, sorted_labels
from core.language import _

__all__ = ["label_roles", "label_thresholds", "label_truth", "labels_seen", "speaks_of_many"]

BETWEEN: Final = re.compile(r"[;|；｜]")
NONE: Final = frozenset({"", "no label", "none"})
TRUTH: Final = "truth:"
YES: Final = ("1", "1.0", "true", "yes")
NO: Final = ("0", "0.0", "false", "no")
USUAL: Final = 0.5


def speaks_of_many(frame: pl.DataFrame) -> bool:
    """Whether a file cannot be read otherwise than as one of many labels.

    That is so with columns `truth:LABEL`, and where a cell of the truth is no class of the file, but has several of its
    labels in it with ; or | between.

    Example:
        >>> several = pl.DataFrame({"row": ["1"], "truth": ["spam;urgent"], "spam": ["0.9"], "urgent": ["0.8"]})
        >>> speaks_of_many(several), speaks_of_many(several.rename({"spam": "spam;urgent"}))
        (True, False)
    """
    if _flagged(frame):
        return True
    truth, known = named_column(frame, TRUTHS), _names(frame)
    if truth is None:
        return False
    several = frame[truth].drop_nulls().unique()
    return any(cell.strip() not in known and known & set(pieces) for cell in several if len(pieces := _pieces(cell, ())) > 1)


def labels_seen(frame: pl.DataFrame, name: str) -> tuple[str, ...]:
    """The labels that rows of a file have, in the cells of its truth or by the names of its columns `truth:LABEL`.

    Raises:
        BadFile: it has neither, or both.
    """
    truth, flags = named_column(frame, TRUTHS), _flagged(frame)
    if flags and truth is not None:
        raise BadFile(_("{file} has both a column “{truth}” and columns “truth:LABEL”. Keep one of the two ways to say which labels a row has.").format(file=name, truth=truth))
    if flags:
        return tuple(flags)
    if truth is None:
        raise BadFile(_(
            "{file} needs to say which labels each row has: in a column “truth” with ; or | between labels, or in a column “truth:LABEL” of 0 and 1 for each label; its columns are {columns}."
        ).format(file=name, columns=", ".join(frame.columns)[:300]))  # fmt: skip
    known = _names(frame)
    return tuple(dict.fromkeys(label for cell in frame[truth].fill_null("").unique() for label in _pieces(cell, known)))


def label_roles(frame: pl.DataFrame, name: str, seen: Sequence[str]) -> Roles:
    """Tell the columns of a file of many labels apart.

    Args:
        frame: (rows, columns) all text.
        name: of the file, for messages.
        seen: labels that rows of any of the files have.

    Raises:
        BadFile: a column is missing, or it cannot be told which one is meant.
    """
    row, part, truth, flags = named_column(frame, IDS), named_column(frame, PARTS), named_column(frame, TRUTHS), _flagged(frame)
    if row is None:
        raise BadFile(_("{file} needs a column “row id” that names each row; its columns are {columns}. Rename one and try again.").format(file=name, columns=", ".join(frame.columns)[:300]))
    rest = [column for column in frame.columns if column not in (row, part, truth, *flags.values())]
    prefixed = {column[len(PREFIX) :].strip(): column for column in rest if column.startswith(PREFIX)}
    columns = prefixed or {column: column for column in rest if column in seen}
    if missing := [label for label in seen if label not in columns]:
        raise BadFile(_("{file} has no column of scores for the label “{label}”. Add one of that name, or name the score columns “score:LABEL”; its columns are {columns}.").format(
            file=name, label=missing[0][:60], columns=", ".join(frame.columns)[:300]
        ))  # fmt: skip
    if flags and (unsaid := [label for label in columns if label not in flags]):
        raise BadFile(_("{file} has scores for the label “{label}” but no column “truth:{label}” that says which rows have it. Add it, or leave the scores out.").format(file=name, label=unsaid[0][:60]))
    if not columns:
        raise BadFile(_("{file} has no label in any row, so it cannot be told which columns are scores. Name them “score:LABEL”.").format(file=name))
    others = tuple(column for column in rest if column not in columns.values())
    if not prefixed and not flags and (like := next((column for column in others if _like_scores(frame[column])), None)):
        raise BadFile(_("{file}: the column “{column}” holds numbers from 0 to 1, but no row has such a label. Name all score columns “score:LABEL”, so that it is clear whether it is one.").format(file=name, column=like[:60]))
    labels = sorted_labels(dict.fromkeys(columns, ""))
    return Roles(row, truth or next(iter(flags.values())), part, Task.MANY_LABELS, labels, tuple(columns[label] for label in labels), others, tuple(flags[label] for label in labels) if flags else ())


def label_truth(frame: pl.DataFrame, roles: Roles, name: str) -> np.ndarray:
    """Which labels each row has, (n, labels) uint8.

    Raises:
        BadFile: a cell of a column `truth:LABEL` is neither yes nor no.
    """
    if roles.truths:
        return np.column_stack([_yes(frame[column], name) for column in roles.truths])
    place = {label: number for number, label in enumerate(roles.labels)}
    cells = frame[roles.truth].fill_null("")
    different = cells.unique(maintain_order=True)
    sets = np.zeros((len(different), len(place)), np.uint8)
    for number, cell in enumerate(different):
        sets[number, [place[label] for label in _pieces(cell, place)]] = 1
    found: np.ndarray = sets[cells.replace_strict(different, pl.Series(range(len(different)), dtype=pl.Int64)).to_numpy()]
    return found


def label_thresholds(text: str, labels: Sequence[str]) -> tuple[float, ...]:
    """From which score on each label is given.

    Args:
        text: one number for all, or LABEL=NUMBER with commas between; labels that are not named keep 0.5.
        labels: in their order.

    Raises:
        BadSettings: no such label, or no score from 0 to 1.

    Example:
        >>> label_thresholds("urgent=0.3", ("spam", "urgent")), label_thresholds("40%", ("spam", "urgent"))
        ((0.5, 0.3), (0.4, 0.4))
    """
    if "=" not in text:
        return (_threshold(text),) * len(labels)
    found = dict.fromkeys(labels, USUAL)
    for part in text.split(","):
        label, _sign, value = (piece.strip() for piece in part.rpartition("="))
        if label not in found:
            raise BadSettings(_("There is no label “{label}”. The labels are: {labels}.").format(label=label[:60], labels=", ".join(labels)[:300]))
        found[label] = _threshold(value)
    return tuple(found.values())


def _threshold(text: str) -> float:
    try:
        value = float(text.strip().removesuffix("%")) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise BadSettings(_("“{text}” is no threshold for labels. Write a score from 0 to 1 for all, such as 0.4, one for each, such as spam=0.4,urgent=0.2, or a goal such as f1 or recall>=0.9.").format(text=text[:60]))
    return value


def _flagged(frame: pl.DataFrame) -> dict[str, str]:
    """Label → its column of 0 and 1."""
    return {label: column for column in frame.columns if column.lower().startswith(TRUTH) and (label := column[len(TRUTH) :].strip())}


def _names(frame: pl.DataFrame) -> set[str]:
    """What a label can be called in this file: the names of its columns, without the prefix."""
    return {column.removeprefix(PREFIX).strip() for column in frame.columns} - {""}


def _pieces(cell: str, known: Collection[str]) -> list[str]:
    """The labels in one cell; a cell that is the name of a label as a whole is that label."""
    whole = cell.strip()
    if whole in known:
        return [whole]
    if whole.lower() in NONE:
        return []
    return [piece for part in BETWEEN.split(whole) if (piece := part.strip())]


def _yes(column: pl.Series, name: str) -> np.ndarray:
    said = column.fill_null("").str.strip_chars().str.to_lowercase()
    yes, no = said.is_in(YES).to_numpy(), said.is_in(NO).to_numpy()
    if not (yes | no).all():
        at = int(np.flatnonzero(~(yes | no))[0])
        raise BadFile(_("{file}: row {row} of column “{column}” says “{cell}”. Write 1 where the row has the label and 0 where it has not.").format(
            file=name, row=at + 1, column=column.name[:60], cell=str(column[at] or "")[:40]
        ))  # fmt: skip
    return yes.astype(np.uint8)


def _like_scores(column: pl.Series) -> bool:
    """Numbers from 0 to 1 that are not just 0 and 1."""
    if not is_number(column):
        return False
    values = column.str.strip_chars().cast(pl.Float64, strict=False)
    return bool(values.is_between(0, 1).all()) and not bool(values.is_in([0.0, 1.0]).all())
