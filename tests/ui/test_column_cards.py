"""Cards of columns on a phone: what a browser may not choose gets no further."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import ColumnType
from ui import column_cards
from ui.column_cards import BLOCKS, sparkline


@pytest.mark.parametrize(
    ("what", "sent", "told"),
    [
        ("use", True, [("age", {"use": True})]),
        ("use", "yes", []),
        ("use", None, []),
        ("type", "text", [("age", {"type": ColumnType.TEXT})]),
        ("type", "empty", []),
        ("type", "__import__", []),
    ],
)
def test_only_what_a_person_can_change_gets_through(monkeypatch: pytest.MonkeyPatch, what: str, sent: Any, told: list[tuple[str, dict[str, Any]]]) -> None:
    heard: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(column_cards.st, "session_state", {"key": sent})
    column_cards._tell("key", what, "age", lambda name, changes: heard.append((name, changes)))
    assert heard == told


@given(st.lists(st.floats(0, 1e12), max_size=20))
def test_a_sparkline_has_one_block_a_bar_and_its_tallest_is_full(bars: list[float]) -> None:
    line = sparkline(bars)
    assert len(line) in {0, len(bars)}
    assert not line or (BLOCKS[-1] in line and set(line) <= set(BLOCKS))
