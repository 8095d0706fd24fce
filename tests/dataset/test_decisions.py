from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.dataset.decisions import Decisions
from core.dataset.ingest import inspect
from core.dataset.schema import ColumnType, Part, Repair, SplitBy

TABLE = b"id,age,job,churn\n" + b"".join(b"c%d,%d,%s,%s\n" % (i // 4, 20 + i % 41, (b"cook", b"smith")[i % 3 > 0], (b"no", b"yes")[i % 2]) for i in range(120))


@given(st.text(max_size=8), st.integers(0, 2**32 - 1), st.dictionaries(st.text(max_size=4), st.booleans(), max_size=3))
def test_what_was_decided_comes_back_from_the_disk(tmp_path_factory: pytest.TempPathFactory, target: str, seed: int, used: dict[str, bool]) -> None:
    path = tmp_path_factory.mktemp("kept") / "decisions.json"
    decisions = Decisions(target=target.encode(errors="replace").decode(), seed=seed, used={k.encode(errors="replace").decode(): v for k, v in used.items()})
    decisions.save(path)
    assert Decisions.load(path) == decisions


@pytest.mark.parametrize("content", ["", "[]", '{"seed": -1}', '{"surprise": 1}', "\0"])
def test_what_cannot_be_read_decides_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "decisions.json").write_text(content)
    assert Decisions.load(tmp_path / "decisions.json") == Decisions()


def test_keys_tell_decisions_apart() -> None:
    every = [Decisions(), Decisions(encoding="utf-8"), Decisions(header_row=0), Decisions(delimiter=";"), Decisions(sheet="b"), Decisions(seed=2), Decisions(target="a")]
    assert len({one.key for one in every}) == len(every)
    assert len({one.read_key for one in every}) == 5  # a seed or a target does not read the file again


def test_a_value_out_of_range_is_refused() -> None:
    with pytest.raises(ValidationError):
        Decisions().with_(seed=2**32)


def test_repairs_are_made_once_in_order_and_undone() -> None:
    first, second = Repair(code="a", column="x"), Repair(code="b")
    both = Decisions().repaired(first, "A").repaired(second, "B").repaired(first, "again")
    assert (both.repairs, both.words) == ((first, second), ("A", "B"))
    assert both.without_repair(0) == Decisions(repairs=(second,), words=("B",))


def test_decisions_reach_the_draft() -> None:
    found = inspect(TABLE, "people.csv")
    chosen = Decisions(target="churn", types={"age": ColumnType.CATEGORY}, used={"job": False, "id": True}, split=SplitBy(kind="group", column="id"), seed=3).apply(found)
    assert chosen.target == "churn"
    assert {column.name: column.type for column in chosen.columns}["age"] is ColumnType.CATEGORY
    assert chosen.inputs == ("id", "age")
    assert chosen.split_by == SplitBy(kind="group", column="id")
    parts = dict(zip(range(chosen.rows), chosen.parts.tolist(), strict=True))
    assert all(len({parts[row] for row in range(start, start + 4)}) == 1 for start in range(0, chosen.rows, 4))
    assert set(parts.values()) == {part.number for part in Part}


def test_without_decisions_nothing_changes() -> None:
    found = inspect(TABLE, "people.csv")
    assert Decisions().apply(found) is found
