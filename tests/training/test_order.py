"""The chosen order beside the queue: read back, and harmless when it is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.training.order import ORDER_FILE, moved, read_order, write_order


def test_an_order_is_read_back(tmp_path: Path) -> None:
    write_order(tmp_path, ["c", "a"])
    assert read_order(tmp_path) == {"c": 0, "a": 1}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"waiting": 3}', '{"other": []}'])
def test_a_broken_order_is_none(tmp_path: Path, content: str) -> None:
    assert read_order(tmp_path) == {}
    (tmp_path / ORDER_FILE).write_text(content)
    assert read_order(tmp_path) == {}


@pytest.mark.parametrize(("run", "place", "order"), [("a", 0, "abc"), ("a", 2, "bac"), ("c", 1, "cab"), ("b", 99, "acb"), ("b", -5, "bac")])
def test_a_run_moves_to_a_place(run: str, place: int, order: str) -> None:
    assert "".join(moved("abc", run, place)) == order
