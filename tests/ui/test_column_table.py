"""What a browser sends about the table of columns: only changes that a person can make get through."""

from __future__ import annotations

from typing import Any

import pytest

from core.dataset.schema import Column, ColumnType
from ui import column_table

COLUMNS = (Column(name="age", type=ColumnType.NUMBER), Column(name="<b>job</b>", type=ColumnType.CATEGORY), Column(name="left", type=ColumnType.CATEGORY))


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({0: {"type": "text"}}, [("age", {"type": ColumnType.TEXT})]),
        ({0: {"use": False}, 1: {"use": True, "type": "number"}}, [("age", {"use": False}), ("<b>job</b>", {"type": ColumnType.NUMBER, "use": True})]),
        ({2: {"use": True, "type": "text"}}, []),  # the target
        ({0: {"type": "empty"}}, []),
        ({0: {"type": "__import__"}}, []),
        ({0: {"use": "yes"}}, []),
        ({0: {"missing": 1}}, []),
        ({7: {"use": False}}, []),
        ({-1: {"use": False}}, []),
        ({"0": {"use": False}}, []),
        ({}, []),
        (None, []),
    ],
)
def test_only_what_a_person_can_change_gets_through(monkeypatch: pytest.MonkeyPatch, sent: Any, told: list[tuple[str, dict[str, Any]]]) -> None:
    heard: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(column_table.st, "session_state", {"key": {"edited_rows": sent} if sent is not None else None})
    column_table._tell("key", COLUMNS, "left", lambda name, changes: heard.append((name, changes)))
    assert heard == told
