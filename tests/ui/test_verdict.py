"""The verdict: it says "ahead" only where the paired test does, and names what it compares with."""

from __future__ import annotations

import numpy as np
import pytest

from core.dataset.schema import Part, Task
from core.evaluation.compare import compare
from core.evaluation.model import Model
from core.evaluation.predictions import Predictions
from ui.verdict import Verdict, verdict
from ui.words import JOINER

ROWS = 400


def classifier(name: str, right: int, kind: str = "run", *, rows: int = ROWS) -> Model:
    """A model that is right on the first `right` of the validation rows, and of the test rows."""
    truth = np.tile(np.arange(rows) % 2, 2)
    called = np.where(np.tile(np.arange(rows), 2) < right, truth, 1 - truth)
    parts = np.repeat([Part.VALIDATION.number, Part.TEST.number], rows)
    found = Predictions(Task.BINARY, ("no", "yes"), np.arange(2 * rows), parts, truth, np.eye(2)[called])
    return Model(name, name, found, kind)  # type: ignore[arg-type]


def regressor(name: str, error: float, kind: str = "run") -> Model:
    truth = np.linspace(0, 10, 2 * ROWS)
    noise = np.random.default_rng(0).normal(0, error, 2 * ROWS)
    parts = np.repeat([Part.VALIDATION.number, Part.TEST.number], ROWS)
    return Model(name, name, Predictions(Task.REGRESSION, (), np.arange(2 * ROWS), parts, truth, truth + noise), kind)  # type: ignore[arg-type]


def of(*models: Model) -> tuple[Verdict, str]:
    found = verdict(compare(models))
    return found, " ".join((found.finding, *found.details)).replace("\\", "").replace(JOINER, "").replace("\u00a0", " ")


@pytest.mark.parametrize(("right", "tone"), [(360, "ahead"), (302, "even"), (300, "even"), (240, "behind")])
def test_tone_follows_the_paired_difference(right: int, tone: str) -> None:
    found, text = of(classifier("Mine", right), classifier("linear", 300, "baseline"), classifier("majority", 200, "baseline"))
    assert found.tone == tone
    assert f"{right / 4:.1f} %" in text and "75.0 %" in text and "linear" in found.finding
    assert ("ahead" in found.finding) == (tone == "ahead")


def test_smaller_errors_are_ahead_and_larger_ones_behind() -> None:
    ahead, text = of(regressor("Mine", 0.5), regressor("linear", 1.0, "baseline"))
    behind, _ = of(regressor("Mine", 1.5), regressor("linear", 1.0, "baseline"))
    assert (ahead.tone, behind.tone) == ("ahead", "behind") and "−0.5" in text and "%" not in text.replace("95 %", "")


def test_without_simple_models_nothing_is_claimed() -> None:
    found, text = of(classifier("Mine", 390))
    assert found.tone == "open" and "ahead" not in text and "No simple model" in text


def test_the_first_of_several_is_said_to_be_ahead_only_when_it_is() -> None:
    _, close = of(classifier("A", 361), classifier("B", 360), classifier("linear", 200, "baseline"))
    _, far = of(classifier("A", 390), classifier("B", 300), classifier("linear", 200, "baseline"))
    assert "cannot be told apart from “B”" in close and "ahead of “B” by +22.5 percentage points" in far


def test_one_row_is_no_evidence() -> None:
    found, text = of(classifier("Mine", 1, rows=1), classifier("linear", 0, "baseline", rows=1))
    assert found.tone == "even" and "1 sealed test row" in text
