"""Explaining one model, or its answer for one row: what is asked in which order, and what is left out where it makes no sense."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from core.dataset.progress import Progress
from core.dataset.schema import Column, ColumnType, Part
from core.errors import BadInput, RunFailed
from core.language import N_
from core.seal import look_at
from core.why.alike import together
from core.why.covered import covered
from core.why.dependence import KINDS, dependence
from core.why.grad_cam import maps_of, save_overlay
from core.why.importance import importance, named
from core.why.job import picture_path
from core.why.measure import measure, metric_of
from core.why.model import Explainable, SimpleModel
from core.why.result import Contribution, Dependence, Importance, Look, RowWhy, Why, Word
from core.why.row import answer_texts, columns_of_row, words_of_row
from core.why.shapley import SAMPLED_ASKED
from core.why.subject import SEED, Rows, Subject
from core.why.words import words

__all__ = ["STAGES", "explain", "explain_model", "explain_row"]

SHUFFLES = (3, 10)  # of each column: at least, at most
SHUFFLED_ROWS = 1_500_000  # answers to ask for
DEPENDENT_ROWS, DEPENDENT_COLUMNS = 400, 12
TEXTS = 600
PICTURES = 12
OTHERS, FEWEST_OTHERS = 100, 10  # rows that stand for "the column is not known"
FEW_ROWS = 2_000  # where texts or pictures are read
STAGES = (
    N_("Waiting"), N_("Loading the model"), N_("Training the simple model again"), N_("Shuffling columns"), N_("Following single columns"), N_("Taking words out"),
    N_("Looking at pictures"), N_("Trying combinations of columns"), N_("Trying combinations of words"),
)  # fmt: skip
NO_PICTURES = N_("Where the model looks in pictures could not be worked out; the rest is complete.")


def explain(model: Explainable, row: int | None, progress: Progress) -> Why | RowWhy:
    """Explain a model, or its answer for one row.

    Raises:
        NotReady, NotFound, Damaged: the model, its dataset or a file is missing.
        BadInput: there is no such row.
    """
    progress.step("Training the simple model again" if isinstance(model, SimpleModel) else "Loading the model")
    subject = Subject.open(model)
    return explain_model(subject, progress) if row is None else explain_row(subject, row, progress)


def explain_model(subject: Subject, progress: Progress) -> Why:
    """What matters to a model, on its validation rows.

    Args:
        subject: the model.
        progress: to hear how far it is.
    """
    began = time.monotonic()
    there = len(subject.validation_rows())
    heavy = bool(subject.of_type(ColumnType.TEXT) or subject.of_type(ColumnType.IMAGE))
    rows = subject.sample(FEW_ROWS) if heavy else subject.sample()
    metric = metric_of(subject.task, rows.truth)
    shuffles, ranked = _importance(subject, rows, metric, progress)
    looks, notes = _looks(subject, progress)
    return Why(
        run=subject.model.id, task=subject.task, labels=subject.labels, rows=len(rows), rows_there=there, metric=metric,
        score=abs(measure(metric, rows.truth, subject.answer(rows.inputs)).value), shuffles=shuffles, seed=SEED,
        importance=ranked, dependence=_dependence(subject, rows, ranked, progress), words=_words(subject, rows, progress), looks=looks, notes=(*subject.notes, *notes),
        seconds=round(time.monotonic() - began, 2),
    )  # fmt: skip


def explain_row(subject: Subject, row: int, progress: Progress) -> RowWhy:
    """Why a model answers so for one row.

    Args:
        subject: the model.
        row: of the dataset, from 0, of any part; of a sealed one it is written down that somebody looked (`core.seal`).
        progress: to hear how far it is.

    Raises:
        BadInput: there is no such row.
    """
    began = time.monotonic()
    split = subject.dataset.split()
    if not 0 <= row < len(split):
        raise BadInput(f"There is no row {row:,}; the dataset has the rows 0 to {len(split) - 1:,}. Choose one of these.")
    one, others = subject.rows(np.array([row])), subject.sample(_others(len(subject.columns)))
    answer = subject.answer(one.inputs)[0]
    base, exact = answer, True
    contributions: tuple[Contribution, ...] = ()
    pieces: tuple[Contribution, ...] = ()
    if _has_columns(subject):
        shares, contributions = columns_of_row(subject, one, others, progress)
        base, exact = shares.base, shares.exact
    text, texts = "", subject.of_type(ColumnType.TEXT)
    if texts and (found := words_of_row(subject, one, texts[0], progress)) is not None:
        shares, text, pieces = found
        base, exact = (base, exact) if contributions else (shares.base, shares.exact)
    part = _part(subject, row, sealed=int(split[row]) == Part.TEST.number)
    if part is Part.TEST:
        look_at(subject.dataset, "why", [subject.model.id], row=row)
    looks = _look_at(subject, np.array([row]), progress) if subject.of_type(ColumnType.IMAGE) else ()
    return RowWhy(
        run=subject.model.id, row=row, part=part, task=subject.task, labels=subject.labels, truth=_truth(subject, one.truth[0]),
        said=_said(subject, answer), base=_numbers(base), answer=_numbers(answer), exact=exact, compared_with=len(others) if contributions else 0,
        contributions=contributions, text=text, pieces=pieces, look=looks[0] if looks else None, seconds=round(time.monotonic() - began, 2),
    )  # fmt: skip


def _importance(subject: Subject, rows: Rows, metric: str, progress: Progress) -> tuple[int, tuple[Importance, ...]]:
    """Each column alone, and those that move together as one; nothing where a model reads one text or one picture."""
    if not _has_columns(subject):
        return 0, ()
    places = subject.asked.places
    groups = _groups(subject, rows)
    alone = [(column.name,) for column in subject.columns]
    asked = alone + [group for group in groups if len(group) > 1]
    shuffles = int(np.clip(SHUFFLED_ROWS // (len(rows) * len(asked)), *SHUFFLES))
    found = importance(
        subject.answer, rows.inputs, rows.truth, [[places[name] for name in names] for names in asked], metric, shuffles=shuffles, seed=SEED,
        heard=lambda done: progress.step("Shuffling columns", done, len(asked)),
    )  # fmt: skip
    return shuffles, named(found, asked, {name: group for group in groups for name in group})


def _part(subject: Subject, row: int, *, sealed: bool) -> Part:
    """Which part a row plays for this model: a run of a fold or of a share learned from other rows than its dataset says."""
    if sealed:
        return Part.TEST
    return Part.TRAIN if row in subject.learned else Part.VALIDATION


def _has_columns(subject: Subject) -> bool:
    return len(subject.columns) > 1 or any(column.type in KINDS for column in subject.columns)


def _groups(subject: Subject, rows: Rows) -> list[tuple[str, ...]]:
    tabular = [column.name for column in subject.columns if column.type in KINDS]
    others = [(column.name,) for column in subject.columns if column.type not in KINDS]
    return (together(rows.table.select(tabular)) if tabular else []) + others


def _dependence(subject: Subject, rows: Rows, ranked: Sequence[Importance], progress: Progress) -> tuple[Dependence, ...]:
    """How the answer follows the columns that matter most."""
    known = {column.name: column for column in subject.columns}
    names = [one.columns[0] for one in ranked if one.alone] or list(known)
    names = [name for name in names if known[name].type in KINDS][:DEPENDENT_COLUMNS]
    if not names:
        return ()
    few = rows.take(_some(len(rows), DEPENDENT_ROWS))
    found = []
    for done, name in enumerate(names):
        progress.step("Following single columns", done, len(names))
        if (curve := dependence(subject, few, name)) is not None:
            found.append(curve)
    return tuple(found)


def _words(subject: Subject, rows: Rows, progress: Progress) -> tuple[Word, ...]:
    """What single words do, for the first column of texts."""
    if not (texts := subject.of_type(ColumnType.TEXT)):
        return ()
    column: Column = texts[0]
    few = rows.take(np.random.default_rng(SEED).permutation(len(rows))[:TEXTS])
    return words(
        lambda which, changed: answer_texts(subject, few, column, which, changed), few.table[column.name].to_list(), subject.labels,
        heard=lambda done, total: progress.step("Taking words out", done, total),
    )  # fmt: skip


def _looks(subject: Subject, progress: Progress) -> tuple[tuple[Look, ...], tuple[str, ...]]:
    """Where the model looks in a few pictures; when that fails, the rest still stands."""
    if not subject.of_type(ColumnType.IMAGE):
        return (), ()
    try:
        return _look_at(subject, _pictures(subject), progress), ()
    except RunFailed:
        return (), (NO_PICTURES,)


def _look_at(subject: Subject, numbers: np.ndarray, progress: Progress) -> tuple[Look, ...]:
    progress.step("Looking at pictures", 0, len(numbers))
    rows = subject.rows(numbers)
    answers, pictures = subject.answer(rows.inputs), subject.dataset.images()
    found = []
    for number, truth, answer, looked in zip(numbers, rows.truth, answers, _maps(subject, rows), strict=True):
        path = picture_path(subject.model, int(number))
        save_overlay(path, np.asarray(pictures[number]), looked)
        share = float(answer.max()) if subject.labels else None
        found.append(Look(row=int(number), truth=_truth(subject, truth), said=_said(subject, answer), share=share, file=path.name))
    return tuple(found)


def _maps(subject: Subject, rows: Rows) -> np.ndarray:
    """Gradients where there are layers, else parts of the picture are covered in turn."""
    return covered(subject, rows) if isinstance(subject.model, SimpleModel) else maps_of(subject.model, list(rows.numbers))


def _pictures(subject: Subject) -> np.ndarray:
    """Some validation rows by chance, the classes by turns, the same for every model of a dataset."""
    rows = subject.open_rows
    order = np.random.default_rng(SEED).permutation(len(rows))
    truth = subject.truth(rows[order])
    turn = np.zeros(len(order), np.int64)
    if subject.labels:
        for label in range(len(subject.labels)):
            mine = truth == label
            turn[mine] = np.arange(mine.sum())
    return rows[order][np.argsort(turn, kind="stable")][:PICTURES]


def _others(columns: int) -> int:
    """Rows to compare with: fewer where there are so many columns that one round with all of them would take too long."""
    return int(np.clip(SAMPLED_ASKED // (2 * (columns + 1)), FEWEST_OTHERS, OTHERS))


def _some(rows: int, most: int) -> np.ndarray:
    """Positions by chance, ascending."""
    return np.sort(np.random.default_rng(SEED).permutation(rows)[:most])


def _truth(subject: Subject, truth: float) -> str:
    return subject.labels[int(truth)] if subject.labels else f"{truth:.6g}"


def _said(subject: Subject, answer: np.ndarray) -> str:
    if not subject.labels:
        return f"{answer[0]:.6g}"
    return subject.labels[int(answer[1] >= 0.5) if len(subject.labels) == 2 else int(answer.argmax())]


def _numbers(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(f"{value:.6g}") for value in values)
