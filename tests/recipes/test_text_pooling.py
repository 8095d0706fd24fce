"""The pooling network against a calculation by hand."""

from __future__ import annotations

from core.dataset.schema import Task
from core.recipes.text_pooling import TEXT_POOLING, TextPoolingSettings
from tests.recipes import made


def test_parameters_by_hand() -> None:
    settings = TextPoolingSettings(embedding_size=6, strongest_words=True, layers=1, units=5)
    plan = TEXT_POOLING.plan(settings, (made.text(vocabulary=120),), Task.BINARY, 2)
    assert plan.parameters == 120 * 6 + (2 * 6 * 5 + 5) + (5 + 1)


def test_a_table_beside_the_text_is_joined_to_it() -> None:
    plan = TEXT_POOLING.plan(TextPoolingSettings(embedding_size=6, strongest_words=False, layers=0), (made.TABLE, made.text()), Task.BINARY, 2)
    assert plan.layer("joined").inputs == ("table_dense", "text_0_sum")
    assert plan.layer("joined").shape == (64 + 6,)
