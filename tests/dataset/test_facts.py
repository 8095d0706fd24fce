import numpy as np
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.dataset.facts import Facts, brief, listed, quoted
from core.dataset.ingest import inspect
from tests.dataset.made import csv_bytes, people


def test_long_names_and_lists_are_cut() -> None:
    assert quoted("x" * 500) == "“" + "x" * 60 + "”"
    assert listed(["a", "b"]) == "“a”, “b”"
    assert listed(list("abcdef")) == "“a”, “b”, “c”, “d”, “e” …"


def test_numbers_in_few_digits() -> None:
    assert [brief(value) for value in (0.0, 1234567.0, -0.5, 1e300, 3.14159)] == ["0", "1,234,567", "-0.5", "1e+300", "3.142"]


def facts_of(values: list[float | None]) -> Facts:
    cells = ["" if value is None else value for value in values]
    answers = ["yes", "no"] * (len(values) // 2)
    return inspect(csv_bytes({"load": cells, "churn": answers}), "f.csv").facts


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6).map(lambda value: round(value, 3) + 0.0005)), min_size=40, max_size=60).filter(lambda v: len(v) % 2 == 0))
@hypothesis_settings(max_examples=20, deadline=None)
def test_quantiles_agree_with_numpy(values: list[float | None]) -> None:
    facts = facts_of(values)
    known = [value for value in values if value is not None]
    if not facts.measures:
        return
    assert facts.present.tolist() == [len(known)]
    for share in (0.0, 0.25, 0.5, 0.99, 1.0):
        assert facts.quantiles(share)[0] == np.quantile(known, share, method="nearest")


def test_classes_the_most_frequent_first() -> None:
    facts = inspect(csv_bytes(people(100)), "p.csv").facts
    answers = people(100)["churn"]
    assert facts.class_rows == dict(sorted({label: answers.count(label) for label in ("no", "yes")}.items(), key=lambda item: -item[1]))


def test_row_numbers_are_those_of_the_file() -> None:
    columns = people(100)
    columns["churn"][0] = ""  # left out, and still counted
    facts = inspect(csv_bytes(columns), "p.csv").facts
    assert facts.file_rows(np.array([0, 1])) == (2, 3)
    assert facts.file_rows(np.ones(99, dtype=bool)) == (2, 3, 4, 5, 6)
