"""RunSpec: everything that decides a run, as one validated and versioned object.

The page, the command line and a notebook all make the same one; as JSON it is the whole recipe of a
run. Recipe settings are validated by the recipe itself (`core.recipes`), because only it knows them.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.dataset.schema import Task
from core.language import N_

__all__ = ["MOST_FOLDS", "Backend", "RunSpec", "TrainingSettings"]

MOST_FOLDS = 20

Backend = Literal["auto", "jax", "tensorflow"]


class TrainingSettings(BaseModel):
    """How a network is trained, the same for all recipes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(default=20, ge=1, le=10_000, title=N_("Epochs"), description=N_("One epoch shows every training row to the network once."))
    batch_size: int = Field(default=64, ge=1, le=8192, title=N_("Batch size"), description=N_("Rows the network sees before each small correction."))
    learning_rate: float = Field(default=1e-3, gt=0, le=1, title=N_("Learning rate"), description=N_("Size of each correction. Too large and it never settles; too small and it takes for ever."))
    optimizer: Literal["adam", "adamw", "sgd", "rmsprop"] = Field(default="adam", title=N_("Optimizer"), description=N_("The rule that turns errors into corrections."))
    patience: int = Field(default=5, ge=0, le=1000, title=N_("Patience"), description=N_("Stop when this many epochs bring no improvement on the validation rows. 0: never stop early."))
    balance_classes: bool = Field(default=False, title=N_("Balance classes"), description=N_("Give rare classes more weight, so that they are not ignored."))


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
        train_share: share of the training rows that it learns from, above 0 and at most 1; below 1 the run is a point of
            a learning curve and is judged on the validation rows only (`core.training.rows`).
        fold: the fold that a run of a cross-validation answers for, from 0; -1 for every other run.
        folds: into how many folds the rows that are not sealed are dealt, 2 … 20; 0 without a cross-validation.
        repeat: which dealing of the folds, from 0.
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
    train_share: float = Field(default=1.0, gt=0, le=1)
    fold: int = Field(default=-1, ge=-1)
    folds: int = Field(default=0, ge=0, le=MOST_FOLDS)
    repeat: int = Field(default=0, ge=0, le=999)

    @property
    def answers_for_test(self) -> bool:
        """Whether it is judged on the sealed test rows; a fold or a share of a learning curve leaves them sealed."""
        return self.fold < 0 and self.train_share == 1

    @model_validator(mode="after")
    def _fits_together(self) -> RunSpec:
        """A fold is one of its folds, and a run is either a fold or a share."""
        if self.folds == 1 or not -1 <= self.fold < max(self.folds, 0) or (self.fold < 0) != (self.folds == 0):
            raise ValueError(f"fold {self.fold} is none of {self.folds} folds, which must be 2 or more")
        if self.fold >= 0 and self.train_share < 1:
            raise ValueError("a run answers for a fold or learns from a share of the rows, not both")
        if self.repeat and self.fold < 0:
            raise ValueError("only the folds of a cross-validation are repeated")
        return self
