"""docs/compare.md names every key of the JSON of `compare` and `evaluate`, and no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.compare_command import Question, compare, evaluate
from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.evaluation.names import METRICS
from core.evaluation.predictions import Predictions
from core.runs.run import Run
from core.training import baselines
from core.workspace import Workspace
from tests.pages import results_made as made

DOCS = Path(__file__).parent.parent / "docs" / "compare.md"
ROWS = 900  # so that a test part of each kind is large enough to be compared
INTERVAL = {"value", "low", "high"}
BY_NAME = {  # objects whose keys are names of models, classes or settings, not names of ours
    "models[].per_class": "<class>", "models[].class_rows": "<class>", "models[].facts.settings": "<setting>", "curves": "<model>", "curves.<model>.classes": "<class>",
    "label_thresholds": "<model>", "label_thresholds.<model>": "<label>", "label_differences": "<model>", "label_differences.<model>": "<label>", "slices.slices": "<model>", "slices.fairness": "<model>", "slices.weakest": "<model>", "test_looks.by_kind": "<kind>", "test_looks.looks[].detail": "<detail>",
}  # fmt: skip


def keys(found: Any, at: str = "") -> Iterator[str]:
    """Every path to a value; an interval is one value, and names that come from data stand in angle brackets."""
    if isinstance(found, dict) and set(found) - {"reason"} == INTERVAL:
        yield at
    elif isinstance(found, dict) and found:
        for key, value in ((key, value) for key, value in found.items() if key != "reason"):  # may stand wherever a number is missing
            key = "verdicts" if (at, key) == ("verdict", "pairs") else key  # the same keys
            name = BY_NAME.get(at) or ("<metric>" if key in METRICS and at.endswith(("metrics", "<class>")) else key)
            yield from keys(value, f"{at}.{name}" if at else name)
    elif isinstance(found, list) and found and isinstance(found[0], dict):
        for value in found:
            yield from keys(value, f"{at}[]")
    else:
        yield at


def documented(metrics: bool = False) -> set[str]:
    """The names in the tables: of keys, or in the last one of metrics."""
    part = DOCS.read_text(encoding="utf-8").split("\n## Metrics\n")[metrics]
    return set(re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE))


def table(workspace: Workspace, classes: tuple[str, ...]) -> Dataset:
    chance = np.random.default_rng(5)
    answers = chance.choice(classes, ROWS) if classes else np.round(chance.gamma(3, 40, ROWS), 3)
    lines = "".join(f"{chance.random():.4f},{'ab'[i % 2]},{answer}\n" for i, answer in enumerate(answers))
    return ingest(f"x,kind,answer\n{lines}".encode(), workspace, file_name="table.csv", target="answer")


def weaken(run: Run, dataset: Dataset) -> None:
    """Where `kind` is a, the model knows nothing: a weak slice that a search finds."""
    found = Predictions.load(run.path("predictions.parquet"))
    weak = (dataset.table(("kind",), found.rows)["kind"] == "a").to_numpy()
    scores = found.scores.copy()
    scores[weak] = np.roll(scores[weak], 1, axis=0)
    replace(found, scores=scores).save(run.path("predictions.parquet"))


def several_labels(folder: Path) -> list[Path]:
    """Two files whose rows carry several labels."""
    files = [folder / "tags.csv", folder / "others.csv"]
    for number, file in enumerate(files):
        lines = [f"{row},{';'.join(name for name, every in (('spam', 2), ('urgent', 3)) if row % every == 0)},{(row + number) % 7 / 7},{row % 5 / 5}\n" for row in range(60)]
        file.write_text("row id,truth,spam,urgent\n" + "".join(lines))
    return files


@pytest.fixture
def documents(clean_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the commands print for two classes, three classes, numbers, and a file from elsewhere."""
    monkeypatch.setattr(baselines, "compute", made.baselines)
    workspace = Workspace.local()
    asked = Question(threshold="recall>=0.5", value="tp=80,fp=-10", slices=("kind",))
    found: list[dict[str, Any]] = []
    for classes, question in ((("no", "yes"), asked), (("ant", "bee", "cat"), asked), ((), Question(slices=("kind",), value="over=2,under=5"))):
        dataset = table(workspace, classes)
        runs = [made.model(workspace, dataset, name=f"Run {seed}", skill=0.3 + seed, seed=seed) for seed in range(2)]
        weaken(runs[1], dataset)
        made.history(runs[0], [0.5, 0.7, 0.72, 0.71], joules=9.0)
        found.append(compare([run.id for run in runs], with_baselines=True, question=question))
    file = tmp_path / "vendor.csv"
    file.write_text("row id,truth,yes\n" + "".join(f"{row},{'yes' if row % 2 else 'no'},{0.2 + row % 3 / 4}\n" for row in range(60)))
    return [*found, evaluate([file]), evaluate(several_labels(tmp_path))]


def test_every_key_is_documented_and_every_documented_key_is_there(documents: list[dict[str, Any]]) -> None:
    found = {key for document in documents for key in keys(document)}
    # a part that was not asked for, or cannot be there, is null as a whole: its keys are seen in another document
    wholes = {key for key in found if any(other.startswith((f"{key}.", f"{key}[]")) for other in found)}
    assert found - wholes == documented()
    assert len({tuple(document) for document in documents}) == 1  # the same, whatever was asked


def test_every_metric_is_documented() -> None:
    assert documented(metrics=True) == set(METRICS)


def test_the_document_is_plain_json_and_the_same_twice(clean_home: Path) -> None:
    workspace = Workspace.local()
    dataset = table(workspace, ("no", "yes"))
    runs = [made.model(workspace, dataset, name="Same", skill=0.5, seed=seed).id for seed in range(2)]
    first, second = (json.dumps(compare(runs), allow_nan=False) for _ in range(2))
    assert first == second
    names = [model["name"] for model in json.loads(first)["models"]]
    assert len(set(names)) == 2  # nobody could tell two of one name apart
