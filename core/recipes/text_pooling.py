"""A fast network for texts: a vector for each word, pooled over the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from core.dataset.schema import Task
from core.language import N_
from core.recipes.encoders import Text, draw, encode_text, hidden_layers
from core.recipes.plan import Plan
from core.recipes.recipe import Preset, Recipe, RecipeSettings
from core.runs.spec import TrainingSettings

if TYPE_CHECKING:
    from core.preprocess.shapes import InputShape

__all__ = ["TEXT_POOLING", "TextPoolingSettings"]


class TextPoolingSettings(RecipeSettings):
    """What can be chosen about the network and its vocabulary."""

    vocabulary: int = Field(default=20_000, ge=100, le=200_000, title=N_("Vocabulary"), description=N_("How many different words the network knows: the most frequent ones. All others look the same to it."))
    max_length: int = Field(default=256, ge=4, le=4096, title=N_("Longest text"), description=N_("Words (in Chinese: characters) read of each text, pairs included; the rest is cut off."))
    ngrams: int = Field(default=2, ge=1, le=2, title=N_("Words in a row"), description=N_("1: single words only. 2: also pairs of neighbours, so that \"not good\" differs from \"good\"."))
    embedding_size: int = Field(default=16, ge=1, le=512, title=N_("Numbers for each word"), description=N_("How finely the network can tell words apart."))
    word_dropout: float = Field(default=0.3, ge=0, le=0.9, title=N_("Word dropout"), description=N_("Share of words hidden at random while training, so that no single word decides."))
    strongest_words: bool = Field(default=False, title=N_("Strongest words"), description=N_("Look at the strongest word as well as at the sum of all words."))
    layers: int = Field(default=0, ge=0, le=8, title=N_("Hidden layers"), description=N_("Layers between the pooled text and the answer."))
    units: int = Field(default=64, ge=1, le=2048, title=N_("Units in a layer"), description=N_("How many things each hidden layer can pay attention to."))
    dropout: float = Field(default=0.2, ge=0, le=0.9, title=N_("Dropout"), description=N_("Share of values hidden at random while training, so that the network does not learn by heart."))


def plan(settings: TextPoolingSettings, shapes: Sequence[InputShape], task: Task, classes: int) -> Plan:
    """Embedding and pooling for each text, then hidden layers."""
    text = Text(settings.embedding_size, settings.word_dropout, settings.strongest_words)
    return draw(
        shapes, task, classes,
        text=lambda builder, name: encode_text(builder, name, text),
        body=lambda builder, vector: hidden_layers(builder, vector, layers=settings.layers, units=settings.units, dropout=settings.dropout),
    )


TEXT_POOLING = Recipe(
    name="text_pooling",
    title=N_("Word pooling"),
    description=N_("For texts: learns what each word and pair of words speaks for and adds it all up; fast, and hard to beat."),
    kind="text",
    settings=TextPoolingSettings,
    presets={
        "quick": Preset(TextPoolingSettings(vocabulary=10_000, max_length=128, ngrams=1, embedding_size=8), TrainingSettings(epochs=6, batch_size=64, learning_rate=3e-3, patience=2)),
        "balanced": Preset(TextPoolingSettings(), TrainingSettings(epochs=40, batch_size=64, learning_rate=5e-4, patience=3)),
        "thorough": Preset(TextPoolingSettings(vocabulary=40_000, max_length=512, embedding_size=32, strongest_words=True), TrainingSettings(epochs=60, batch_size=64, learning_rate=3e-4, patience=5)),
    },
    plan=plan,
)
