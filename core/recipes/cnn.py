"""A convolutional network for pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from core.dataset.schema import Task
from core.language import N_
from core.recipes.encoders import Image, draw, encode_image, hidden_layers
from core.recipes.plan import Plan
from core.recipes.recipe import Preset, Recipe, RecipeSettings
from core.runs.spec import TrainingSettings

if TYPE_CHECKING:
    from core.preprocess.shapes import InputShape

__all__ = ["CNN", "CnnSettings"]


class CnnSettings(RecipeSettings):
    """What can be chosen about the network."""

    blocks: int = Field(default=3, ge=1, le=8, title=N_("Blocks"), description=N_("Each block looks for larger patterns than the one before, in a picture half as large."))
    filters: int = Field(default=16, ge=1, le=256, title=N_("Filters"), description=N_("How many patterns the first block looks for; each further block looks for twice as many."))
    convolutions: int = Field(default=1, ge=1, le=4, title=N_("Convolutions in a block"), description=N_("How often a block looks before it halves the picture."))
    kernel_size: int = Field(default=3, ge=1, le=11, title=N_("Window size"), description=N_("Height and width, in pixels, of the window that slides over the picture."))
    keep_places: bool = Field(default=True, title=N_("Keep places"), description=N_("On: the network knows where in the picture something was found. Off: only that it was found; smaller, and better where the place says nothing."))
    units: int = Field(default=128, ge=1, le=2048, title=N_("Units in the last layer"), description=N_("How many things the network weighs up before it answers."))
    dropout: float = Field(default=0.3, ge=0, le=0.9, title=N_("Dropout"), description=N_("Share of values hidden at random while training, so that the network does not learn by heart."))


def plan(settings: CnnSettings, shapes: Sequence[InputShape], task: Task, classes: int) -> Plan:
    """Convolutional blocks behind each picture, then one dense layer.

    Raises:
        BadSettings: the pictures are too small for so many blocks.
    """
    image = Image(
        blocks=settings.blocks, filters=settings.filters, kernel_size=settings.kernel_size,
        convolutions=settings.convolutions, keep_places=settings.keep_places,
    )
    return draw(
        shapes, task, classes,
        image=lambda builder, name: encode_image(builder, name, image),
        body=lambda builder, vector: hidden_layers(builder, vector, layers=1, units=settings.units, dropout=settings.dropout),
    )


CNN = Recipe(
    name="cnn",
    title=N_("Convolutional network"),
    description=N_("For pictures: looks for small patterns first, then for patterns made of patterns, wherever they are in the picture."),
    kind="image",
    settings=CnnSettings,
    presets={
        "quick": Preset(CnnSettings(blocks=2, filters=8, units=64), TrainingSettings(epochs=4, batch_size=64, learning_rate=2e-3, patience=2)),
        "balanced": Preset(CnnSettings(), TrainingSettings(epochs=20, batch_size=32, learning_rate=1e-3, patience=4)),
        "thorough": Preset(CnnSettings(filters=32, convolutions=2, units=256, dropout=0.4), TrainingSettings(epochs=40, batch_size=64, learning_rate=5e-4, patience=6)),
    },
    plan=plan,
)
