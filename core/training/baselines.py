"""Baselines: what the simplest honest models reach on the same rows, drawn in every comparison.

Computed once for a dataset, in a process of its own at low priority (`python -m core.training.baselines
DATASET_FOLDER`), because scikit-learn would cost the web process 180 MB. Untuned on purpose: they say what
anybody gets in a minute, on the same split and the same default inputs as every run.

    DATASET_FOLDER/baselines/majority.parquet                 predictions (core.evaluation.predictions)
                             linear.parquet                   logistic regression, or ridge for numbers
                             gradient_boosted_trees.parquet
                             baselines.json                   titles, seconds, notes, versions; parameters, size, latency
                             why-<name>/                      explanations (core.why), once somebody asked

Only files that begin with `baseline` may import scikit-learn, and only inside functions.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from core.dataset.dataset import Dataset
from core.dataset.schema import Task
from core.evaluation.predictions import Predictions
from core.files import new_folder, read_json, write_json
from core.identity import BASELINES
from core.language import N_
from core.training import own_process
from core.training.baseline_features import SEED, BaselineData, BaselineFeatures
from core.training.baseline_model import TrainedBaseline
from core.training.energy import EnergyCounter, processor_counters

__all__ = ["Baseline", "compute", "load", "start", "state", "train"]

FOLDER, LOCK, LOG = "baselines", "baselines.lock", "baselines.log"
MAX_ROWS = 100_000  # training rows that a baseline looks at; more change its numbers in the third digit
MAX_WORK = 5_000_000_000  # rows × features × classes of the linear model: about a minute on two cores
ROUNDS = 100  # of boosting, scikit-learn's own default; fewer beyond 20 classes
SMALL_CELLS = 100_000  # rows × features of trees below which threads wait for each other more than they work


@dataclass(frozen=True, eq=False)
class Baseline:
    """One simple model of a dataset.

    Attributes:
        name: majority, linear or gradient_boosted_trees.
        title: for people.
        predictions: of the validation and test rows.
        seconds: of training.
        note: what a reader should know (rows left out, not converged); may be empty.
        facts: `parameters` and, in words, what is counted (`parameters_are`), `size_bytes`, `latency_ms`, `energy_j` of the
            machine while it was trained (None where it does not tell), and the `device` that all was measured on; empty
            for baselines of before they were measured.
    """

    name: str
    title: str
    predictions: Predictions
    seconds: float
    note: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def load(dataset: Dataset) -> list[Baseline]:
    """The baselines of a dataset, without scikit-learn.

    Returns:
        In the order majority, linear, trees; those that could not be trained are missing, and the list is
        empty as long as they have not been computed.

    Raises:
        Damaged: a file of the folder is broken.
    """
    folder = dataset.folder / FOLDER
    if not folder.is_dir():
        return []
    models = read_json(folder / "baselines.json")["models"]
    return [
        Baseline(m["name"], m["title"], Predictions.load(folder / f"{m['name']}.parquet"), m["seconds"], m["note"], m.get("facts") or {})
        for m in models if not m["error"]
    ]  # fmt: skip


def state(dataset: Dataset) -> Literal["absent", "working", "ready"]:
    """Whether the baselines are there, being computed, or neither."""
    if (dataset.folder / FOLDER).is_dir():
        return "ready"
    return "working" if own_process.is_held(dataset.folder, LOCK) else "absent"


_started: dict[Path, subprocess.Popen[bytes]] = {}  # kept, so that a child that ended is reaped


def start(dataset: Dataset) -> bool:
    """Compute the baselines in a process of their own, unless they are there or being computed.

    Returns:
        True when a process was started. It outlives this one, and two callers start one at most.
    """
    known = _started.get(dataset.folder)
    if state(dataset) != "absent" or (known is not None and known.poll() is None):
        return False
    _started[dataset.folder] = own_process.launched(["-m", "core.training.baselines", str(dataset.folder.resolve())], dataset.folder / LOG)
    return True


def compute(dataset: Dataset) -> None:
    """Train the three baselines and store them all-or-nothing; does nothing when they are there.

    One that cannot be trained (a single class, too little memory) is noted in `baselines.json` and hides
    only itself.

    Args:
        dataset: its default inputs and its split are used. Waits while another process computes them.

    Raises:
        Damaged: the dataset cannot be read.
        DiskFull: nothing was stored.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # idle threads sleep: on a busy machine trees take 3 s, else 90 s
    with (dataset.folder / LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # freed by the kernel when this process ends, however it ends
        if (dataset.folder / FOLDER).is_dir():
            return
        data, versions = BaselineData.read(dataset), _versions()
        with new_folder(dataset.folder / FOLDER) as folder:
            models = [_attempt(name, data, folder) for name in BASELINES]
            write_json(folder / "baselines.json", {"version": 1, "seed": SEED, "versions": versions, "models": models})


def train(name: str, data: BaselineData) -> TrainedBaseline:
    """Train one of the simple models in this process; the same one each time.

    Args:
        name: majority, linear or gradient_boosted_trees.
        data: of the dataset.

    Raises:
        ValueError, MemoryError, ArithmeticError: it cannot be trained on these rows.
    """
    return {"majority": _majority, "linear": _linear, "gradient_boosted_trees": _trees}[name](data)


def _attempt(name: str, data: BaselineData, folder: Path) -> dict[str, Any]:
    title = _title(name, data.info.task)
    began = time.monotonic()
    counters = processor_counters()
    told: dict[str, Any] = {"name": name, "title": title, "note": "", "error": ""}
    try:
        trained = train(name, data)
        told |= {"seconds": round(time.monotonic() - began, 2), "note": trained.note}
        energy_j = _joules(counters)
        trained.judged().save(folder / f"{name}.parquet")
        return told | {"facts": trained.facts() | {"energy_j": energy_j}}
    except (ValueError, MemoryError, ArithmeticError) as problem:
        reason = str(problem).splitlines()[0][:200] if str(problem) else "too little memory"
        return told | {"seconds": round(time.monotonic() - began, 2), "error": f"{title} could not be trained on these rows: {reason}."}


def _joules(counters: Sequence[EnergyCounter]) -> float | None:
    """Of the processors since the counters were made; None where one does not tell, or there is none."""
    known = [joules for counter in counters if (joules := counter.joules()) is not None]
    return round(sum(known), 1) if known and len(known) == len(counters) else None


def _title(name: str, task: Task) -> str:
    if name == "majority":
        return N_("Always the most frequent class") if task.is_classification else N_("Always the mean")
    return {"linear": N_("Linear model"), "gradient_boosted_trees": N_("Gradient-boosted trees")}[name]


def _versions() -> dict[str, str]:
    """Of the libraries, all of them imported: that takes seconds, which are nobody's training time."""
    import sklearn.decomposition
    import sklearn.ensemble
    import sklearn.feature_extraction.text
    import sklearn.linear_model

    return {"scikit-learn": sklearn.__version__, "numpy": np.__version__}


def _majority(data: BaselineData) -> TrainedBaseline:
    answers = data.target[data.train]
    learned = np.bincount(answers, minlength=data.classes) / len(answers) if data.labels else np.array([answers.mean()])
    return TrainedBaseline("majority", data, "", learned)


def _linear(data: BaselineData) -> TrainedBaseline:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression, Ridge

    rows, note = data.sample(MAX_ROWS)
    features = BaselineFeatures(data, rows, dense=False)
    if (most := int(MAX_WORK / (features.width * data.classes))) < len(rows):
        rows, note = data.sample(most)
    strength = 0.1 if data.images is not None else 5.0 if features.texts else 1.0  # pixels are alike, words weak
    model = LogisticRegression(C=strength, max_iter=100) if data.info.task.is_classification else Ridge(solver="lsqr", tol=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(features.of(data.rows(rows), data.pictures(rows)), data.target[rows])
    if data.info.task.is_classification and int(np.max(model.n_iter_)) >= model.max_iter:
        note = f"{note} Stopped after {model.max_iter} iterations, still improving slightly.".strip()
    return TrainedBaseline("linear", data, note, model, features)


def _trees(data: BaselineData) -> TrainedBaseline:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    rows, note = data.sample(MAX_ROWS)
    features = BaselineFeatures(data, rows, dense=True)
    kind = HistGradientBoostingClassifier if data.info.task.is_classification else HistGradientBoostingRegressor
    rounds = max(5, min(ROUNDS, 20 * ROUNDS // data.classes))  # one tree a class and round
    model = kind(random_state=SEED, max_iter=rounds, categorical_features=features.categorical, early_stopping=False)
    matrix = features.of(data.rows(rows), data.pictures(rows))
    threads = 1 if matrix.size < SMALL_CELLS else None
    with threadpool_limits(threads, "openmp"):
        model.fit(matrix, data.target[rows])
    return TrainedBaseline("gradient_boosted_trees", data, note, model, features)


def main(arguments: list[str]) -> int:
    """Entry of the process: compute the baselines of one dataset folder."""
    if len(arguments) != 1 or not (folder := Path(arguments[0])).is_dir():
        print("usage: python -m core.training.baselines DATASET_FOLDER", file=sys.stderr)
        return 2
    with contextlib.suppress(OSError):
        os.nice(10)
    compute(Dataset(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
