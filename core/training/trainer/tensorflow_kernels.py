"""TensorFlow's large operations; see `kernels` for when they are used, and why.

Batch normalisation is some twenty operations in Keras, and TensorFlow has one for it. Measured on two cores (docs/speed.md): a step
of the 28 × 28 convolutional network in 0.6 of the time, of the Transformer in 0.8.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from core.training.trainer.kernels import Kernel, asks_for_more, attends_plainly, normalises_plainly

__all__ = ["attend", "kernel_of", "normalise_batch", "normalise_values"]

IMAGES = 4  # axes of (batch, height, width, channels)
NOTHING = -1e30  # added to the score of a masked word: its share becomes exactly 0
NO_VALUES: list[float] = []


def kernel_of(layer: Any) -> Kernel | None:
    """The large operation for a layer; None where its settings are not among those that the operation knows."""
    if type(layer) is keras.layers.BatchNormalization and not layer.renorm and not layer.synchronized and layer.scale and layer.center:
        return "call", normalise_batch
    if normalises_plainly(layer):
        return "call", normalise_values
    return ("_compute_attention", attend) if attends_plainly(layer) else None


def normalise_batch(layer: Any, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
    """Batch normalisation of pictures in one operation (`FusedBatchNormV3`); everything else as Keras does it.

    Args:
        layer: `keras.layers.BatchNormalization`, built.
        inputs: (batch, height, width, channels); the statistics are float32 in any precision.
        training: False normalises with the moving statistics.
        mask: not for pictures.

    Returns:
        (batch, height, width, channels). Source: Ioffe, Szegedy 2015; the operation's own variance is that
        of a sample, n / (n - 1) times the one that Keras keeps.
    """
    if not training or not layer.trainable or mask is not None or len(inputs.shape) != IMAGES or layer.axis not in (-1, IMAGES - 1):
        return keras.layers.BatchNormalization.call(layer, inputs, training=training, mask=mask)
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=inputs, scale=layer.gamma, offset=layer.beta, mean=tf.constant(NO_VALUES), variance=tf.constant(NO_VALUES), epsilon=layer.epsilon, is_training=True
    )
    places = tf.cast(tf.reduce_prod(tf.shape(inputs)[:-1]), tf.float32)
    variance *= (places - 1) / places
    layer.moving_mean.assign(layer.moving_mean * layer.momentum + mean * (1 - layer.momentum))
    layer.moving_variance.assign(layer.moving_variance * layer.momentum + variance * (1 - layer.momentum))
    return outputs


def normalise_values(layer: Any, inputs: Any) -> Any:
    """Layer normalisation with its gradient as a formula: 9 operations backwards, where the chain of Keras' steps has 25.

    Args:
        layer: `keras.layers.LayerNormalization` over the last axis, built.
        inputs: (batch, …, values).

    Returns:
        The same shape, in the layer's precision. Source: Ba, Kiros, Hinton 2016.
    """
    return tf.cast(_normalised(tf.cast(inputs, tf.float32), tf.convert_to_tensor(layer.gamma), tf.convert_to_tensor(layer.beta), layer.epsilon), layer.compute_dtype)


@tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow has no types
def _normalised(values: Any, scale: Any, offset: Any, epsilon: float) -> Any:
    centred = values - tf.reduce_mean(values, -1, keepdims=True)
    factor = tf.math.rsqrt(tf.reduce_mean(tf.square(centred), -1, keepdims=True) + epsilon)
    normal = centred * factor

    def gradient(outer: Any) -> tuple[Any, Any, Any, None]:
        rows = list(range(len(values.shape) - 1))
        inner = outer * scale
        slope = inner - tf.reduce_mean(inner, -1, keepdims=True) - normal * tf.reduce_mean(inner * normal, -1, keepdims=True)
        return factor * slope, tf.reduce_sum(outer * normal, rows), tf.reduce_sum(outer, rows), None

    return normal * scale + offset, gradient


def attend(layer: Any, query: Any, key: Any, value: Any, attention_mask: Any = None, *wishes: Any, **more: Any) -> tuple[Any, Any]:
    """Attention by two matrix products with the heads in front; Keras' sums over named axes turn the scores over several times.

    Args:
        layer: `keras.layers.MultiHeadAttention` without dropout, built.
        query: (batch, asking words, heads, values).
        key: (batch, words, heads, values).
        value: (batch, words, heads, values).
        attention_mask: (batch, 1 or asking words, words), True where a word may be seen; where none may, all count the same, as in Keras.
        wishes, more: training, return of the scores, causal mask; see `asks_for_more` for who gets Keras' own.

    Returns:
        (batch, asking words, heads, values) and None for the scores, which nobody asks for while learning.
        Source: Vaswani and others 2017, formula 1.
    """
    if asks_for_more(query, attention_mask, wishes, more):
        return keras.layers.MultiHeadAttention._compute_attention(layer, query, key, value, attention_mask, *wishes, **more)  # type: ignore[no-any-return]
    heads_first, scale, masked = (0, 2, 1, 3), tf.cast(layer._inverse_sqrt_key_dim, query.dtype), tf.zeros((), query.dtype)
    if attention_mask is not None:
        seen = tf.cast(attention_mask, query.dtype)  # (batch, 1 or asking words, words)
        scale *= tf.reduce_max(seen, -1)[:, :, None, None]  # where nothing may be seen, nothing is learned from the scores
        masked = ((1 - seen) * NOTHING)[:, None]
    scores = tf.matmul(tf.transpose(query * scale, heads_first), tf.transpose(key, heads_first), transpose_b=True)
    return tf.transpose(tf.matmul(tf.nn.softmax(scores + masked), tf.transpose(value, heads_first)), heads_first), None
