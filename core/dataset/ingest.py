"""From a file to a dataset: read, understand, check, split, store. All or nothing.

`inspect` and `store` are the two halves that the data page needs apart; `ingest` does both, for the command
line and for programs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from core import parquet
from core.dataset.dataset import Dataset
from core.dataset.draft import Draft, draft
from core.dataset.large import apply_to_all
from core.dataset.progress import Progress
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.read import read
from core.dataset.readers.source import Source
from core.dataset.schema import DatasetInfo, Finding, Part, Repair, Severity, SplitBy, SplitCounts
from core.errors import BadFile, BadTarget, Damaged, LimitExceeded
from core.files import new_folder, remove_folder, resolve_inside, write_atomic, write_json
from core.settings import settings

if TYPE_CHECKING:
    from core.workspace import Workspace

__all__ = ["info_of", "ingest", "inspect", "store"]

FORMAT = 3  # raise it when the same file would be stored differently, so that its dataset gets another id
NAME_CHARACTERS = 80
PICTURES_AT_ONCE = 1024
MISSES_ROWS = frozenset({"too_few_rows", "target_constant"})  # where it helps to know …
REASONS = frozenset({"pictures_skipped", "texts_skipped", "other_files", "ragged_rows", "unclosed_quotes"})  # … what was not read
REFUSALS = {"no_inputs": BadFile, "too_many_classes": LimitExceeded}  # other findings that stop: BadTarget


def inspect(source: Path | bytes, file_name: str = "upload", options: ReadOptions | None = None, progress: Progress | None = None) -> Draft:
    """Read a file and say what is in it; nothing is stored.

    Args:
        source: a CSV or a zip of class folders with pictures: a path, or the content.
        file_name: to show; what the file is, its content decides.
        options: how to read it, where the guess is wrong.
        progress: to hear how far it is, and to cancel.

    Returns:
        A draft with guesses and findings. `Severity.STOP` findings are what `store` would refuse.

    Raises:
        BadFile: it is neither; the message says what it looks like.
        LimitExceeded: it is larger than a limit of `core.settings`.
        Cancelled: nobody wants it any more.

    Example:
        >>> found = inspect(b"age,job,churn\\n" + b"31,cook,yes\\n42,smith,no\\n" * 30, "people.csv")
        >>> found.target, found.task.value, found.rows
        ('churn', 'binary', 60)
    """
    given = Source.of(source, file_name)
    found = read(given, options or ReadOptions(), progress or Progress())
    return draft(given, found.raw, found.pictures, found.guesses, progress=progress)


def store(draft: Draft, workspace: Workspace, name: str = "", progress: Progress | None = None) -> Dataset:
    """Make the draft a dataset of the workspace; the same file with the same choices is stored once.

    Args:
        draft: from `inspect`, perhaps with choices.
        workspace: where to.
        name: for people; default: the file name without its ending.
        progress: to hear how far it is, and to cancel.

    Returns:
        The dataset.

    Raises:
        BadTarget, BadFile, LimitExceeded: a finding stops it.
        QuotaExceeded: the workspace or the server is full.
        DiskFull: the disk is full; nothing is left behind.
    """
    refuse_stopped(draft.findings)
    progress = progress or Progress()
    place = resolve_inside(workspace.datasets_folder, _identifier(draft))
    if place.is_dir():
        if _readable(Dataset(place)):
            return Dataset(place)
        remove_folder(place)
    workspace.check_quota(new_bytes=_size_bytes(draft))
    with new_folder(place) as folder:
        progress.step("Storing", 0, draft.raw.total)
        if draft.raw.whole is not None:
            draft = apply_to_all(draft, folder / "table.parquet", progress)
            refuse_stopped(draft.findings)
        else:
            write_atomic(folder / "table.parquet", lambda path: parquet.write(draft.facts.table, path))
        write_atomic(folder / "split.npy", lambda path: np.save(path, draft.parts, allow_pickle=False))
        if draft.pictures is not None:
            write_atomic(folder / "images.npy", lambda path: _write_images(path, draft))
        write_json(folder / "looks.json", draft.looks.model_dump(mode="json"))
        write_json(folder / "dataset.json", info_of(draft, place.name, name).model_dump(mode="json"))
    return Dataset(place)


def ingest(
    source: Path | bytes,
    workspace: Workspace,
    *,
    file_name: str | None = None,
    target: str | None = None,
    name: str = "",
    types: Mapping[str, str] | None = None,
    inputs: Sequence[str] | None = None,
    left_out: Sequence[str] = (),
    repairs: Sequence[Repair] = (),
    split: SplitBy | None = None,
    seed: int = 0,
    options: ReadOptions | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Read a file and store it as a dataset: `inspect`, choices, `store`.

    Args:
        source: a CSV or a zip of class folders with pictures: a path, or the content.
        workspace: where to.
        file_name: to show; default: that of the path.
        target: the column to predict; default: guessed.
        name: of the dataset, for people; default: the file name without its ending.
        types: column types where the guess is wrong.
        inputs: the default inputs of a model; default: all that are sensible.
        left_out: columns that shall be no inputs.
        repairs: to apply, in order; `Finding.repair` says which findings have one.
        split: how the rows are shared out; default: stratified, or as the file says.
        seed: of the split, 0 or more.
        options: how the file is read, where the guess is wrong.
        progress: to hear how far it is, and to cancel.

    Raises:
        UserError: whatever the user can fix; nothing is stored.
    """
    shown = file_name or (source.name if isinstance(source, Path) else "upload")
    found = inspect(source, shown, options, progress)
    if target or types or inputs is not None or left_out or repairs or split or seed:
        found = found.with_choices(
            target=target, types=types, inputs=inputs, left_out=left_out or None, repairs=repairs or None, split=split, seed=seed
        )
    return store(found, workspace, name, progress)


def _readable(dataset: Dataset) -> bool:
    try:
        return dataset.info.id == dataset.id and len(dataset.split()) == dataset.info.rows
    except Damaged:
        return False


def refuse_stopped(findings: Sequence[Finding]) -> None:
    """Raise the first finding that stops training, as the error it is."""
    for finding in findings:
        if finding.severity is Severity.STOP:
            because = [other.message for other in findings if other.code in REASONS and finding.code in MISSES_ROWS]
            raise REFUSALS.get(finding.code, BadTarget)(" ".join([finding.message, *because]), code=finding.code)


def _identifier(draft: Draft) -> str:
    types = {column.name: column.type for column in draft.columns}
    repairs = [repair.model_dump(mode="json") for repair in draft.repairs]
    decisive = [
        FORMAT, draft.source.sha256, draft.raw.encoding, draft.raw.delimiter, draft.target, types, draft.inputs, repairs,
        draft.split_by.text, draft.choices.seed, settings().picture_side, _sheet(draft),
    ]  # fmt: skip
    return "d" + hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:16]


def _sheet(draft: Draft) -> str:
    """Which sheet of a workbook with several it is: two sheets may look alike but for their cells."""
    return next((str(finding.evidence.get("sheet", "")) for finding in draft.raw.notices if finding.code == "sheet_chosen"), "")


def _size_bytes(draft: Draft) -> int:
    pictures = 0 if draft.pictures is None else draft.rows * int(np.prod(draft.pictures.images.shape[1:]))
    table = draft.facts.table.estimated_size() if draft.raw.whole is None else draft.raw.whole.file.stat().st_size
    return int(table) + pictures


def info_of(draft: Draft, identifier: str, name: str) -> DatasetInfo:
    """What `dataset.json` would say of a draft.

    Args:
        draft: the file, understood.
        identifier: of the dataset.
        name: for people; "": the file name without its ending.
    """
    shown = name.strip()[:NAME_CHARACTERS] or draft.source.name.rsplit(".", 1)[0][:NAME_CHARACTERS] or "data"
    source: dict[str, Any] = {
        "file": draft.source.name, "bytes": draft.source.size_bytes, "sha256": draft.source.sha256,
        "encoding": draft.raw.encoding, "delimiter": draft.raw.delimiter, "seed": draft.choices.seed,
        "sheet": _sheet(draft),
    }  # fmt: skip
    return DatasetInfo(
        id=identifier, name=shown, created=datetime.now(UTC).isoformat(timespec="microseconds"), source=source,
        rows=draft.rows, dropped_rows=draft.dropped_rows, columns=draft.columns, target=draft.target, task=draft.task,
        labels=draft.labels, inputs=draft.inputs, findings=draft.findings, split=_counts(draft.parts),
        class_counts=_class_counts(draft, draft.parts), image_shape=_shape(draft), image_ranges=draft.pictures.ranges if draft.pictures else (), repairs=draft.repairs, split_by=draft.split_by, spans=_spans(draft),
        sampled_rows=0 if draft.raw.whole is None else len(draft.raw.frame),
    )  # fmt: skip


def _shape(draft: Draft) -> tuple[int, int, int] | None:
    if draft.pictures is None:
        return None
    _, height, width, channels = draft.pictures.images.shape
    return int(height), int(width), int(channels)


def _counts(parts: np.ndarray) -> SplitCounts:
    return SplitCounts(**{part.value: int((parts == part.number).sum()) for part in Part})


def _spans(draft: Draft) -> dict[str, tuple[str, str]]:
    """First and last moment of each part, where the rows were shared out by time."""
    if draft.split_by.kind != "time" or draft.split_by.column is None:
        return {}
    when = pl.DataFrame({"part": draft.parts, "when": draft.facts.table[draft.split_by.column]}).drop_nulls()
    spans = when.group_by("part").agg(pl.col("when").min().alias("first"), pl.col("when").max().alias("last"))
    return {list(Part)[number].value: (first.isoformat(), last.isoformat()) for number, first, last in spans.iter_rows()}


def _class_counts(draft: Draft, parts: np.ndarray) -> dict[str, SplitCounts]:
    counted = pl.DataFrame({"label": draft.facts.answer, "part": parts}).group_by("label", "part").len() if draft.labels else None
    if counted is None:
        return {}
    found = {(label, part): n for label, part, n in counted.iter_rows()}
    return {label: SplitCounts(**{p.value: found.get((label, p.number), 0) for p in Part}) for label in draft.labels}


def _write_images(path: Path, draft: Draft) -> None:
    """Copy the kept pictures into one array on the disk, a thousand at a time."""
    assert draft.pictures is not None
    images = draft.pictures.images
    shape = (draft.rows, *images.shape[1:])
    array = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
    for start in range(0, draft.rows, PICTURES_AT_ONCE):
        rows = draft.kept[start : start + PICTURES_AT_ONCE]
        array[start : start + len(rows)] = images[rows]
    array.flush()
