"""What a series says so far: the scores of its runs, their spread, a learning curve, and a verdict on two series.

Everything is read from what the runs stored when they were judged, so it costs nothing to look again.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import BadSettings, Damaged
from core.evaluation.cross_validation import bayesian_correlated_t, corrected_resampled_t
from core.evaluation.equivalence import margin_in_unit
from core.evaluation.intervals import LEVEL, Interval, quantile
from core.evaluation.learning_curve import CurvePoint, LearningCurve, learning_curve
from core.evaluation.model import model_of_run
from core.evaluation.names import headline, higher_is_better, is_share
from core.evaluation.seeds import judge_seeds
from core.evaluation.verdict import MARGIN, Verdict
from core.files import read_json
from core.language import _
from core.runs.repeats import label_of
from core.runs.run import Run
from core.runs.series import Series, members_of
from core.runs.spec import RunSpec
from core.workspace import Workspace

__all__ = ["FoldVerdict", "SeriesResult", "judge_folds", "judge_two_seeds", "result_of"]


@dataclass(frozen=True)
class Scored:
    """One judged run of a series.

    Attributes:
        run: the run.
        spec: its own.
        score: the metric, with its interval for the choice of the judged rows.
    """

    run: Run
    spec: RunSpec
    score: Interval

    @property
    def value(self) -> float:
        """The metric alone."""
        return float(self.score.value or 0.0)


@dataclass(frozen=True, eq=False)
class SeriesResult:
    """A series as it stands.

    Attributes:
        series: which.
        metric: stable name.
        scored: runs that ended with a model, in the order of the series; of seeds and folds judged on their test rows
            (a fold's are its fold), of shares on the validation rows, so that the test rows stay sealed.
        waiting: runs that wait or work.
        lost: runs that ended without a model, or were deleted.
        mean: over the runs; for folds with the interval of Nadeau and Bengio (2003), for seeds without one, because
            seeds say nothing about the choice of the rows; undefined for shares.
        spread: standard deviation over the runs; None for fewer than two, and for shares.
        curve: of shares, once two different ones are judged.
    """

    series: Series
    metric: str
    scored: tuple[Scored, ...]
    waiting: int
    lost: int
    mean: Interval
    spread: float | None
    curve: LearningCurve | None = None

    @property
    def values(self) -> tuple[float, ...]:
        """The metric of each judged run."""
        return tuple(one.value for one in self.scored)

    def to_json(self) -> dict[str, Any]:
        """The document of the command line."""
        return {
            "series": self.series.id, "kind": self.series.kind, "name": self.series.name, "dataset": self.series.dataset, "metric": self.metric,
            "scores": [
                {"run": one.run.id, "name": label_of(one.spec), "seed": one.spec.seed, "fold": one.spec.fold, "repeat": one.spec.repeat, "train_share": one.spec.train_share} | one.score.to_json()
                for one in self.scored
            ],
            "waiting": self.waiting, "lost": self.lost, "mean": self.mean.to_json(), "spread": self.spread,
            "curve": self.curve.to_json() if self.curve else None,
        }  # fmt: skip


@dataclass(frozen=True)
class FoldVerdict:
    """What the same folds say about two networks.

    Attributes:
        metric: stable name.
        interval: mean difference, ours less theirs, corrected for what folds share (Nadeau and Bengio 2003).
        p_value: of no difference.
        chances: probabilities of worse, practically the same, better (Corani and Benavoli 2015).
        margin: what is practically the same, in the metric's unit.
        folds: how many were compared.
        sentence: the same for people; holds the names as given.
    """

    metric: str
    interval: Interval
    p_value: float
    chances: tuple[float, float, float]
    margin: float
    folds: int
    sentence: str


def result_of(series: Series, workspace: Workspace, metric: str | None = None, margin: float = MARGIN) -> SeriesResult:
    """How a series stands.

    Args:
        series: from `core.runs.series`.
        workspace: its own.
        metric: stable name; default: the one that stands first for the task.
        margin: the least gain that counts, as a share; for metrics without a scale of their own, as a share of the value.
    """
    runs = members_of(series, workspace)
    states = [run.status.state for run in runs]
    name = metric or (headline(runs[0].spec.task) if runs else "accuracy")
    part = "validation" if series.kind == "shares" else "test"
    scored = tuple(one for run in runs if run.has_model and (one := _scored(run, name, part)) is not None)
    waiting = sum(not state.is_over for state in states)
    lost = len(series.runs) - waiting - len(scored)
    values = [one.value for one in scored]
    if series.kind == "shares":
        none = Interval.undefined(_("Each share has its own mean."))
        return SeriesResult(series, name, scored, waiting, lost, none, None, _curve(series, workspace, scored, name, margin))
    spread = statistics.stdev(values) if len(values) > 1 else None
    return SeriesResult(series, name, scored, waiting, lost, _mean(series, values, scored), spread)


def judge_two_seeds(ours: SeriesResult, theirs: SeriesResult, margin: float = MARGIN) -> Verdict:
    """The verdict on two networks with several seeds each, on the sealed test rows; both kinds of chance are in it.

    Raises:
        BadSettings: one of them has no judged run.
        Damaged: predictions cannot be read.
    """
    models = [[model_of_run(one.run) for one in result.scored] for result in (ours, theirs)]
    return judge_seeds(models[0], models[1], ours.metric, margin)


def judge_folds(ours: SeriesResult, theirs: SeriesResult, margin: float = MARGIN) -> FoldVerdict:
    """The verdict on two networks that were judged on the same folds.

    Raises:
        BadSettings: they have fewer than two folds in common.
    """
    mine, other = ({(one.spec.folds, one.spec.repeat, one.spec.fold): one.value for one in result.scored} for result in (ours, theirs))
    common = sorted(mine.keys() & other.keys())
    if len(common) < 2 or len({folds for folds, _repeat, _fold in common}) > 1:
        raise BadSettings(_("These two have fewer than two folds in common. Give both the same number of folds and of repeats."))
    differences = [mine[key] - other[key] for key in common]
    share, sign = 1 / common[0][0], 1 if higher_is_better(ours.metric) else -1
    unit = margin_in_unit(ours.metric, margin, statistics.fmean(other[key] for key in common))
    tested = corrected_resampled_t(differences, share)
    chances = bayesian_correlated_t([sign * one for one in differences], share, unit)
    return FoldVerdict(ours.metric, tested.interval, tested.p_value, chances, unit, len(common), _sentence(ours.series.name, theirs.series.name, chances, len(common)))


def _sentence(ours: str, theirs: str, chances: tuple[float, float, float], folds: int) -> str:
    worse, same, better = chances
    values = {"ours": ours, "theirs": theirs, "folds": folds, "chance": f"{math.floor(100 * max(chances))} %"}
    if better >= LEVEL:
        return _("{ours} is better than {theirs}: the probability is {chance} over {folds} folds.").format(**values)
    if worse >= LEVEL:
        return _("{ours} is worse than {theirs}: the probability is {chance} over {folds} folds.").format(**values)
    if same >= LEVEL:
        return _("There is no practical difference between {ours} and {theirs}: the probability is {chance} over {folds} folds.").format(**values)
    return _("It cannot be told yet which of {ours} and {theirs} is better: no answer is as probable as 95 % over {folds} folds.").format(**values)


def _scored(run: Run, metric: str, part: str) -> Scored | None:
    """None where the run has no such number, or cannot be read: it then hides only itself."""
    try:
        found = Interval.from_json(read_json(run.path("evaluation.json"))[part]["metrics"][metric])
    except (Damaged, KeyError, TypeError, AttributeError):
        return None
    return Scored(run, run.spec, found) if isinstance(found.value, int | float) and math.isfinite(found.value) else None


def _mean(series: Series, values: Sequence[float], scored: Sequence[Scored]) -> Interval:
    if not values:
        return Interval.undefined(_("No run of this series has been judged yet."))
    if series.kind == "folds" and len(values) > 1:
        return corrected_resampled_t(values, 1 / scored[0].spec.folds).interval
    return Interval(statistics.fmean(values))


def _curve(series: Series, workspace: Workspace, scored: Sequence[Scored], metric: str, margin: float) -> LearningCurve | None:
    if len({one.spec.train_share for one in scored}) < 2:
        return None
    rows = workspace.dataset(series.dataset).info.split.train
    points = []
    for share in sorted({one.spec.train_share for one in scored}):
        alike = [one for one in scored if one.spec.train_share == share]
        points.append(CurvePoint(max(1, math.ceil(share * rows - 1e-9)), tuple(one.value for one in alike), _error(alike[0].score)))
    return learning_curve(metric, points, margin if is_share(metric) else margin_in_unit(metric, margin, points[-1].mean))


def _error(score: Interval) -> float | None:
    """The standard error behind an interval."""
    return None if score.low is None or score.high is None else (score.high - score.low) / (2 * quantile())
