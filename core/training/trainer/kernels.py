"""Large operations in the place of Keras' many small ones, while a step is traced.

A small network waits for memory, not for arithmetic: Keras writes attention, normalisation and dropout as many
operations with their gradients, and each of them reads and writes all values once. Each engine has its own remedy:
`jax_kernels` on processors alone, `tensorflow_kernels` on any device, measured on processors. The formulas are the
same, so the numbers are, up to the rounding of float32; weights, layers and the saved file stay Keras' own, and so
does the judgement of a finished model.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras

__all__ = ["Kernel", "asks_for_more", "attends_plainly", "large_kernels", "normalises_plainly"]

AXES_OF_QUERY, AXES_OF_MASK = 4, 3
Kernel = tuple[str, Callable[..., Any]]  # a method of a layer, and the function that does its work


@contextmanager
def large_kernels(model: Any, kernel_of: Callable[[Any], Kernel | None]) -> Iterator[None]:
    """While this is open, the layers of a model are traced with large operations.

    Args:
        model: a Keras model.
        kernel_of: says for a layer what does its work; None leaves it as it is.
    """
    swapped: list[tuple[Any, str]] = []
    try:
        for layer in model._flatten_layers(include_self=False):
            if kernel := kernel_of(layer):
                name, function = kernel
                setattr(layer, name, types.MethodType(function, layer))
                swapped.append((layer, name))
        yield
    finally:
        for layer, name in swapped:
            delattr(layer, name)


def normalises_plainly(layer: Any) -> bool:
    """Whether it is layer normalisation over the last axis, with scale and offset."""
    return type(layer) is keras.layers.LayerNormalization and not layer.rms_scaling and layer.scale and layer.center and layer.axis in (-1, [-1])


def attends_plainly(layer: Any) -> bool:
    """Whether it is attention over one axis, without dropout, in float32: below that Keras takes the softmax in float32 all the same."""
    plain = type(layer) is keras.layers.MultiHeadAttention and not layer._dropout and layer._attention_axes == (1,)
    return plain and layer.compute_dtype == "float32"


def asks_for_more(query: Any, attention_mask: Any, wishes: tuple[Any, ...], more: dict[str, Any]) -> bool:
    """Whether a call of attention wants what only Keras does: the scores, a causal mask, further axes, a mask with other axes.

    Args:
        query: what the large operation takes is (batch, asking words, heads, values).
        attention_mask: None, or what it takes is (batch, asking words, words).
        wishes: by place: training, return of the scores, causal mask.
        more: the same by name.
    """
    odd = len(query.shape) != AXES_OF_QUERY or (attention_mask is not None and len(attention_mask.shape) != AXES_OF_MASK)
    return bool(odd or any(wishes[1:]) or more.get("return_attention_scores") or more.get("use_causal_mask"))
