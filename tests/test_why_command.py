"""The command `why`: explains, keeps what it found, and says what is missing."""

from __future__ import annotations

import json

import pytest

from core import why as reasons
from core.errors import BadInput, NotFound, NotReady
from core.runs.run import Run
from core.training import baselines
from core.why_command import why, why_lines
from core.workspace import Workspace
from tests.why import made


def test_a_model_and_a_row_as_json() -> None:
    run, _data = made.priced(Workspace.local())
    found = why(run.id)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert {"run", "part", "rows", "metric", "score", "importance", "dependence", "words", "looks"} <= set(found)
    assert found["part"] == "validation"
    one = why(run.id, 4)
    assert {"row", "truth", "said", "base", "answer", "contributions", "pieces", "exact"} <= set(one)
    assert one["base"][0] + sum(entry["values"][0] for entry in one["contributions"]) == pytest.approx(one["answer"][0], rel=1e-4)


def test_what_was_explained_is_only_read(monkeypatch: pytest.MonkeyPatch) -> None:
    run, _data = made.priced(Workspace.local())
    first = why(run.id)
    assert reasons.load(run) is not None
    run.path("predictions.parquet").unlink()  # nothing could be computed now
    assert why(run.id) == first


def test_for_people() -> None:
    workspace = Workspace.local()
    lines: list[str] = []
    for run in (made.priced(workspace)[0], made.reviewed(workspace)[0]):
        why_lines(why(run.id), lines.append)
        why_lines(why(run.id, 4), lines.append)
    text = "\n".join(lines)
    assert "the test rows stay sealed" in text
    assert "a + twin" in text
    assert "good  (praise" in text
    assert "Row 4 (validation)" in text


def test_what_is_missing_is_said() -> None:
    workspace = Workspace.local()
    run, data = made.priced(workspace)
    with pytest.raises(BadInput):
        why(run.id, 10**6)
    with pytest.raises(NotFound):
        why("r20261122-00000000")
    with pytest.raises(NotReady, match="no model"):
        why(Run.create(workspace.runs_folder, run.spec).id)


def test_a_simple_model_by_its_dataset_or_a_run_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "ROUNDS", 10)
    run, data = made.priced(Workspace.local())
    found = why(data.id, baseline="linear")  # trained here, because nobody had yet
    assert (found["run"], found["part"]) == ("linear", "validation")
    assert found["importance"][0]["columns"] == ["a", "twin"]
    monkeypatch.setattr(baselines, "_linear", None)  # could not be trained again
    assert why(run.id, baseline="linear") == found
    lines: list[str] = []
    why_lines(why(run.id, baseline="majority"), lines.append)
    assert "reads no column" in lines[-1]
    with pytest.raises(NotFound):
        why("dffffffffffffffff", baseline="linear")
