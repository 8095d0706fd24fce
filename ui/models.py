"""Trained models in the web process: which there are, which one is in hand, and each opened once for all visitors."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.dataset.dataset import Dataset
from core.errors import LimelightError, NotFound
from core.identity import apart
from core.language import _
from core.predict import Predictor
from core.runs.run import Run
from ui.state import current_dataset, current_run, keep, runs_with_model
from ui.words import short

__all__ = ["changed", "choose_model", "labelled", "models_in_hand", "open_model", "usual_error"]

OPEN_MODELS = 6  # a model of 20 million parameters takes 80 MB


def run_name(run: Run) -> str:
    """The name of a run for people; text of strangers."""
    return short(run.spec.name or f"{run.spec.recipe} · {run.spec.preset}", 80)


def models_in_hand() -> tuple[Dataset | None, list[Run]]:
    """The dataset in hand and its models, newest first; the run of the URL alone where its dataset is gone.

    Raises:
        NotFound: the URL names a run or a dataset that is not here.
    """
    try:
        dataset = current_dataset()
    except NotFound:
        run = current_run()
        if run is None:
            raise
        return None, [run] if run.has_model else []
    return dataset, runs_with_model(dataset) if dataset is not None else []


def choose_model(runs: list[Run]) -> Run:
    """Let the visitor take one of the models; the choice is in the URL.

    Args:
        runs: at least one, newest first.
    """
    wanted = st.query_params.get("run")
    ids = [run.id for run in runs]
    by_label = labelled(runs)
    if len(runs) == 1:
        chosen = runs[0]
    else:
        label = st.selectbox(_("Model"), list(by_label), index=ids.index(wanted) if wanted in ids else 0, key="stage_model")
        chosen = by_label.get(label, runs[0])
    if chosen.id != wanted:
        keep(run=chosen.id)
    return chosen


def labelled(runs: Sequence[Run]) -> dict[str, Run]:
    """One different label a run; runs whose names look the same get the end of their id, which does not change as time does."""
    names = apart([run_name(run) for run in runs], [run.id for run in runs])
    return dict(zip(names, runs, strict=True))


def changed(run: Run) -> int:
    """A number that differs once the run was written again, for caches."""
    try:
        return run.path("status.json").stat().st_mtime_ns
    except OSError:
        return 0


def open_model(run: Run) -> Predictor:
    """The run's model, ready to answer; opened once and shared, because it never changes.

    Raises:
        NotReady: it has no model.
        Damaged: its files cannot be read.
    """
    return _opened(str(run.folder.resolve()), changed(run), run)


@st.cache_resource(max_entries=OPEN_MODELS, ttl="1h", show_spinner=False)
def _opened(folder: str, changed: int, _run: Run) -> Predictor:
    return Predictor.open(_run)


def usual_error(run: Run) -> float | None:
    """RMSE of the run on the test rows, where it predicts a number."""
    try:
        headline = run.status.headline or {}
    except LimelightError:
        return None
    value = headline.get("value")
    return float(value) if headline.get("name") == "rmse" and isinstance(value, int | float) else None
