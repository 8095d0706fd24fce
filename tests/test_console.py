"""What a command prints for a person says the same as its JSON document."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from core.console import progress_line, show
from core.errors import BadFile

INTERVAL = {"value": 0.8421, "low": 0.821, "high": 0.861}
RESULTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "ingest": (
        {
            "dataset": "d1", "rows": 1234, "target": "left", "task": "binary", "split": {"train": 864, "validation": 185, "test": 185},
            "columns": [{"name": "客户", "type": "category", "missing": 3}, *[{"name": f"c{i}", "type": "number", "missing": 0} for i in range(40)]],
            "split_by": "time:date", "spans": {"test": ["2026-01-02T00:00:00", "2026-03-04T00:00:00"]},
            "class_counts": {"yes": {"train": 400, "validation": 80, "test": 80}, "no": {"train": 464, "validation": 105, "test": 105}},
            "repairs": [{"code": "possible_leak", "column": "boat", "decided": {}}, {"code": "duplicate_rows", "column": None, "decided": {}}],
            "findings": [
                {"severity": "look at this", "message": "3 rows have no answer.", "apply": None, "repair": ""},
                {"severity": "look at this", "message": "“my fare” reaches far.", "apply": "outliers:my fare", "repair": "Limit to 0 – 5"},
                {"severity": "good to know", "message": "12 rows repeat.", "apply": "duplicate_rows", "repair": "Keep one of each"},
            ],
        },
        [
            "d1  1,234 rows", "864 train", "185 test, by time:date\n", "test: 2026-01-02T00:00:00 to 2026-03-04T00:00:00", "yes: 560", "客户", "3 missing", "and 1 more columns",
            "repaired  possible_leak:boat\nrepaired  duplicate_rows\n", "Look at this\n- 3 rows have no answer.\n- “my fare” reaches far.\n  Limit to 0 – 5: --repair 'outliers:my fare'\n",
            "Good to know\n- 12 rows repeat.\n  Keep one of each: --repair duplicate_rows\n",
        ],
    ),
    "recipes": (
        {"recipes": [{"name": "mlp", "title": "Multilayer network", "description": "For tables.", "settings": {"properties": {"units": {"default": 64, "description": "How many."}}}}]},
        ["mlp: Multilayer network. For tables.", "units = 64   How many."],
    ),
    "train": (
        {"run": "r1", "state": "finished", "epochs": 3, "seconds": 1.26, "backend": "jax", "metrics": {"test": {"accuracy": INTERVAL, "r2": {"value": None, "low": None, "high": None}}}},
        ["r1  finished after 3 epochs, 1.3 s on jax", "accuracy  0.842  (0.821 to 0.861)", "r2        –"],
    ),
    "runs": (
        {"runs": [{"run": "r1", "state": "failed", "recipe": "cnn", "dataset": "d1", "headline": None}, {"run": "r2", "state": "finished", "recipe": "mlp", "dataset": "d1", "headline": {"name": "accuracy", **INTERVAL}}]},
        ["r1  failed    cnn  d1", "r2  finished  mlp  d1  accuracy 0.842  (0.821 to 0.861)"],
    ),
    "compare": (
        {
            "rows_judged": 1056, "models": [{"run": "r1", "name": "Mine", "metrics": {"accuracy": INTERVAL}}, {"run": "linear", "name": "Linear model", "metrics": {}}],
            "verdict": None, "threshold": None, "worth": None, "error_cost": None, "slices": None, "test_looks": None, "html": None,
        },
        ["1,056 test rows", "Mine\n   accuracy  0.842  (0.821 to 0.861)", "Linear model\n   accuracy  –"],
    ),
    "delete": ({"deleted": "r1", "kind": "run"}, ["Deleted run r1."]),
}  # fmt: skip


@pytest.mark.parametrize("command", RESULTS)
def test_every_result_in_words(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    result, expected = RESULTS[command]
    show(command, result)
    out = capsys.readouterr().out
    for words in expected:
        assert words in out


def test_no_runs_yet_says_how_to_start_one(capsys: pytest.CaptureFixture[str]) -> None:
    show("runs", {"runs": []})
    assert "python -m core train" in capsys.readouterr().out


def test_predictions_are_a_csv_and_notices_stand_apart(capsys: pytest.CaptureFixture[str]) -> None:
    show("predict", {"predictions": [{"row": 1, "prediction": "a,b"}], "notices": ["One column was ignored."]})
    captured = capsys.readouterr()
    assert captured.out == 'row,prediction\n1,"a,b"\n'
    assert captured.err == "One column was ignored.\n"


def test_a_predicted_label_steers_no_terminal_and_reaches_a_file_as_it_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    result = {"predictions": [{"row": 1, "prediction": "a\x1b[2J"}, {"row": 2, "prediction": "b"}], "notices": ["Column '\x1b[2J' was ignored."]}
    show("predict", result)
    piped = capsys.readouterr()
    assert (piped.out, "\x1b" in piped.err) == ("row,prediction\n1,a\x1b[2J\n2,b\n", False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    show("predict", result)
    assert capsys.readouterr().out == "row,prediction\n1,a\\x1b[2J\n2,b\n"


def test_a_name_in_a_file_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    result = {**RESULTS["ingest"][0], "dataset": None, "columns": [{"name": "a\x1b[2J\x07\x9b", "type": "number", "missing": 0}]}
    show("ingest", result)
    out = capsys.readouterr().out
    assert out.startswith("Not stored  1,234 rows")
    assert "a\\x1b[2J\\x07\\x9b" in out
    assert not set(out) & {"\x1b", "\x07", "\x9b"}


def test_the_progress_line_says_how_far_it_is_and_goes(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_line() as progress:
        progress.step("Reading", 50, 200, 1234)
        progress.step("Reading", 51, 200, 1235)  # too soon to be drawn again
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "\r\x1b[KReading 25%, 1,234 rows\r\x1b[K"


def test_the_progress_line_goes_when_something_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadFile), progress_line() as progress:
        progress.step("Reading")
        raise BadFile("It is broken.")
    assert capsys.readouterr().err == "\r\x1b[KReading\r\x1b[K"
