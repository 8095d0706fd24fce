"""What the command `ingest` does: a file and every choice about it in, one JSON document about the dataset out."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.dataset.progress import Progress
from core.errors import BadSettings, BadTarget, NotFound
from core.language import N_
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.dataset.draft import Draft
    from core.dataset.schema import DatasetInfo, Repair

__all__ = ["LARGEST_SEED", "existing", "ingest"]

LARGEST_SEED = 2**32 - 1


def ingest(
    file: Path,
    target: str | None = None,
    name: str = "",
    *,
    types: Mapping[str, str] | None = None,
    inputs: Sequence[str] | None = None,
    left_out: Sequence[str] = (),
    repairs: Sequence[str] = (),
    split: str | None = None,
    seed: int = 0,
    reading: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Store a file as a dataset and say what is in it.

    Args:
        file: a table, a zip or a folder of pictures.
        target: the column to predict; default: guessed.
        name: of the dataset, for people; default: the file's.
        types: types of columns where the guess is wrong: number, category, text, time or identifier.
        inputs: the only columns that models get.
        left_out: columns that models do not get.
        repairs: `CODE` or `CODE:COLUMN`, applied in this order; each finding names its own as `apply`.
        split: `stratified`, `time:COLUMN`, `group:COLUMN` or `given:COLUMN`; default: as the file brings it, else stratified.
        seed: of the split, 0 to 2³²-1.
        reading: fields of `core.dataset.readers.options.ReadOptions` where the guess is wrong.
        dry_run: store nothing; findings that would stop it are told like the others.
        progress: to hear how far it is.

    Raises:
        NotFound: there is no such file.
        BadFile: it is not a table or a zip of pictures.
        BadTarget: the target cannot be learned.
        BadSettings: an option does not fit the file.
    """
    from core.dataset.ingest import info_of, inspect, store
    from core.dataset.readers.options import ReadOptions
    from core.dataset.schema import Repair, SplitBy

    if target is not None and not target.strip():
        raise BadTarget(N_("The name of the column to predict is empty. Name a column, or leave the option out to have it guessed."))
    if not 0 <= seed <= LARGEST_SEED:
        raise BadSettings(N_("The seed must be a whole number from 0 to {largest_seed}, but it is {seed}. Choose one in that range.").format(largest_seed=f"{LARGEST_SEED:,}", seed=str(seed)[:40]))
    by = SplitBy.parse(_tidy(split)) if split is not None else None
    options = ReadOptions(**(reading or {}))
    with _at_hand(file) as (path, shown):
        found = inspect(path, shown, options, progress)
        if target or types or inputs or left_out or repairs or by or seed:
            choose = functools.partial(
                found.with_choices, target=_tidy(target) if target else None, types={_tidy(column): kind for column, kind in (types or {}).items()},
                inputs=[_tidy(column) for column in inputs] if inputs else None, left_out=[_tidy(column) for column in left_out] or None, split=by, seed=seed,
            )  # fmt: skip
            found = _repaired(choose, [Repair.parse(_tidy(text)) for text in repairs])
        info = info_of(found, "", _plain(name)) if dry_run else store(found, Workspace.local(), _plain(name), progress).info
    return _described(info)


@contextlib.contextmanager
def _at_hand(file: Path) -> Iterator[tuple[Path, str]]:
    """The path to read and the name to show; a folder is packed into a zip for as long as it is read."""
    if not _is_folder(file):
        yield existing(file), _plain(file.name)
        return
    from core.dataset.readers.pack import pack_folder
    from core.dataset.whole import ReadingFolder

    folder = ReadingFolder()
    try:
        pack_folder(file, folder.path / "folder.zip")
        yield folder.path / "folder.zip", f"{_plain(file.resolve().name)}.zip"
    finally:
        folder.remove()


def _repaired(choose: Callable[..., Draft], repairs: Sequence[Repair]) -> Draft:
    """The draft with repairs; where one is refused, the refusal says which ones this file has.

    Args:
        choose: `Draft.with_choices` with all other choices.
        repairs: in order.
    """
    try:
        return choose(repairs=repairs or None)
    except BadSettings as error:
        if error.code != "bad_repair":
            raise
        offered = [apply for finding in choose().findings if (apply := _apply(finding.code, finding.column, finding.repair))]
        has = f"This file has: {', '.join(offered[:12])}." if offered else "This file has nothing to repair."
        raise BadSettings(f"{error.message} {has}", code=error.code) from error


def _apply(code: str, column: str | None, words: str) -> str | None:
    """What to write after `--repair`, or None where one click would do nothing."""
    return None if not words else code if column is None else f"{code}:{column}"


def _described(info: DatasetInfo) -> dict[str, Any]:
    """What is in a dataset, stored or not."""
    data = info.model_dump(mode="json")
    findings = [{**finding, "apply": _apply(finding["code"], finding["column"], finding["repair"])} for finding in data["findings"]]
    kept = ("name", "rows", "dropped_rows", "sampled_rows", "columns", "target", "task", "labels", "inputs")
    return {
        "dataset": data["id"] or None, **{key: data[key] for key in kept}, "findings": findings, "repairs": data["repairs"],
        "split": data["split"], "split_by": info.split_by.text, "spans": data["spans"], "class_counts": data["class_counts"],
    }  # fmt: skip


def _tidy(text: str) -> str:
    """Names as they are in the table, where headers are tidied too."""
    from core.dataset.values import tidy_name

    return tidy_name(_plain(text))


def _plain(text: str) -> str:
    """Text that can be written as UTF-8; a file name may hold bytes that are no text."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _is_folder(file: Path) -> bool:
    try:
        return file.is_dir()
    except (OSError, ValueError):
        return False


def existing(file: Path) -> Path:
    """The path of a file that is there.

    Raises:
        NotFound: it is not.
    """
    try:
        there = file.is_file()
    except (OSError, ValueError):  # a path that cannot be
        there = False
    if not there:
        raise NotFound(N_("There is no file {file}. Check the path.").format(file=repr(str(file)[:200])))
    return file
