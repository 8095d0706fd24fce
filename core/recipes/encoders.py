"""The parts that all recipes share: an encoder for each kind of input, the combiner, and the head.

Every model is encoders + combiner + head, so any recipe takes any mix of table, text and pictures: a
recipe brings the settings of its own kind, and the defaults here serve the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.dataset.schema import Task
from core.errors import BadSettings
from core.language import N_
from core.recipes.plan import OUTPUT, Plan, PlanBuilder

if TYPE_CHECKING:
    from core.preprocess.shapes import InputShape

__all__ = ["Image", "Text", "draw", "encode_image", "encode_table", "encode_text", "hidden_layers"]

SIDE_UNITS = 64  # width given to a table that stands beside the recipe's own kind of input

Encoder = Callable[[PlanBuilder, str], str]  # adds layers behind an input, returns the name of a vector


@dataclass(frozen=True)
class Text:
    """How a text is encoded by pooling; the defaults serve recipes that are made for something else."""

    embedding_size: int = 32
    word_dropout: float = 0.2
    strongest_words: bool = False


@dataclass(frozen=True)
class Image:
    """How a picture is encoded; the defaults serve recipes that are made for something else."""

    blocks: int = 2
    filters: int = 16
    kernel_size: int = 3
    convolutions: int = 1
    keep_places: bool = False


def draw(
    shapes: Sequence[InputShape], task: Task, classes: int, *,
    table: Encoder | None = None, text: Encoder | None = None, image: Encoder | None = None,
    body: Callable[[PlanBuilder, str], str],
) -> Plan:
    """Draw a whole network: one encoder behind each input, joined, a body, the head.

    Args:
        shapes: the input tensors.
        task: decides the head.
        classes: number of classes; ignored for regression.
        table: encoder of a table; default: one dense layer.
        text: encoder of a text; default: the sum of its words.
        image: encoder of a picture; default: two small convolutional blocks.
        body: layers between the joined vector and the head.

    Returns:
        The plan, ending in a layer named `output`.
    """
    builder = PlanBuilder(shapes)
    encoders: dict[str, Encoder] = {
        "table": table or encode_table,
        "text": text or (lambda builder, name: encode_text(builder, name, Text())),
        "image": image or (lambda builder, name: encode_image(builder, name, Image())),
    }
    encoded = [encoders[shape.kind](builder, shape.name) for shape in shapes]
    _head(builder, body(builder, builder.concatenate(encoded, "joined")), task, classes)
    return builder.plan()


def encode_table(builder: PlanBuilder, name: str) -> str:
    """One dense layer, so that a wide table does not drown what stands beside it."""
    return builder.dense(name, f"{name}_dense", SIDE_UNITS, "relu")


def encode_text(builder: PlanBuilder, name: str, settings: Text) -> str:
    """Embed each word and pool over the words that are not padding."""
    words = builder.embedding(name, f"{name}_embedding", settings.embedding_size)
    words = builder.word_dropout(words, f"{name}_word_dropout", settings.word_dropout)
    pooled = [builder.sum_of_words(words, name, f"{name}_sum")]
    if settings.strongest_words:
        pooled.append(builder.max_of_words(words, name, f"{name}_strongest"))
    return builder.concatenate(pooled, f"{name}_pooled")


def encode_image(builder: PlanBuilder, name: str, settings: Image) -> str:
    """Blocks of convolutions, each half as large and twice as deep as the one before.

    Raises:
        BadSettings: the picture cannot be halved as often as there are blocks.
    """
    height, width, _ = builder.shape(name)
    most = max(min(height, width), 1).bit_length() - 1  # floor(log2): how often it can be halved
    if settings.blocks > most:
        raise BadSettings(
            N_("Pictures of {height} × {width} can be halved {most} times at most; you asked for {blocks} blocks. Choose fewer blocks.").format(height=height, width=width, most=most, blocks=settings.blocks)
        )
    picture = builder.rescale(name, f"{name}_rescale")
    for block in range(1, settings.blocks + 1):
        for step in range(1, settings.convolutions + 1):
            place = f"{name}_block_{block}_{step}"
            picture = builder.convolution(picture, f"{place}_convolution", settings.filters * 2 ** (block - 1), settings.kernel_size)
            picture = builder.relu(builder.batch_norm(picture, f"{place}_norm"), f"{place}_relu")
        picture = builder.halve(picture, f"{name}_block_{block}_halve")
    return builder.flatten(picture, f"{name}_flat") if settings.keep_places else builder.average_of_places(picture, f"{name}_average")


def hidden_layers(builder: PlanBuilder, vector: str, *, layers: int, units: int, dropout: float) -> str:
    """A stack of dense layers of the same width, each followed by dropout."""
    for number in range(1, layers + 1):
        vector = builder.dense(vector, f"hidden_{number}", units, "relu")
        vector = builder.dropout(vector, f"hidden_{number}_dropout", dropout)
    return vector


def _head(builder: PlanBuilder, vector: str, task: Task, classes: int) -> str:
    if task is Task.MULTICLASS:
        return builder.dense(vector, OUTPUT, classes, "softmax")
    return builder.dense(vector, OUTPUT, 1, "sigmoid" if task is Task.BINARY else "linear")
