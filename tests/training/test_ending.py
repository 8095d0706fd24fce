"""The last sentence of a run: what happened, what was kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.schema import Task
from core.runs.spec import RunSpec
from core.training.ending import blowup_of, how_it_ended
from core.training.failures import Blowup
from core.training.fit import Fitted, Lesson
from core.training.material import balanced_weights
from core.training.trainer import order_of_rows, steps_of

SPEC = RunSpec(dataset="d-1", inputs=("a",), target="b", task=Task.BINARY, recipe="mlp")


@pytest.mark.parametrize(("reason", "words"), [("done", "All 7 epochs"), ("patience", "5 epochs brought no improvement"), ("stop", "You stopped it in epoch 7")])
def test_each_end_has_its_sentence(reason: str, words: str) -> None:
    message = how_it_ended(Fitted(reason, 7, 4, 1.0), SPEC)
    assert words in message
    assert "the weights of epoch 4" in message


def test_a_loss_beyond_all_numbers_is_explained() -> None:
    fitted = Fitted("not_finite", 7, 4, 1.0, step=70, learning_rate=0.5, blowup=Blowup(0.5, 7, 70, 1e6))
    assert "a very different size" in how_it_ended(fitted, SPEC)
    assert "learning rate of 0.5" in how_it_ended(Fitted("not_finite", 7, 4, 1.0, step=70, learning_rate=0.5), SPEC)


def test_what_is_known_of_a_blowup() -> None:
    x = {"a": np.array([[1.0], [-30.0]], np.float32), "b": np.array([[999], [3]], np.int32)}
    lesson = Lesson(x, np.zeros(2), {}, np.zeros(0))
    assert blowup_of(Fitted("done", 1, 1, 1.0), lesson) is None
    assert blowup_of(Fitted("not_finite", 2, 1, 1.0, step=9, learning_rate=0.5), lesson) == Blowup(0.5, 2, 9, 30.0)
    assert blowup_of(Fitted("not_finite", 2, 1, 1.0), Lesson({}, np.zeros(2), {}, np.zeros(0))) == Blowup(0.0, 2, 0, None)


@given(y=st.lists(st.integers(0, 5), min_size=1, max_size=300), batch_size=st.integers(1, 400), seed=st.integers(0, 9))
def test_no_batch_is_empty_nor_all_of_weight_zero(y: list[int], batch_size: int, seed: int) -> None:
    """Why an empty batch is never named as the cause of a loss that is no number."""
    order, weights = order_of_rows(seed, 1, len(y)), balanced_weights(np.array(y))
    batches = [order[start : start + batch_size] for start in range(0, steps_of(len(y), batch_size) * batch_size, batch_size)]
    assert sum(len(batch) for batch in batches) == len(y)
    assert all(len(batch) and (weights[batch] > 0).all() for batch in batches)
