"""A small Transformer for texts: every word looks at every other word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from core.dataset.schema import Task
from core.errors import BadSettings
from core.language import N_
from core.recipes.encoders import draw, hidden_layers
from core.recipes.plan import Plan, PlanBuilder
from core.recipes.recipe import Preset, Recipe, RecipeSettings
from core.runs.spec import TrainingSettings

if TYPE_CHECKING:
    from core.preprocess.shapes import InputShape

__all__ = ["TEXT_TRANSFORMER", "TextTransformerSettings"]


class TextTransformerSettings(RecipeSettings):
    """What can be chosen about the network and its vocabulary."""

    vocabulary: int = Field(default=10_000, ge=100, le=200_000, title=N_("Vocabulary"), description=N_("How many different words the network knows: the most frequent ones. All others look the same to it."))
    max_length: int = Field(default=96, ge=4, le=512, title=N_("Longest text"), description=N_("Words (in Chinese: characters) read of each text; the rest is cut off. Twice as many can take four times as long."))
    embedding_size: int = Field(default=64, ge=4, le=512, title=N_("Numbers for each word"), description=N_("How finely the network can tell words apart."))
    heads: int = Field(default=4, ge=1, le=16, title=N_("Attention heads"), description=N_("How many questions each word asks the others at a time. They share the numbers for each word evenly."))
    layers: int = Field(default=1, ge=1, le=6, title=N_("Transformer layers"), description=N_("Each further layer looks at what the one before understood."))
    units: int = Field(default=128, ge=4, le=2048, title=N_("Units for each word"), description=N_("How many things the network weighs up about each word after it has looked at the others."))
    word_dropout: float = Field(default=0.3, ge=0, le=0.9, title=N_("Word dropout"), description=N_("Share of words hidden at random while training, so that no single word decides."))
    dropout: float = Field(default=0.2, ge=0, le=0.9, title=N_("Dropout"), description=N_("Share of values hidden at random while training, so that the network does not learn by heart."))


def plan(settings: TextTransformerSettings, shapes: Sequence[InputShape], task: Task, classes: int) -> Plan:
    """Embedding, places and Transformer layers for each text; what the words then say is pooled.

    Raises:
        BadSettings: the heads cannot share the numbers of a word evenly.
    """
    if settings.embedding_size % settings.heads:
        raise BadSettings(
            N_("{heads} attention heads cannot share {embedding_size} numbers for each word evenly. Choose a multiple of {heads} numbers, or other heads.").format(heads=settings.heads, embedding_size=settings.embedding_size)
        )
    return draw(
        shapes, task, classes,
        text=lambda builder, name: _encode(builder, name, settings),
        body=lambda builder, vector: hidden_layers(builder, vector, layers=1, units=settings.embedding_size, dropout=settings.dropout),
    )


def _encode(builder: PlanBuilder, name: str, settings: TextTransformerSettings) -> str:
    words = builder.embedding(name, f"{name}_embedding", settings.embedding_size)
    words = builder.word_dropout(words, f"{name}_word_dropout", settings.word_dropout)
    words = builder.places(words, f"{name}_places")
    for number in range(1, settings.layers + 1):
        words = _layer(builder, words, name, f"{name}_layer_{number}", settings)
    words = builder.layer_norm(words, f"{name}_norm")
    pooled = [builder.mean_of_words(words, name, f"{name}_mean"), builder.max_of_words(words, name, f"{name}_strongest")]
    return builder.dropout(builder.concatenate(pooled, f"{name}_pooled"), f"{name}_dropout", settings.dropout)


def _layer(builder: PlanBuilder, words: str, tokens: str, name: str, settings: TextTransformerSettings) -> str:
    """Attention, then two dense layers for each word; each adds to what was there (norm first: learns without a warm-up)."""
    seen = builder.attention(builder.layer_norm(words, f"{name}_attention_norm"), tokens, f"{name}_attention", settings.heads)
    words = builder.add([words, builder.dropout(seen, f"{name}_attention_dropout", settings.dropout)], f"{name}_attention_sum")
    thought = builder.dense(builder.layer_norm(words, f"{name}_dense_norm"), f"{name}_dense_1", settings.units, "relu")
    thought = builder.dense(thought, f"{name}_dense_2", settings.embedding_size)
    return builder.add([words, builder.dropout(thought, f"{name}_dense_dropout", settings.dropout)], f"{name}_dense_sum")


TEXT_TRANSFORMER = Recipe(
    name="text_transformer",
    title=N_("Transformer"),
    description=N_("For texts: every word looks at every other word, the idea behind large language models; needs more rows than the others."),
    kind="text",
    settings=TextTransformerSettings,
    presets={
        "quick": Preset(TextTransformerSettings(vocabulary=5_000, max_length=48, embedding_size=32, heads=2, units=64), TrainingSettings(epochs=4, batch_size=64, learning_rate=3e-3, patience=2)),
        "balanced": Preset(TextTransformerSettings(), TrainingSettings(epochs=10, batch_size=64, learning_rate=1e-3, patience=2)),
        "thorough": Preset(TextTransformerSettings(vocabulary=20_000, max_length=192, embedding_size=96, heads=6, layers=2, units=192, dropout=0.3), TrainingSettings(epochs=20, batch_size=64, learning_rate=5e-4, patience=3)),
    },
    plan=plan,
)
