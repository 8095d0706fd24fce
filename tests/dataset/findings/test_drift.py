"""Finding about a test part that does not look like the training part."""

import numpy as np
import pytest

from core.dataset.schema import SplitBy
from tests.dataset.findings.found import all_of, draft, finding, random
from tests.dataset.made import people


def moved(shift: float, job: str = "cook") -> dict[str, list[object]]:
    columns = people(1000) | {"set": ["train"] * 700 + ["val"] * 100 + ["test"] * 200}
    columns["income"] = (np.array(columns["income"]) + shift * (np.arange(1000) >= 800)).tolist()
    columns["job"][800:] = [job if job != "cook" else value for value in columns["job"][800:]]
    return columns


def test_a_number_that_moved() -> None:
    stats = pytest.importorskip("scipy.stats")
    columns = moved(500)
    found = finding("drift", columns, target="churn")
    assert (found.column, found.count) == ("income", 1)
    expected = stats.ks_2samp(columns["income"][:700], columns["income"][800:]).statistic
    assert found.evidence == {"distance": {"income": pytest.approx(expected, abs=5e-4)}, "columns_tested": 3}


def test_a_category_that_moved() -> None:
    stats = pytest.importorskip("scipy.stats")
    columns = moved(0, job="nurse")
    found = finding("drift", columns, target="churn")
    jobs = np.array(columns["job"])
    table = np.array([[np.sum(part == job) for job in ("cook", "nurse", "smith")] for part in (jobs[:700], jobs[800:])])
    assert found.evidence["distance"] == {"job": pytest.approx(stats.contingency.association(table, "cramer"), abs=5e-4)}


def test_nothing_moved() -> None:
    assert all_of("drift", moved(0), target="churn") == []


def test_a_split_by_chance_is_not_asked() -> None:
    columns = moved(500)
    columns.pop("set")
    assert all_of("drift", columns, target="churn") == []


def test_new_groups_may_differ() -> None:
    generator = random()
    groups = np.repeat(np.arange(40), 25)
    level = generator.normal(0, 5, 40)[groups] + generator.normal(size=1000)
    columns = people(1000) | {"customer_id": [f"c{i}" for i in groups], "level": level.round(3).tolist(), "churn": people(1000)["churn"]}
    by = SplitBy.parse("group:customer_id")
    assert draft(columns, split=by).split_by == by
    assert finding("drift", columns, split=by).column == "level"
