"""What a command prints for a person says the same as its JSON document."""

from __future__ import annotations

from typing import Any

import pytest

from core.console import show

INTERVAL = {"value": 0.8421, "low": 0.821, "high": 0.861}
RESULTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "ingest": (
        {
            "dataset": "d1", "rows": 1234, "target": "left", "task": "binary", "split": {"train": 864, "validation": 185, "test": 185},
            "columns": [{"name": "客户", "type": "category", "missing": 3}],
            "findings": [{"severity": "look at this", "message": "3 rows have no answer."}],
        },
        ["d1", "1,234 rows", "864 train", "客户", "3 missing", "look at this: 3 rows have no answer."],
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
        {"rows_judged": 1056, "models": [{"name": "Mine", "metrics": {"accuracy": INTERVAL}}, {"name": "Linear model", "metrics": {}}]},
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
