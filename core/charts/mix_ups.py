"""Confusion matrices: what one model takes for what, and in which cells two models differ."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from core.charts.style import Chart, empty_figure, faint, on_cell, safe, unique
from core.evaluation.compare import Judged
from core.language import _

__all__ = ["MAX_CLASSES", "confusion", "confusion_difference"]

MAX_CLASSES = 20  # drawn; a chart that leaves some out says so
BETTER, WORSE = "#0072B2", "#D55E00"  # Okabe and Ito: blue and vermilion stay apart for the colour-blind


def confusion(one: Judged, *, dark: bool = False, counts: bool = False) -> Chart:
    """Which classes one model takes for which.

    Args:
        one: a judged classifier; of more than 20 classes the 20 most frequent are drawn.
        dark: for a dark ground.
        counts: write rows into the cells; default: the share of each true class (up to four classes get both).
    """
    matrix, labels = one.evaluation.confusion, one.evaluation.labels
    assert matrix is not None  # only classifiers are drawn so
    shown = _most_frequent(matrix)
    cells = matrix[np.ix_(shown, shown)]
    shares = cells / np.maximum(matrix[shown].sum(1, keepdims=True), 1)
    names = unique([labels[place] for place in shown])
    few = len(shown) <= 4
    texts = [[_cell(float(share), int(count), counts, few) for share, count in zip(*rows, strict=True)] for rows in zip(shares, cells, strict=True)]
    figure = _grid(names, dark)
    figure.add_heatmap(
        z=np.round(shares, 4).tolist(), x=names, y=names, zmin=0, zmax=1, colorscale=[[0, faint(one.identity.colour, 0.04)], [1, one.identity.colour]],
        showscale=False, xgap=2, ygap=2, customdata=cells.tolist(), hoverinfo="skip",
    )  # fmt: skip
    hover = [
        [_("is {truth}<br>called {called}<br>{share}, {rows} rows").format(truth=names[row], called=names[column], share=f"{shares[row, column]:.1%}", rows=f"{cells[row, column]:,}") for column in range(len(shown))]
        for row in range(len(shown))
    ]  # fmt: skip
    _cell_points(figure, one, shown, names, hover)
    _cell_texts(figure, texts, shares, names, one.identity.colour, dark, keep=few)
    return Chart(figure, _title(one, matrix, labels), _alt(one, matrix, labels, len(shown)))


def confusion_difference(ours: Judged, theirs: Judged, *, dark: bool = False) -> Chart:
    """In which cells two models differ: rows of each true class, ours less theirs.

    Blue is what helps (more right, fewer mistakes), orange what hurts.

    Args:
        ours, theirs: judged classifiers of the same rows.
        dark: for a dark ground.
    """
    matrix, other, labels = ours.evaluation.confusion, theirs.evaluation.confusion, ours.evaluation.labels
    assert matrix is not None and other is not None  # only classifiers are drawn so
    shown = _most_frequent(matrix)
    more = (matrix - other)[np.ix_(shown, shown)]
    shares = more / np.maximum(matrix[shown].sum(1, keepdims=True), 1)
    good = np.where(np.eye(len(shown), dtype=bool), shares, -shares)
    names = unique([labels[place] for place in shown])
    reach = float(np.abs(good).max()) or 1.0
    figure = _grid(names, dark)
    scale = [[0, WORSE], [0.4999, faint(WORSE, 0.04)], [0.5, faint(BETTER, 0.04)], [1, BETTER]]
    figure.add_heatmap(
        z=np.round(good, 4).tolist(), x=names, y=names, zmin=-reach, zmax=reach, colorscale=scale,
        showscale=False, xgap=2, ygap=2, hoverinfo="skip",
    )  # fmt: skip
    hover = [
        [_("is {truth}, called {called}<br>{rows} rows compared with {other}").format(truth=names[row], called=names[column], rows=f"{more[row, column]:+,}", other=safe(theirs.model.name)) for column in range(len(shown))]
        for row in range(len(shown))
    ]  # fmt: skip
    _cell_points(figure, ours, shown, names, hover)
    strength = np.abs(good) / reach
    colours = np.where(good >= 0, BETTER, WORSE)
    notes = [
        _note(names, row, column, f"{more[row, column]:+,}".replace("-", "−"), on_cell(str(colours[row, column]), float(strength[row, column]), dark), len(names))
        for row in range(len(shown)) for column in range(len(shown)) if more[row, column]
    ]  # fmt: skip
    figure.update_layout(annotations=notes)
    gained = int(np.trace(matrix) - np.trace(other))
    return Chart(figure, _difference_title(ours, theirs, gained), _difference_alt(ours, theirs, matrix - other, labels))


def _most_frequent(matrix: np.ndarray) -> np.ndarray:
    return np.sort(np.argsort(-matrix.sum(1), kind="stable")[:MAX_CLASSES])


def _grid(names: list[str], dark: bool) -> go.Figure:
    few = len(names) <= 4
    figure = empty_figure(dark, height=200 + (84 if few else 40 if len(names) <= 10 else 26) * len(names))
    figure.update_xaxes(title=_("Called by the model"), type="category", tickangle=0 if few else -45, showgrid=False, automargin=True)
    figure.update_yaxes(title=_("True class"), type="category", autorange="reversed", showgrid=False, automargin=True)
    figure.update_layout(hoverlabel={"bgcolor": "#2B2E33", "font": {"color": "#FFFFFF"}})
    return figure


def _cell(share: float, count: int, counts: bool, both: bool) -> str:
    if counts:
        return f"{count:,}"
    return f"{share:.0%}<br>{count:,}" if both else f"{share * 100:.0f}"


def _cell_points(figure: go.Figure, one: Judged, shown: np.ndarray, names: list[str], hover: list[list[str]]) -> None:
    """Unseen points on the cells: a heatmap itself cannot be chosen from."""
    size = len(names)
    figure.add_scatter(
        x=[names[column] for _row in range(size) for column in range(size)], y=[names[row] for row in range(size) for _column in range(size)],
        mode="markers", showlegend=False, text=[text for row in hover for text in row], hovertemplate="%{text}<extra></extra>",
        customdata=[["cell", int(shown[row]), int(shown[column]), one.model.id] for row in range(size) for column in range(size)],
        marker={"size": 44 if size <= 4 else 24 if size <= 10 else 14, "opacity": 0, "symbol": "square"},
        selected={"marker": {"opacity": 0.25, "color": "#8A8F98"}}, unselected={"marker": {"opacity": 0}},
    )  # fmt: skip


def _cell_texts(figure: go.Figure, cell: list[list[str]], shares: np.ndarray, names: list[str], colour: str, dark: bool, *, keep: bool) -> None:
    """The numbers in the cells, white or dark by the cell and not by the page; shares that round to 0 stay empty."""
    notes = [
        _note(names, row, column, text, on_cell(colour, float(shares[row, column]), dark), len(names))
        for row, texts in enumerate(cell)
        for column, text in enumerate(texts)
        if shares[row, column] >= 0.005 or keep
    ]
    figure.update_layout(annotations=notes)  # all at once: `add_annotation` checks all earlier ones again each time


def _note(names: list[str], row: int, column: int, text: str, colour: str, size: int) -> dict[str, object]:
    font = {"size": 15 if size <= 4 else 12 if size <= 10 else 9, "color": colour}
    return {"x": names[column], "y": names[row], "text": text, "showarrow": False, "font": font}


def _title(one: Judged, matrix: np.ndarray, labels: tuple[str, ...]) -> str:
    wrong = matrix - np.diag(np.diagonal(matrix))
    if not matrix.sum() or not wrong.sum():
        return _("{name} makes no mistake on these {rows} rows").format(name=one.model.name, rows=f"{int(matrix.sum()):,}")
    truth, called = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    count, rows = f"{int(wrong[truth, called]):,}", f"{int(matrix[truth].sum()):,}"
    return _("{name} takes “{truth}” for “{called}” most often: {count} of {rows} rows").format(name=one.model.name, truth=labels[truth], called=labels[called], count=count, rows=rows)


def _alt(one: Judged, matrix: np.ndarray, labels: tuple[str, ...], shown: int) -> str:
    rows, hits = matrix.sum(1), np.diagonal(matrix)
    places = np.argsort(-rows, kind="stable")[:5]
    each = ", ".join(_("{hits} of {rows} “{label}”").format(hits=f"{hits[place]:,}", rows=f"{rows[place]:,}", label=labels[place]) for place in places)
    if len(labels) > 5:
        each += " …"
    said = _("Confusion matrix of {name}. Right: {each}.").format(name=one.model.name, each=each)
    return f"{said} {_('The {shown} most frequent of {all} classes are drawn.').format(shown=shown, all=len(labels))}" if shown < len(labels) else said


def _difference_title(ours: Judged, theirs: Judged, gained: int) -> str:
    names = {"name": ours.model.name, "other": theirs.model.name, "n": f"{abs(gained):,}"}
    if gained > 0:
        return _("{name} gets {n} more rows right than {other}").format(**names)
    return _("{name} gets {n} fewer rows right than {other}").format(**names) if gained else _("{name} and {other} get equally many rows right").format(**names)


def _difference_alt(ours: Judged, theirs: Judged, more: np.ndarray, labels: tuple[str, ...]) -> str:
    largest = np.argsort(-np.abs(more), axis=None, kind="stable")[:5]
    parts = []
    for place in largest:
        truth, called = np.unravel_index(int(place), more.shape)
        if more[truth, called]:
            parts.append(_("“{truth}” called “{called}”: {rows}").format(truth=labels[truth], called=labels[called], rows=f"{more[truth, called]:+,}"))
    head = _("Difference of two confusion matrices, {name} less {other}, in rows.").format(name=ours.model.name, other=theirs.model.name)
    return f"{head} {'; '.join(parts)}." if parts else head
