"""Evidence of any kind in small type; a button keeps its key when others come or go."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import Finding, Severity
from tests.pages.conftest import literal
from ui.findings import _evidence, _key

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


def finding(**more: Any) -> Finding:
    return Finding(code="possible_leak", severity=Severity.LOOK, message="It leaks.", **more)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ({"auc": 0.97912}, "auc: 0.979"),
        ({"held_out_rows": 55712}, "held out rows: 55,712"),
        ({"same": [["Yes", "yes"], ["no"]]}, "same: Yes, yes, no"),
        ({"kept": True, "none": None, "blank": ""}, "kept: yes"),
        ({"counts": {"a": 1, "b": 2}}, "counts: a 1, b 2"),
        ({str(i): i for i in range(9)}, "0: 0 · 1: 1 · 2: 2 · 3: 3"),
        ({"values": list(range(10))}, "values: 0, 1, 2, 3, 4, 5 …"),
    ],
)
def test_evidence_is_said_as_people_read_it(evidence: dict[str, Any], said: str) -> None:
    assert literal(_evidence(finding(evidence=evidence))) == said


@given(st.dictionaries(st.text(), JSON, max_size=6), st.lists(st.integers(0, 10**9), max_size=8))
def test_any_evidence_is_a_short_line_without_markup(evidence: dict[str, Any], rows: list[int]) -> None:
    said = _evidence(finding(evidence=evidence, rows=tuple(rows)))
    assert "\n" not in said
    assert "](" not in said
    assert "<" not in said.replace("\\<", "")


def test_rows_are_named() -> None:
    assert _evidence(finding(rows=(1200,))) == "row 1,200"
    assert _evidence(finding(rows=tuple(range(1, 8)))) == "rows 1, 2, 3, 4, 5 …"


def test_a_key_belongs_to_code_and_column() -> None:
    assert _key(finding(column="a")) == _key(finding(column="a", count=3))
    assert len({_key(finding(column=name)) for name in ("a", "b", "<b>", None)}) == 4
