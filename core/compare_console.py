"""What `compare` and `evaluate` print for a person: the verdict first, then the numbers, then what else was asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.console import interval_text

__all__ = ["compared"]

MOST_WEAK = 3  # parts of the rows that are named for each model


def compared(result: dict[str, Any]) -> Iterator[str]:
    """The lines for one document of `core.compare_command`.

    Args:
        result: the document that `--json` prints.
    """
    if result["verdict"]:
        yield result["verdict"]["sentence"]
        yield from (f"- {one['sentence']}" for one in result["verdict"]["verdicts"])
    outside = any("file" in model.get("facts", {}) for model in result["models"])
    yield f"{result['rows_judged']:,} {'rows of these files' if outside else 'test rows'}"
    metrics = list(dict.fromkeys(name for model in result["models"] for name in model["metrics"]))
    width = max((len(name) for name in metrics), default=0)
    for model in result["models"]:
        yield model["name"]
        yield from (f"   {name.ljust(width)}  {interval_text(model['metrics'].get(name))}" for name in metrics)
    if result.get("task") == "many_labels":
        yield from _labels(result)
    yield from _threshold(result["threshold"])
    yield from _worth(result["worth"])
    if cost := result["error_cost"]:
        yield cost["sentence"]
    yield from _slices(result["slices"], {model["run"]: model["name"] for model in result["models"]})
    if looks := result["test_looks"]:
        yield f"Looks at the sealed test rows: {looks['count']:,}"
    if result["html"]:
        yield f"Written: {result['html']}"


def _labels(result: dict[str, Any]) -> Iterator[str]:
    """F1 of each label, and the difference to the reference."""
    width = max(len(label) for label in result["labels"])
    for model in result["models"]:
        yield f"F1 by label: {model['name']}"
        gaps = (result["label_differences"] or {}).get(model["run"], {})
        for label in result["labels"]:
            gap = gaps.get(label)
            said = f"   difference {interval_text(gap)}{', clear' if gap['clear'] else ''}" if gap else ""
            yield f"   {label.ljust(width)}  {interval_text(model['per_class'][label]['f1'])}{said}"


def _threshold(found: dict[str, Any] | None) -> Iterator[str]:
    if found is None:
        return
    yield f"Threshold for {found['positive']}"
    for model in found["models"]:
        counts = ", ".join(f"{name} {counted:,}" for name, counted in model["counts"].items())
        yield f"   {model['name']}: at {model['threshold']:.3f}, {counts}" + (f". {model['note']}" if model["note"] else "")
        yield f"      recall {interval_text(model['metrics']['recall'])}, precision {interval_text(model['metrics']['precision'])}"


def _worth(found: dict[str, Any] | None) -> Iterator[str]:
    if found is None:
        return
    yield found["sentence"]
    yield from (f"- {sentence}" for sentence in (*found["details"], *found["break_even"]))


def _slices(found: dict[str, Any] | None, names: dict[str, str]) -> Iterator[str]:
    if found is None:
        return
    for name, parts in found["slices"].items():
        yield f"By {' and '.join(found['columns'])}: {names[name]}"
        for part in parts:
            metric = next(iter(part["metrics"]), "")
            yield f"   {_where(part)}: {part['rows']:,} rows, {metric} {interval_text(part['metrics'].get(metric))}"
    for name, weakest in found["weakest"].items():
        for weak in weakest["weak"][:MOST_WEAK]:
            yield f"{names[name]} is weak where {_where(weak)}: {weak['rows']:,} rows, {weakest['measure']} {interval_text(weak['value'])} against {interval_text(weak['elsewhere'])} elsewhere"


def _where(part: dict[str, Any]) -> str:
    return " and ".join(f"{one['column']} is {one['is']}" for one in part["conditions"])
