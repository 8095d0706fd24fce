"""What the folders around a file mean: a wrapper, a part of the split, a class.

The same for pictures and for texts. Folders are names here, never paths. A folder that wraps everything means nothing;
train, validation and test, above the classes or inside each of them, are the split that the file brings; what remains
begins with the class.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.dataset.schema import Part
from core.dataset.split import part_named

__all__ = ["Place", "places"]

AFTER_PART = re.compile(r"[ _-]*(set|sets|data|images?|imgs?|pictures?|photos?|19\d\d|20\d\d)$", re.IGNORECASE)

Folders = tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where a file belongs.

    Attributes:
        label: the class folder; "" for a file that lies in none.
        part: of the split; None where the folders do not say it.
    """

    label: str
    part: Part | None = None


def places(folders: Sequence[Folders]) -> list[Place]:
    """Find class and part of each file from the folders around all of them.

    Args:
        folders: the names of the folders around each file, outermost first.

    Returns:
        As many places.

    Example:
        >>> [place.label for place in places([("data", "cat"), ("data", "dog")])]
        ['cat', 'dog']
        >>> [(p.label, p.part.value) for p in places([("train", "cat"), ("test", "cat")])]
        [('cat', 'train'), ('cat', 'test')]
    """
    distinct = {inside: inside for inside in folders}  # a zip has many files in few folders
    found = _meanings(list(distinct), Counter(folders))
    return [found[inside] for inside in folders]


def _meanings(kinds: list[Folders], files: Counter[Folders]) -> dict[Folders, Place]:
    rest = _unwrapped({kind: kind for kind in kinds}, files)
    parts = _parts_above(rest)
    if parts:
        rest = _unwrapped({kind: inside[1:] if parts.get(kind) else inside for kind, inside in rest.items()}, files)
    else:
        parts = _parts_inside(rest)
    return {kind: Place(inside[0] if inside else "", parts.get(kind)) for kind, inside in rest.items()}


def _unwrapped(rest: dict[Folders, Folders], files: Counter[Folders]) -> dict[Folders, Folders]:
    """The folders without those that wrap everything."""
    while (wrapper := _wrapper(rest, files)) is not None:
        rest = {kind: inside[1:] if inside[:1] == (wrapper,) else inside for kind, inside in rest.items()}
    return rest


def _wrapper(rest: dict[Folders, Folders], files: Counter[Folders]) -> str | None:
    """The folder that holds all class folders, if there is one."""
    firsts = {inside[0] for inside in rest.values() if inside}
    if len(firsts) != 1:
        return None
    deeper = sum(files[kind] for kind, inside in rest.items() if len(inside) > 1)
    return firsts.pop() if 2 * deeper >= sum(files[kind] for kind, inside in rest.items() if inside) else None


def _parts_above(rest: dict[Folders, Folders]) -> dict[Folders, Part]:
    """The part of each file whose outermost folder is one; beside classes, two such folders must hold folders themselves."""
    named = {kind: part for kind, inside in rest.items() if inside and (part := _part(inside[0])) is not None}
    beside_classes = any(_part(inside[0]) is None for inside in rest.values() if inside)
    speaking = {part for kind, part in named.items() if len(rest[kind]) > 1 or not beside_classes}
    return named if len(speaking) > 1 else {}


def _parts_inside(rest: dict[Folders, Folders]) -> dict[Folders, Part]:
    """The part of each file where every class is divided into parts: cat/train, cat/test, dog/train, …"""
    deep = {kind: _part(inside[1]) for kind, inside in rest.items() if len(inside) > 1}
    found = {kind: part for kind, part in deep.items() if part is not None}
    return found if len(found) == len(deep) and len(set(found.values())) > 1 else {}


@lru_cache(maxsize=1024)
def _part(folder: str) -> Part | None:
    return part_named(folder) or part_named(AFTER_PART.sub("", folder))
