"""A recurrent network for texts: reads word after word, so that order counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.dataset.schema import Task
from core.language import N_
from core.recipes.encoders import draw, hidden_layers
from core.recipes.plan import Plan, PlanBuilder
from core.recipes.recipe import Preset, Recipe, RecipeSettings
from core.runs.spec import TrainingSettings

if TYPE_CHECKING:
    from core.preprocess.shapes import InputShape

__all__ = ["TEXT_RECURRENT", "TextRecurrentSettings"]


class TextRecurrentSettings(RecipeSettings):
    """What can be chosen about the network and its vocabulary."""

    vocabulary: int = Field(default=10_000, ge=100, le=200_000, title=N_("Vocabulary"), description=N_("How many different words the network knows: the most frequent ones. All others look the same to it."))
    max_length: int = Field(default=96, ge=4, le=1024, title=N_("Longest text"), description=N_("Words (in Chinese: characters) read of each text; the rest is cut off. Twice as many take twice as long."))
    embedding_size: int = Field(default=64, ge=1, le=512, title=N_("Numbers for each word"), description=N_("How finely the network can tell words apart."))
    cell: Literal["gru", "lstm"] = Field(default="gru", title=N_("Memory cell"), description=N_("How it remembers. gru is smaller and faster; lstm remembers longer."))
    units: int = Field(default=32, ge=1, le=512, title=N_("Memory size"), description=N_("How many things it can keep in mind while it reads."))
    both_ways: bool = Field(default=True, title=N_("Read both ways"), description=N_("Read each text forwards and backwards. Twice the work, usually better."))
    layers: int = Field(default=1, ge=1, le=4, title=N_("Recurrent layers"), description=N_("Each further layer reads what the one before noted."))
    word_dropout: float = Field(default=0.3, ge=0, le=0.9, title=N_("Word dropout"), description=N_("Share of words hidden at random while training, so that no single word decides."))
    dropout: float = Field(default=0.3, ge=0, le=0.9, title=N_("Dropout"), description=N_("Share of values hidden at random while training, so that the network does not learn by heart."))


def plan(settings: TextRecurrentSettings, shapes: Sequence[InputShape], task: Task, classes: int) -> Plan:
    """Embedding and recurrent layers for each text; their notes are pooled over the words."""
    return draw(
        shapes, task, classes,
        text=lambda builder, name: _encode(builder, name, settings),
        body=lambda builder, vector: hidden_layers(builder, vector, layers=1, units=settings.units, dropout=settings.dropout),
    )


def _encode(builder: PlanBuilder, name: str, settings: TextRecurrentSettings) -> str:
    words = builder.embedding(name, f"{name}_embedding", settings.embedding_size)
    words = builder.word_dropout(words, f"{name}_word_dropout", settings.word_dropout)
    for number in range(1, settings.layers + 1):
        words = builder.recurrent(words, name, f"{name}_recurrent_{number}", settings.units, settings.cell, settings.both_ways)
    pooled = [builder.mean_of_words(words, name, f"{name}_mean"), builder.max_of_words(words, name, f"{name}_strongest")]
    return builder.dropout(builder.concatenate(pooled, f"{name}_pooled"), f"{name}_dropout", settings.dropout)


TEXT_RECURRENT = Recipe(
    name="text_recurrent",
    title=N_("Recurrent network"),
    description=N_("For texts: reads word after word with a memory, so that the order of words counts; slower."),
    kind="text",
    settings=TextRecurrentSettings,
    presets={
        "quick": Preset(TextRecurrentSettings(vocabulary=5_000, max_length=48, embedding_size=32, units=24), TrainingSettings(epochs=3, batch_size=64, learning_rate=4e-3, patience=2)),
        "balanced": Preset(TextRecurrentSettings(), TrainingSettings(epochs=8, batch_size=64, learning_rate=2e-3, patience=2)),
        "thorough": Preset(TextRecurrentSettings(vocabulary=20_000, max_length=192, embedding_size=96, units=96), TrainingSettings(epochs=20, batch_size=64, learning_rate=1e-3, patience=3)),
    },
    plan=plan,
)
