"""The recurrent network against a calculation by hand."""

from __future__ import annotations

from core.dataset.schema import Task
from core.recipes.text_recurrent import TEXT_RECURRENT, TextRecurrentSettings
from tests.recipes import made


def test_parameters_by_hand() -> None:
    settings = TextRecurrentSettings(embedding_size=6, cell="lstm", units=4, both_ways=True, layers=2)
    plan = TEXT_RECURRENT.plan(settings, (made.text(vocabulary=120),), Task.BINARY, 2)
    first, second = 2 * 4 * 4 * (6 + 4 + 1), 2 * 4 * 4 * (8 + 4 + 1)  # ways · gates · units · (inputs + state + bias)
    assert plan.parameters == 120 * 6 + first + second + (2 * 8 * 4 + 4) + (4 + 1)


def test_every_recurrent_layer_knows_where_the_padding_is() -> None:
    plan = TEXT_RECURRENT.plan(TextRecurrentSettings(layers=3), (made.text(), made.text(number=1)), Task.BINARY, 2)
    readers = [layer for layer in plan.layers if layer.kind in {"recurrent", "mean_of_words", "max_of_words"}]
    assert len(readers) == 2 * (3 + 2)
    assert all(layer.inputs[1] == layer.name[: len("text_0")] for layer in readers)
