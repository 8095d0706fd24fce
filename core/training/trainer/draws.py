"""The draws of dropout, made before a step that XLA compiles, and given to it.

XLA on a processor draws random numbers element by element on one core: for a small Transformer that takes
longer than all that XLA gains by fusing operations. They would be other numbers, too. TensorFlow's own
operation, called from outside the compiled code with the seeds that the layers would have used, is fast, and the
draws are those of plain Keras to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import keras
import tensorflow as tf

__all__ = ["draw", "given"]

LARGEST_SEED = tf.int32.max - 1  # Keras brings its 64-bit seeds below this before it draws


def draw(model: Any, rows: int) -> tuple[Any, ...]:
    """What each dropout layer keeps in the next step; the layers' seeds go on as if they had drawn themselves.

    Args:
        model: a functional Keras model on TensorFlow, built.
        rows: of the step, 1 or more.

    Returns:
        For each layer that drops: (rows, …) bool, True where a value is kept.
    """
    return tuple(_kept(layer, rows) for layer in _dropping(model))


@contextmanager
def given(model: Any, kept: Sequence[Any]) -> Iterator[None]:
    """While this is open, dropout layers are traced with these draws instead of their own.

    Args:
        model: as for `draw`.
        kept: from `draw`.
    """
    layers = _dropping(model)
    try:
        for layer, mask in zip(layers, kept, strict=True):
            layer.call = partial(_drop, layer, kept=mask)
        yield
    finally:
        for layer in layers:
            vars(layer).pop("call", None)


def _dropping(model: Any) -> list[Any]:
    return [layer for layer in model._flatten_layers(include_self=False) if type(layer) is keras.layers.Dropout and 0 < layer.rate < 1]


def _kept(layer: Any, rows: int) -> Any:
    shape = [wanted or size for wanted, size in zip(layer.noise_shape or (0,) * len(layer.input.shape), (rows, *layer.input.shape[1:]), strict=True)]
    seed = tf.cast(tf.math.floormod(layer.seed_generator.next(), LARGEST_SEED), tf.int32)
    return tf.random.stateless_uniform(shape, seed) >= layer.rate


def _drop(layer: Any, inputs: Any, training: bool = False, *, kept: Any) -> Any:
    """Dropout as TensorFlow computes it. Source: Srivastava and others 2014."""
    return tf.where(kept, inputs * (1 / (1 - layer.rate)), tf.zeros((), inputs.dtype)) if training else inputs
