"""What a simple model is told to have learned, to weigh and to take: counted by hand, and kept beside its predictions."""

from __future__ import annotations

import numpy as np
import pytest

from core import latency
from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.evaluation.model import model_of_baseline
from core.files import read_json, write_json
from core.training import baselines
from core.training.baseline_features import BaselineData
from core.training.baseline_model import TrainedBaseline, nodes_of
from core.workspace import Workspace


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "ROUNDS", 12)


@pytest.fixture
def dataset(clean_home: object) -> Dataset:
    """A number that is missing now and then, a category of three values, a text-free table of two classes."""
    chance = np.random.default_rng(4)
    x, kind = chance.normal(size=300), chance.choice(["red", "green", "blue"], 300)
    score = x + (kind == "red") + chance.normal(size=300) / 2
    rows = "".join(f"{'' if n % 17 == 3 else round(x[n], 4)},{kind[n]},{'ny'[int(score[n] > 0.4)]}\n" for n in range(300))
    return ingest(f"x,kind,answer\n{rows}".encode(), Workspace.local(), file_name="t.csv", target="answer")


def trained(dataset: Dataset, name: str) -> TrainedBaseline:
    return baselines.train(name, BaselineData.read(dataset))


def test_the_linear_model_counts_its_coefficients(dataset: Dataset) -> None:
    found = trained(dataset, "linear").facts()
    features = 1 + 1 + 3  # the number, its flag for missing, the three values
    assert (found["parameters"], found["parameters_are"]) == (features + 1, "coefficients")
    prepared = 4 * (1 + 2 + 2) + len("redgreenblue")  # a median, mean and deviation of number and flag, the three words
    assert found["size_bytes"] == 4 * (features + 1) + prepared


def test_trees_count_their_splits_and_leaves(dataset: Dataset) -> None:
    model = trained(dataset, "gradient_boosted_trees")
    found, nodes = model.facts(), nodes_of(model.model)
    assert len(nodes) == 12
    leaves = sum(int(tree["is_leaf"].sum()) for tree in nodes)
    assert found["parameters"] == 2 * leaves - len(nodes)  # a binary tree of n leaves has n - 1 splits
    splits = leaves - len(nodes)
    least, most = 4 * (leaves + 5 * splits), 4 * (leaves + 5 * splits) + 32 * splits  # a split by category says which categories go left
    assert least < found["size_bytes"] - len("redgreenblue") <= most


def test_the_majority_counts_its_shares(dataset: Dataset) -> None:
    found = trained(dataset, "majority").facts()
    assert (found["parameters"], found["parameters_are"], found["size_bytes"]) == (2, "shares of the classes", 8)


def test_a_mean_is_one_number(clean_home: object) -> None:
    rows = "".join(f"{n % 7},{n % 7 + n % 5 / 10}\n" for n in range(90))
    found = trained(ingest(f"x,y\n{rows}".encode(), Workspace.local(), file_name="n.csv", target="y"), "majority").facts()
    assert (found["parameters"], found["parameters_are"], found["size_bytes"]) == (1, "the mean", 4)


def test_facts_are_kept_with_the_predictions_and_those_of_before_still_open(dataset: Dataset) -> None:
    baselines.compute(dataset)
    found = baselines.load(dataset)
    for one in found:
        facts = model_of_baseline(one).facts
        assert {"seconds", "parameters", "parameters_are", "size_bytes", "latency_ms", "device"} <= set(facts)
        assert 0 < facts["latency_ms"] < 10_000
        assert "CPU" in facts["device"]
        np.testing.assert_array_equal(trained(dataset, one.name).judged().scores, one.predictions.scores)  # another process answers as the first did
    majority, linear, trees = (one.facts for one in found)
    assert majority["size_bytes"] < linear["size_bytes"] < trees["size_bytes"]
    path = dataset.folder / "baselines" / "baselines.json"
    kept = read_json(path)
    for model in kept["models"]:
        del model["facts"]
    write_json(path, kept)
    for one in baselines.load(dataset):
        assert one.facts == {}
        assert "parameters" not in model_of_baseline(one).facts


@pytest.mark.parametrize(("told", "expected"), [([], None), ([20.04, 30.0], 50.0), ([20.0, None], None)])
def test_energy_is_that_of_all_processors_or_unknown(dataset: Dataset, monkeypatch: pytest.MonkeyPatch, told: list[float | None], expected: float | None) -> None:
    class Counter:
        def __init__(self, joules: float | None) -> None:
            self.joules = lambda: joules

    monkeypatch.setattr(baselines, "BASELINES", ("majority",))
    monkeypatch.setattr(baselines, "processor_counters", lambda: [Counter(joules) for joules in told])
    baselines.compute(dataset)
    (one,) = baselines.load(dataset)
    assert model_of_baseline(one).facts["energy_j"] == expected


def test_the_lower_quartile_of_31_is_taken_after_three_that_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [0.0], [0]

    def ask() -> None:
        asked[0] += 1
        now[0] += 0.001 * asked[0]  # the 4th takes 4 ms … the 34th 34 ms

    monkeypatch.setattr(latency.time, "perf_counter", lambda: now[0])
    assert latency.lower_quartile_ms(ask) == pytest.approx(11.0)  # the 8th of 31
    assert asked[0] == 34


def test_a_slow_one_is_asked_for_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [0.0], [0]

    def ask() -> None:
        asked[0] += 1
        now[0] += 0.6

    monkeypatch.setattr(latency.time, "perf_counter", lambda: now[0])
    assert latency.lower_quartile_ms(ask) == pytest.approx(600)
    assert asked[0] == 3 + 2
