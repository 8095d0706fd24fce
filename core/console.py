"""What a command prints for a person: the same document as `--json`, in words and columns."""

from __future__ import annotations

import csv
import io
import sys
from typing import Any

__all__ = ["show"]


def show(command: str, result: dict[str, Any]) -> None:
    """Print the result of a command for a person."""
    _SHOW[command](result)


def _ingest(result: dict[str, Any]) -> None:
    split = result["split"]
    print(f"{result['dataset']}  {result['rows']:,} rows, target {result['target']!r} ({result['task']})")
    print(f"split     {split['train']:,} train, {split['validation']:,} validation, {split['test']:,} test")
    _columns([[c["name"][:40], c["type"], f"{c['missing']:,} missing"] for c in result["columns"][:40]])
    for finding in result["findings"]:
        print(f"- {finding['severity']}: {finding['message']}")


def _recipes(result: dict[str, Any]) -> None:
    for recipe in result["recipes"]:
        print(f"{recipe['name']}: {recipe['title']}. {recipe['description']}")
        for name, field in recipe["settings"].get("properties", {}).items():
            print(f"    {name} = {field.get('default')}   {field.get('description', '')}")


def _train(result: dict[str, Any]) -> None:
    print(f"{result['run']}  {result['state']} after {result['epochs']} epochs, {result['seconds']:.1f} s on {result['backend']}")
    _columns([[name, _interval(value)] for name, value in result["metrics"]["test"].items() if isinstance(value, dict)])


def _runs(result: dict[str, Any]) -> None:
    rows = [[r["run"], r["state"], r["recipe"], r["dataset"], _headline(r["headline"])] for r in result["runs"]]
    _columns(rows) if rows else print("No runs yet. Start one with: python -m core train DATASET")


def _compare(result: dict[str, Any]) -> None:
    print(f"{result['rows_judged']:,} test rows")
    names = list(dict.fromkeys(name for model in result["models"] for name in model["metrics"]))
    for model in result["models"]:
        print(model["name"])
        _columns([["   " + name, _interval(model["metrics"].get(name))] for name in names])


def _predict(result: dict[str, Any]) -> None:
    text = io.StringIO()
    if rows := result["predictions"]:
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    sys.stdout.write(text.getvalue())
    for notice in result["notices"]:
        print(notice, file=sys.stderr)


def _delete(result: dict[str, Any]) -> None:
    print(f"Deleted {result['kind']} {result['deleted']}.")


def _interval(value: Any) -> str:
    if not isinstance(value, dict) or value.get("value") is None:
        return "–"
    if value.get("low") is None:
        return f"{value['value']:.3f}"
    return f"{value['value']:.3f}  ({value['low']:.3f} to {value['high']:.3f})"


def _headline(headline: dict[str, Any] | None) -> str:
    return "" if headline is None else f"{headline['name']} {_interval(headline)}"


def _columns(rows: list[list[str]]) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


_SHOW = {
    "ingest": _ingest, "recipes": _recipes, "train": _train, "runs": _runs,
    "compare": _compare, "predict": _predict, "delete": _delete,
}  # fmt: skip
