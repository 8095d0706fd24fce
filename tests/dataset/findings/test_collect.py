"""All findings together, seen through a draft."""

import json

import numpy as np
import polars as pl
import pytest

from core.dataset.findings import CHECKS, collect
from core.dataset.ingest import inspect
from core.dataset.schema import Severity
from tests.dataset.findings.found import draft
from tests.dataset.made import class_folders, csv_bytes, noise, people, png, zip_bytes


def test_ordinary_data_has_no_finding() -> None:
    assert draft(people(300)).findings == ()


def test_the_gravest_comes_first() -> None:
    columns = people(60) | {"k": ["same"] * 60}
    columns["churn"] = ["yes"] * 60
    order = [list(Severity).index(finding.severity) for finding in draft(columns).findings]
    assert order == sorted(order)
    assert len(set(order)) == 3


def test_every_check_says_what_it_finds() -> None:
    assert all(check.__doc__ for check in CHECKS)
    assert len({check.__name__ for check in CHECKS}) == len(CHECKS)


def test_pictures_have_findings_too() -> None:
    members = class_folders(30) | {"cat/copy.png": png(noise(0)), "dog/broken.png": b"\x89PNG", "train.py": b"x"}
    codes = {finding.code for finding in inspect(zip_bytes(members), "p.zip").findings}
    assert {"too_few_rows", "duplicate_rows", "pictures_skipped", "other_files"} <= codes
    assert not {"near_duplicate_pictures", "possible_leak"} & codes


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 19, 41])
def test_tables_of_any_height(rows: int) -> None:
    columns = {name: values[:rows] for name, values in people(60).items()} | {"day": ["2024-01-02"] * rows, "note": ["a long text of seven words here"] * rows}
    if not rows:
        columns = {name: [""] for name in columns}  # one blank row
    for finding in inspect(csv_bytes(columns), "few.csv").findings:
        json.dumps(finding.model_dump(mode="json"), allow_nan=False)


def test_numbers_that_overflow_are_no_trouble() -> None:
    generator = np.random.default_rng(0)
    values = np.where(generator.random(200) < 0.5, 1e300, -1e300) * generator.random(200)
    values[:50] = 0.25  # whole numbers alone would be names
    columns = people(200) | {"huge": values.tolist(), "tiny": (generator.random(200) * 1e-300).tolist(), "churn": people(200)["churn"]}
    found = draft(columns).findings
    assert {finding.code for finding in found} == {"extreme_values"}
    json.dumps([finding.model_dump(mode="json") for finding in found], allow_nan=False)


def test_a_table_with_types_of_its_own_has_the_same_findings() -> None:
    """Columns of numbers and moments, as a Parquet file brings them, in the raw table."""
    found = draft(people(300) | {"same": ["x"] * 300})
    raw = found.facts.raw.with_columns(pl.col("age").cast(pl.Float64), pl.col("income").cast(pl.Float64))
    facts = type(found.facts)(**{name: getattr(found.facts, name) for name in found.facts.__dataclass_fields__} | {"raw": raw})
    assert collect(facts) == collect(found.facts)
