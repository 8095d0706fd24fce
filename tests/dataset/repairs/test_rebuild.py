"""A dataset is rebuilt from the raw file and its record: the same rows, the same split, the same name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from polars.testing import assert_frame_equal

from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest, inspect
from core.dataset.schema import DatasetInfo, Repair
from core.workspace import Workspace
from tests.dataset.made import csv_bytes, people

REPAIRS = (
    "near_identical_labels:churn", "boolean_spellings:member", "sentinel_values:debt", "outliers:income", "numbers_as_text:price", "mixed_types:visits",
    "missing_spellings:job", "skewed_scale:price", "duplicate_rows", "conflicting_duplicates", "high_cardinality:city",
)  # fmt: skip


def messy(rows: int = 160) -> bytes:
    """People with every kind of trouble, a few rows twice."""
    random = np.random.default_rng(3)
    columns = people(rows)
    columns["churn"] = [f"{answer} " if i % 9 == 0 else str(answer).upper() if i % 11 == 0 else answer for i, answer in enumerate(columns["churn"])]
    columns["income"] = [9e6 if i == 7 else value for i, value in enumerate(columns["income"])]
    columns["member"] = random.choice(["yes", "no", "TRUE", "0", "N"], rows).tolist()
    columns["debt"] = [-999 if i % 20 == 0 else int(value) for i, value in enumerate(random.integers(0, 500, rows))]
    columns["price"] = [f"{value:,.2f} €".replace(",", " ").replace(".", ",") for value in np.round(random.lognormal(4, 1.5, rows), 2)]
    columns["visits"] = ["many" if i % 30 == 1 else int(value) for i, value in enumerate(random.integers(0, 90, rows))]
    columns["job"] = ["n.a." if i % 17 == 0 else job for i, job in enumerate(columns["job"])]
    columns["city"] = [f"city {value}" for value in random.integers(0, 70, rows)]
    columns = {name: [*values, *values[:5]] for name, values in columns.items()}
    columns["churn"][-1] = "no" if str(columns["churn"][4]).strip().lower() == "yes" else "yes"  # the last copy says otherwise
    return csv_bytes({name: columns[name] for name in (*(n for n in columns if n != "churn"), "churn")})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    workspace = Workspace.local(tmp_path_factory.mktemp("home"))
    return ingest(messy(), workspace, file_name="people.csv", target="churn", repairs=[Repair.parse(text) for text in REPAIRS], seed=4)


def test_every_repair_is_recorded_in_its_order(made: Dataset) -> None:
    assert [repair.code if repair.column is None else f"{repair.code}:{repair.column}" for repair in made.info.repairs] == list(REPAIRS)
    assert all(repair.decided for repair in made.info.repairs)


def test_the_repairs_did_what_they_say(made: Dataset) -> None:
    info, table = made.info, made.table()
    assert info.labels == ("no", "yes")
    assert sorted(table["member"].unique().to_list()) == ["no", "yes"]
    assert (info.column("debt").minimum or 0) >= 0
    assert (info.column("income").maximum or 0) < 1e5
    assert info.column("price").type == info.column("visits").type == "number"
    assert "n.a." not in table["job"].to_list()
    assert "city" not in info.inputs
    assert info.rows == 160 - 1  # four later copies and both rows that contradict each other went
    assert info.dropped_rows == 6


@pytest.mark.parametrize("record", ["as objects", "through JSON"])
def test_the_raw_file_and_the_record_give_the_same_dataset(made: Dataset, record: str, tmp_path: Path) -> None:
    info = made.info if record == "as objects" else DatasetInfo.model_validate_json(made.info.model_dump_json())
    again = ingest(messy(), Workspace.local(tmp_path), file_name="people.csv", target="churn", repairs=info.repairs, seed=4)
    assert again.id == made.id
    assert_frame_equal(again.table(), made.table())
    assert np.array_equal(again.split(), made.split())
    assert again.info.model_dump(exclude={"created"}) == made.info.model_dump(exclude={"created"})


def test_another_order_is_recorded_as_such(made: Dataset) -> None:
    turned = inspect(messy(), "people.csv").with_choices(target="churn", repairs=[Repair.parse(text) for text in reversed(REPAIRS)], seed=4)
    assert [repair.code for repair in turned.repairs] == [text.partition(":")[0] for text in reversed(REPAIRS)]


def test_a_repair_that_was_accepted_is_not_offered_again(made: Dataset) -> None:
    offered = {(finding.code, finding.column) for finding in made.info.findings if finding.repair}
    assert not offered & {(repair.code, repair.column) for repair in made.info.repairs}
