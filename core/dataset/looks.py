"""What the page shows of pictures and texts beyond the profile of columns: sizes, brightness, lengths, languages, words.

Computed once, in the process that reads or stores the file, and kept as a few kilobytes of JSON; the page only draws it. Only
training rows are looked at: the words and pictures of test rows stay sealed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field

from core.dataset.progress import Progress
from core.dataset.schema import ColumnType, Part
from core.language import N_

if TYPE_CHECKING:
    import numpy as np

    from core.dataset.facts import Facts
    from core.dataset.readers.pictures import Pictures

__all__ = ["Bars", "Looks", "PictureLook", "TextLook", "look"]

ROWS: Final = 20_000  # of the training rows at most
COLUMNS: Final = 8  # of texts at most are looked at

Bars = tuple[tuple[str, int], ...]  # (range, how many), at most 12


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PictureLook(_Frozen):
    """What the training pictures look like.

    Attributes:
        count: pictures of the whole data set.
        looked_at: training pictures that the numbers below were measured on.
        sizes: ("smallest" | "middle" | "largest", width, height) as in the files, pixels; empty where it is not known.
        side_bars: how many have a longer side of so many pixels.
        grey_share: share without any colour, 0 to 1.
        brightness: class → mean, first quartile, median and third quartile of the pictures' brightness, 0 (black) to 255.
        copies: training pictures that are pixel for pixel like one before.
        near_copies: that look like one before, copies not counted; None: not measured.
        blank: of one colour throughout.
        tiny: with a side of less than 8 pixels in the file.
        examples: class → up to six rows of the data set, training rows.
    """

    count: int
    looked_at: int
    sizes: tuple[tuple[str, int, int], ...] = ()
    side_bars: Bars = ()
    grey_share: float
    brightness: dict[str, tuple[float, float, float, float]] = Field(default_factory=dict)
    copies: int = 0
    near_copies: int | None = None
    blank: int = 0
    tiny: int = 0
    examples: dict[str, tuple[int, ...]] = Field(default_factory=dict)


class TextLook(_Frozen):
    """What one column of texts looks like.

    Attributes:
        looked_at: training rows that all of this was measured on.
        empty: of them, without any text.
        characters, words: ("shortest" | "a quarter" | "middle" | "three quarters" | "95 %" | "longest", length): so long at most are so many.
        character_bars: how many texts have so many characters.
        languages: (key of `core.dataset.languages.TITLES`, share of the texts), the most frequent first.
        frequent: (word, texts with it), the most frequent first.
        by_class: class → (word, how many times more frequent than in the other classes), the surest first.
    """

    looked_at: int
    empty: int = 0
    characters: tuple[tuple[str, int], ...] = ()
    words: tuple[tuple[str, int], ...] = ()
    character_bars: Bars = ()
    languages: tuple[tuple[str, float], ...] = ()
    frequent: tuple[tuple[str, int], ...] = ()
    by_class: dict[str, tuple[tuple[str, float], ...]] = Field(default_factory=dict)


class Looks(_Frozen):
    """What pictures and texts of a data set look like; empty for plain tables."""

    pictures: PictureLook | None = None
    texts: dict[str, TextLook] = Field(default_factory=dict)


def look(facts: Facts, pictures: Pictures | None = None, kept: np.ndarray | None = None, progress: Progress | None = None) -> Looks:
    """Look at the pictures and texts of a draft.

    Args:
        facts: of the draft; texts are looked at where they are inputs or might be.
        pictures: as they were read.
        kept: (rows,) the picture of each row of `facts.table`; default: the same number.
        progress: to hear how far it is, and to cancel.

    Returns:
        The same for the same draft: rows are sampled with a fixed seed.

    Raises:
        Cancelled: nobody wants it any more.
    """
    from core.dataset.picture_look import look_at_pictures
    from core.dataset.text_look import look_at_texts

    told = progress or Progress()
    rows = _sampled(facts)
    texts = [column.name for column in facts.columns if column.type is ColumnType.TEXT and column.name != facts.target][:COLUMNS]
    found = {}
    for place, name in enumerate(texts):
        told.step(N_("Looking at the texts"), place, len(texts), len(rows))
        found[name] = look_at_texts(facts, name, rows)
    if pictures is not None and facts.rows:
        told.step(N_("Looking at the pictures"), 0, 1, len(rows))
    shown = look_at_pictures(facts, pictures, rows, kept) if pictures is not None and facts.rows else None
    return Looks(pictures=shown, texts=found)


def _sampled(facts: Facts) -> np.ndarray:
    """Training rows, ascending, at most `ROWS`; all rows where they are too few to be split."""
    import numpy as np

    rows = np.flatnonzero(facts.parts == Part.TRAIN.number) if len(facts.parts) else np.arange(facts.rows)
    return rows if len(rows) <= ROWS else np.sort(np.random.default_rng(0).choice(rows, ROWS, replace=False))
