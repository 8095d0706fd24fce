"""Runs in a process of its own (one process has one Keras backend): what a trainer does beside what plain Keras does.

    python tests/training/trainer/contract.py FOLDER CASE...          writes FOLDER/<backend>.json
    python tests/training/trainer/contract.py --only FOLDER CASE...   these cases and nothing else; with --kernels the large operations, too
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))
BACKEND = os.environ["KERAS_BACKEND"]

from core.training.backend import import_keras  # noqa: E402

keras = import_keras()
LOADED = {name for name in ("jax", "tensorflow", "sklearn") if sys.modules.get(name)}

import numpy as np  # noqa: E402

from core.dataset.schema import Task  # noqa: E402
from core.errors import Damaged  # noqa: E402
from core.preprocess.shapes import InputShape  # noqa: E402
from core.recipes import RECIPES  # noqa: E402
from core.recipes.network import build, compile_network  # noqa: E402
from core.runs.spec import RunSpec, TrainingSettings  # noqa: E402
from core.training.fit import Lesson  # noqa: E402
from core.training.trainer import Snapshot, order_of_rows, trainer_of  # noqa: E402

ROWS, BATCH, VALIDATION, SEED = 100, 16, 300, 3  # six whole steps and one of 4 rows; one whole validation batch and one of 44 rows
TRANSFORMERS = ("text_transformer", "text_transformer with dropout")
WHOLE = dict.fromkeys(TRANSFORMERS, (96, 32))  # rows of whole batches alone: its programs take longest to compile, and a last batch with fewer rows is the others' case
TRANSFORMER = {"embedding_size": 8, "heads": 2, "units": 8}
PLAIN_TEXT = {"embedding_size": 8, "dropout": 0.0, "word_dropout": 0.0}
CASES = {  # the pooled text learns without chance, so that both backends can be compared; the others with dropout (of words alone: half of what is compiled), pictures with weights
    "mlp": (InputShape("table", "table", (12,), "float32"), Task.REGRESSION, 0, {"layers": 1, "units": 16}),
    "cnn": (InputShape("image_0", "image", (12, 12, 1), "uint8"), Task.MULTICLASS, 3, {"blocks": 1, "filters": 4, "units": 8}),
    "text_transformer": (InputShape("text_0", "text", (9,), "int32", 120), Task.BINARY, 2, TRANSFORMER | {"dropout": 0.0}),
    "text_transformer with dropout": (InputShape("text_0", "text", (9,), "int32", 120), Task.BINARY, 2, TRANSFORMER),
    "text_recurrent": (InputShape("text_0", "text", (9,), "int32", 120), Task.BINARY, 2, {"embedding_size": 8, "units": 8, "both_ways": False}),
    "text_pooling": (InputShape("text_0", "text", (9,), "int32", 120), Task.BINARY, 2, PLAIN_TEXT),
    "mlp without chance": (InputShape("table", "table", (12,), "float32"), Task.REGRESSION, 0, {"layers": 1, "units": 16, "dropout": 0.0}),
    "text_pooling with rmsprop": (InputShape("text_0", "text", (9,), "int32", 120), Task.BINARY, 2, PLAIN_TEXT),
    "text_pooling with steep gradients": (InputShape("text_0", "text", (9,), "int32", 120), Task.BINARY, 2, PLAIN_TEXT),
}
OPTIMIZERS = {"text_pooling with rmsprop": "rmsprop", "text_pooling with steep gradients": "sgd", "text_transformer": "sgd"}  # the last: Adam makes the rounding of a gradient of 0 as large as any other; the others have Adam
ACROSS = ("mlp without chance", "text_pooling with rmsprop", "text_pooling with steep gradients")  # for the comparison of both backends alone; a batch holds each of twenty words several times
STEEP = 1000  # times the weight of a row: gradients far beyond the length at which they are clipped


def recipe_of(name: str) -> str:
    """The recipe of a case."""
    return name.split()[0]


def lesson_of(name: str) -> Lesson:
    shape, task, classes, _ = CASES[name]
    random = np.random.default_rng(1)

    def rows(count: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
        if shape.kind == "table":
            x = random.standard_normal((count, *shape.shape)).astype(np.float32)
        else:
            x = random.integers(0, 20 if shape.kind == "text" else 256, (count, *shape.shape)).astype(shape.dtype)
        if shape.kind == "text":
            x[0] = 0  # a text without a word
        y = random.standard_normal(count).astype(np.float32) if task is Task.REGRESSION else random.integers(0, classes, count)
        return {shape.name: x}, y.astype(np.int32 if task is Task.MULTICLASS else np.float32)

    count, held_back = WHOLE.get(name, (ROWS, VALIDATION))
    weights = random.uniform(0.5, 2.0, count).astype(np.float32) if name in {"cnn", "mlp"} else None
    if "steep" in name:
        weights = np.full(count, STEEP, np.float32)
    return Lesson(*rows(count), *rows(held_back), weights)


def spec_of(name: str) -> RunSpec:
    training = TrainingSettings(batch_size=BATCH, learning_rate=0.01, optimizer=OPTIMIZERS.get(name, "adam"))  # type: ignore[arg-type]
    return RunSpec(dataset="d-1", inputs=("a",), target="b", task=CASES[name][1], recipe=recipe_of(name), training=training, seed=SEED)


def network(name: str) -> Any:
    shape, task, classes, settings = CASES[name]
    recipe = RECIPES[recipe_of(name)]
    preset = recipe.presets["balanced"].settings
    plan = recipe.plan(preset.model_copy(update=settings), (shape,), task, classes)  # with the preset's dropout
    model = build(plan, SEED)
    compile_network(model, spec_of(name).training, task)
    return model


def trainer(name: str, model: Any = None) -> Any:
    return trainer_of(model or network(name), lesson_of(name), spec_of(name))


def keras_epochs(name: str, epochs: int) -> tuple[Any, list[list[float]]]:
    """Plain Keras over the same rows in the same order."""
    model, lesson, found = network(name), lesson_of(name), []
    for epoch in range(1, epochs + 1):
        order = order_of_rows(SEED, epoch, len(lesson.y))
        x = {key: array[order] for key, array in lesson.x.items()}
        weights = None if lesson.weights is None else lesson.weights[order]
        logs = model.fit(x, lesson.y[order], sample_weight=weights, batch_size=BATCH, shuffle=False, verbose=0).history
        judged = model.evaluate(lesson.val_x, lesson.val_y, batch_size=256, verbose=0, return_dict=True)
        found.append([float(logs[key][0]) for key in keys(logs)] + [judged[key] for key in keys(judged)])
    return model, found


def keys(logs: dict[str, Any]) -> list[str]:
    """The loss first."""
    return sorted(logs, key=lambda key: key != "loss")


def our_epochs(work: Any, *epochs: int) -> list[list[float]]:
    """The same through a trainer, in blocks of several lengths, with a look at the validation rows in the middle."""
    found = []
    for epoch in epochs:
        work.start_epoch(epoch)
        found.append(rest_of_epoch(work))
    return found


def rest_of_epoch(work: Any) -> list[float]:
    while work.advance(1 + work.batch):
        work.validate()
    now, judged = work.numbers(), work.validate()
    return [now.loss, now.metric, judged.loss, judged.metric]


def spread(first: Any, second: Any) -> float:
    """Largest difference between two lists of arrays; NaN if there is one."""
    return largest([np.asarray(a, np.float64) - np.asarray(b, np.float64) for a, b in zip(first, second, strict=True)])


def largest(arrays: Any) -> float:
    """Largest size of a number in a list of arrays; NaN if there is one, which Python's `max` may pass over."""
    return float(np.max([np.abs(array).max(initial=0) for array in arrays]))


def arrays(snapshot: Snapshot) -> list[np.ndarray]:
    return [*snapshot.weights, *snapshot.seeds, *snapshot.optimizer, *snapshot.metrics]


def judge(name: str) -> dict[str, Any]:
    """Two epochs beside plain Keras; then put to sleep in the middle of the third and woken in a new network."""
    if name in ACROSS:
        work = trainer(name)
        work._one_by_one = name == "mlp without chance"  # on JAX as pictures and recurrent texts learn on a processor
        return {"found": our_epochs(work, 1, 2)}
    model, expected = keras_epochs(name, 2)
    work = trainer(name)
    found = our_epochs(work, 1, 2)
    rows = {key: array[:5] for key, array in lesson_of(name).val_x.items()}
    answers = work.outputs(rows)
    snapshot = work.snapshot()
    facts = {
        "expected": expected, "found": found, "weights": spread(model.get_weights(), snapshot.weights), "shape": answers.shape,
        "outputs": spread([model.predict(rows, verbose=0)], [answers]), "largest": largest(snapshot.weights),
    }  # fmt: skip
    work.start_epoch(3)
    work.advance(3)
    return facts | woken(name, work)


def woken(name: str, work: Any) -> dict[str, Any]:
    asleep = work.snapshot()
    kept = [array.copy() for array in arrays(asleep)]
    other = trainer(name)
    other.restore(asleep)
    facts: dict[str, Any] = {"restored": spread(arrays(other.snapshot()), kept), "place": [other.epoch, other.batch], "rate": other.learning_rate()}
    ends = []
    for one in (work, other):
        numbers = rest_of_epoch(one)
        ends.append([np.array(numbers), *arrays(one.snapshot())])
        one.finish()
        ends[-1] += one.model.get_weights()
    return facts | {
        "untouched": spread(arrays(asleep), kept), "moved": spread(kept, ends[0][1 : 1 + len(kept)]), "difference": spread(*ends),
        "saved": spread(ends[0][1 : 1 + len(asleep.weights)], other.model.get_weights()),
    }  # fmt: skip


def rates() -> dict[str, Any]:
    """A learning rate changed on the way: what it does, and how many programs were traced."""
    work = trainer("mlp")
    traces = counted(work.model)
    work.start_epoch(1)
    work.advance(2)
    before = work.snapshot()
    work.set_learning_rate(0.0)
    work.advance(2)
    still = work.snapshot()
    work.set_learning_rate(0.02)
    for epoch in (2, 3):
        work.start_epoch(epoch)
        while work.advance(epoch):
            pass
        work.validate()
    after = work.snapshot()
    return {"still": spread(before.weights, still.weights), "moved": spread(still.weights, after.weights), "rate": work.learning_rate(), **traces}


def counted(model: Any) -> dict[str, int]:
    """Counts, from now on, how often Keras' steps are traced."""
    counts = {"train_step": 0, "test_step": 0}

    def count(name: str) -> None:
        inner = getattr(model, name)

        def outer(*arguments: Any) -> Any:
            counts[name] += 1
            return inner(*arguments)

        setattr(model, name, outer)

    for name in counts:
        count(name)
    return counts


def edges() -> dict[str, Any]:
    """No validation rows; fewer rows than a batch; a snapshot of another network."""
    lesson, spec = lesson_of("mlp"), spec_of("mlp")
    few = Lesson({"table": lesson.x["table"][:5]}, lesson.y[:5], {"table": lesson.val_x["table"][:0]}, lesson.val_y[:0])
    work = trainer_of(network("mlp"), few, spec)
    work.start_epoch(1)
    steps = [work.advance(9), work.advance(9)]
    try:
        work.restore(trainer("text_pooling").snapshot())
        refused = ""
    except Damaged as error:
        refused = str(error)
    facts = {"steps": steps, "steps_per_epoch": work.steps_per_epoch, "validation": work.validate(), "loss": work.numbers().loss, "refused": refused}
    return facts | (programs() if BACKEND == "jax" else {})


def programs() -> dict[str, Any]:
    """JAX: what is compiled ahead of need though validation came first; and how often a program that cannot be compiled says so."""
    work, failures = trainer("mlp"), []
    work.validate()
    work.start_epoch(1)
    work.advance(1)
    ahead = "tail" in work._programs

    def ask() -> None:
        for _ in range(2):
            try:
                work._program("broken", lambda: 1 / 0)
            except ZeroDivisionError:
                failures.append(True)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(10)
    return {"ahead": ahead, "failures": len(failures)}


def kernels() -> dict[str, Any]:
    """Values and gradients of the large operations, and of Keras' own, each as far from the truth in float64."""
    return {name: far_off(name) for name in ("values", "attention", "batch")[: 3 if BACKEND == "tensorflow" else 2]}


def far_off(name: str) -> list[float]:
    """How far the large operation and Keras' own are from the truth, relative to its largest value."""

    def run(dtype: str, way: Any) -> list[np.ndarray]:
        random = np.random.default_rng(4)
        layer, shapes, more = studied(name, dtype)
        # a softmax must not be saturated, else the gradients of query and key are 0; a mean must not be 0, else normalisation has nothing to take away
        mean, spread, low, high = (0, 1, -0.5, 0.5) if name == "attention" else (3, 2, 0.5, 1.5)
        inputs = [keras.ops.convert_to_tensor(random.standard_normal(shape) * spread + mean, dtype) for shape in shapes]
        layer.build(*shapes)
        layer.set_weights([random.uniform(low, high, weight.shape) for weight in layer.weights])
        outer = keras.ops.convert_to_tensor(random.standard_normal(shapes[0]), dtype)
        with way(layer):
            answer, slopes = learned(layer, inputs, more, outer)
        assert {keras.backend.standardize_dtype(array.dtype) for array in (answer, *slopes)} == {dtype}
        return [np.asarray(array, np.float64) for array in (answer, *slopes, *layer.get_weights())]

    with exact():
        truth = run("float64", as_the_formula_says)
    return [largest([(a - b) / max(1.0, np.abs(b).max()) for a, b in zip(run("float32", way), truth, strict=True)]) for way in (swapped, contextlib.nullcontext)]


def studied(name: str, dtype: str) -> tuple[Any, list[tuple[int, ...]], dict[str, Any]]:
    """A layer, the shapes of its inputs, and what else it is called with."""
    if name == "batch":
        return keras.layers.BatchNormalization(momentum=0.9, dtype=dtype), [(6, 5, 4, 3)], {"training": True}
    if name == "values":
        return keras.layers.LayerNormalization(dtype=dtype), [(6, 7, 8)], {}
    seen = np.random.default_rng(5).random((6, 1, 7)) < 0.6
    seen[0] = False  # a text without a word
    return keras.layers.MultiHeadAttention(2, 4, dtype=dtype), [(6, 7, 8), (6, 7, 8)], {"attention_mask": seen}


@contextlib.contextmanager
def swapped(layer: Any) -> Iterator[None]:
    """The layer with its large operation, which it has; afterwards without it, whatever happened."""
    try:
        with large_operations(layer):
            assert {"call", "_compute_attention"} & set(vars(layer))
            yield
    finally:
        assert not {"call", "_compute_attention"} & set(vars(layer))


def large_operations(layer: Any) -> Any:
    """While this is open, the layer has its large operation, if there is one for it."""
    from core.training.trainer.kernels import large_kernels

    return large_kernels(keras.Sequential([layer]), importlib.import_module(f"core.training.trainer.{BACKEND}_kernels").kernel_of)


@contextlib.contextmanager
def as_the_formula_says(layer: Any) -> Iterator[None]:
    """Attention as one writes it down: Keras on JAX takes its softmax in float32, whatever is asked for. The other layers are exact in float64."""

    def attend(layer: Any, query: Any, key: Any, value: Any, seen: Any, *_: Any) -> tuple[Any, None]:
        """Source: Vaswani and others 2017, formula 1; where no word may be seen, all count the same."""
        scores = keras.ops.einsum("btnh,bsnh->bnts", query, key) * layer._inverse_sqrt_key_dim
        shares = keras.ops.softmax(keras.ops.where(seen[:, None], scores, -1e30))
        return keras.ops.einsum("bnts,bsnh->btnh", shares, value), None

    with mock.patch.object(type(layer), "_compute_attention", attend, create=True):
        yield


def exact() -> Any:
    """While this is open, numbers may be float64."""
    if BACKEND == "tensorflow":
        return contextlib.nullcontext()
    import jax

    return jax.enable_x64(True)


def learned(layer: Any, inputs: list[Any], more: dict[str, Any], outer: Any) -> tuple[Any, list[Any]]:
    """What a layer answers, and the gradients of the answer's product with `outer` by inputs and weights."""
    if BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(inputs)
            answer = layer(*inputs, **more)
            total = tf.reduce_sum(answer * outer)
        return answer, tape.gradient(total, [*inputs, *(weight.value for weight in layer.trainable_weights)])
    import jax

    fixed = [weight.value for weight in layer.non_trainable_variables]

    def total(inputs: list[Any], weights: list[Any]) -> tuple[Any, Any]:
        answer, _ = layer.stateless_call(weights, fixed, *inputs, **more)
        return (answer * outer).sum(), answer

    both = jax.value_and_grad(total, argnums=(0, 1), has_aux=True)
    (_, answer), slopes = jax.jit(both)(inputs, [weight.value for weight in layer.trainable_weights])
    return answer, [*slopes[0], *slopes[1]]


def draws() -> dict[str, Any]:
    """Dropout on JAX, compiled: where its own draws differ from JAX', and its layer from Keras', of values, of gradients and of where the next draw begins."""
    import jax

    from core.training.trainer.jax_kernels import kept

    keys = jax.numpy.array([[2**31 + number, 2**32 - 1 - number] for number in range(4)], "uint32")

    @jax.jit
    def wrong(keys: Any) -> Any:
        sizes = [(0.8, (64, 9, 5)), (0.5, (3, 5)), (0.1, (1001,)), (0.999, (70_000,))]
        return sum((jax.random.bernoulli(key, share, shape) != (kept(key, share, shape) > 0)).sum() for key, (share, shape) in zip(keys, sizes, strict=True))

    ours, theirs = (jax.tree.leaves(dropped(large)) for large in (True, False))
    return {"draws": int(wrong(keys)), "layers": sum(int((a != b).sum()) for a, b in zip(ours, theirs, strict=True)), "hidden": float((ours[0] == 0).mean())}


def dropped(large: bool) -> Any:
    """Answers, gradients and random state of dropout by value, by word and by few axes: two draws in a row, and none."""
    import jax

    layers = [keras.layers.Dropout(0.3, noise_shape=noise, seed=7) for noise in (None, (None, 9, 1), (9, 1))]

    def total(values: Any, state: Any, layer: Any, training: bool, outer: Any) -> tuple[Any, Any]:
        answer, state = layer.stateless_call([], state, values, training=training)
        return (answer * outer).sum(), (answer, state)

    @jax.jit
    def learn(states: list[Any], values: Any, outer: Any) -> list[Any]:
        found = []
        for layer, state in zip(layers, states, strict=True):
            for training in (True, True, False):
                (_, (answer, state)), slope = jax.value_and_grad(total, has_aux=True)(values, state, layer, training, outer)
                found.append([answer, slope, state])
        return found

    values, outer = np.random.default_rng(4).standard_normal((2, 16, 9, 5)).astype(np.float32)
    with contextlib.ExitStack() as stack:
        for layer in layers if large else []:
            stack.enter_context(swapped(layer))
        return learn([[variable.value for variable in layer.non_trainable_variables] for layer in layers], values, outer)


def settings() -> dict[str, list[Any]]:
    """Layers with this and that setting, called so and so: who did the work, who was to do it, and how far the answer is from Keras' own."""
    with contextlib.suppress(KeyError), swapped(keras.layers.LayerNormalization()):
        raise KeyError("`swapped` looks whether the layer is itself again")
    table = calls()
    (theirs, _), (ours, left) = called(large=False), called(large=True)
    return {name: ["Keras'" if name in left else "ours", table[name][3], spread(ours[name], theirs[name])] for name in ours}


def calls() -> dict[str, tuple[Any, list[tuple[int, ...]], dict[str, Any], str, tuple[str, ...]]]:
    """By name: layer, shapes of its inputs, further arguments, who is to do the work, on which engines."""
    kl, both, words, table = keras.layers, ("jax", "tensorflow"), [(2, 4, 6), (2, 5, 6)], [(3, 4, 6)]
    seen = np.random.default_rng(5).random((2, 4, 5)) < 0.6
    heads = {
        "attention": ({}, words, {}, "ours"),
        "attention with a mask": ({}, words, {"attention_mask": seen}, "ours"),
        "attention with a mask of words": ({}, words, {"attention_mask": seen[0]}, "Keras'"),
        "attention with a mask of heads": ({}, words, {"attention_mask": seen[:, None]}, "Keras'"),
        "attention, causal": ({}, words, {"use_causal_mask": True}, "Keras'"),
        "attention and its scores": ({}, words, {"return_attention_scores": True}, "Keras'"),
        "attention with dropout": ({"dropout": 0.5, "seed": 7}, words, {}, "Keras'"),
        "attention over two axes": ({}, [(2, 3, 4, 6), (2, 3, 4, 6)], {}, "Keras'"),
        "attention over one of two axes": ({"attention_axes": 1}, [(2, 3, 4, 6), (2, 3, 4, 6)], {}, "Keras'"),
        "attention, half": ({"dtype": "mixed_bfloat16"}, words, {}, "Keras'"),
    }
    return {name: (kl.MultiHeadAttention(2, 3, **more), shapes, call, whose, both) for name, (more, shapes, call, whose) in heads.items()} | {
        "attention to values of another size": (kl.MultiHeadAttention(2, 3, value_dim=5), words, {}, "ours", ("tensorflow",)),  # Keras itself cannot on JAX
        "values": (kl.LayerNormalization(epsilon=1e-6), table, {}, "ours", both),
        "values to half": (kl.LayerNormalization(dtype="mixed_bfloat16", autocast=False), table, {}, "ours", both),
        "values by root mean square": (kl.LayerNormalization(rms_scaling=True), table, {}, "Keras'", both),
        "values without a scale": (kl.LayerNormalization(scale=False), table, {}, "Keras'", both),
        "values of axis 1": (kl.LayerNormalization(axis=1), table, {}, "Keras'", both),
        "dropout": (kl.Dropout(0.3, seed=7), table, {"training": True}, "ours", ("jax",)),
        "dropout of nothing": (kl.Dropout(0, seed=7), table, {"training": True}, "Keras'", ("jax",)),
        "dropout of all": (kl.Dropout(1, seed=7), table, {"training": True}, "Keras'", ("jax",)),
        "batch": (kl.BatchNormalization(), [(4, 3, 3, 2)], {"training": True}, "ours", ("tensorflow",)),
        "batch, judging": (kl.BatchNormalization(), [(4, 3, 3, 2)], {"training": False}, "Keras'", ("tensorflow",)),
        "batch of a table": (kl.BatchNormalization(), [(4, 2)], {"training": True}, "Keras'", ("tensorflow",)),
        "batch, renormalised": (kl.BatchNormalization(renorm=True), [(4, 3, 3, 2)], {"training": True}, "Keras'", ("tensorflow",)),
        "batch without a scale": (kl.BatchNormalization(scale=False), [(4, 3, 3, 2)], {"training": True}, "Keras'", ("tensorflow",)),
        "batch of axis 1": (kl.BatchNormalization(axis=1), [(4, 3, 3, 2)], {"training": True}, "Keras'", ("tensorflow",)),
    }


KNOWN = (("Dropout", "call"), ("LayerNormalization", "call"), ("BatchNormalization", "call"), ("MultiHeadAttention", "_compute_attention"))


def called(large: bool) -> tuple[dict[str, list[np.ndarray]], set[str]]:
    """What the layers answer and what state they leave, and for which of them Keras did the work; on JAX one program for all."""
    table = {name: row for name, row in calls().items() if BACKEND in row[-1]}
    random, inputs = np.random.default_rng(4), {}
    for name, (layer, shapes, *_) in table.items():
        layer.build(*shapes)
        layer.set_weights([random.uniform(0.5, 1, weight.shape).astype(weight.dtype) for weight in layer.weights])
        inputs[name] = [random.standard_normal(shape).astype(np.float32) for shape in shapes]

    def answers(inputs: Any) -> Any:
        return {name: answer_and_state(layer, inputs[name], more) for name, (layer, _, more, *_) in table.items()}

    with watched() as methods, contextlib.ExitStack() as stack:
        for layer, *_ in table.values() if large else ():
            stack.enter_context(large_operations(layer))
        found = (importlib.import_module("jax").jit(answers) if BACKEND == "jax" else answers)(inputs)
    worked = {id(call.args[0]) for method in methods for call in method.call_args_list}
    return {name: in_float64(found[name]) for name in table}, {name for name, row in table.items() if id(row[0]) in worked}


def answer_and_state(layer: Any, inputs: list[Any], more: dict[str, Any]) -> Any:
    weights, state = ([variable.value for variable in group] for group in (layer.trainable_variables, layer.non_trainable_variables))
    return layer.stateless_call(weights, state, *inputs, **more)


@contextlib.contextmanager
def watched() -> Iterator[list[mock.Mock]]:
    """Keras' own methods, which note whose work they do."""
    with contextlib.ExitStack() as stack:
        kinds = [(getattr(keras.layers, kind), name) for kind, name in KNOWN]
        yield [stack.enter_context(mock.patch.object(kind, name, autospec=True, side_effect=getattr(kind, name))) for kind, name in kinds]


def in_float64(found: Any) -> list[np.ndarray]:
    """All arrays, and whether they were bfloat16."""
    arrays = keras.tree.flatten(found)
    halves = [keras.backend.standardize_dtype(array.dtype) == "bfloat16" for array in arrays]
    return [*(np.asarray(keras.ops.cast(array, "float32"), np.float64) for array in arrays), np.array(halves)]


if __name__ == "__main__":
    flags, words = ([word for word in sys.argv[1:] if word.startswith("--") is flag] for flag in (True, False))
    result: dict[str, Any] = {name: judge(name) for name in words[1:]}
    if "--only" not in flags:
        result |= {"rates": rates(), "edges": edges(), "loaded": sorted(LOADED)}
    if "--kernels" in flags:
        result |= {"kernels": kernels(), "settings": settings()}
        if BACKEND == "jax":
            result["draws"] = draws()
    (Path(words[0]) / f"{BACKEND}.json").write_text(json.dumps(result))
