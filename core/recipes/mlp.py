"""A multilayer network for tables: dense layers on top of all columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from core.dataset.schema import Task
from core.language import N_
from core.recipes.encoders import draw, hidden_layers
from core.recipes.plan import Plan
from core.recipes.recipe import Preset, Recipe, RecipeSettings
from core.runs.spec import TrainingSettings

if TYPE_CHECKING:
    from core.preprocess.shapes import InputShape

__all__ = ["MLP", "MlpSettings"]


class MlpSettings(RecipeSettings):
    """What can be chosen about the network."""

    layers: int = Field(default=2, ge=0, le=8, title=N_("Hidden layers"), description=N_("Layers between the columns and the answer. 0 is a plain linear model; more can find more involved rules but learn by heart more easily."))
    units: int = Field(default=64, ge=1, le=2048, title=N_("Units in a layer"), description=N_("How many things each layer can pay attention to."))
    dropout: float = Field(default=0.2, ge=0, le=0.9, title=N_("Dropout"), description=N_("Share of values hidden at random while training, so that the network does not learn by heart."))


def plan(settings: MlpSettings, shapes: Sequence[InputShape], task: Task, classes: int) -> Plan:
    """The table goes straight into the hidden layers; other inputs are encoded first."""
    return draw(
        shapes, task, classes,
        table=lambda _builder, name: name,
        body=lambda builder, vector: hidden_layers(builder, vector, layers=settings.layers, units=settings.units, dropout=settings.dropout),
    )


MLP = Recipe(
    name="mlp",
    title=N_("Multilayer network"),
    description=N_("For tables: looks at all columns of a row at once and learns which of them together lead to the answer."),
    kind="table",
    settings=MlpSettings,
    presets={
        "quick": Preset(MlpSettings(layers=1, units=32, dropout=0.1), TrainingSettings(epochs=20, batch_size=32, learning_rate=3e-3, patience=4)),
        "balanced": Preset(MlpSettings(), TrainingSettings(epochs=100, batch_size=64, learning_rate=1e-3, patience=10)),
        "thorough": Preset(MlpSettings(layers=3, units=256, dropout=0.3), TrainingSettings(epochs=300, batch_size=64, learning_rate=3e-4, patience=30)),
    },
    plan=plan,
)
