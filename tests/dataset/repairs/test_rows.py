"""Copies and contradictions go, in the order of the file; identifiers do not make two rows different."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.repairs import repair_table
from core.dataset.schema import ColumnType, Repair
from core.errors import BadSettings

TYPES = {"id": ColumnType.IDENTIFIER, "n": ColumnType.NUMBER, "c": ColumnType.CATEGORY, "y": ColumnType.CATEGORY}


def table(rows: list[tuple[str | None, ...]]) -> pl.DataFrame:
    """Rows (n, c, y) with an identifier before them."""
    return pl.DataFrame([(str(i), *row) for i, row in enumerate(rows)], schema=dict.fromkeys(TYPES, pl.String), orient="row")


def removed(rows: list[tuple[str | None, ...]], *codes: str) -> list[int]:
    done = repair_table(table(rows), [Repair(code=code) for code in codes], "y", TYPES)
    return np.flatnonzero(done.removed).tolist()


def test_the_first_of_each_copy_stays() -> None:
    rows = [("1", "a", "x"), ("2", "a", "x"), ("1.0", " a", "x "), ("1", "a", "z"), ("1", "a", "x"), (None, None, None), (None, None, None)]
    assert removed(rows, "duplicate_rows") == [2, 4]  # rows without an answer are out anyway


def test_rows_with_equal_inputs_and_different_answers_go_altogether() -> None:
    rows = [("1", "a", "x"), ("1", "a", "z"), ("2", "b", "x"), ("2", "b", "x"), ("3", "c", "x"), ("3", "c", None)]
    assert removed(rows, "conflicting_duplicates") == [0, 1]


def test_a_row_that_went_before_contradicts_nobody() -> None:
    rows = [("1", "a", "x"), ("1", "a", "x"), ("1", "a", "z")]
    assert removed(rows, "duplicate_rows", "conflicting_duplicates") == [0, 1, 2]
    assert removed(rows, "conflicting_duplicates", "duplicate_rows") == [0, 1, 2]


def test_values_repaired_before_make_copies() -> None:
    frame = table([("1", "A", "x"), ("1", "a", "x"), ("1", "a", "x")])
    alone = repair_table(frame, [Repair(code="duplicate_rows")], "y", TYPES)
    after = repair_table(frame, [Repair.parse("near_identical_labels:c"), Repair(code="duplicate_rows")], "y", TYPES)
    assert (np.flatnonzero(alone.removed).tolist(), np.flatnonzero(after.removed).tolist()) == ([2], [1, 2])


def test_equal_pictures_are_copies_whatever_they_are_called() -> None:
    frame = pl.DataFrame({"image": ["a.png", "b.png", "c.png", "d.png"], "label": ["cat", "cat", "dog", "dog"]})
    types = {"image": ColumnType.IMAGE, "label": ColumnType.CATEGORY}
    pictures = np.array([7, 7, 7, 9])
    done = [repair_table(frame, [Repair(code=code)], "label", types, pictures).removed.tolist() for code in ("duplicate_rows", "conflicting_duplicates")]
    assert done == [[False, True, False, False], [True, True, True, False]]


def test_without_anything_to_compare_it_is_refused() -> None:
    frame = pl.DataFrame({"id": ["1", "2"], "y": ["a", "b"]})
    with pytest.raises(BadSettings, match="left to compare"):
        repair_table(frame, [Repair(code="duplicate_rows")], "y", {"id": ColumnType.IDENTIFIER, "y": ColumnType.CATEGORY})


def test_a_copy_of_a_judging_row_neither_trains_nor_steers() -> None:
    frame = pl.DataFrame({"n": ["1", "2", "1", "3", "4"], "part": ["train", "train", "test", "val", "test"], "y": ["a", "b", "a", "a", "b"]})
    done = repair_table(frame, [Repair(code="leak_across_split")], "y")
    assert done.removed.tolist() == [True, False, False, False, False]
    assert done.repairs[0].decided == {"split": "part", "columns": ["n"]}


def test_a_split_made_here_has_no_copies_across_it() -> None:
    with pytest.raises(BadSettings, match="no split of its own"):
        repair_table(pl.DataFrame({"n": ["1"], "y": ["a"]}), [Repair(code="leak_across_split")], "y")


CELL = st.sampled_from([None, "a", "A", "1", "1.0"])


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12))
def test_after_taking_out_copies_there_are_none(rows: list[tuple[str | None, ...]]) -> None:
    types = dict.fromkeys(TYPES, ColumnType.CATEGORY) | {"id": ColumnType.IDENTIFIER}
    frame = table(rows)
    done = repair_table(frame, [Repair(code="duplicate_rows")], "y", types)
    again = repair_table(frame.filter(~done.removed), [Repair(code="duplicate_rows")], "y", types)
    assert not again.removed.any()
    assert done.frame.equals(frame)  # rows keep their order and their cells
    expected, seen = [], set()
    for row in rows:
        known = row[2] is not None and row in seen
        expected.append(known)
        seen.add(row)
    assert done.removed.tolist() == expected
