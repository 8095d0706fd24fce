"""What the command `why` does: explain a run or a simple model, or its answer for one row, and give everything as one JSON document."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.errors import NotFound, NotReady
from core.runs.run import Run
from core.training.launcher import Launcher
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.why.model import SimpleModel

__all__ = ["why", "why_lines"]

Document = dict[str, Any]
SHOWN = 12  # lines of each kind in a terminal


def why(name: str, row: int | None = None, *, baseline: str | None = None, again: bool = False) -> Document:
    """Explain a model of the workspace `local`; what was explained before is only read.

    Args:
        name: id of a run with a model; with `baseline`, of a dataset or of a run of it.
        row: the answer for this row of the dataset, from 0; default: the model as a whole.
        baseline: a simple model of the dataset: majority, linear or gradient_boosted_trees; trained where it is not there yet.
        again: explain it once more.

    Returns:
        The fields of `core.why.Why`, or of `core.why.RowWhy` for a row. Also kept beside the model.

    Raises:
        NotReady: it has no model, or is being explained by another process.
        NotFound, BadInput, Damaged: the run, its dataset or the row is not there, or cannot be read.
    """
    from core.why.explain import explain
    from core.why.job import explained_here, load, load_row

    workspace = Workspace.local()
    model = _simple(workspace, name, baseline) if baseline else _run(workspace, name)
    found = None if again else load(model) if row is None else load_row(model, row)
    return (found or explained_here(model, row, explain)).model_dump(mode="json")


def why_lines(found: Document, write: Callable[[str], object] = print) -> None:
    """The same for a person in a terminal."""
    if "contributions" in found:
        _row_lines(found, write)
        return
    write(f"{found['rows']:,} validation rows; the test rows stay sealed. {found['metric']} {found['score']:.4g}")
    for entry in found["importance"][:SHOWN]:
        span = "" if entry["low"] is None else f"  ({entry['low']:+.4f} to {entry['high']:+.4f})"
        write(f"  {entry['value']:+.4f}{span}  {' + '.join(entry['columns'])[:100]}")
    for word in found["words"][: 2 * SHOWN]:
        write(f"  {word['value']:+.3f}  {word['word']}  ({word['label']}, {word['texts']} texts)")
    for look in found["looks"]:
        write(f"  row {look['row']}: {look['truth']}, said {look['said']}: {look['file']}")
    for note in found["notes"]:
        write(note)


def _row_lines(found: Document, write: Callable[[str], object]) -> None:
    at = found["labels"].index(found["said"]) if found["said"] in found["labels"] else 0
    write(f"Row {found['row']} ({found['part']}): truth {found['truth']}, said {found['said']}; {found['base'][at]:.4g} on average, {found['answer'][at]:.4g} here.")
    for entry in found["contributions"][:SHOWN]:
        write(f"  {entry['values'][at]:+.4f}  {entry['name']}" + (f" = {entry['shown']}" if entry["shown"] else ""))
    for entry in sorted(found["pieces"], key=lambda piece: -abs(piece["values"][at]))[:SHOWN]:
        write(f"  {entry['values'][at]:+.4f}  {entry['name']}")
    if found["look"]:
        write(f"  {found['look']['file']} shows where it looks.")


def _run(workspace: Workspace, name: str) -> Run:
    if not (run := workspace.run(name)).has_model:
        state = Launcher(workspace.home).state(run).state
        raise NotReady(f"Run {run.id} is {state} and has no model to explain. Wait until it has finished, or choose another run.")
    return run


def _simple(workspace: Workspace, name: str, baseline: str) -> SimpleModel:
    from core.training import baselines
    from core.why.model import SimpleModel

    try:
        dataset = workspace.dataset(name)
    except NotFound:
        dataset = workspace.dataset(workspace.run(name).spec.dataset)
    baselines.compute(dataset)
    return SimpleModel(dataset, baseline)
