"""What the example rows look like: small pictures, the beginnings of texts, a handful of a table's columns; for the live chart.

A viewer's token shows one run and nothing else of its dataset. So the rows are not taken from the browser:
they are those that the run's own events name, at most eight.

Of a table's columns those are shown that tell the most about the answer when each is asked alone, so that the room can
guess with the network; the sealed test rows have no part in that choice.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.dataset.dataset import Dataset
from core.dataset.schema import ColumnType
from core.dataset.scores import Score, column_scores, unsealed
from core.dataset.some_rows import some_rows
from core.errors import LimelightError, NotFound
from core.runs.history import History
from core.runs.run import Run
from core.training.examples import MOST
from core.workspace import Workspace
from ui.words import number, short

__all__ = ["example_materials", "picture_uri", "telling_columns"]

LARGEST_PX = 160  # of the longer side; a larger picture is made smaller
SNIPPET = 160  # characters
SEPARATOR = " · "  # between several texts of one row
COLUMNS = 4  # of a table on one card
ASKED_COLUMNS, ASKED_ROWS = 60, 4_000  # for the choice of those
CELL = 40  # characters


def example_materials(run: Run) -> list[dict[str, Any]]:
    """What to draw for a run's example rows; empty where there are none, or the dataset is gone.

    Args:
        run: the run that is watched.

    Returns:
        At most eight {"row", "picture": a data URI or None, "text": a snippet, perhaps empty, "facts": [column, value]
        of a row that is neither picture nor text}.
    """
    try:
        return _materials(run.folder.parent.parent, run.spec.dataset, run.spec.inputs, run.spec.target, _rows_of(run.events))
    except LimelightError:  # no such rows, or no such dataset any more: the curves are worth seeing without them
        return []


@st.cache_data(max_entries=200, ttl=3600, show_spinner=False)
def _rows_of(events: Path) -> tuple[int, ...]:
    """The rows that the run's newest `examples` event names; they stay the same, so they are looked for once."""
    history = History.load(events)
    with contextlib.suppress(OSError):
        while history.read():
            continue
    for _, line in reversed(history.after(0)):
        if line.startswith('{"kind":"examples"'):
            found = [one.get("row") for one in json.loads(line).get("rows", [])]
            return tuple(row for row in found[:MOST] if isinstance(row, int) and row >= 0)
    raise NotFound("This run has no examples yet.")  # an error is not remembered


@st.cache_data(max_entries=200, ttl=3600, show_spinner=False)
def _materials(workspace: Path, dataset_id: str, inputs: tuple[str, ...], target: str, rows: tuple[int, ...]) -> list[dict[str, Any]]:
    dataset = Workspace(workspace).dataset(dataset_id)
    info = dataset.info
    texts = [name for name in inputs if info.column(name).type is ColumnType.TEXT]
    pictures = any(info.column(name).type is ColumnType.IMAGE for name in inputs)
    rows = tuple(row for row in rows if row < info.rows)
    snippets = _snippets(dataset, tuple(texts), rows)
    facts = [[]] * len(rows) if pictures or texts else _facts(dataset, telling_columns(dataset, inputs, target), rows)
    return [
        {"row": row, "picture": picture_uri(dataset.images()[row]) if pictures else None, "text": snippet, "facts": fact}
        for row, snippet, fact in zip(rows, snippets, facts, strict=True)
    ]


def telling_columns(dataset: Dataset, inputs: tuple[str, ...], target: str) -> tuple[str, ...]:
    """The few columns that each alone tell the most about the target, in the order of the inputs.

    Args:
        dataset: whose training and validation rows are asked, at most 4,000 of them.
        inputs: the columns to choose from; of very many the first sixty.
        target: what is predicted.

    Returns:
        At most four names.
    """
    if len(inputs) <= COLUMNS:
        return inputs
    asked = inputs[:ASKED_COLUMNS]
    types = {name: dataset.info.column(name).type for name in asked}
    rows = np.arange(0, dataset.info.rows, max(1, dataset.info.rows // ASKED_ROWS))
    table = some_rows(dataset, rows, (*asked, target), CELL)  # never the whole of a large table in the web process
    scores = sorted(column_scores(unsealed(table, dataset.split()[rows]), types, target), key=_weight, reverse=True)
    best = list(dict.fromkeys([*(score.column for score in scores), *asked]))[:COLUMNS]
    return tuple(name for name in inputs if name in best)


def _weight(score: Score) -> float:
    """How telling a column is: by its order of the rows where there are two classes, because of few churners none alone tells who."""
    order = 2 * abs(score.auc - 0.5)
    return score.reduction if math.isnan(order) else order


def _facts(dataset: Dataset, columns: tuple[str, ...], rows: tuple[int, ...]) -> list[list[list[str]]]:
    """[column, value] of each row, both short and as text."""
    table = some_rows(dataset, np.array(rows, np.int64), columns, CELL)
    return [[[short(name, CELL), _cell(value)] for name, value in zip(columns, values, strict=True)] for values in table.iter_rows()]


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e12 else number(value)
    return "–" if value is None else short(value, CELL)


def _snippets(dataset: Dataset, columns: tuple[str, ...], rows: tuple[int, ...]) -> list[str]:
    if not columns:
        return [""] * len(rows)
    table = dataset.table(columns, np.array(rows, np.int64))
    return [snippet(SEPARATOR.join(str(value) for value in values if value is not None)) for values in table.iter_rows()]


def snippet(text: str, limit: int = SNIPPET) -> str:
    """The beginning of a text on one line.

    Example:
        >>> snippet("It was  a\\nvery good film", limit=14)
        'It was a very…'
    """
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def picture_uri(pixels: np.ndarray) -> str:
    """A small picture as a data URI.

    Args:
        pixels: (height, width, channels) uint8 with 1, 3 or 4 channels.

    Returns:
        A PNG, its longer side at most 160 pixels.
    """
    from PIL import Image

    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else np.ascontiguousarray(pixels))
    image.thumbnail((LARGEST_PX, LARGEST_PX))
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
