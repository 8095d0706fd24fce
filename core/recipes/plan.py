"""A network as plain data: layers, shapes and parameter counts, without Keras.

The page shows a plan the moment a setting changes, and must not load Keras for it; the worker builds
exactly this plan (`core.recipes.network`). A test proves that both agree for every recipe and preset.
Combinations that cannot work are refused here, before anything is built, with a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from core.errors import BadSettings
from core.language import N_
from core.recipes.kinds import KINDS

if TYPE_CHECKING:
    from core.preprocess.shapes import InputShape

__all__ = ["OUTPUT", "Layer", "Plan", "PlanBuilder"]

OUTPUT = "output"  # name of every network's last layer
GATES = {"gru": 3, "lstm": 4}  # weight matrices in one recurrent cell
GRU_BIASES = 2  # Keras' GRU (reset_after) keeps separate biases for input and state


@dataclass(frozen=True)
class Layer:
    """One layer of a plan; becomes one Keras layer of the same name.

    Attributes:
        name: unique in the plan, made of our words only, never of a column's name.
        kind: a key of `core.recipes.kinds.KINDS`.
        inputs: names of the layers that it reads.
        settings: what its kind needs to be built, JSON values only.
        shape: of its output, without the batch axis.
        parameters: all its numbers, learned or (in a batch norm) followed.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    shape: tuple[int, ...]
    parameters: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What people call this kind of layer."""
        return KINDS[self.kind][0]

    @property
    def explanation(self) -> str:
        """What it does, in one line for somebody who never built a network."""
        return KINDS[self.kind][1]


@dataclass(frozen=True)
class Plan:
    """A whole network. `layers` are in the order in which they can be computed; inputs come first.

    Attributes:
        layers: every layer, inputs included.
        inputs: the tensors it takes, as the preprocessing makes them.
        output: name of the layer whose values are the prediction.
    """

    layers: tuple[Layer, ...]
    inputs: tuple[InputShape, ...]
    output: str = OUTPUT

    @property
    def parameters(self) -> int:
        """Numbers in the whole network; the same as Keras' "total params"."""
        return sum(layer.parameters for layer in self.layers)

    def layer(self, name: str) -> Layer:
        """The layer of that name.

        Raises:
            KeyError: the plan has no such layer.
        """
        return {layer.name: layer for layer in self.layers}[name]

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON values, for the command line and the page."""
        layers = [{**asdict(layer), "title": layer.title, "explanation": layer.explanation} for layer in self.layers]
        return {"parameters": self.parameters, "output": self.output, "layers": layers}


class PlanBuilder:
    """Adds layers one by one, computing each output shape and parameter count in plain Python.

    Every method takes the names of the layers it reads and returns the name of the layer it made.

    Example:
        >>> from types import SimpleNamespace
        >>> builder = PlanBuilder([SimpleNamespace(name="table", kind="table", shape=(20,), dtype="float32", vocabulary=0)])
        >>> output = builder.dense(builder.dense("table", "hidden_1", 64, "relu"), OUTPUT, 1, "sigmoid")
        >>> builder.plan().parameters == 20 * 64 + 64 + 64 + 1
        True
    """

    def __init__(self, inputs: Sequence[InputShape]) -> None:
        self._inputs = tuple(inputs)
        self._layers: dict[str, Layer] = {}
        for tensor in inputs:
            self._add("input", tensor.name, (), tuple(tensor.shape), dtype=tensor.dtype)

    def plan(self) -> Plan:
        """The plan; its last layer must be the one named `output`."""
        if OUTPUT not in self._layers:
            raise ValueError("A plan needs a layer named 'output'; call heads.add_head last.")
        return Plan(tuple(self._layers.values()), self._inputs)

    def shape(self, name: str) -> tuple[int, ...]:
        """Output shape of a layer, without the batch axis."""
        return self._layers[name].shape

    # any values

    def dense(self, source: str, name: str, units: int, activation: str = "linear") -> str:
        """Every output is a weighted sum of all inputs: (n,) → (units,), n·units + units parameters.

        Words are taken one by one: (length, n) → (length, units), with the same parameters for each.
        """
        *places, width = self.shape(source)
        return self._add("dense", name, (source,), (*places, units), width * units + units, units=units, activation=activation)

    def dropout(self, source: str, name: str, rate: float) -> str:
        """Hide a share of the values while training; a rate of 0 adds no layer."""
        return self._add("dropout", name, (source,), self.shape(source), rate=rate) if rate else source

    def add(self, sources: Sequence[str], name: str) -> str:
        """Add values of the same shape, one by one."""
        return self._add("add", name, tuple(sources), self.shape(sources[0]))

    def concatenate(self, sources: Sequence[str], name: str) -> str:
        """Put vectors side by side: (a,), (b,) → (a + b,). One vector alone stays as it is."""
        if len(sources) == 1:
            return sources[0]
        return self._add("concatenate", name, tuple(sources), (sum(self.shape(source)[0] for source in sources),))

    # pictures

    def rescale(self, source: str, name: str) -> str:
        """Bring byte values 0…255 to -1…1."""
        return self._add("rescale", name, (source,), self.shape(source), scale=1 / 127.5, offset=-1.0)

    def convolution(self, source: str, name: str, filters: int, kernel: int) -> str:
        """Slide `filters` small windows over the picture: (h, w, c) → (h, w, filters), k·k·c·filters parameters.

        It has no bias, because the batch norm that follows has one.
        """
        height, width, channels = self.shape(source)
        count = kernel * kernel * channels * filters
        return self._add("convolution", name, (source,), (height, width, filters), count, filters=filters, kernel=kernel)

    def batch_norm(self, source: str, name: str) -> str:
        """Keep values at mean 0 and spread 1, each channel by itself: 4 numbers a channel."""
        shape = self.shape(source)
        return self._add("batch_norm", name, (source,), shape, 4 * shape[-1])

    def relu(self, source: str, name: str) -> str:
        """Replace negative values by 0."""
        return self._add("relu", name, (source,), self.shape(source))

    def halve(self, source: str, name: str) -> str:
        """Halve height and width, keeping the largest of each 2 × 2 values.

        Raises:
            BadSettings: the picture is already only one pixel high or wide.
        """
        height, width, channels = self.shape(source)
        if min(height, width) < 2:
            raise BadSettings(N_("A picture of {height} × {width} cannot be halved again. Choose fewer blocks.").format(height=height, width=width))
        return self._add("halve", name, (source,), (height // 2, width // 2, channels))

    def average_of_places(self, source: str, name: str) -> str:
        """Average over all places of a picture: (h, w, c) → (c,)."""
        return self._add("average_of_places", name, (source,), self.shape(source)[-1:])

    def flatten(self, source: str, name: str) -> str:
        """Write all values in one row: (h, w, c) → (h·w·c,)."""
        return self._add("flatten", name, (source,), (math.prod(self.shape(source)),))

    # text; `tokens` is the text's input layer, which says where padding (token 0) is

    def embedding(self, tokens: str, name: str, size: int) -> str:
        """Look up a vector for each word: (length,) → (length, size), vocabulary·size parameters."""
        vocabulary = {tensor.name: tensor.vocabulary for tensor in self._inputs}[tokens]
        shape = (*self.shape(tokens), size)
        return self._add("embedding", name, (tokens,), shape, vocabulary * size, vocabulary=vocabulary, size=size)

    def word_dropout(self, source: str, name: str, rate: float) -> str:
        """Hide whole words while training; a rate of 0 adds no layer."""
        return self._add("word_dropout", name, (source,), self.shape(source), rate=rate) if rate else source

    def recurrent(self, source: str, tokens: str, name: str, units: int, cell: str, both_ways: bool) -> str:
        """Read word after word with a memory: (length, n) → (length, units), or 2·units when read both ways.

        Parameters a direction: gates · (n·units + units·units + biases·units), where a GRU has 3 gates
        with 2 biases and an LSTM 4 gates with 1.
        """
        length, width = self.shape(source)
        biases = GRU_BIASES if cell == "gru" else 1
        count = GATES[cell] * units * (width + units + biases)
        ways = 2 if both_ways else 1
        shape = (length, ways * units)
        return self._add("recurrent", name, (source, tokens), shape, ways * count, units=units, cell=cell, both_ways=both_ways)

    def places(self, source: str, name: str) -> str:
        """A weighted sum of each word's values, and a learned vector for each place: (length, n), n·n + length·n parameters."""
        length, width = self.shape(source)
        return self._add("places", name, (source,), (length, width), width * width + length * width)

    def attention(self, source: str, tokens: str, name: str, heads: int) -> str:
        """Every word looks at all words that are not padding: (length, n) → the same, 4·(n·n + n) parameters.

        Question, key, value and answer are a dense layer each; the heads share the n values.
        """
        width = self.shape(source)[-1]
        return self._add("attention", name, (source, tokens), self.shape(source), 4 * (width * width + width), heads=heads)

    def layer_norm(self, source: str, name: str) -> str:
        """Bring the values of each word to mean 0 and spread 1: 2 numbers a value."""
        return self._add("layer_norm", name, (source,), self.shape(source), 2 * self.shape(source)[-1])

    def sum_of_words(self, source: str, tokens: str, name: str) -> str:
        """Sum over the words that are not padding, divided by the square root of their number: (length, n) → (n,).

        As TF-IDF does by its length of one: a mean drowns the few words that decide in a long text.
        """
        return self._add("sum_of_words", name, (source, tokens), self.shape(source)[-1:])

    def mean_of_words(self, source: str, tokens: str, name: str) -> str:
        """Average over the words that are not padding: (length, n) → (n,); zeros for an empty text."""
        return self._add("mean_of_words", name, (source, tokens), self.shape(source)[-1:])

    def max_of_words(self, source: str, tokens: str, name: str) -> str:
        """Largest positive value over the words that are not padding: (length, n) → (n,); else zero."""
        return self._add("max_of_words", name, (source, tokens), self.shape(source)[-1:])

    def _add(self, kind: str, name: str, inputs: tuple[str, ...], shape: tuple[int, ...], parameters: int = 0, **settings: Any) -> str:
        if name in self._layers:
            raise ValueError(f"The plan already has a layer named {name!r}.")
        self._layers[name] = Layer(name, kind, inputs, shape, parameters, settings)
        return name
