"""What a report consists of, whatever it is written as: sections of sentences, facts, tables and charts.

The page for the browser, the PDF and the model card tell the same; so the telling happens once, into these
blocks, and each format only writes them down. All text in them is plain: what a name of a stranger could do to a
format is prevented where it is written (`core.report.text`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.charts.style import Chart

__all__ = ["Block", "Cell", "Facts", "Figure", "Head", "Section", "Sentence", "Table"]


@dataclass(frozen=True)
class Sentence:
    """One paragraph.

    Attributes:
        text: plain.
        quiet: of less weight: a method, a footnote.
    """

    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Facts:
    """Names with what they are, one under the other."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: the number or word.
        small: what stands under it in smaller type, such as its interval.
    """

    text: str
    small: str = ""


@dataclass(frozen=True)
class Head:
    """The head of a column.

    Attributes:
        text: what it is called.
        colour: `#RRGGBB` of the model whose column it is; "" where it is none.
    """

    text: str
    colour: str = ""


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row names it.

    Attributes:
        head: one for each column.
        rows: cells, as many as heads.
        title: where it stands folded behind this line; "" where it stands open.
        colour: of the model that the whole table is about; "" where it is none.
    """

    head: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    colour: str = ""


@dataclass(frozen=True, eq=False)
class Figure:
    """One chart, on a light ground and, for a screen, on a dark one.

    Attributes:
        light, dark: the same finding, drawn twice; paper needs no dark one.
    """

    light: Chart
    dark: Chart | None = None


Block = Sentence | Facts | Table | Figure


@dataclass(frozen=True, eq=False)
class Section:
    """A part of the report.

    Attributes:
        title: its heading.
        blocks: what stands in it, in reading order.
    """

    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)
