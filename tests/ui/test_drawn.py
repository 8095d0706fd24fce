"""Charts, strips of pictures and findings: what they say, and that strangers' text stays text."""

from __future__ import annotations

import numpy as np
import pytest

from ui.balance import _finding, chart_text
from ui.pictures import strip


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([("a", 10)], "All rows"),
        ([("no", 734), ("yes", 266)], "73\xa0%"),
        ([("a", 100), ("b", 99), ("c", 98)], "equally"),
        ([("a", 100), ("b", 50), ("c", 1)], "rarest with 0.7\xa0%"),
    ],
)
def test_title_says_the_finding(counts: list[tuple[str, int]], said: str) -> None:
    assert said in _finding(counts, sum(value for _, value in counts))


def test_chart_text_is_escaped_and_cut() -> None:
    assert chart_text("<b>x</b>") == "&lt;b&gt;x&lt;/b&gt;"
    assert len(chart_text("x" * 100)) == 28


@pytest.mark.parametrize(("shape", "drawn"), [((3, 28, 28, 1), (84, 252)), ((2, 64, 64, 3), (64, 128, 3)), ((1, 1, 1, 3), (80, 80, 3))])
def test_strip_puts_pictures_side_by_side(shape: tuple[int, ...], drawn: tuple[int, ...]) -> None:
    pictures = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    image = strip(pictures)
    assert image.shape == drawn
    assert image.reshape(drawn[0], drawn[1], -1)[0, 0].tolist() == pictures[0, 0, 0].tolist()
