"""Findings about columns of text."""

import numpy as np

from core.dataset.schema import Severity
from tests.dataset.findings.found import all_of, draft, finding, random
from tests.dataset.made import people

WORDS = ["room", "night", "staff", "breakfast", "window", "street", "noisy", "quiet", "clean", "dirty", "bed", "shower", "price", "station", "walk", "friendly", "again", "never", "coffee", "view"]


def texts(rows: int = 200, seed: int = 0) -> list[str]:
    generator = random(seed)
    return [" ".join(generator.choice(WORDS, 18)) for _ in range(rows)]


def reviews(changed: dict[int, str]) -> dict[str, list[object]]:
    said = texts()
    for row, text in changed.items():
        said[row] = text
    return {"review": said, "churn": people(200)["churn"]}


def test_empty_text() -> None:
    found = finding("empty_text", reviews(dict.fromkeys(range(7), "")))
    assert (found.count, found.column, found.evidence) == (7, "review", {"rows": 7, "share": 0.035})
    assert all_of("empty_text", reviews({})) == []


def test_near_duplicate_texts() -> None:
    said = texts()
    found = finding("near_duplicate_texts", reviews({150: said[3] + " !", 160: said[3].upper(), 170: said[4].replace("a", "a", 1) + "."}))
    assert (found.column, found.count, found.rows) == ("review", 3, (4, 151, 161))
    assert (found.evidence["texts"], found.evidence["groups"], found.evidence["looked_at"]) == (3, 2, 200)


def test_the_twins_across_the_split_decide_how_much_it_matters() -> None:
    said = texts()
    parts = draft(reviews({})).parts
    train, test = np.flatnonzero(parts == 0), np.flatnonzero(parts == 2)
    columns = reviews({int(t): said[r] + " ." for t, r in zip(test[:3], train[:3], strict=True)})
    found = finding("near_duplicate_texts", columns)
    now = draft(columns).parts
    straddling = sum(bool(now[t] == 2 and now[r] == 0) for t, r in zip(test[:3], train[:3], strict=True))
    assert found.evidence["test_rows_with_a_twin"] == straddling
    assert found.severity is (Severity.LOOK if straddling >= 2 else Severity.NOTE)


def test_different_and_equal_texts_have_no_near_twin() -> None:
    said = texts()
    assert all_of("near_duplicate_texts", reviews({})) == []
    assert all_of("near_duplicate_texts", reviews({150: said[3], 160: said[4]})) == []
