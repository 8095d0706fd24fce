"""What a command prints for a person: the same document as `--json`, in words and columns."""

from __future__ import annotations

import contextlib
import csv
import io
import shlex
import sys
import time
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from core.dataset.progress import Progress, Step

__all__ = ["interval_text", "progress_line", "safe", "show"]

SHOWN_COLUMNS = 40
SHOWN_CLASSES = 10
EVERY_S = 0.1  # between two drawings of the progress line


def show(command: str, result: dict[str, Any]) -> None:
    """Print the result of a command for a person."""
    if command == "why":
        from core.why_command import why_lines

        why_lines(result, _say)
        return
    if command in ("compare", "evaluate"):
        from core.compare_console import compared

        for line in compared(result):
            _say(line)
        return
    _SHOW[command](result)


def safe(text: str) -> str:
    """Text without control characters: a name in a file must not steer the terminal.

    Example:
        >>> safe("a\\x1b[2Jb")
        'a\\\\x1b[2Jb'
    """
    return "".join(repr(c)[1:-1] if unicodedata.category(c) in ("Cc", "Cs") and c != "\n" else c for c in text)


@contextlib.contextmanager
def progress_line() -> Iterator[Progress]:
    """A line on stderr that says how far it is, and goes when it is done."""
    drawn = [-EVERY_S]

    def tell(step: Step) -> None:
        if time.monotonic() - drawn[0] < EVERY_S:
            return
        drawn[0] = time.monotonic()
        share = f" {min(step.done / step.total, 1):.0%}" if step.total else ""
        rows = f", {step.rows:,} rows" if step.rows else ""
        sys.stderr.write(f"\r\x1b[K{safe(step.stage)}{share}{rows}")
        sys.stderr.flush()

    try:
        yield Progress(tell)
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _ingest(result: dict[str, Any]) -> None:
    split, by = result["split"], result["split_by"]
    _say(f"{result['dataset'] or 'Not stored'}  {result['rows']:,} rows, target {result['target']!r} ({result['task']})")
    _say(f"split     {split['train']:,} train, {split['validation']:,} validation, {split['test']:,} test" + ("" if by == "stratified" else f", by {by}"))
    for part, (first, last) in result["spans"].items():
        _say(f"          {part}: {first[:19]} to {last[:19]}")
    for label, rows in list(result["class_counts"].items())[:SHOWN_CLASSES]:
        _say(f"class     {label[:40]}: {sum(rows.values()):,}")
    _columns([[c["name"][:40], c["type"], f"{c['missing']:,} missing"] for c in result["columns"][:SHOWN_COLUMNS]])
    if (more := len(result["columns"]) - SHOWN_COLUMNS) > 0:
        _say(f"and {more:,} more columns")
    for repair in result["repairs"]:
        _say("repaired  " + _code(repair["code"], repair["column"]))
    for severity, findings in groupby(result["findings"], lambda finding: str(finding["severity"])):
        _say(severity.capitalize())
        for finding in findings:
            _say(f"- {finding['message']}")
            if finding["apply"]:
                _say(f"  {finding['repair'].rstrip('.')}: --repair {shlex.quote(finding['apply'])}")


def _code(code: str, column: str | None) -> str:
    return code if column is None else f"{code}:{column}"


def _say(line: str) -> None:
    print(safe(line))


def _recipes(result: dict[str, Any]) -> None:
    for recipe in result["recipes"]:
        print(f"{recipe['name']}: {recipe['title']}. {recipe['description']}")
        for name, field in recipe["settings"].get("properties", {}).items():
            print(f"    {name} = {field.get('default')}   {field.get('description', '')}")


def _train(result: dict[str, Any]) -> None:
    if "series" in result:
        _series(result)
        return
    if "metrics" not in result:  # detached
        place = f", number {result['place']} in the queue" if result["place"] else ""
        print(result["run"])  # alone, so that a script can take it: RUN=$(python -m core train DATASET --detach)
        print(f"{result['state']}{place}", file=sys.stderr)
        return
    print(f"{result['run']}  {result['state']} after {result['epochs']} epochs, {result['seconds']:.1f} s on {result['backend']}")
    _metrics(result)


def _runs(result: dict[str, Any]) -> None:
    rows = [[r["run"], r["state"], r["recipe"], r["dataset"], _headline(r["headline"])] for r in result["runs"]]
    _columns(rows) if rows else print("No runs yet. Start one with: python -m core train DATASET")


def _predict(result: dict[str, Any]) -> None:
    text = io.StringIO()
    if rows := result["predictions"]:
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    sys.stdout.write(safe(text.getvalue()) if sys.stdout.isatty() else text.getvalue())  # a file or a pipe gets the labels as they are
    for notice in result["notices"]:
        print(safe(notice), file=sys.stderr)


def _said(result: dict[str, Any]) -> None:
    _say(f"{result['run']}  {result['state']}" + (f"  {result['message']}" if result["message"] else ""))
    _metrics(result)


def _status(result: dict[str, Any]) -> None:
    place = f", number {result['place']} in the queue" if result["place"] else ""
    phase = f", {result['phase']}" if result["phase"] not in ("", "training") else ""
    _say(f"{result['run']}  {result['state']}{phase}{place}  {result['name']}")
    if result["message"]:
        _say(result["message"])
    _say(f"epoch {result['epoch']:,} of {result['epochs']:,}, {result['seconds']:.1f} s, learning rate {result['learning_rate']:g}" + (f", on {result['backend']}" if result["backend"] else ""))
    if result["headline"]:
        _say(_headline(result["headline"]))
    if result["continues"]:
        _say(f"goes on where {result['continues']} ended")
    if result["note"]:
        _say(f"note: {result['note']}")


def _note(result: dict[str, Any]) -> None:
    _say(result["note"] or "No note.")


def _queue(result: dict[str, Any]) -> None:
    rows = [[str(row.get("place", row.get("state"))), row["run"], row["recipe"], row["name"][:60]] for row in (*result["training"], *result["queue"])]
    _columns(rows)
    if not result["queue"]:
        print(f"No run waits. {result['at_a_time']} may train at a time.")


def _delete(result: dict[str, Any]) -> None:
    print(f"Deleted {result['kind']} {result['deleted']}.")


def _series(result: dict[str, Any]) -> None:
    if "all" in result:
        rows = [[r["series"], r["kind"], f"{r['runs']} runs", r["dataset"], r["name"][:60]] for r in result["all"]]
        _columns(rows) if rows else print("No series yet. Start one with: python -m core train DATASET --seeds 5")
        return
    _say(f"{result['series']}  {result['name']}")
    scores = {score["run"]: f"{result['metric']} {interval_text(score)}" for score in result["scores"]}
    _columns([[r["run"], r["name"], r["state"], scores.get(r["run"], r["message"])] for r in result["runs"]])
    if result["mean"]["value"] is not None:
        spread = "" if result["spread"] is None else f", standard deviation over runs {result['spread']:.3f}"
        _say(f"mean {result['metric']} {interval_text(result['mean'])}{spread}")
    if result["curve"]:
        _say(result["curve"]["sentence"])


def _race(result: dict[str, Any]) -> None:
    print(result["race"])
    _columns([[r["run"], r["name"], r["state"], f"{r['epochs']} epochs", f"{r['seconds']:.1f} s", _headline(r["headline"]) or r["message"]] for r in result["lanes"]])
    if all(lane["headline"] for lane in result["lanes"]):
        print(f"More than luck? python -m core compare {' '.join(lane['run'] for lane in result['lanes'])}")


def _metrics(result: dict[str, Any]) -> None:
    """Those of the test rows; of a share of a learning curve, which leaves them sealed, those of the validation rows."""
    parts = result.get("metrics", {})
    _columns([[name, interval_text(value)] for name, value in parts.get("test", parts.get("validation", {})).items() if isinstance(value, dict)])


def interval_text(value: Any) -> str:
    """A number with both ends of its interval, in three decimals; a dash where there is none.

    Args:
        value: an interval as JSON; anything else is none.

    Example:
        >>> interval_text({"value": 0.8421, "low": 0.82, "high": 0.861}), interval_text(None)
        ('0.842  (0.820 to 0.861)', '–')
    """
    if not isinstance(value, dict) or value.get("value") is None:
        return "–"
    if value.get("low") is None:
        return f"{value['value']:.3f}"
    return f"{value['value']:.3f}  ({value['low']:.3f} to {value['high']:.3f})"


def _headline(headline: dict[str, Any] | None) -> str:
    return "" if headline is None else f"{headline['name']} {interval_text(headline)}"


def _columns(rows: list[list[str]]) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    for row in rows:
        _say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


_SHOW = {
    "ingest": _ingest, "recipes": _recipes, "train": _train, "runs": _runs,
    "predict": _predict, "delete": _delete, "status": _status, "note": _note, "queue": _queue, "race": _race, "series": _series,
    "stop": _said, "pause": _said, "resume": _said, "continue": _said, "watch": _said, "learning-rate": _said,
}  # fmt: skip
