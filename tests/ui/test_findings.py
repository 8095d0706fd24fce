"""Evidence of any kind in small type; a button keeps its key when others come or go."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import Finding, Severity
from tests.pages.conftest import literal
from ui.evidence import evidence as said_of
from ui.findings import _key

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


def finding(**more: Any) -> Finding:
    return Finding(code="possible_leak", severity=Severity.LOOK, message="It leaks.", **more)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ({"auc": 0.97912}, "AUC 0.979 (0.5 is chance, 1 is perfect)"),
        ({"held_out_rows": 55712}, "tested on 55,712 rows"),
        ({"same": [["Yes", "yes"], ["no"]]}, "same: Yes, yes, no"),
        ({"right": 0.9731, "none": None, "blank": ""}, "right in 97.3%"),
        ({"counts": {"a": 1, "b": 2}}, "counts: a 1, b 2"),
        ({str(i): i for i in range(9)}, "0: 0 · 1: 1 · 2: 2 · 3: 3"),
        ({"values": list(range(10))}, "different values: 0, 1, 2, 3, 4, 5 …"),
    ],
)
def test_evidence_is_said_as_people_read_it(evidence: dict[str, Any], said: str) -> None:
    assert literal(said_of(finding(evidence=evidence))) == said


@given(st.dictionaries(st.text(), JSON, max_size=6), st.lists(st.integers(0, 10**9), max_size=8))
def test_any_evidence_is_a_short_line_without_markup(evidence: dict[str, Any], rows: list[int]) -> None:
    said = said_of(finding(evidence=evidence, rows=tuple(rows)))
    assert "\n" not in said
    assert "](" not in said
    assert "<" not in said.replace("\\<", "")


def test_what_the_sentence_says_is_not_said_again() -> None:
    found = Finding(code="x", severity=Severity.NOTE, message="12 rows, 3.1% of all, answer “yes”.", evidence={"rows": 12, "share": 0.031, "answers": ["yes"], "groups": 5})
    assert said_of(found) == "5 groups"


def test_rows_are_named() -> None:
    assert said_of(finding(rows=(1200,))) == "row 1,200 of the file"
    assert said_of(finding(rows=tuple(range(1, 8)))) == "rows 1, 2, 3, 4, 5 … of the file"


def test_a_key_belongs_to_code_and_column() -> None:
    assert _key(finding(column="a")) == _key(finding(column="a", count=3))
    assert len({_key(finding(column=name)) for name in ("a", "b", "<b>", None)}) == 4
