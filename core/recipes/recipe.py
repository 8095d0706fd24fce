"""What a recipe is: settings with presets, and a function that turns them into a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from core.dataset.schema import ColumnType, Task
from core.recipes.plan import Plan
from core.runs.spec import TrainingSettings

if TYPE_CHECKING:
    from core.preprocess.shapes import InputShape

__all__ = ["COLUMNS_OF", "PRESETS", "Kind", "Preset", "Recipe", "RecipeSettings", "kinds_of"]

Kind = Literal["table", "text", "image"]  # of an input tensor; see InputShape
PRESETS = ("quick", "balanced", "thorough")

COLUMNS_OF: dict[Kind, tuple[ColumnType, ...]] = {
    "table": (ColumnType.NUMBER, ColumnType.CATEGORY, ColumnType.TIME),
    "text": (ColumnType.TEXT,),
    "image": (ColumnType.IMAGE,),
}


def kinds_of(types: Sequence[ColumnType]) -> tuple[Kind, ...]:
    """Which kinds of input tensor columns of these types become.

    Example:
        >>> kinds_of([ColumnType.TEXT, ColumnType.NUMBER, ColumnType.IDENTIFIER])
        ('table', 'text')
    """
    return tuple(kind for kind, members in COLUMNS_OF.items() if any(column in members for column in types))


class RecipeSettings(BaseModel):
    """Settings of one recipe: flat, frozen, and nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PlanMaker(Protocol):
    """Turns settings into a network for given inputs; see the `plan` function of each recipe."""

    def __call__(self, settings: Any, shapes: Sequence[InputShape], task: Task, classes: int) -> Plan: ...


@dataclass(frozen=True)
class Preset:
    """A tested choice of all settings.

    Attributes:
        settings: of the recipe.
        training: of the training loop.
    """

    settings: RecipeSettings
    training: TrainingSettings


@dataclass(frozen=True)
class Recipe:
    """One way to build a network.

    Attributes:
        name: as in `RunSpec.recipe` and on the command line.
        title: for people.
        description: one sentence for somebody who never built a network.
        kind: what it is made for; refused where no input is of this kind.
        settings: the pydantic model of its settings.
        presets: `PRESETS` → settings.
        plan: (settings, shapes, task, classes) → Plan.
    """

    name: str
    title: str
    description: str
    kind: Kind
    settings: type[RecipeSettings]
    presets: Mapping[str, Preset]
    plan: PlanMaker
