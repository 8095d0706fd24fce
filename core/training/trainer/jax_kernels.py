"""Dropout, normalisation and attention as XLA compiles them best on a processor; see `kernels` for when, and why.

XLA fuses small operations by itself, but not these: JAX draws its random bits in a loop that is not vectorised
(3 ms for a quarter of a million of them, 0.4 ms here, the same bits), and the gradients that it derives
of a softmax and of a variance read large arrays more often than their formulas need. Measured on two cores
(docs/speed.md): a step of the Transformer in 0.62 of the time.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import jax
import keras
import numpy as np
from jax import lax
from jax import numpy as jnp

from core.training.trainer.kernels import Kernel, asks_for_more, attends_plainly, normalises_plainly

__all__ = ["attend", "drop", "kernel_of", "kept", "normalise_values"]

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))  # of Threefry with two words of 32 bits
PARITY = 0x1BD11BDA
DIGITS = 23  # of the fraction of a float32: what JAX makes a random number of
NOTHING = -1e30  # the score of a masked word: its share becomes exactly 0


def kernel_of(layer: Any) -> Kernel | None:
    """The large operation for a layer; None where there is none for its settings, or the device is no processor."""
    if jax.default_backend() != "cpu":
        return None
    if type(layer) is keras.layers.Dropout and 0 < layer.rate < 1:
        return "call", drop
    if normalises_plainly(layer):
        return "call", normalise_values
    return ("_compute_attention", attend) if attends_plainly(layer) else None


def drop(layer: Any, inputs: Any, training: bool = False) -> Any:
    """Dropout with the draws of Keras: of finite values the same answer and gradient, but a hidden value keeps its sign (-0.0, which counts as 0).

    A hidden infinity or NaN becomes NaN, where Keras hides it: no run goes on from such values.

    Args:
        layer: `keras.layers.Dropout` with a rate above 0 and below 1.
        inputs: (batch, …).
        training: False passes everything.

    Returns:
        The same shape: 0 where a value is hidden, elsewhere the value divided by the share that is kept.
    """
    if not training:
        return inputs
    share = 1.0 - layer.rate
    wanted = layer.noise_shape or (None,) * inputs.ndim
    shape = tuple(given if size is None else size for size, given in zip(wanted, inputs.shape, strict=False))
    # a product, not a choice between two arrays: XLA would draw all numbers again wherever a choice is read
    return inputs * kept(layer.seed_generator.next(), share, shape).astype(inputs.dtype) / share


def kept(key: Any, share: float, shape: tuple[int, ...]) -> Any:
    """1.0 where `jax.random.bernoulli(key, share, shape)` is true and 0.0 elsewhere, of that shape, float32.

    Args:
        key: two words, uint32.
        share: of ones, 0 to 1.
        shape: of what is drawn, at most 2³² numbers.

    Source: Salmon and others 2011 (Threefry-2x32, 20 rounds); the number of a place is its key's block,
    as with JAX's `jax_threefry_partitionable`.
    """
    places = lax.iota(jnp.uint32, math.prod(shape))
    first, second = _threefry(key[0], key[1], jnp.zeros_like(places), places)
    below = np.uint32(math.ceil(float(np.float32(share)) * 2**DIGITS))  # JAX compares the fraction with the share
    return jnp.where((first ^ second) >> np.uint32(32 - DIGITS) < below, np.float32(1), np.float32(0)).reshape(shape)


def _threefry(key_1: Any, key_2: Any, word_1: Any, word_2: Any) -> tuple[Any, Any]:
    keys = (key_1, key_2, key_1 ^ key_2 ^ np.uint32(PARITY))
    word_1, word_2 = word_1 + keys[0], word_2 + keys[1]
    for group in range(5):
        for bits in ROTATIONS[group % 2]:
            word_1 += word_2
            word_2 = (word_2 << np.uint32(bits)) | (word_2 >> np.uint32(32 - bits))
            word_2 ^= word_1
        word_1, word_2 = word_1 + keys[(group + 1) % 3], word_2 + keys[(group + 2) % 3] + np.uint32(group + 1)
    return word_1, word_2


def normalise_values(layer: Any, inputs: Any) -> Any:
    """Layer normalisation with its gradient as a formula.

    Args:
        layer: `keras.layers.LayerNormalization` over the last axis, built.
        inputs: (batch, …, values).

    Returns:
        The same shape, in the layer's precision. Source: Ba, Kiros, Hinton 2016.
    """
    scale, offset = keras.ops.convert_to_tensor(layer.gamma), keras.ops.convert_to_tensor(layer.beta)
    return _normalised(inputs.astype(jnp.float32), scale, offset, layer.epsilon).astype(layer.compute_dtype)


@partial(jax.custom_vjp, nondiff_argnums=(3,))
def _normalised(values: Any, scale: Any, offset: Any, epsilon: float) -> Any:
    return _normalised_and_kept(values, scale, offset, epsilon)[0]


def _normalised_and_kept(values: Any, scale: Any, offset: Any, epsilon: float) -> tuple[Any, Any]:
    centred = values - jnp.mean(values, -1, keepdims=True)
    factor = lax.rsqrt(jnp.mean(jnp.square(centred), -1, keepdims=True) + epsilon)
    normal = centred * factor
    return normal * scale + offset, (normal, factor, scale)


def _normalised_slopes(epsilon: float, held: Any, outer: Any) -> tuple[Any, Any, Any]:
    normal, factor, scale = held
    inner, rows = outer * scale, tuple(range(outer.ndim - 1))
    slope = inner - jnp.mean(inner, -1, keepdims=True) - normal * jnp.mean(inner * normal, -1, keepdims=True)
    return factor * slope, jnp.sum(outer * normal, rows), jnp.sum(outer, rows)


_normalised.defvjp(_normalised_and_kept, _normalised_slopes)


def attend(layer: Any, query: Any, key: Any, value: Any, attention_mask: Any = None, *wishes: Any, **more: Any) -> tuple[Any, Any]:
    """Attention with the heads in front, and its gradient as a formula.

    Args:
        layer: `keras.layers.MultiHeadAttention` without dropout, built.
        query: (batch, asking words, heads, values).
        key: (batch, words, heads, values).
        value: (batch, words, heads, values).
        attention_mask: (batch, 1 or asking words, words), true where a word may be seen; where none may, all count the same, as in Keras.
        wishes, more: training, return of the scores, causal mask; see `asks_for_more` for who gets Keras' own.

    Returns:
        (batch, asking words, heads, values) and None for the scores, which nobody asks for while learning.
        Source: Vaswani and others 2017, formula 1.
    """
    if asks_for_more(query, attention_mask, wishes, more):
        return keras.layers.MultiHeadAttention._compute_attention(layer, query, key, value, attention_mask, *wishes, **more)  # type: ignore[no-any-return]
    query = query * jnp.asarray(layer._inverse_sqrt_key_dim, query.dtype)
    seen = jnp.ones((1, 1, 1), bool) if attention_mask is None else attention_mask.astype(bool)
    query = query * jnp.any(seen, -1)[:, :, None, None].astype(query.dtype)  # where nothing may be seen, nothing is learned from the scores
    in_front = (_heads_and_words(array) for array in (query, key, value))
    return _heads_and_words(_attended(*in_front, seen[:, None])), None


@jax.custom_vjp  # type: ignore[untyped-decorator]  # JAX leaves it so
def _attended(query: Any, key: Any, value: Any, seen: Any) -> Any:
    return _attended_and_kept(query, key, value, seen)[0]


def _attended_and_kept(query: Any, key: Any, value: Any, seen: Any) -> tuple[Any, Any]:
    """The shares are divided by their sum when they have been spent: there are fewer values than scores."""
    scores = jnp.where(seen, jnp.einsum("bnth,bnsh->bnts", query, key), jnp.asarray(NOTHING, query.dtype))
    shares = jnp.exp(scores - jnp.max(scores, -1, keepdims=True))
    part = 1 / jnp.sum(shares, -1, keepdims=True)
    return jnp.einsum("bnts,bnsh->bnth", shares, value) * part, (query, key, value, shares, part)


def _attended_slopes(held: Any, outer: Any) -> tuple[Any, Any, Any, None]:
    query, key, value, shares, part = held
    outer = outer * part
    gains = jnp.einsum("bnth,bnsh->bnts", outer, value)
    slopes = shares * (gains - jnp.sum(shares * gains, -1, keepdims=True) * part)
    # the scores stay as they lie in memory; the small arrays are turned over
    of_key = _turned(jnp.einsum("bnht,bnts->bnhs", _turned(query), slopes))
    of_value = _turned(jnp.einsum("bnht,bnts->bnhs", _turned(outer), shares))
    return jnp.einsum("bnts,bnsh->bnth", slopes, key), of_key, of_value, None


_attended.defvjp(_attended_and_kept, _attended_slopes)


def _heads_and_words(array: Any) -> Any:
    """(batch, words, heads, values) with words and heads exchanged."""
    return jnp.swapaxes(array, 1, 2)


def _turned(array: Any) -> Any:
    return jnp.swapaxes(array, -1, -2)
