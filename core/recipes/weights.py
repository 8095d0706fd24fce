"""Initial weights drawn with NumPy, so that a seed gives the same numbers on every backend.

Keras' own initialisers use each backend's generator: the same seed starts a different network on JAX
than on TensorFlow, and no difference between two engines could be told from luck.
"""

from __future__ import annotations

import math

import numpy as np

__all__ = ["initial_weight"]

EMBEDDING_SPREAD = 0.05  # as Keras: small, so that no word matters before it has been learned


def initial_weight(role: str, shape: tuple[int, ...], seed: tuple[int, ...], *, relu: bool = False, cell: str = "") -> np.ndarray:
    """One weight of one layer before training.

    Kernels are Glorot uniform (Glorot & Bengio 2010), or He uniform in front of a ReLU (He et al. 2015);
    recurrent kernels orthogonal (Saxe et al. 2014); an LSTM forgets nothing at first (bias 1,
    Jozefowicz et al. 2015); everything else as in Keras.

    Args:
        role: Keras' name of the weight: kernel, recurrent_kernel, bias, embeddings, gamma, beta,
            moving_mean, moving_variance.
        shape: of the weight, as Keras has it.
        seed: whole numbers ≥ 0 that name this weight: (seed of the run, layer, weight).
        relu: whether a ReLU follows.
        cell: "lstm" or "gru" for the weights of a recurrent layer.

    Returns:
        float32 array of `shape`.

    Raises:
        ValueError: no rule for this role.

    Example:
        >>> float(initial_weight("kernel", (3, 2), (0, 1, 0)).round(3)[0, 0]) == float(initial_weight("kernel", (3, 2), (0, 1, 0)).round(3)[0, 0])
        True
    """
    random = np.random.default_rng(seed)
    if role == "kernel":
        return _scaled_uniform(random, shape, relu)
    if role == "recurrent_kernel":
        return _orthogonal(random, shape)
    if role == "embeddings":
        return random.uniform(-EMBEDDING_SPREAD, EMBEDDING_SPREAD, shape).astype(np.float32)
    if role == "bias" and cell == "lstm":
        quarter = shape[0] // 4  # gates in the order input, forget, cell, output
        return np.repeat(np.array([0, 1, 0, 0], np.float32), quarter)
    if role in {"bias", "beta", "moving_mean"}:
        return np.zeros(shape, np.float32)
    if role in {"gamma", "moving_variance"}:
        return np.ones(shape, np.float32)
    raise ValueError(f"No rule for initial weights of {role!r}.")


def _scaled_uniform(random: np.random.Generator, shape: tuple[int, ...], relu: bool) -> np.ndarray:
    window = math.prod(shape[:-2])  # a convolution's kernel is (height, width, in, out)
    fan_in, fan_out = window * shape[-2], window * shape[-1]
    limit = math.sqrt(6 / fan_in) if relu else math.sqrt(6 / (fan_in + fan_out))
    return random.uniform(-limit, limit, shape).astype(np.float32)


def _orthogonal(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    rows, columns = shape
    tall = random.standard_normal((max(shape), min(shape)))
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))  # makes the draw uniform over all orthogonal matrices
    return np.ascontiguousarray(q if rows >= columns else q.T, dtype=np.float32)
