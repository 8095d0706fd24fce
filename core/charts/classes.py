"""One metric for each class and model: which classes are hard, and for whom."""

from __future__ import annotations

from core.charts.mix_ups import MAX_CLASSES
from core.charts.style import Chart, empty_figure, error_bars, legend_below, number, safe, short
from core.evaluation.compare import Comparison
from core.evaluation.names import metric_word
from core.language import _

__all__ = ["per_class"]


def per_class(comparison: Comparison, metric: str = "recall", *, dark: bool = False) -> Chart:
    """One metric for each class and model, the hardest class on top.

    Args:
        comparison: of classifiers; of more than 20 classes the 20 hardest for the first model are drawn.
        metric: precision, recall, specificity, f1, roc_auc or average_precision.
        dark: for a dark ground.
    """
    lead = comparison.models[0]
    value = {label: found[metric].value for label, found in lead.evaluation.per_class.items()}
    known = sorted((label for label in comparison.labels if value[label] is not None), key=lambda label: value[label] or 0.0)
    labels = known[:MAX_CLASSES][::-1]
    figure = empty_figure(dark, height=190 + 30 * len(labels) + 24 * len(comparison.models))
    places = dict(zip(labels, range(len(labels)), strict=True))
    for number_, one in enumerate(comparison.models):
        offset = 0.5 * ((number_ + 0.5) / len(comparison.models) - 0.5)
        found = [(label, one.evaluation.per_class[label][metric]) for label in labels]
        drawn = [(places[label] - offset, label, i) for label, i in found if i.value is not None]
        figure.add_scatter(
            x=[i.value for _, _, i in drawn], y=[at for at, _, _ in drawn], mode="markers", name=short(one.model.name),
            marker={"color": one.identity.colour, "symbol": one.identity.marker, "size": 9},
            error_x=error_bars([i for _, _, i in drawn], one.identity.colour) if one.model.kind == "run" else None,
            text=[f"{safe(label)}: {number(i)}" for _, label, i in drawn], hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    word = metric_word(metric)
    figure.update_xaxes(title=_("{metric} with 95 % interval").format(metric=word), tickformat=".0%", range=[-0.02, 1.02])
    figure.update_yaxes(tickvals=list(range(len(labels))), ticktext=[short(label) for label in labels], automargin=True, range=[-0.7, len(labels) - 0.3])
    figure.update_layout(legend=legend_below())
    if not labels:
        return Chart(figure, _("{metric} is not defined for these rows").format(metric=word), _("No class can be judged."))
    named = "; ".join(f"{label} {number(lead.evaluation.per_class[label][metric])}" for label in known[:5])
    alt = _("{metric} of {name} by class, hardest first: {each}.").format(metric=word, name=lead.model.name, each=named)
    if len(known) > MAX_CLASSES:
        alt += " " + _("The {shown} hardest of {all} classes are drawn.").format(shown=MAX_CLASSES, all=len(known))
    value_of = f"{value[known[0]] or 0.0:.0%}"
    return Chart(figure, _("“{label}” is the hardest class for {name}: {metric} {value}").format(label=known[0], name=lead.model.name, metric=word, value=value_of), alt)
