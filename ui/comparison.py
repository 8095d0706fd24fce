"""The comparison that the page shows: chosen runs, and the baselines beside them without being asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.dataset import Dataset
from core.errors import LimelightError
from core.identity import LONGEST
from core.language import _, current
from core.retelling import retold
from core.runs.repeats import base_name
from core.runs.run import Run
from ui.models import changed, labelled
from ui.race import race_runs
from ui.words import plain, short

if TYPE_CHECKING:
    from core.evaluation.compare import Comparison

__all__ = ["Compared", "choose_runs", "compared", "reference_of"]

MOST_RUNS = 9  # with the three simple ones twelve; more lines in one chart nobody can follow
CHOSEN_AT_FIRST = 4
KEPT = 6
ID_END = 4  # characters of the id behind a name that several runs have
DIFFERING = 4  # settings named for each of them
REFERENCE_PX = 340  # a name of some forty characters: models of one kind differ at the end


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison with what had to be left out.

    Attributes:
        key: differs for every other comparison, for caches.
        comparison: None when no chosen run can be read.
        problems: a sentence for each run that was left out.
        dataset: whose test rows they were judged on.
        runs: the runs in it, in the order of `comparison.runs`.
    """

    key: str
    comparison: Comparison | None
    problems: tuple[str, ...]
    dataset: Dataset
    runs: tuple[Run, ...]


def choose_runs(runs: Sequence[Run]) -> list[Run]:
    """Let the visitor choose whom to compare; the newest are chosen at first.

    Args:
        runs: models of one dataset, newest first, at least one.
    """
    if len(runs) == 1:
        return list(runs)
    by_label = labelled(runs)
    first = _at_first(runs)
    key = f"compared_{runs[0].spec.dataset}"
    said = st.session_state.get(key)
    shown = _("Models: {chosen} of {all}").format(chosen=len(first) if said is None else len(said), all=len(by_label))
    with st.popover(shown, icon=":material/checklist:", key="choose_models"):  # closed, so that the verdict comes first on a phone too
        labels = st.pills(  # not a multiselect: its chips are white on lime in the dark, and cannot be read
            _("Models to compare"), list(by_label), selection_mode="multi", default=[label for label, run in by_label.items() if run.id in first],
            format_func=plain, key=key, persist_state="session",
        )  # fmt: skip
        for line in _what_differs(by_label):
            st.caption(line)
        st.caption(_("At most {most} at once; the simple models stand beside them without being asked.").format(most=MOST_RUNS))
    return [run for label, run in by_label.items() if label in labels][:MOST_RUNS]


def _what_differs(by_label: Mapping[str, Run]) -> list[str]:
    """For runs of the same name, which the end of an id tells apart and nobody remembers: a line each with what differs."""
    from core.evaluation.model import settings_of
    from ui.settings_table import setting_title

    lines = []
    for name in dict.fromkeys(run.spec.name for run in by_label.values()):
        alike = {label: settings_of(run.spec) for label, run in by_label.items() if run.spec.name == name}
        names = dict.fromkeys(setting for one in alike.values() for setting in one if setting != "inputs")
        differing = [setting for setting in names if len({repr(one.get(setting)) for one in alike.values()}) > 1]
        for label, one in alike.items() if differing else ():
            said = [f"{plain(setting_title(str(one['recipe']), setting), 30)} **{plain(one.get(setting, '–'), 20)}**" for setting in differing[:DIFFERING]]
            lines.append(f"{plain(label[-ID_END:], 10)}: {' · '.join(said)}")
    return lines[:MOST_RUNS]


def _at_first(runs: Sequence[Run]) -> list[str]:
    """Ids of the newest runs, the one in the URL among them, further seeds of a network last; those of the race in the URL, where there is one."""
    if raced := race_runs(st.query_params.get("race")):
        return [run.id for run in runs if run.id in raced]
    wanted = st.query_params.get("run")
    ordered = sorted(runs, key=lambda run: (run.id != wanted, base_name(run.spec) != run.spec.name))
    return [run.id for run in ordered[:CHOSEN_AT_FIRST]]


def compared(dataset: Dataset, runs: Sequence[Run]) -> Compared:
    """Judge the runs and the baselines on the same test rows; computed once for all visitors.

    Args:
        dataset: whose runs they are.
        runs: one to nine of them.

    Raises:
        BadSettings: the models cannot be compared.
        Damaged: the baselines cannot be read.
    """
    versions = tuple((str(run.folder), changed(run)) for run in runs)
    key = repr((current(), str(dataset.folder), _baselines_version(dataset), versions))
    return _compared(key, dataset, list(runs))


@st.cache_resource(max_entries=KEPT, ttl="1h", show_spinner=False)
def _compared(key: str, _dataset: Dataset, _runs: list[Run]) -> Compared:
    from core.evaluation.compare import compare
    from core.evaluation.model import model_of_baseline, model_of_run, told_apart
    from core.latency import latency_ms
    from core.training.baselines import load

    models, runs, problems = [], [], []
    for run in _runs:
        try:
            latency_ms(run, _dataset)  # measured at the first look; after that it is one of the facts
            models.append(model_of_run(run))
            runs.append(run)
        except LimelightError as error:
            problems.append(_("{run} is left out: {reason}").format(run=_called(run), reason=retold(error.message)))
    if not models:
        return Compared(key, None, tuple(problems), _dataset, ())
    return Compared(key, compare([*told_apart(models), *(model_of_baseline(one) for one in load(_dataset))]), tuple(problems), _dataset, tuple(runs))


def _called(run: Run) -> str:
    """The name that the visitor gave; the id where it cannot be read."""
    try:
        return run.spec.name or run.id
    except LimelightError:
        return run.id


def reference_of(found: Compared) -> str | None:
    """Let the visitor pin the model that all others are compared with; the choice is in the URL.

    Returns:
        Its id; None where only one model is compared.
    """
    models = found.comparison.models if found.comparison is not None else ()
    if len(models) < 2:
        return None
    names = {one.model.id: short(one.model.name, LONGEST) for one in models}
    wanted = st.query_params.get("reference")
    usual = next((one.difference.reference for one in models if one.difference is not None), models[0].model.id)
    start = wanted if wanted in names else usual
    chosen = st.selectbox(
        _("Compare each with"), list(names), index=list(names).index(start), format_func=lambda name: names[name],
        key=f"reference_{found.dataset.id}", help=_("Differences are to this model. At first it is the simple model that is the best on the validation rows."), width=REFERENCE_PX,
    )  # fmt: skip
    if chosen == usual:
        st.query_params.pop("reference", None)
    elif chosen != wanted:
        st.query_params["reference"] = str(chosen)
    return chosen


def _baselines_version(dataset: Dataset) -> int:
    try:
        return (dataset.folder / "baselines" / "baselines.json").stat().st_mtime_ns
    except OSError:
        return 0
