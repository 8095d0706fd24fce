"""Identity: the colour, dash and marker by which a run is known, the same on every page and in every export.

Colours are those of Okabe and Ito (2008) that stand out on white and on near black; a dash and a marker go
with each, so that nobody has to tell models apart by colour alone. A run is given its number once, the
first that no other run of its dataset has, and keeps it in its folder, so deleting a run repaints no other.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import Damaged
from core.files import read_json, write_json
from core.runs.run import Run

__all__ = ["BASELINES", "Identity", "apart", "baseline_identity", "identity", "identity_of_number"]

IDENTITY_FILE = "identity.json"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "x")
LONGEST = 60  # characters of a name that a table or a card has room for
ENDING = 4  # characters of an id that stand behind a name
GREY = "#8A8F98"  # 3:1 or more on white and on near black
BASELINES = ("majority", "linear", "gradient_boosted_trees")  # in the order in which they are drawn


@dataclass(frozen=True)
class Identity:
    """How a model is drawn.

    Attributes:
        colour: `#RRGGBB`.
        dash: a Plotly line dash.
        marker: a Plotly marker symbol.
    """

    colour: str
    dash: str
    marker: str

    @property
    def is_simple(self) -> bool:
        """Whether it is that of a simple model: grey stands behind colours."""
        return self.colour == GREY


def identity_of_number(number: int) -> Identity:
    """The identity with this number, from 0; colour and marker together repeat only after 42.

    Example:
        >>> identity_of_number(0) == identity_of_number(6), identity_of_number(6).colour
        (False, '#0072B2')
    """
    turn = number // len(COLOURS)
    return Identity(COLOURS[number % 6], DASHES[(number + turn) % 6], MARKERS[number % 7])


def baseline_identity(name: str) -> Identity:
    """The identity of a baseline: grey, told apart by dash and marker."""
    place = BASELINES.index(name) if name in BASELINES else len(BASELINES)
    return Identity(GREY, ("dot", "dash", "longdashdot", "dashdot")[place], f"{MARKERS[place]}-open")


def identity(run: Run) -> Identity:
    """The identity of a run, given to it at the first call and kept in its folder.

    Args:
        run: any run; its siblings are the other runs in the same folder.

    Returns:
        Its identity. If the folder cannot be written (a copy on a read-only disk), the same one each
        time, but not certainly another than that of its siblings.
    """
    if (number := _kept(run.folder)) is None:
        number = _first_free(run)
        with contextlib.suppress(OSError):
            write_json(run.path(IDENTITY_FILE), {"number": number})
    return identity_of_number(number)


def apart(names: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Names of which no two look the same where there is room for 60 characters: such names get the end of their id.

    Args:
        names: of models, as people gave them.
        ids: theirs, in the same order.

    Example:
        >>> apart(["Same", "Same", "Other"], ["r-1234", "r-5678", "r-9999"])
        ['Same · 1234', 'Same · 5678', 'Other']
    """
    room = LONGEST - ENDING - 4
    heads = [name[:room] for name in names]
    cut = [name if len(name) <= room else f"{name[:room].rstrip()}…" for name in names]
    return [f"{cut[place]} · {one[-ENDING:]}" if heads.count(heads[place]) > 1 else names[place] for place, one in enumerate(ids)]


def _kept(folder: Path) -> int | None:
    with contextlib.suppress(Damaged, KeyError, TypeError):
        number = read_json(folder / IDENTITY_FILE)["number"]
        return number if isinstance(number, int) and number >= 0 else None
    return None


def _first_free(run: Run) -> int:
    dataset = run.spec.dataset
    taken = set()
    with os.scandir(run.folder.parent) as entries:
        siblings = [Run(Path(entry.path)) for entry in entries if entry.name != run.id and not entry.name.startswith(".")]
    for sibling in siblings:
        if (number := _kept(sibling.folder)) is not None:
            with contextlib.suppress(Damaged):
                taken |= {number} if sibling.spec.dataset == dataset else set()
    return next(number for number in range(len(taken) + 1) if number not in taken)
