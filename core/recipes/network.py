"""Builds a plan as a Keras model; the only file of this package that imports Keras.

Backend-neutral: built-in layers and `keras.ops` only, no Lambda and no class of our own, so that a
`.keras` file opens in plain Keras, in safe mode, on any backend. Padding (token 0) is masked by
explicit arithmetic, because Keras' implicit masks get lost at the first layer that does not know them
and an empty text would give 0/0. Initial weights are drawn with NumPy from the seed, so they are the
same numbers on every backend.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import layers as kl
from keras import ops

from core.dataset.schema import Task
from core.recipes.plan import Layer, Plan
from core.recipes.weights import initial_weight
from core.runs.spec import TrainingSettings

__all__ = ["build", "compile_network"]

# Gradients longer than this are shortened. Healthy training stays below it; an outlier cannot throw the
# network off. It also makes TensorFlow sum the gradients of repeated words before Adam squares them, as
# JAX does: without it the same text model learns differently on the two (keras 3.15: a test compares them).
# The sum comes too late for their length itself: `tensorflow_trainer` adds them up before.
GRADIENT_NORM = 10.0
# Keras never draws a weight here: `_set_initial_weights` does. On JAX each Keras initialiser is compiled, which
# made building a small recurrent network take 6 s instead of 0.7 s. (A `.keras` file holds the weights, so this
# matters only to somebody who makes a new model from the configuration alone: draw weights with `build` instead.)
NOT_DRAWN: dict[str, Any] = {"kernel_initializer": "zeros"}
BATCH_NORM_MOMENTUM = 0.9  # Keras' 0.99 needs hundreds of steps; a small dataset has ten an epoch

LOSSES = {
    Task.BINARY: "binary_crossentropy",
    Task.MULTICLASS: "sparse_categorical_crossentropy",
    Task.REGRESSION: "mean_squared_error",
}


def build(plan: Plan, seed: int) -> keras.Model:
    """Build exactly this plan.

    Args:
        plan: from a recipe; every layer becomes the Keras layer of the same name.
        seed: decides initial weights and dropout; initial weights are equal on every backend, the
            draws of dropout are not (each backend has its own generator).

    Returns:
        An uncompiled functional model. It takes a dictionary {input name: array of (batch, *shape)} and
        gives (batch, 1), or (batch, classes) for more than two classes.

    Example:
        >>> from core.preprocess.shapes import InputShape
        >>> from core.recipes import recipe
        >>> shapes = [InputShape("table", "table", (5,), "float32")]
        >>> plan = recipe("mlp").plan(recipe("mlp").settings(), shapes, Task.BINARY, 2)
        >>> build(plan, seed=0).count_params() == plan.parameters
        True
    """
    tensors: dict[str, Any] = {}
    for number, layer in enumerate(plan.layers):
        sources = [tensors[name] for name in layer.inputs]
        tensors[layer.name] = _BUILDERS[layer.kind](layer, sources, _layer_seed(seed, number))
    inputs = {tensor.name: tensors[tensor.name] for tensor in plan.inputs}
    model = keras.Model(inputs, tensors[plan.output], name="network")
    _set_initial_weights(model, plan, seed)
    return model


def compile_network(model: keras.Model, training: TrainingSettings, task: Task, *, steps_per_execution: int = 1) -> None:
    """Give a model its loss, its optimizer and one metric (`core.recipes.metric_name`).

    Args:
        model: from `build`; compiled in place.
        training: optimizer and learning rate are used.
        task: decides loss and metric.
        steps_per_execution: batches in one call of the engine (steps), 1 or more; speeds up small
            models on TensorFlow.
    """
    optimizers = {
        "adam": keras.optimizers.Adam, "adamw": keras.optimizers.AdamW,
        "sgd": keras.optimizers.SGD, "rmsprop": keras.optimizers.RMSprop,
    }
    momentum = {"momentum": 0.9} if training.optimizer == "sgd" else {}
    optimizer = optimizers[training.optimizer](training.learning_rate, global_clipnorm=GRADIENT_NORM, **momentum)
    metric = "accuracy" if task.is_classification else keras.metrics.MeanAbsoluteError(name="mean_absolute_error")
    model.compile(optimizer, LOSSES[task], metrics=[metric], steps_per_execution=steps_per_execution)


def _layer_seed(seed: int, number: int) -> int:
    return (seed * 1_000_003 + number) % 2**31


def _set_initial_weights(model: keras.Model, plan: Plan, seed: int) -> None:
    for number, layer in enumerate(plan.layers):
        if layer.parameters:
            weights = model.get_layer(layer.name).weights
            drawn = [_initial(layer, weight, (seed, number, index)) for index, weight in enumerate(weights)]
            model.get_layer(layer.name).set_weights(drawn)


def _initial(layer: Layer, weight: Any, seed: tuple[int, ...]) -> Any:
    shape, role = tuple(weight.shape), weight.name
    relu = layer.settings.get("activation") == "relu" or layer.kind == "convolution"
    if layer.kind == "attention" and len(shape) > 1:  # Keras splits one of the two sides into (heads, values)
        width = layer.shape[-1]
        return initial_weight(role, (width, width) if role == "kernel" else (width,), seed).reshape(shape)
    if layer.kind == "places" and role == "bias":
        role = "embeddings"
    return initial_weight(role, shape, seed, relu=relu, cell=layer.settings.get("cell", ""))


def _input(layer: Layer, _sources: list[Any], _seed: int) -> Any:
    return keras.Input(layer.shape, dtype=layer.settings["dtype"], name=layer.name)


def _dense(layer: Layer, sources: list[Any], _seed: int) -> Any:
    units, activation = layer.settings["units"], layer.settings["activation"]
    return kl.Dense(units, activation=activation, **NOT_DRAWN, name=layer.name)(sources[0])


def _dropout(layer: Layer, sources: list[Any], seed: int) -> Any:
    return kl.Dropout(layer.settings["rate"], seed=seed, name=layer.name)(sources[0])


def _concatenate(layer: Layer, sources: list[Any], _seed: int) -> Any:
    return kl.Concatenate(name=layer.name)(sources)


def _rescale(layer: Layer, sources: list[Any], _seed: int) -> Any:
    # not kl.Rescaling: a layer that also serves tf.data looks for TensorFlow, which a JAX worker hides
    values = ops.cast(sources[0], "float32") * layer.settings["scale"] + layer.settings["offset"]
    return kl.Identity(name=layer.name)(values)


def _convolution(layer: Layer, sources: list[Any], _seed: int) -> Any:
    filters, kernel = layer.settings["filters"], layer.settings["kernel"]
    return kl.Conv2D(filters, kernel, padding="same", use_bias=False, **NOT_DRAWN, name=layer.name)(sources[0])


def _batch_norm(layer: Layer, sources: list[Any], _seed: int) -> Any:
    return kl.BatchNormalization(momentum=BATCH_NORM_MOMENTUM, name=layer.name)(sources[0])


def _relu(layer: Layer, sources: list[Any], _seed: int) -> Any:
    return kl.ReLU(name=layer.name)(sources[0])


def _halve(layer: Layer, sources: list[Any], _seed: int) -> Any:
    return kl.MaxPooling2D(2, name=layer.name)(sources[0])


def _average_of_places(layer: Layer, sources: list[Any], _seed: int) -> Any:
    return kl.GlobalAveragePooling2D(name=layer.name)(sources[0])


def _flatten(layer: Layer, sources: list[Any], _seed: int) -> Any:
    return kl.Flatten(name=layer.name)(sources[0])


def _embedding(layer: Layer, sources: list[Any], _seed: int) -> Any:
    return kl.Embedding(layer.settings["vocabulary"], layer.settings["size"], embeddings_initializer="zeros", name=layer.name)(sources[0])


def _word_dropout(layer: Layer, sources: list[Any], seed: int) -> Any:
    # (batch, length, 1): one draw for each word, whatever its number of values
    noise = (None, layer.shape[0], 1)
    return kl.Dropout(layer.settings["rate"], noise_shape=noise, seed=seed, name=layer.name)(sources[0])


def _recurrent(layer: Layer, sources: list[Any], seed: int) -> Any:
    words, tokens = sources
    cell = {"gru": kl.GRU, "lstm": kl.LSTM}[layer.settings["cell"]]
    name = f"{layer.name}_one_way" if layer.settings["both_ways"] else layer.name
    reader = cell(layer.settings["units"], return_sequences=True, recurrent_initializer="zeros", seed=seed, name=name, **NOT_DRAWN)
    if layer.settings["both_ways"]:
        reader = kl.Bidirectional(reader, name=layer.name)
    return reader(words, mask=ops.not_equal(tokens, 0))


def _places(layer: Layer, sources: list[Any], _seed: int) -> Any:
    # a dense layer whose bias is a vector of its own for each place: learned positions without a class of our own
    return kl.EinsumDense("bln,nm->blm", layer.shape, bias_axes="lm", name=layer.name, **NOT_DRAWN)(sources[0])


def _attention(layer: Layer, sources: list[Any], _seed: int) -> Any:
    words, tokens = sources
    heads = layer.settings["heads"]
    real = ops.expand_dims(ops.not_equal(tokens, 0), axis=1)  # (batch, 1, length): the same words for every asking word
    return kl.MultiHeadAttention(heads, layer.shape[-1] // heads, name=layer.name, **NOT_DRAWN)(words, words, attention_mask=real)


def _add(layer: Layer, sources: list[Any], _seed: int) -> Any:
    return kl.Add(name=layer.name)(sources)


def _layer_norm(layer: Layer, sources: list[Any], _seed: int) -> Any:
    return kl.LayerNormalization(epsilon=1e-6, name=layer.name)(sources[0])


def _sum_of_words(layer: Layer, sources: list[Any], _seed: int) -> Any:
    words, tokens = sources
    real = _real_words(tokens)
    total = ops.sum(words * real, axis=1) / ops.sqrt(ops.maximum(ops.sum(real, axis=1), 1.0))  # an empty text has no word
    return kl.Identity(name=layer.name)(total)


def _mean_of_words(layer: Layer, sources: list[Any], _seed: int) -> Any:
    words, tokens = sources
    real = _real_words(tokens)
    mean = ops.sum(words * real, axis=1) / ops.maximum(ops.sum(real, axis=1), 1.0)
    return kl.Identity(name=layer.name)(mean)


def _max_of_words(layer: Layer, sources: list[Any], _seed: int) -> Any:
    words, tokens = sources
    return kl.Identity(name=layer.name)(ops.max(ops.relu(words) * _real_words(tokens), axis=1))


def _real_words(tokens: Any) -> Any:
    """1 where a word stands and 0 where padding does, (batch, length, 1) float32."""
    return ops.expand_dims(ops.cast(ops.not_equal(tokens, 0), "float32"), axis=-1)


_BUILDERS: Mapping[str, Callable[[Layer, list[Any], int], Any]] = {
    "input": _input, "dense": _dense, "dropout": _dropout, "concatenate": _concatenate,
    "rescale": _rescale, "convolution": _convolution, "batch_norm": _batch_norm, "relu": _relu,
    "halve": _halve, "average_of_places": _average_of_places, "flatten": _flatten,
    "embedding": _embedding, "word_dropout": _word_dropout, "recurrent": _recurrent,
    "places": _places, "attention": _attention, "add": _add, "layer_norm": _layer_norm,
    "sum_of_words": _sum_of_words, "mean_of_words": _mean_of_words, "max_of_words": _max_of_words,
}
