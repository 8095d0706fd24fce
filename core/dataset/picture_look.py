"""How large and bright the pictures are, how many are copies, grey or blank, and a few of each class to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from core.dataset.looks import PictureLook
from core.dataset.text_look import bars

if TYPE_CHECKING:
    from core.dataset.facts import Facts
    from core.dataset.readers.pictures import Pictures

__all__ = ["look_at_pictures"]

EXAMPLES: Final = 6  # of a class
CLASSES: Final = 40  # the first ones, in the order of their numbers
AT_ONCE: Final = 1024  # pictures in memory
BLANK_RANGE: Final = 4  # brightest minus darkest, of 255; noise of a JPEG of one colour stays below
TINY_SIDE: Final = 8  # pixels
QUARTILES: Final = (0.25, 0.5, 0.75)
SIZES: Final = (("smallest", 0.0), ("middle", 0.5), ("largest", 1.0))
LUMINANCE: Final = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # of red, green, blue (ITU-R BT.601)


def look_at_pictures(facts: Facts, pictures: Pictures, rows: np.ndarray, kept: np.ndarray | None = None) -> PictureLook:
    """Look at training pictures.

    Args:
        facts: of the draft.
        pictures: as they were read.
        rows: (n,) rows of `facts.table` to look at.
        kept: (rows,) the picture of each row; default: the same number.
    """
    places = rows if kept is None else kept[rows]
    brightness, grey, blank = _measured(pictures.images, places)
    answer = facts.answer[rows]
    sizes, side_bars, tiny = _sizes(pictures, places)
    copies, near = _copies(pictures.digests[places], None if facts.alike is None else facts.alike[rows])
    return PictureLook(
        count=facts.rows, looked_at=len(rows), sizes=sizes, side_bars=side_bars, grey_share=float(grey.mean()) if len(grey) else 0.0,
        brightness=_by_class(brightness, answer, facts.labels), copies=copies, near_copies=near, blank=int(blank.sum()), tiny=tiny,
        examples=_examples(rows, answer, facts.labels),
    )  # fmt: skip


def _measured(images: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean brightness, whether it is grey, whether it is blank; (n,) each."""
    brightness, grey, blank = np.zeros(len(places), np.float32), np.ones(len(places), bool), np.zeros(len(places), bool)
    for start in range(0, len(places), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        block = np.asarray(images[places[part]])  # (n, height, width, channels)
        means = block.mean(axis=(1, 2), dtype=np.float32)
        brightness[part] = means[:, 0] if block.shape[3] == 1 else means @ LUMINANCE
        if block.shape[3] == 3:
            grey[part] = (block == block[..., :1]).all(axis=(1, 2, 3))
        flat = block.reshape(len(block), -1, block.shape[3])
        blank[part] = (flat.max(axis=1).astype(np.int16) - flat.min(axis=1) <= BLANK_RANGE).all(axis=1)
    return brightness, grey, blank


def _by_class(brightness: np.ndarray, answer: pl.Series, labels: tuple[str, ...]) -> dict[str, tuple[float, float, float, float]]:
    of_class = pl.DataFrame({"label": answer, "brightness": brightness}).group_by("label").agg("brightness")
    found = {label: np.array(values) for label, values in of_class.iter_rows()}
    return {
        label: (_rounded(found[label].mean()), *(_rounded(value) for value in np.quantile(found[label], QUARTILES)))  # type: ignore[misc]
        for label in labels[:CLASSES] if label in found
    }  # fmt: skip


def _rounded(value: float | np.floating) -> float:
    return round(float(value), 1)


def _sizes(pictures: Pictures, places: np.ndarray) -> tuple[tuple[tuple[str, int, int], ...], tuple[tuple[str, int], ...], int]:
    """Smallest, middle and largest by area; how many have which longer side; how many are tiny."""
    sizes = getattr(pictures, "sizes", None)
    if sizes is None or not len(sizes) or not len(places):
        return (), (), 0
    looked_at = np.asarray(sizes)[places].astype(np.int64)
    order = np.argsort(looked_at.prod(axis=1), kind="stable")
    named = tuple((name, *(int(side) for side in looked_at[order[round(share * (len(order) - 1))]])) for name, share in SIZES)
    return named, bars(looked_at.max(axis=1)), int((looked_at.min(axis=1) < TINY_SIDE).sum())  # type: ignore[return-value]


def _copies(digests: np.ndarray, alike: np.ndarray | None) -> tuple[int, int | None]:
    """Pictures that equal one before, and that look like one before without being equal (None: not measured)."""
    first = np.unique(digests, return_index=True)[1]
    near = None if alike is None else len(first) - len(np.unique(alike[first]))
    return len(digests) - len(first), near


def _examples(rows: np.ndarray, answer: pl.Series, labels: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """Rows spread evenly over those of each class."""
    of_class = pl.DataFrame({"label": answer, "row": rows}).group_by("label", maintain_order=True).agg("row")
    found = dict(of_class.iter_rows())
    spread = {label: np.unique(np.linspace(0, len(found[label]) - 1, EXAMPLES).round().astype(int)) for label in labels[:CLASSES] if label in found}
    return {label: tuple(int(found[label][place]) for place in places) for label, places in spread.items()}
