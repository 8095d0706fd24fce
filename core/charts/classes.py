"""Charts of what happens to each class: the confusion matrix of a model, and one metric a class of all models."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.charts.style import Chart, empty_figure, error_bars, faint, legend_below, number, on_cell, safe, short, unique
from core.evaluation.compare import Comparison, Judged
from core.evaluation.metrics import METRICS

__all__ = ["confusion", "per_class"]

MAX_CLASSES = 20  # drawn; a chart that leaves some out says so


def confusion(one: Judged, *, dark: bool = False) -> Chart:
    """Which classes one model takes for which: shares of each true class, with counts.

    Args:
        one: a judged classifier; of more than 20 classes the 20 most frequent are drawn.
        dark: for a dark ground.
    """
    matrix, labels = one.evaluation.confusion, one.evaluation.labels
    assert matrix is not None  # only classifiers are drawn so
    shown = np.sort(np.argsort(-matrix.sum(1), kind="stable")[:MAX_CLASSES])
    counts = matrix[np.ix_(shown, shown)]
    shares = counts / np.maximum(matrix[shown].sum(1, keepdims=True), 1)
    names = unique([labels[place] for place in shown])
    few = len(shown) <= 10
    cell = [[f"{share:.0%}<br>{count:,}" if len(shown) <= 4 else f"{share * 100:.0f}" for share, count in zip(*rows, strict=True)] for rows in zip(shares, counts, strict=True)]
    figure = empty_figure(dark, height=200 + (84 if len(shown) <= 4 else 40 if few else 26) * len(shown))
    figure.add_heatmap(
        z=np.round(shares, 4).tolist(), x=names, y=names, zmin=0, zmax=1, colorscale=[[0, faint(one.identity.colour, 0.04)], [1, one.identity.colour]],
        showscale=False, xgap=2, ygap=2, customdata=counts.tolist(),
        hovertemplate="is %{y}<br>called %{x}<br>%{z:.1%}, %{customdata:,} rows<extra></extra>",
    )  # fmt: skip
    _cell_texts(figure, cell, shares, names, one.identity.colour, dark, 15 if len(shown) <= 4 else 12 if few else 9)
    figure.update_xaxes(title="Called by the model", type="category", tickangle=0 if len(shown) <= 4 else -45, showgrid=False, automargin=True)
    figure.update_yaxes(title="True class", type="category", autorange="reversed", showgrid=False, automargin=True)
    return Chart(figure, _confusion_title(one, matrix, labels), _confusion_alt(one, matrix, labels, len(shown)))


def _cell_texts(figure: go.Figure, cell: list[list[str]], shares: np.ndarray, names: list[str], colour: str, dark: bool, size: int) -> None:
    """The numbers in the cells, white or dark by the cell and not by the page; shares that round to 0 stay empty."""
    notes = [
        {"x": names[column], "y": names[row], "text": text, "showarrow": False, "font": {"size": size, "color": on_cell(colour, float(shares[row, column]), dark)}}
        for row, texts in enumerate(cell)
        for column, text in enumerate(texts)
        if shares[row, column] >= 0.005 or len(names) <= 4
    ]
    figure.update_layout(annotations=notes)  # all at once: `add_annotation` checks all earlier ones again each time


def _confusion_title(one: Judged, matrix: np.ndarray, labels: tuple[str, ...]) -> str:
    wrong = matrix - np.diag(np.diagonal(matrix))
    if not matrix.sum() or not wrong.sum():
        return f"{one.model.name} makes no mistake on these {int(matrix.sum()):,} rows"
    truth, called = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    count, rows = int(wrong[truth, called]), int(matrix[truth].sum())
    return f"{one.model.name} takes “{labels[truth]}” for “{labels[called]}” most often: {count:,} of {rows:,} rows"


def _confusion_alt(one: Judged, matrix: np.ndarray, labels: tuple[str, ...], shown: int) -> str:
    rows, hits = matrix.sum(1), np.diagonal(matrix)
    places = np.argsort(-rows, kind="stable")[:5]
    parts = [f"{hits[place]:,} of {rows[place]:,} “{labels[place]}”" for place in places]
    left = f" The {shown} most frequent of {len(labels)} classes are drawn." if shown < len(labels) else ""
    return f"Confusion matrix of {one.model.name}. Right: {', '.join(parts)}{' and so on' if len(labels) > 5 else ''}.{left}"


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
    word = METRICS[metric].split(":")[0] if metric in METRICS else metric.capitalize()
    figure.update_xaxes(title=f"{word}, 95 % interval", tickformat=".0%", range=[-0.02, 1.02])
    figure.update_yaxes(tickvals=list(range(len(labels))), ticktext=[short(label) for label in labels], automargin=True, range=[-0.7, len(labels) - 0.3])
    figure.update_layout(legend=legend_below())
    if not labels:
        return Chart(figure, f"{word} is not defined for these rows", "No class can be judged.")
    left = f" The {MAX_CLASSES} hardest of {len(known)} classes are drawn." if len(known) > MAX_CLASSES else ""
    named = "; ".join(f"{label} {number(lead.evaluation.per_class[label][metric])}" for label in known[:5])
    return Chart(
        figure, f"“{known[0]}” is the hardest class for {lead.model.name}: {word.lower()} {(value[known[0]] or 0.0):.0%}",
        f"{word} of {lead.model.name} by class, hardest first: {named}.{left}",
    )  # fmt: skip
