"""What can be explained: a run, or one of the simple models of a dataset; and where its explanations lie.

    RUN_FOLDER/why/                          DATASET_FOLDER/baselines/why-<name>/

A simple model goes by the file of its predictions: it keeps no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.dataset.dataset import Dataset
from core.identity import BASELINES
from core.runs.run import Run
from core.training.baselines import FOLDER as BASELINES_FOLDER

__all__ = ["Explainable", "SimpleModel", "model_at", "path_of", "place_of"]

FOLDER = "why"


@dataclass(frozen=True)
class SimpleModel:
    """One of the simple models of a dataset (`core.training.baselines`).

    Attributes:
        dataset: whose.
        name: majority, linear or gradient_boosted_trees.
    """

    dataset: Dataset
    name: str

    @property
    def id(self) -> str:
        """What it is called in comparisons."""
        return self.name


Explainable = Run | SimpleModel


def place_of(model: Explainable) -> Path:
    """The folder of the explanations of a model; it need not exist.

    Example:
        >>> place_of(SimpleModel(Dataset(Path("/data/d1")), "linear")).as_posix()
        '/data/d1/baselines/why-linear'
    """
    if isinstance(model, SimpleModel):
        return model.dataset.folder.resolve() / BASELINES_FOLDER / f"{FOLDER}-{model.name}"
    return model.folder.resolve() / FOLDER


def path_of(model: Explainable) -> Path:
    """By what a process is told which model is meant: the folder of a run, the predictions of a simple model."""
    return place_of(model).parent / f"{model.name}.parquet" if isinstance(model, SimpleModel) else model.folder.resolve()


def model_at(path: Path) -> Explainable | None:
    """The model that `path_of` names; None where there is none (any more)."""
    if path.is_dir():
        return Run(path)
    if path.is_file() and path.parent.name == BASELINES_FOLDER and path.stem in BASELINES:
        return SimpleModel(Dataset(path.parent.parent), path.stem)
    return None
