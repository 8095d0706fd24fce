"""The Transformer against a calculation by hand, and what it refuses."""

from __future__ import annotations

import pytest

from core.dataset.schema import Task
from core.errors import BadSettings
from core.recipes.text_transformer import TEXT_TRANSFORMER, TextTransformerSettings
from tests.recipes import made


def test_parameters_by_hand() -> None:
    settings = TextTransformerSettings(embedding_size=6, heads=2, layers=2, units=10)
    plan = TEXT_TRANSFORMER.plan(settings, (made.text(length=12, vocabulary=120),), Task.BINARY, 2)
    places = 6 * 6 + 12 * 6
    layer = 4 * (6 * 6 + 6) + 2 * (6 + 6) + (6 * 10 + 10) + (10 * 6 + 6)  # question, key, value, answer; two norms; two dense layers
    assert plan.parameters == 120 * 6 + places + 2 * layer + (6 + 6) + (2 * 6 * 6 + 6) + (6 + 1)


def test_attention_and_pooling_know_where_the_padding_is() -> None:
    plan = TEXT_TRANSFORMER.plan(TextTransformerSettings(layers=3), (made.text(), made.text(number=1)), Task.BINARY, 2)
    readers = [layer for layer in plan.layers if layer.kind in {"attention", "mean_of_words", "max_of_words"}]
    assert len(readers) == 2 * (3 + 2)
    assert all(layer.inputs[1] == layer.name[: len("text_0")] for layer in readers)


def test_each_layer_adds_to_what_was_there() -> None:
    plan = TEXT_TRANSFORMER.plan(TextTransformerSettings(dropout=0), (made.text(),), Task.BINARY, 2)
    assert plan.layer("text_0_layer_1_attention_sum").inputs == ("text_0_places", "text_0_layer_1_attention")
    assert plan.layer("text_0_layer_1_dense_sum").inputs == ("text_0_layer_1_attention_sum", "text_0_layer_1_dense_2")


def test_heads_that_cannot_share_are_refused_with_what_to_do() -> None:
    with pytest.raises(BadSettings, match="4 attention heads cannot share 30 numbers .* Choose a multiple of 4 numbers, or other heads."):
        TEXT_TRANSFORMER.plan(TextTransformerSettings(embedding_size=30), (made.text(),), Task.BINARY, 2)
