"""Where a simple model looks in a picture: parts of it are covered in turn, and what the answer loses is kept.

Zeiler and Fergus, "Visualizing and understanding convolutional networks" (ECCV 2014). A network has layers that can be
looked into (`core.why.grad_cam`); a simple model has none, and it is quick enough to be asked again for each part.
"""

from __future__ import annotations

import numpy as np

from core.why.subject import Rows, Subject

__all__ = ["covered"]

PARTS = 8  # of each side


def covered(subject: Subject, rows: Rows) -> np.ndarray:
    """Maps of some rows of a dataset with pictures.

    Args:
        subject: the model.
        rows: n of them; their other columns stay as they are.

    Returns:
        (n, parts, parts) from 0 to 1: what the probability of the model's own answer (or its value) loses when a part
        is covered with the picture's mean colour, what it gains being left out, divided by the largest loss; all 0 where
        covering loses nothing.
    """
    pictures = subject.dataset.images()[rows.numbers]
    before = subject.answer(rows.inputs)
    said = before.argmax(axis=1)
    found = np.zeros((len(rows), PARTS, PARTS))
    for number, picture in enumerate(pictures):
        masked, places = _parts_of(picture)
        table = rows.table[[number] * len(masked)]
        after = subject.answer(subject.asked.encode(table, masked))
        for (down, across), answer in zip(places, after, strict=True):
            found[number, down, across] = max(0.0, before[number, said[number]] - answer[said[number]])
    largest = found.max(axis=(1, 2), keepdims=True)
    shares: np.ndarray = np.divide(found, largest, out=np.zeros_like(found), where=largest > 0)
    return shares


def _parts_of(picture: np.ndarray) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """The picture with each part covered in turn, (parts, height, width, channels), and the places of the parts."""
    height, width = picture.shape[:2]
    rows = [slice(height * at // PARTS, max(height * (at + 1) // PARTS, height * at // PARTS + 1)) for at in range(PARTS)]
    columns = [slice(width * at // PARTS, max(width * (at + 1) // PARTS, width * at // PARTS + 1)) for at in range(PARTS)]
    places = [(down, across) for down in range(PARTS) for across in range(PARTS)]
    found = np.repeat(picture[None], len(places), axis=0)
    for one, (down, across) in zip(found, places, strict=True):
        one[rows[down], columns[across]] = picture.mean(axis=(0, 1)).round().astype(picture.dtype)
    return found, places
