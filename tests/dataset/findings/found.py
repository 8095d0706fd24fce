"""What a draft of some columns says, for the tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.dataset.draft import Draft
from core.dataset.ingest import inspect
from core.dataset.schema import Finding
from tests.dataset.made import csv_bytes, people

Columns = Mapping[str, Sequence[object]]


def draft(columns: Columns, **choices: Any) -> Draft:
    found = inspect(csv_bytes(columns), "people.csv")
    return found.with_choices(**choices) if choices else found


def all_of(code: str, columns: Columns, **choices: Any) -> list[Finding]:
    """The findings of that code, their form checked."""
    found = [finding for finding in draft(columns, **choices).findings if finding.code == code]
    for finding in found:
        assert finding.message.endswith(".")
        assert json.loads(finding.model_dump_json())["evidence"] == json.loads(json.dumps(finding.evidence)), "plain JSON"
        assert len(json.dumps(finding.evidence)) < 1000, "a few lines"
    return found


def finding(code: str, columns: Columns, **choices: Any) -> Finding:
    """The only finding of that code."""
    (found,) = all_of(code, columns, **choices)
    return found


def column(finding_of: Sequence[Finding], name: str) -> list[Finding]:
    return [finding for finding in finding_of if finding.column == name]


def crowd(rows: int = 400, seed: int = 0, **columns: Sequence[object]) -> dict[str, Sequence[object]]:
    """`people` with more columns."""
    return people(rows, seed) | dict(columns)


def random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)
