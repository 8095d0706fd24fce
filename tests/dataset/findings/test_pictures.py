"""Finding about pictures that look the same."""

from dataclasses import replace

import numpy as np

from core.dataset.facts import Facts
from core.dataset.findings.pictures import near_duplicate_pictures
from core.dataset.ingest import inspect
from core.dataset.schema import Severity
from tests.dataset.made import class_folders, noise, png, zip_bytes


def pictures(twins: int, parts: np.ndarray | None = None) -> Facts:
    """60 pictures; picture i and picture 30 + i look the same for i < twins."""
    facts = inspect(zip_bytes(class_folders(30)), "p.zip").facts
    alike = np.arange(60)
    alike[30 : 30 + twins] = alike[:twins]
    return replace(facts, alike=alike, groups=np.arange(60), parts=facts.parts if parts is None else parts)


def test_near_duplicate_pictures() -> None:
    parts = np.zeros(60, dtype=np.uint8)
    parts[30:33] = 2
    (found,) = near_duplicate_pictures(pictures(5, parts))
    assert (found.count, found.severity, found.rows) == (5, Severity.LOOK, (1, 31))
    assert found.evidence == {"pictures": 5, "groups": 5, "test_pictures_with_a_twin": 3}


def test_twins_on_one_side_are_good_to_know() -> None:
    (found,) = near_duplicate_pictures(pictures(5, np.zeros(60, dtype=np.uint8)))
    assert (found.severity, found.evidence["test_pictures_with_a_twin"]) == (Severity.NOTE, 0)


def test_no_twins_and_no_pictures() -> None:
    assert list(near_duplicate_pictures(pictures(0))) == []
    assert list(near_duplicate_pictures(replace(pictures(5), alike=None))) == []


def test_exact_copies_are_told_by_another_finding() -> None:
    groups = np.arange(60)
    groups[30:35] = groups[:5]
    assert list(near_duplicate_pictures(replace(pictures(5), groups=groups))) == []


def test_a_picture_saved_again_is_found_in_a_zip() -> None:
    """Smooth pictures, one of them a second time and brighter."""
    smooth = [np.kron(noise(seed, 4, 4), np.ones((6, 6, 1), dtype=np.uint8)) // 2 for seed in range(40)]
    members = {f"{'cat' if i % 2 else 'dog'}/{i}.png": png(pixels) for i, pixels in enumerate(smooth)}
    found = inspect(zip_bytes(members | {"cat/again.png": png(smooth[7] + 20)}), "p.zip").findings
    assert [finding.count for finding in found if finding.code == "near_duplicate_pictures"] == [1]
