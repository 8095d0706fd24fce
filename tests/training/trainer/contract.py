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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
WHOLE = {"text_transformer": (96, 32)}  # rows of whole batches alone: its programs take longest to compile, and a last batch with fewer rows is the others' case
PLAIN_TEXT = {"embedding_size": 8, "dropout": 0.0, "word_dropout": 0.0}
CASES = {  # the pooled text learns without chance, so that both backends can be compared; the others with dropout, the pictures with weights
    "mlp": (InputShape("table", "table", (12,), "float32"), Task.REGRESSION, 0, {"layers": 1, "units": 16}),
    "cnn": (InputShape("image_0", "image", (12, 12, 1), "uint8"), Task.MULTICLASS, 3, {"blocks": 1, "filters": 4, "units": 8}),
    "text_transformer": (InputShape("text_0", "text", (9,), "int32", 120), Task.BINARY, 2, {"embedding_size": 8, "heads": 2, "units": 8}),
    "text_recurrent": (InputShape("text_0", "text", (9,), "int32", 120), Task.BINARY, 2, {"embedding_size": 8, "units": 8, "both_ways": False}),
    "text_pooling": (InputShape("text_0", "text", (9,), "int32", 120), Task.BINARY, 2, PLAIN_TEXT),
    "mlp without chance": (InputShape("table", "table", (12,), "float32"), Task.REGRESSION, 0, {"layers": 1, "units": 16, "dropout": 0.0}),
    "text_pooling with rmsprop": (InputShape("text_0", "text", (9,), "int32", 120), Task.BINARY, 2, PLAIN_TEXT),
}
ACROSS = ("mlp without chance", "text_pooling with rmsprop")  # for the comparison of both backends alone; each batch holds each of twenty words several times


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
        y = random.standard_normal(count).astype(np.float32) if task is Task.REGRESSION else random.integers(0, classes, count)
        return {shape.name: x}, y.astype(np.int32 if task is Task.MULTICLASS else np.float32)

    count, held_back = WHOLE.get(name, (ROWS, VALIDATION))
    weights = random.uniform(0.5, 2.0, count).astype(np.float32) if name == "cnn" else None
    return Lesson(*rows(count), *rows(held_back), weights)


def spec_of(name: str) -> RunSpec:
    training = TrainingSettings(batch_size=BATCH, learning_rate=0.01, optimizer="rmsprop" if name.endswith("rmsprop") else "adam")
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
    """Largest difference between two lists of arrays."""
    return max(float(np.abs(np.asarray(a, np.float64) - np.asarray(b, np.float64)).max(initial=0)) for a, b in zip(first, second, strict=True))


def arrays(snapshot: Snapshot) -> list[np.ndarray]:
    return [*snapshot.weights, *snapshot.seeds, *snapshot.optimizer, *snapshot.metrics]


def judge(name: str) -> dict[str, Any]:
    """Two epochs beside plain Keras; then put to sleep in the middle of the third and woken in a new network."""
    if name in ACROSS:
        return {"found": our_epochs(trainer(name), 1, 2)}
    model, expected = keras_epochs(name, 2)
    work = trainer(name)
    found = our_epochs(work, 1, 2)
    rows = {key: array[:5] for key, array in lesson_of(name).val_x.items()}
    answers = work.outputs(rows)
    snapshot = work.snapshot()
    facts = {
        "expected": expected, "found": found, "weights": spread(model.get_weights(), snapshot.weights), "shape": answers.shape,
        "outputs": spread([model.predict(rows, verbose=0)], [answers]), "largest": max(float(abs(array).max()) for array in snapshot.weights),
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
    return {"steps": steps, "steps_per_epoch": work.steps_per_epoch, "validation": work.validate(), "loss": work.numbers().loss, "refused": refused}


def kernels() -> dict[str, Any]:
    """Values and gradients of the large operations, and of Keras' own, each as far from Keras' own in float64."""

    def layers_of(dtype: str) -> dict[str, tuple[Any, list[tuple[int, ...]], dict[str, Any]]]:
        words = keras.layers.MultiHeadAttention(2, 4, dtype=dtype)
        seen = np.random.default_rng(5).random((6, 1, 7)) < 0.6
        seen[0] = False  # a text without a word
        batch = {"batch": (keras.layers.BatchNormalization(momentum=0.9, dtype=dtype), [(6, 5, 4, 3)], {"training": True})}
        return (batch if BACKEND == "tensorflow" else {}) | {
            "values": (keras.layers.LayerNormalization(dtype=dtype), [(6, 7, 8)], {}),
            "attention": (words, [(6, 7, 8), (6, 7, 8)], {"attention_mask": seen}),
        }  # type: ignore[return-value]

    def run(name: str, dtype: str, large: bool) -> list[np.ndarray]:
        random = np.random.default_rng(4)
        layer, shapes, more = layers_of(dtype)[name]
        inputs = [keras.ops.convert_to_tensor(random.standard_normal(shape) * 2 + 3, dtype) for shape in shapes]
        layer(*inputs, **more)
        layer.set_weights([random.uniform(0.5, 1.5, weight.shape) for weight in layer.weights])
        outer = keras.ops.convert_to_tensor(random.standard_normal(shapes[0]), dtype)
        with swapped(layer) if large else contextlib.nullcontext():
            answer, slopes = learned(layer, inputs, more, outer)
        return [np.asarray(array, np.float64) for array in (answer, *slopes, *layer.get_weights())]

    def apart(found: list[np.ndarray], truth: list[np.ndarray]) -> float:
        return max(float(np.abs(a - b).max() / max(1.0, np.abs(b).max())) for a, b in zip(found, truth, strict=True))

    with exact():
        truths = {name: run(name, "float64", False) for name in layers_of("float32")}
    return {name: [apart(run(name, "float32", large), truth) for large in (True, False)] for name, truth in truths.items()}


@contextlib.contextmanager
def swapped(layer: Any) -> Iterator[None]:
    """The layer with its large operation, which it has."""
    from core.training.trainer.kernels import large_kernels

    with large_kernels(keras.Sequential([layer]), importlib.import_module(f"core.training.trainer.{BACKEND}_kernels").kernel_of):
        assert {"call", "_compute_attention"} & set(vars(layer))
        yield


def exact() -> Any:
    """While this is open, numbers may be float64."""
    if BACKEND == "tensorflow":
        return contextlib.nullcontext()
    import jax

    return jax.enable_x64(True)


def learned(layer: Any, inputs: list[Any], more: dict[str, Any], outer: Any, compiled: bool = True) -> tuple[Any, list[Any]]:
    """What a layer answers, and the gradients of the answer's product with `outer` by inputs and weights; compiled on JAX, which may round a last bit otherwise."""
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
    (_, answer), slopes = (jax.jit(both) if compiled else both)(inputs, [weight.value for weight in layer.trainable_weights])
    return answer, [*slopes[0], *slopes[1]]


def draws() -> dict[str, Any]:
    """Dropout on JAX: where its own draws differ from JAX', and its layer from Keras', of values and of gradients."""
    import jax

    from core.training.trainer.jax_kernels import kept

    wrong = 0
    for number, (share, shape) in enumerate([(0.8, (64, 9, 5)), (0.5, (3, 5)), (0.1, (1001,)), (0.999, (70_000,))]):
        key = jax.numpy.array([2**31 + number, 2**32 - 1 - number], "uint32")
        wrong += int((jax.random.bernoulli(key, share, shape) != (kept(key, share, shape) > 0)).sum())

    def answers(noise: Any, large: bool) -> list[np.ndarray]:
        random = np.random.default_rng(4)
        layer = keras.layers.Dropout(0.3, noise_shape=noise, seed=7)
        values, outer = (keras.ops.convert_to_tensor(random.standard_normal((16, 9, 5)), "float32") for _ in range(2))
        with swapped(layer) if large else contextlib.nullcontext():
            found = [learned(layer, [values], {"training": training}, outer, compiled=False) for training in (True, True, False)]
            state = keras.ops.convert_to_numpy(layer.seed_generator.state)
        return [np.asarray(array) for answer, slopes in found for array in (answer, *slopes)] + [state]

    pairs = [pair for noise in (None, (None, 9, 1)) for pair in zip(answers(noise, True), answers(noise, False), strict=True)]
    return {"draws": wrong, "layers": sum(int((ours != theirs).sum()) for ours, theirs in pairs), "hidden": float((pairs[0][0] == 0).mean())}


if __name__ == "__main__":
    flags, words = ([word for word in sys.argv[1:] if word.startswith("--") is flag] for flag in (True, False))
    result: dict[str, Any] = {name: judge(name) for name in words[1:]}
    if "--only" not in flags:
        result |= {"rates": rates(), "edges": edges(), "loaded": sorted(LOADED)}
    if "--kernels" in flags:
        result["kernels"] = kernels()
        if BACKEND == "jax":
            result["draws"] = draws()
    (Path(words[0]) / f"{BACKEND}.json").write_text(json.dumps(result))
