"""The sections of a report: what was found, in the order in which somebody reads who has one minute, then ten.

First the verdict, then the numbers behind it, curves, what it is worth, where it is weak and why; at the end what a
doubter asks for: the data, the models, the methods, and how often the sealed test rows were looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from core.charts.style import number, plain
from core.dataset.schema import Task
from core.evaluation.compare import Comparison, Judged
from core.evaluation.intervals import Interval
from core.evaluation.names import METRICS, explanation, is_share, metric_word
from core.language import N_, _, plural
from core.report.content import Block, Cell, Facts, Figure, Head, Section, Sentence, Table
from core.report.labels import labels_section
from core.report.verdict import verdict_section
from core.seal import Look, looks_sentence

if TYPE_CHECKING:
    from core.dataset.schema import DatasetInfo
    from core.report import Findings

__all__ = ["class_table", "data_section", "heading", "metric_cell", "metrics_table", "sections", "summary"]

MAX_CLASSES = 50  # of the table by class
MAX_COLUMNS = 30  # names of input columns that are listed
CLASS_METRICS = ("precision", "recall", "specificity", "f1", "roc_auc", "average_precision")
METHODS = N_(
    "Small numbers under a number are its 95 % interval: of a hundred such statements about other rows of the same kind, about 95 are true. "
    "Shares: Wilson. Averages over classes: MOVER on Wilson limits. ROC AUC: DeLong on the logit scale. Average precision: influence "
    "function on the logit scale. Mean losses and errors: t with Hall’s correction for skewness. R²: delta method. Median: order statistics. "
    "Differences are paired: both models are judged on the same rows."
)
FACTS = {
    "recipe": N_("Recipe"), "preset": N_("Preset"), "backend": N_("Engine"), "device": N_("Device"), "seed": N_("Seed"), "epochs": N_("Epochs"),
    "best_epoch": N_("Best epoch"), "seconds": N_("Training time in seconds"), "parameters": N_("Parameters"), "parameters_are": N_("What counts as a parameter"), "state": N_("State"), "created": N_("Made"),
    "size_bytes": N_("Size in bytes"), "latency_ms": N_("One prediction in milliseconds"), "energy_j": N_("Energy of the training in joules"),
    "note": N_("Note"), "precision": N_("Arithmetic"), "id": N_("Name inside Limelight"),
}  # fmt: skip
TASKS = {"binary": N_("one of two classes"), "multiclass": N_("one of several classes"), "regression": N_("a number"), "many_labels": N_("none, one or several labels")}


def sections(findings: Findings, *, dark: bool = True) -> list[Section]:
    """All parts of a report that there is something to tell about.

    Args:
        findings: what is known.
        dark: whether charts are wanted for a dark ground, too.
    """
    comparison = findings.comparison
    first, *others = _figures(comparison, dark)
    found = [
        verdict_section(comparison, findings.looks),
        Section(_("All numbers"), (first, metrics_table(comparison), Sentence(_(METHODS), quiet=True))),
        Section(_("Curves and mistakes"), others),
        *findings.extras,
        _by_class(comparison),
        data_section(findings.info, findings.looks) if findings.info else None,
        Section(_("Where the numbers come from"), (Facts(list(findings.files.items())),) if findings.files else ()),
        Section(_("The models"), (_facts_table(comparison),)),
    ]
    return [one for one in found if one is not None and one.blocks]


def _by_class(comparison: Comparison) -> Section:
    if comparison.task is Task.MANY_LABELS:
        return labels_section(comparison, [class_table(one) for one in comparison.models])
    return Section(_("Class by class"), [class_table(one) for one in comparison.runs] if comparison.labels else ())


def heading(findings: Findings) -> str:
    """The title of a report."""
    if findings.title:
        return findings.title
    if findings.info is None:
        return _("Models side by side")
    return _("{dataset}: predicting “{target}”").format(dataset=findings.info.name or findings.info.id, target=findings.info.target)


def summary(comparison: Comparison) -> str:
    """One sentence: how many models were judged, and on what."""
    runs, others = len(comparison.runs), len(comparison.models) - len(comparison.runs)
    models, rows = plural("{n} model", "{n} models", runs), plural("{n} test row", "{n} test rows", comparison.rows_judged)
    if not comparison.sealed:
        same = plural("{n} row of these files", "{n} rows of these files", comparison.rows_judged)
        return _("{models}, judged on the same {rows}; whether they saw them before is not known here.").format(models=models, rows=same)
    if not others:
        return _("{models}, judged on the same {rows}, which none of them saw in training.").format(models=models, rows=rows)
    baselines = plural("{n} simple baseline", "{n} simple baselines", others)
    return _("{models} beside {baselines}, judged on the same {rows}, which none of them saw in training.").format(models=models, baselines=baselines, rows=rows)


def _figures(comparison: Comparison, dark: bool) -> list[Figure]:
    from core.charts import charts

    light = charts(comparison)
    return [Figure(*pair) for pair in zip(light, charts(comparison, dark=True) if dark else [None] * len(light), strict=True)]


def metrics_table(comparison: Comparison) -> Table:
    """Every metric of every model with its interval; one column a model."""
    names = [name for name in METRICS if any(name in one.evaluation.metrics for one in comparison.models)]
    rows = [
        (_explained(explanation(name, comparison.task)), *(metric_cell(name, one.evaluation.metrics.get(name)) for one in comparison.models)) for name in names
    ]
    if any(one.difference for one in comparison.models):
        rows.insert(0, (_explained(_difference_words(comparison)), *(_difference(one) for one in comparison.models)))
    return Table((Head(_("Measure")), *_heads(comparison.models)), rows)


def metric_cell(name: str, interval: Interval | None) -> Cell:
    """A metric with its interval, or why there is none."""
    if interval is None or interval.value is None:
        return Cell("–", _(interval.reason) if interval else "")
    value, _dot, limits = number(interval, is_share(name)).partition(" · ")
    return Cell(value, limits)


def _heads(models: Iterable[Judged]) -> tuple[Head, ...]:
    return tuple(Head(one.model.name, one.identity.colour) for one in models)


def _explained(words: str) -> Cell:
    name, mark, rest = words.replace("：", ":").partition(":")
    return Cell(name.strip().rstrip(".。"), rest.strip() if mark else "")


def _difference_words(comparison: Comparison) -> str:
    difference = next(one.difference for one in comparison.models if one.difference)
    reference = next((one.model.name for one in comparison.models if one.model.id == difference.reference), difference.reference)
    metric = metric_word(difference.metric, comparison.task)
    if is_share(difference.metric):
        return _("Difference: in points of {metric}, to “{reference}” on the same rows.").format(metric=metric, reference=reference)
    return _("Difference: in {metric}, to “{reference}” on the same rows.").format(metric=metric, reference=reference)


def _difference(one: Judged) -> Cell:
    if one.difference is None or one.difference.interval.value is None:
        return Cell("")
    interval = one.difference.interval
    clear = _("clear") if one.difference.clear else _("not clear")
    text, limits = signed(one.difference.metric, interval.value), _limits(one.difference.metric, interval)
    return Cell(text, f"{limits} · {clear}" if limits else "")


def signed(metric: str, value: float | None) -> str:
    """A difference with its sign, shares in points."""
    if value is None:
        return "–"
    text = f"{abs(value) * 100:.1f}" if is_share(metric) else plain(abs(value))
    return text if not float(text.replace(",", "")) else f"{'−' if value < 0 else '+'}{text}"


def _limits(metric: str, interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return ""
    return _("{low} to {high}").format(low=signed(metric, interval.low), high=signed(metric, interval.high))


def class_table(one: Judged) -> Table:
    """How one model treats each class, the most frequent first."""
    evaluation = one.evaluation
    labels = sorted(evaluation.labels, key=lambda label: -evaluation.class_rows[label])[:MAX_CLASSES]
    columns = [name for name in CLASS_METRICS if labels and name in evaluation.per_class[labels[0]]]
    rows = [
        (Cell(label), Cell(f"{evaluation.class_rows[label]:,}"), *(metric_cell(name, evaluation.per_class[label][name]) for name in columns))
        for label in labels
    ]
    title, many = one.model.name, evaluation.task is Task.MANY_LABELS
    if len(evaluation.labels) > MAX_CLASSES:
        title = _("{name}: the {shown} most frequent of {classes} classes").format(name=title, shown=MAX_CLASSES, classes=len(evaluation.labels))
    return Table((Head(_("Label") if many else _("Class")), Head(_("Test rows")), *(Head(metric_word(name)) for name in columns)), rows, title, one.identity.colour)


def data_section(info: DatasetInfo, looks: Sequence[Look] | None = None) -> Section:
    """Where the rows come from, how they were shared out, and how often the test rows were looked at."""
    split = info.split
    pairs = [
        (_("Dataset"), info.id), (_("Name"), info.name), (_("File"), _text(info.source.get("file_name", info.source.get("name", "")))),
        (_("SHA-256 of the file"), _text(info.source.get("sha256", ""))), (_("Rows"), f"{info.rows:,}"),
        (_("Rows left out (no answer)"), f"{info.dropped_rows:,}"),
        (_("Training, validation, test rows"), f"{split.train:,} · {split.validation:,} · {split.test:,}"),
        (_("How they were shared out"), _split_words(info)), (_("Seed of the split"), _text(info.source.get("seed", ""))), (_("Target"), info.target),
        (_("What is predicted"), _(TASKS[info.task.value])), (_("Classes"), f"{len(info.labels):,}" if info.labels else ""),
        (_("Default inputs"), _listed(info.inputs)),
    ]  # fmt: skip
    blocks: list[Block] = [Facts([pair for pair in pairs if pair[1] != ""])]
    if looks is not None:
        blocks.append(Sentence(looks_sentence(looks)))
    return Section(_("The data"), blocks)


def _split_words(info: DatasetInfo) -> str:
    column = info.split_by.column or ""
    return {
        "stratified": _("By chance, with the same share of each class in all three parts"),
        "time": _("By time ({column}): the newest rows are the test rows").format(column=column),
        "group": _("By group ({column}): no group is in two parts").format(column=column),
        "given": _("As the file says ({column})").format(column=column),
    }[info.split_by.kind]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MAX_COLUMNS])
    left = len(names) - MAX_COLUMNS
    return _("{names} and {n} more").format(names=shown, n=left) if left > 0 else shown


def _facts_table(comparison: Comparison) -> Table:
    names = list(dict.fromkeys(name for one in comparison.models for name in one.model.facts))
    rows = [(Cell(fact_word("id")), *(Cell(one.model.id) for one in comparison.models))]
    rows += [(Cell(fact_word(name)), *(Cell(fact_text(one.model.facts.get(name))) for one in comparison.models)) for name in names]
    return Table((Head(_("Fact")), *_heads(comparison.models)), rows)


def fact_word(name: str) -> str:
    """What a fact about a model is called."""
    return _(FACTS[name]) if name in FACTS else name.replace("_", " ").capitalize()


def fact_text(value: Any) -> str:
    """A fact about a model as people write it; nothing where it is not known."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return plain(value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {fact_text(one)}" for name, one in value.items())
    return str(value)
