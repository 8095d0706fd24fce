"""Report: the whole comparison as one HTML file that works offline, and its table as CSV.

A founder mails it, opens it on a train, prints it. So everything is inside: charts with plotly.js, tables,
the facts by which each number can be traced. It loads nothing (a content policy in the file forbids it),
follows the reader's light or dark setting, and treats every name and label as text: HTML is escaped, and
JSON inside a script holds no `<` at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any

from core import __version__
from core.dataset.schema import DatasetInfo
from core.evaluation.compare import Comparison, Judged
from core.evaluation.intervals import Interval
from core.evaluation.metrics import METRICS
from core.report_style import DRAW, STYLE

__all__ = ["report_html", "table_csv"]

MAX_CLASSES = 50  # of the table by class
UNITS = frozenset({"rmse", "mae", "median_absolute_error", "r2", "log_loss"})  # not shares, so no %
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
METHODS = (
    "Small numbers after the dot are 95 % intervals: of a hundred such statements about other rows of the same kind, about 95 are true. "
    "Shares: Wilson. Averages over classes: MOVER on Wilson limits. ROC AUC: DeLong on the logit scale. Average precision: influence "
    "function on the logit scale. Mean losses and errors: t with Hall’s correction for skewness. R²: delta method. Median: order statistics. "
    "Difference to the best baseline (chosen on the validation rows): Bonett and Price for accuracy, paired delta method for RMSE; "
    "“clear” means not 0 at the level corrected for the number of models (Bonferroni)."
)


def table_csv(comparison: Comparison) -> bytes:
    """The table of a comparison as CSV that Excel opens well: one row a model, each metric with low and high."""
    from core.export import csv_bytes

    return csv_bytes(comparison.to_frame())


def report_html(comparison: Comparison, info: DatasetInfo | None = None, *, title: str = "") -> str:
    """The comparison as one self-contained HTML page of about 5 MB, nearly all of it plotly.js.

    Args:
        comparison: what to show.
        info: the dataset, for the facts; default: none are shown.
        title: heading; default: the dataset's name and target.

    Returns:
        The page as text, to be written as UTF-8.
    """
    heading = title or (f"{info.name or info.id}: predicting “{info.target}”" if info else "Models side by side")
    facts = _section("The data", _pairs(_data_facts(info))) if info else ""
    return "".join((
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">',
        f"<title>{escape(heading)}</title><style>{STYLE}</style></head><body><main>",
        f"<h1>{escape(heading)}</h1><p>{_summary(comparison)}</p>",
        _charts(comparison),
        _section("All numbers", _metrics_table(comparison) + f'<p class="small">{METHODS}</p>'),
        _section("By class", _class_tables(comparison)) if comparison.labels else "",
        facts,
        _section("The models", _facts_table(comparison)),
        f'<footer class="small">Made by Limelight {__version__} on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. Works offline; loads nothing.</footer>',
        f"</main><script>{_plotly_js()}</script><script>{DRAW}</script></body></html>\n",
    ))  # fmt: skip


def _plotly_js() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs()).replace("</script", "<\\/script")


def _summary(comparison: Comparison) -> str:
    runs, others = len(comparison.runs), len(comparison.models) - len(comparison.runs)
    baselines = f" beside {others} simple baseline{'s' if others != 1 else ''}" if others else ""
    return f"{runs} model{'s' if runs != 1 else ''}{baselines}, judged on the same {comparison.rows_judged:,} test rows, which none of them saw in training."


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _charts(comparison: Comparison) -> str:
    from core.charts import charts

    pairs = zip(charts(comparison), charts(comparison, dark=True), strict=True)
    return "".join(
        f'<figure><figcaption><h2>{escape(light.title)}</h2></figcaption><div class="chart" role="img" aria-label="{escape(light.alt)}" '
        f'style="height:{light.figure.layout.height}px"></div><p class="small">{escape(light.alt)}</p>'
        f'<script type="application/json" class="light">{_json(light.figure)}</script>'
        f'<script type="application/json" class="dark">{_json(dark.figure)}</script></figure>'
        for light, dark in pairs
    )


def _json(figure: Any) -> str:
    """JSON that cannot end the script around it: `<`, `>` and `&` occur only as escapes."""
    text = str(figure.to_json())
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _metrics_table(comparison: Comparison) -> str:
    names = [name for name in METRICS if any(name in one.evaluation.metrics for one in comparison.models)]
    head = "".join(f'<th scope="col">{_mark(one)}{escape(one.model.name)}</th>' for one in comparison.models)
    rows = [
        (METRICS[name], [_cell(one.evaluation.metrics.get(name), name not in UNITS) for one in comparison.models]) for name in names
    ]
    if any(one.difference for one in comparison.models):
        rows.insert(0, (_difference_words(comparison), [_difference(one) for one in comparison.models]))
    body = "".join(f'<tr><th scope="row">{_explained(words)}</th>{"".join(cells)}</tr>' for words, cells in rows)
    return f'<div class="wide"><table><thead><tr><th scope="col">Measure</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _explained(words: str) -> str:
    name, _, rest = words.partition(":")
    return f'{escape(name.rstrip("."))}<span class="small">{escape(rest)}</span>'


def _mark(one: Judged) -> str:
    return f'<span class="mark" style="background:{one.identity.colour}"></span>'


def _cell(interval: Interval | None, share: bool) -> str:
    if interval is None or interval.value is None:
        reason = escape(interval.reason) if interval else ""
        return f'<td>—<span class="small">{reason}</span></td>'
    from core.charts import number

    value, _, limits = number(interval, share).partition(" · ")
    return f'<td>{value}<span class="small">{limits}</span></td>'


def _difference_words(comparison: Comparison) -> str:
    difference = next(one.difference for one in comparison.models if one.difference)
    reference = next(one.model.name for one in comparison.models if one.model.id == difference.reference)
    unit = "in points of accuracy" if difference.metric == "accuracy" else "in RMSE"
    return f"Difference: {unit}, to “{reference}” on the same rows."


def _difference(one: Judged) -> str:
    if one.difference is None or one.difference.interval.value is None:
        return "<td></td>"
    scale, interval = (100 if one.difference.metric == "accuracy" else 1), one.difference.interval
    if interval.low is None or interval.high is None:
        return f"<td>{(interval.value or 0) * scale:+.3g}</td>"
    clear = "clear" if one.difference.clear else "not clear"
    return f'<td>{(interval.value or 0) * scale:+.3g}<span class="small">{interval.low * scale:+.3g} to {interval.high * scale:+.3g}, {clear}</span></td>'


def _class_tables(comparison: Comparison) -> str:
    return "".join(_class_table(one) for one in comparison.runs)


def _class_table(one: Judged) -> str:
    evaluation = one.evaluation
    labels = sorted(evaluation.labels, key=lambda label: -evaluation.class_rows[label])[:MAX_CLASSES]
    columns = ("precision", "recall", "f1", "roc_auc", "average_precision")
    head = "".join(f'<th scope="col">{METRICS[name].split(":")[0]}</th>' for name in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td>{evaluation.class_rows[label]:,}</td>'
        + "".join(_cell(evaluation.per_class[label][name], True) for name in columns) + "</tr>"
        for label in labels
    )  # fmt: skip
    left = f'<p class="small">The {MAX_CLASSES} most frequent of {len(evaluation.labels)} classes.</p>' if len(evaluation.labels) > MAX_CLASSES else ""
    return (
        f'<details><summary>{_mark(one)}{escape(one.model.name)}</summary><div class="wide"><table><thead><tr><th scope="col">Class</th>'
        f'<th scope="col">Test rows</th>{head}</tr></thead><tbody>{body}</tbody></table></div>{left}</details>'
    )


def _data_facts(info: DatasetInfo) -> Mapping[str, Any]:
    split = info.split
    return {
        "Dataset": info.id, "Name": info.name, "File": info.source.get("file_name", info.source.get("name", "")),
        "SHA-256 of the file": info.source.get("sha256", ""), "Rows": f"{info.rows:,}", "Rows left out (no answer)": f"{info.dropped_rows:,}",
        "Training, validation, test rows": f"{split.train:,} · {split.validation:,} · {split.test:,}",
        "Seed of the split": info.source.get("seed", ""), "Target": info.target, "Task": info.task.value,
        "Classes": f"{len(info.labels):,}" if info.labels else "", "Default inputs": _listed(info.inputs),
    }  # fmt: skip


def _listed(names: tuple[str, ...], most: int = 30) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _facts_table(comparison: Comparison) -> str:
    names = list(dict.fromkeys(name for one in comparison.models for name in one.model.facts))
    rows: Iterable[tuple[str, list[Any]]] = [
        ("id", [one.model.id for one in comparison.models]),
        *((name, [one.model.facts.get(name, "") for one in comparison.models]) for name in names),
    ]
    head = "".join(f'<th scope="col">{_mark(one)}{escape(one.model.name)}</th>' for one in comparison.models)
    body = "".join(
        f'<tr><th scope="row">{escape(name.replace("_", " ").capitalize())}</th>' + "".join(f"<td>{_fact(value)}</td>" for value in values) + "</tr>"
        for name, values in rows
    )
    return f'<div class="wide"><table><thead><tr><th scope="col">Fact</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _fact(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return escape(str(value))
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _pairs(facts: Mapping[str, Any]) -> str:
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items() if value != "")
    return f"<dl>{items}</dl>"
