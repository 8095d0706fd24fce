"""RunSpec: everything that decides a run, as one validated and versioned object.

The page, the command line and a notebook all make the same one; as JSON it is the whole recipe of a
run. Recipe settings are validated by the recipe itself (`core.recipes`), because only it knows them.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.dataset.schema import Task

__all__ = ["Backend", "RunSpec", "TrainingSettings"]

Backend = Literal["auto", "jax", "tensorflow"]


class TrainingSettings(BaseModel):
    """How a network is trained, the same for all recipes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(default=20, ge=1, le=10_000, title="Epochs", description="One epoch shows every training row to the network once.")
    batch_size: int = Field(default=64, ge=1, le=8192, title="Batch size", description="Rows the network sees before each small correction.")
    learning_rate: float = Field(default=1e-3, gt=0, le=1, title="Learning rate", description="Size of each correction. Too large and it never settles; too small and it takes for ever.")
    optimizer: Literal["adam", "adamw", "sgd", "rmsprop"] = Field(default="adam", title="Optimizer", description="The rule that turns errors into corrections.")
    patience: int = Field(default=5, ge=0, le=1000, title="Patience", description="Stop when this many epochs bring no improvement on the validation rows. 0: never stop early.")
    balance_classes: bool = Field(default=False, title="Balance classes", description="Give rare classes more weight, so that they are not ignored.")


class RunSpec(BaseModel):
    """Everything that decides a run.

    Attributes:
        version: format of this object; readers refuse a newer one.
        dataset: id of the dataset (its split is used; a run never makes its own).
        inputs: columns that the model gets.
        target: column to predict; the dataset's own.
        task: binary, multiclass or regression.
        recipe: name of a recipe in `core.recipes`.
        preset: quick, balanced, thorough or custom; only for display.
        settings: the recipe's own settings, complete, as validated by the recipe.
        training: settings of the training loop.
        backend: the engine, or `auto` for what was measured as best for this recipe and device.
        seed: decides initial weights, order of rows and dropout.
        name: shown to people; never used as a path.
        continues: id of the run whose learning goes on in this one; empty for a run of its own. `training.epochs`
            then counts the epochs of that one too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    dataset: str
    inputs: tuple[str, ...] = Field(min_length=1)
    target: str
    task: Task
    recipe: str
    preset: str = "balanced"
    settings: dict[str, Any] = Field(default_factory=dict)
    training: TrainingSettings = TrainingSettings()
    backend: Backend = "auto"
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    name: str = Field(default="", max_length=120)
    continues: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9-]{0,63})?$")
