"""The table of all numbers: what stands in a cell, which columns there are, and in which order the models stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.dataset.schema import Part, Task
from core.evaluation.compare import Comparison, compare
from core.evaluation.difference import paired_difference
from core.evaluation.model import Model
from core.evaluation.predictions import Predictions
from ui.number_columns import COSTS, cell, columns_of, explained, ordered, shown_at_first, title_of
from ui.settings_table import differing


def model(name: str, skill: float, facts: dict[str, object] | None = None, rows: int = 300) -> Model:
    truth = np.random.default_rng(1).integers(0, 2, rows)
    scores = 1 / (1 + np.exp(-(np.random.default_rng(2).normal(0, 1, rows) + skill * (truth - 0.5))))
    p = Predictions(Task.BINARY, ("no", "yes"), np.arange(rows), np.full(rows, Part.TEST.number), truth, np.column_stack([1 - scores, scores]))
    return Model(name, name, p, facts=facts or {})


@pytest.fixture
def comparison() -> Comparison:
    return compare([
        model("good", 3.0, {"seconds": 4.2, "parameters": 1697, "size_bytes": 20_071, "latency_ms": 1.06}),
        model("bad", 0.2, {"seconds": 80.0, "parameters": 12, "size_bytes": 900, "latency_ms": None}),
    ])  # fmt: skip


def test_costs_that_nobody_knows_have_no_column(comparison: Comparison) -> None:
    assert {"accuracy", "log_loss", "seconds", "latency_ms"} <= set(columns_of(comparison))
    assert "energy_j" not in columns_of(comparison)
    assert set(shown_at_first(comparison)) < set(columns_of(comparison))


@pytest.mark.parametrize(("column", "first"), [("accuracy", "good"), ("log_loss", "good"), ("seconds", "good"), ("parameters", "bad"), ("size_bytes", "bad"), ("latency_ms", "good")])
def test_the_best_stands_first_and_the_unknown_last(column: str, first: str, comparison: Comparison) -> None:
    assert ordered(comparison, column)[0].model.id == first


def test_a_cell_has_number_interval_and_difference(comparison: Comparison) -> None:
    good, bad = comparison.models
    gaps = {("bad", "accuracy"): paired_difference(bad.model, good.model, "accuracy")}
    found = cell(bad, "accuracy", gaps)
    accuracy = bad.evaluation.metrics["accuracy"]
    assert accuracy.value is not None and found.value == f"{accuracy.value * 100:.1f}\u00a0%"
    assert found.gap.startswith("−") and found.tone == "worse" and found.gap_span.count("−") == 2
    assert cell(good, "accuracy", gaps).gap == ""
    assert cell(good, "accuracy", {("good", "accuracy"): replace(gaps["bad", "accuracy"], clear=False)}).tone == "even"


def test_costs_are_written_as_people_say_them(comparison: Comparison) -> None:
    good, bad = comparison.models
    assert [cell(good, name, {}).value.replace("\u00a0", " ") for name in ("seconds", "parameters", "size_bytes", "latency_ms", "energy_j")] == [
        "4.2 s", "1,697", "20.1 kB", "1.06 ms", "–",
    ]  # fmt: skip
    assert cell(bad, "seconds", {}).value.replace("\u00a0", " ") == "1 min 20 s" and cell(bad, "latency_ms", {}).value == "–"


def test_each_column_has_a_title_and_one_line(comparison: Comparison) -> None:
    for column in (*columns_of(comparison), *COSTS):
        assert title_of(column) != column and len(title_of(column)) < 30 and len(explained(column)) > len(title_of(column))


def test_only_what_differs_is_a_setting_of_the_table() -> None:
    same = {"recipe": "mlp", "seed": 0, "units": 32, "inputs": ["a", "b"]}
    found = compare([model("a", 1.0, {"settings": same}), model("b", 1.0, {"settings": same | {"units": 64, "depth": 2}}), model("c", 1.0)])
    assert differing(found)["units"] == [32, 64, None] and differing(found)["depth"] == [None, 2, None]
    assert differing(compare([model("a", 1.0, {"settings": same}), model("b", 1.0, {"settings": dict(same)})])) == {}
