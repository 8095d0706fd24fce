"""What the example rows look like: small pictures and the beginnings of texts, for the live chart.

A viewer's token shows one run and nothing else of its dataset. So the rows are not taken from the browser:
they are those that the run's own events name, at most eight.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.dataset.dataset import Dataset
from core.dataset.schema import ColumnType
from core.errors import LimelightError, NotFound
from core.runs.history import History
from core.runs.run import Run
from core.training.examples import MOST
from core.workspace import Workspace

__all__ = ["example_materials", "picture_uri"]

LARGEST_PX = 160  # of the longer side; a larger picture is made smaller
SNIPPET = 160  # characters
SEPARATOR = " · "  # between several texts of one row


def example_materials(run: Run) -> list[dict[str, Any]]:
    """What to draw for a run's example rows; empty where there are none, or the dataset is gone.

    Args:
        run: the run that is watched.

    Returns:
        At most eight {"row", "picture": a data URI or None, "text": a snippet, perhaps empty}.
    """
    try:
        return _materials(run.folder.parent.parent, run.spec.dataset, run.spec.inputs, _rows_of(run.events))
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
def _materials(workspace: Path, dataset_id: str, inputs: tuple[str, ...], rows: tuple[int, ...]) -> list[dict[str, Any]]:
    dataset = Workspace(workspace).dataset(dataset_id)
    info = dataset.info
    texts = [name for name in inputs if info.column(name).type is ColumnType.TEXT]
    pictures = any(info.column(name).type is ColumnType.IMAGE for name in inputs)
    rows = tuple(row for row in rows if row < info.rows)
    snippets = _snippets(dataset, tuple(texts), rows)
    return [
        {"row": row, "picture": picture_uri(dataset.images()[row]) if pictures else None, "text": snippet}
        for row, snippet in zip(rows, snippets, strict=True)
    ]


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
