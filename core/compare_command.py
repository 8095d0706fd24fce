"""What the commands `compare` and `evaluate` do: models in, everything that is known about them as one JSON document out.

docs/compare.md lists every key. A key that has nothing to say is null, never absent, so that a program can rely on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import BadSettings, NotFound, NotReady, UserError
from core.files import write_atomic
from core.identity import BASELINES
from core.language import N_, Language, _, speaking
from core.workspace import Workspace

if TYPE_CHECKING:
    from core.dataset.dataset import Dataset
    from core.evaluation.compare import Comparison
    from core.evaluation.model import Model
    from core.runs.run import Run
    from core.worth.error_cost import Prices

__all__ = ["Question", "compare", "evaluate"]

MOST_MODELS = 12
USUAL = 0.5  # the threshold where none was asked for


@dataclass(frozen=True)
class Question:
    """What is asked of the models.

    Attributes:
        reference: id or name of the model that the others are compared with; default: the best simple model on the validation rows.
        metric: stable name; default: accuracy, or RMSE for numbers.
        margin: a difference below it does not matter, 0.01 is 1 point.
        threshold: a score from 0 to 1, or a goal such as `recall>=0.9`; None: not asked.
        slices: none, one or two columns that the rows are cut by; None: not asked.
        value: what each kind of right and wrong is worth, `tp=80,fp=-10,…`, for numbers what an error costs, `over=2,under=5`; None: not asked.
        positive: the class that a model says yes to; default: the second of two, the rarest of more.
        html: where the report is written; None: it is not.
        language: of the report and of the sentences in the document.
    """

    reference: str | None = None
    metric: str | None = None
    margin: float = 0.01
    threshold: str | None = None
    slices: tuple[str, ...] | None = None
    value: str | None = None
    positive: str | None = None
    html: Path | None = None
    language: Language = "en"


def compare(names: Sequence[str], *, with_baselines: bool = False, question: Question | None = None) -> dict[str, Any]:
    """Judge runs side by side on the same test rows; the look at them is counted.

    Args:
        names: ids of runs of one dataset.
        with_baselines: beside the simple models, which are trained where they are not there yet.
        question: what is asked of them.

    Raises:
        NotFound: a run is not in the workspace.
        NotReady: a run has no model yet.
        UserError: the runs belong to different datasets, or what is asked does not fit them.
    """
    from core.evaluation.model import model_of_baseline, model_of_run, told_apart
    from core.latency import latency_ms
    from core.training import baselines

    asked = question or Question()
    dataset, runs = _runs(names)
    for run in runs:
        latency_ms(run, dataset)  # measured once; after that it is one of the facts
    models = told_apart([model_of_run(run) for run in runs])
    with speaking(asked.language):
        if with_baselines or asked.reference in BASELINES:
            baselines.compute(dataset)
            models += [model_of_baseline(baseline) for baseline in baselines.load(dataset)]
        return _document(models, asked, dataset, runs)


def evaluate(files: Sequence[Path], question: Question | None = None, *, many_labels: bool = False, label_thresholds: str | None = None) -> dict[str, Any]:
    """Judge predictions that come from elsewhere, one file a model.

    Args:
        files: see `core.evaluation.outside`.
        question: what is asked of them.
        many_labels: a row may carry none, one or several labels, though the files alone could be read otherwise.
        label_thresholds: from which score on a label is given, see `core.worth.label_thresholds`; default 0.5.

    Raises:
        NotFound: there is no such file.
        BadFile: a file is no table of predictions.
        UserError: the files do not belong together, or what is asked does not fit them.
    """
    from core.evaluation.outside import read_outside
    from core.worth.label_thresholds import with_label_thresholds

    asked = question or Question()
    with speaking(asked.language):
        found = read_outside(files, many_labels=many_labels)
        models = list(found.models) if label_thresholds is None else with_label_thresholds(found.models, label_thresholds)
        return _document(models, asked, found.rows)  # type: ignore[arg-type]  # it gives what slices ask a dataset for


def _runs(names: Sequence[str]) -> tuple[Dataset, list[Run]]:
    workspace = Workspace.local()
    chosen = [workspace.run(name) for name in dict.fromkeys(names)]
    for run in chosen:
        if not run.has_model:
            raise NotReady(N_("Run {id} is {state} and has no model to compare. Wait for it, or leave it out.").format(id=run.id, state=run.status.state))
    datasets = {run.spec.dataset for run in chosen}
    if len(datasets) > 1:
        raise UserError(N_("These runs belong to different datasets, so they have no test rows in common. Compare runs of one dataset."))
    return workspace.dataset(datasets.pop()), chosen


def _document(models: list[Model], asked: Question, dataset: Dataset, runs: Sequence[Run] = ()) -> dict[str, Any]:
    """Every number that was asked for; the looks are counted where runs of a dataset were judged."""
    from core.evaluation.compare import compare as compare_models
    from core.evaluation.curve_numbers import curve_numbers
    from core.evaluation.many_labels_difference import label_differences_json, label_thresholds_json
    from core.seal import looks, looks_json
    from core.slices.findings import slices_json
    from core.worth.error_cost import error_cost
    from core.worth.goals import threshold_json
    from core.worth.price import price_of_a_point
    from core.worth.worth import value_json

    if len(models) > MOST_MODELS:
        raise BadSettings(_("At most {most} models can be compared at once, simple ones among them, but there are {n}. Leave some out.").format(most=MOST_MODELS, n=len(models)))
    comparison = compare_models(models, reference=_id_of(asked.reference, models), metric=asked.metric, margin=asked.margin)
    document = comparison.to_json() | {
        "label_thresholds": label_thresholds_json(comparison), "label_differences": label_differences_json(comparison),
        "curves": {one.model.id: curve_numbers(one) for one in comparison.models},
        "threshold": None if asked.threshold is None else threshold_json(comparison, asked.threshold, asked.positive),
        "worth": None if asked.value is None or not comparison.task.is_classification else value_json(comparison, asked.value, asked.positive),
        "error_cost": None if asked.value is None or comparison.task.is_classification else error_cost(comparison, _prices(asked.value)).to_json(),
        "price": price_of_a_point(comparison, runs=runs).to_json(),
        "slices": None if asked.slices is None else slices_json(comparison, dataset, asked.slices),
    }
    if runs:
        _count(comparison, asked, dataset)
    if asked.html is not None:
        _write_report(asked.html, asked, comparison, dataset, runs)  # may look at groups of people, so the looks are told after it
    return document | {"test_looks": looks_json(looks(dataset)) if runs else None, "html": None if asked.html is None else str(asked.html)}


def _prices(text: str) -> Prices:
    """What errors of a predicted number cost, from `over=2,under=5,cases=1000,currency=EUR`."""
    from core.worth.error_cost import Prices

    found = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in text.split(","))}
    try:
        if not set(found) <= {"over", "under", "cases", "currency"}:
            raise ValueError
        currency = found.pop("currency", "€")
        return Prices(**({"over": 0.0, "under": 0.0} | {name: float(value) for name, value in found.items()}), currency=currency)
    except ValueError as error:
        raise BadSettings(_("For predicted numbers, values look like over=2,under=5,cases=1000,currency=EUR; received “{text}”.").format(text=text[:120])) from error


def _id_of(reference: str | None, models: Sequence[Model]) -> str | None:
    """A reference by its id, or by its name where only one model is called so."""
    if reference is None or any(model.id == reference for model in models):
        return reference
    named = [model.id for model in models if model.name == reference]
    return named[0] if len(named) == 1 else reference


def _count(comparison: Comparison, asked: Question, dataset: Dataset) -> None:
    """Write down each look at the test rows that this question was."""
    from core.seal import look_at

    ids = [one.model.id for one in comparison.models]
    look_at(dataset, "verdict", ids)
    if asked.threshold is not None:
        look_at(dataset, "threshold", ids, aim=asked.threshold, positive=asked.positive)
    if asked.value is not None:
        look_at(dataset, "worth", ids, values=asked.value, positive=asked.positive)
    if asked.slices is not None:
        look_at(dataset, "slices", ids, columns=list(asked.slices))
    if asked.html is not None:
        look_at(dataset, "export", ids)


def _write_report(path: Path, asked: Question, comparison: Comparison, dataset: Dataset, runs: Sequence[Run]) -> None:
    """The page with what was asked: at which threshold, worth what, for which groups."""
    from core.report import Findings, report_html
    from core.report.extras import extras
    from core.seal import looks
    from core.series_shown import results_on
    from core.worth.goals import read_aim
    from core.worth.values import Values

    place = path.resolve()
    if not place.parent.is_dir():
        raise NotFound(_("There is no folder “{folder}” to write to. Make it first.").format(folder=path.parent))
    judged = comparison.task.is_classification
    parts = extras(
        comparison, dataset, runs, positive=asked.positive, aim=read_aim(asked.threshold) if judged and asked.threshold is not None else USUAL,
        values=Values.parse(asked.value) if judged and asked.value is not None else None, columns=asked.slices or (),
        prices=_prices(asked.value) if not judged and asked.value is not None else None,
        series=results_on(Workspace.local(), dataset.info.id) if runs else (),
    )  # fmt: skip
    if runs:
        findings = Findings(comparison, info=dataset.info, looks=looks(dataset), extras=parts)
    else:
        findings = Findings(comparison, title=_("Predictions from elsewhere"), extras=parts, files={one.model.name: str(one.model.facts["file"]) for one in comparison.models})
    write_atomic(place, report_html(findings))
