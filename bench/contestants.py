"""The contestants of `bench.speed`: a child process on one engine, in which each waits for its turn.

    python -m bench.contestants CASE [bfloat16] [xla] [tuned]    reads orders as JSON lines, answers likewise

Each contestant is one training that never ends, in a thread of its own that is let go for a few epochs at a
time. So a turn has no beginning and no end of a `fit` in it, and nobody learns while another is timed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from core.dataset.schema import Task
from core.preprocess.shapes import InputShape
from core.recipes import plan_of, recipe
from core.recipes.plan import Plan
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.training import backend
from core.training.backend import EngineSettings, import_keras

EPOCHS = 10_000  # more than anybody waits for


@dataclass(frozen=True)
class Case:
    """One recipe (its balanced preset) with data of the kind it is for."""

    recipe: str
    shape: InputShape
    batch_size: int
    rows: int
    classes: int = 2

    @property
    def steps(self) -> int:
        """Steps of one epoch."""
        return -(-self.rows // self.batch_size)


TEXT = InputShape("text_0", "text", (64,), "int32", 5_000)
CASES = {
    "mlp": Case("mlp", InputShape("table", "table", (32,), "float32"), 256, 40_000),
    "cnn": Case("cnn", InputShape("image_0", "image", (28, 28, 1), "uint8"), 128, 4_000, 10),
    "text_pooling": Case("text_pooling", TEXT, 64, 12_800),
    "text_recurrent": Case("text_recurrent", TEXT, 64, 1_600),
    "text_transformer": Case("text_transformer", TEXT, 64, 1_600),
}


def spec_of(case: Case) -> RunSpec:
    """The balanced preset, never stopping."""
    preset = recipe(case.recipe).presets["balanced"]
    training = preset.training.model_copy(update={"epochs": EPOCHS, "patience": 0, "batch_size": case.batch_size})
    task = Task.BINARY if case.classes == 2 else Task.MULTICLASS
    return RunSpec(dataset="bench", inputs=("a",), target="b", task=task, recipe=case.recipe, settings=preset.settings.model_dump(), training=training)


def plan_of_case(case: Case) -> Plan:
    """The network of a case."""
    return plan_of(spec_of(case), (case.shape,), case.classes)


def arrays_of(case: Case, rows: int, seed: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Inputs without a meaning: what a step costs does not depend on it."""
    random = np.random.default_rng(seed)
    place = (rows, *case.shape.shape)
    if case.shape.dtype == "float32":
        x = random.standard_normal(place).astype(np.float32)
    else:
        x = random.integers(1, case.shape.vocabulary or 256, place).astype(case.shape.dtype)
    return {case.shape.name: x}, random.integers(0, case.classes, rows).astype(np.float32 if case.classes == 2 else np.int32)


class Gate:
    """Lets a learning thread go for so many epochs."""

    def __init__(self, learn: Callable[[Gate], None]) -> None:
        self._learn = learn
        self._left, self._ended_s = 0, 0.0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def epoch_done(self) -> None:
        """Called by the learner: waits where its epochs are used up."""
        with self._changed:
            self._left -= 1
            if not self._left:
                self._ended_s = time.perf_counter()
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._left > 0)

    def turn(self, epochs: int) -> dict[str, float]:
        """Wall and processor seconds of so many epochs; those of the first turn include compiling."""
        start, cpu = time.perf_counter(), time.process_time()
        with self._changed:
            self._left = epochs
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._left)
        return {"wall": self._ended_s - start, "cpu": time.process_time() - cpu}

    def _run(self) -> None:
        try:
            self._learn(self)
        except BaseException:
            traceback.print_exc()
            os._exit(1)


class Stand:
    """What one child process has to offer: its engine, a case, and who learns it."""

    def __init__(self, name: str, settings: EngineSettings) -> None:
        self.keras = import_keras()
        from core.training.fit import Lesson

        self.case, self.settings = CASES[name], settings
        self.spec = spec_of(self.case)
        self.lesson = Lesson(*arrays_of(self.case, self.case.rows, 0), *arrays_of(self.case, self.case.rows // 5, 1))
        self.engine = str(self.keras.backend.backend())
        backend.engine_settings = lambda *_, **__: settings  # type: ignore[assignment]
        self.gates = {"a": Gate(self.founder), "b": Gate(self.bare), "c": Gate(self.watched), "d": Gate(self.ours)}

    def network(self, *, ours: bool = True) -> Any:
        """The network; `ours`: compiled as a run is, else as a tutorial does it."""
        from core.recipes.network import LOSSES, build, compile_network

        model = build(plan_of_case(self.case), 0)
        if ours:
            compile_network(model, self.spec.training, self.spec.task)
        else:
            model.compile("adam", LOSSES[self.spec.task], metrics=["accuracy"])
        return model

    def founder(self, gate: Gate) -> None:
        """(a) What a founder would write: NumPy arrays, default arguments."""
        self._fit(self.network(ours=False), gate)

    def bare(self, gate: Gate) -> None:
        """(b) `model.fit` on this engine with our optimizer."""
        self._fit(self.network(), gate)

    def watched(self, gate: Gate) -> None:
        """(c) As (a), watched by Keras' own means."""
        with tempfile.TemporaryDirectory() as folder:
            self._fit(self.network(ours=False), gate, self.keras.callbacks.TensorBoard(folder, update_freq="batch"))

    def ours(self, gate: Gate) -> None:
        """(d) A run as it is: events, status and device on the disk, best weights, checkpoints, wishes, example rows, guard rails."""
        from core.training.checkpoint import CHECKPOINT_FILE
        from core.training.checkpoint_writer import CheckpointWriter
        from core.training.fit import Extras, fit
        from core.training.recorder import Recorder
        from core.training.stream import Course
        from core.training.trainer import trainer_of

        class Gated(Recorder):
            def event(self, kind: str, **fields: Any) -> None:
                super().event(kind, **fields)
                if kind == "epoch":
                    gate.epoch_done()

        with tempfile.TemporaryDirectory() as folder:
            run = Run.create(Path(folder), self.spec)
            extras = Extras(CheckpointWriter(run.path(CHECKPOINT_FILE)), examples=self._examples(), facts=self._facts())
            fit(trainer_of(self.network(), self.lesson, self.spec), Course.of(self.lesson, self.spec), Gated(run), run, None, extras)

    def _examples(self) -> Any:
        """Eight rows that are shown after an epoch, once a second at most."""
        from core.training.examples import MOST, Examples

        labels = tuple(str(number) for number in range(self.case.classes))
        shares = SimpleNamespace(labels=labels, scores=lambda raw: raw if self.case.classes > 2 else np.hstack([1 - raw, raw]))
        inputs = {name: array[:MOST] for name, array in self.lesson.val_x.items()}
        return Examples(np.arange(MOST), inputs, [labels[int(truth)] for truth in self.lesson.val_y[:MOST]], shares)  # type: ignore[arg-type]

    def _facts(self) -> Any:
        """What the guard rails must know."""
        from core.training.notices import Facts, Guess

        return Facts(Guess.of(self.spec.task, self.lesson.y, self.lesson.val_y), self.spec.task, EPOCHS)

    def _fit(self, model: Any, gate: Gate, *callbacks: Any) -> None:
        done = self.keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: gate.epoch_done())
        lesson = self.lesson
        model.fit(
            lesson.x, lesson.y, batch_size=self.case.batch_size, epochs=EPOCHS, verbose=0,
            validation_data=(lesson.val_x, lesson.val_y), callbacks=[*callbacks, done],
        )  # fmt: skip

    def parts(self) -> dict[str, float]:
        """Where the seconds of one epoch go, without validation; see `bench.speed`."""
        from core.training.trainer import trainer_of

        trainer = trainer_of(self.network(), self.lesson, self.spec)
        model, lesson, steps = self.network(), self.lesson, self.case.steps

        def epoch(block: int) -> None:
            trainer.start_epoch(1)
            while trainer.advance(block):
                pass
            trainer.numbers()

        def fit(**more: Any) -> None:
            model.fit(lesson.x, lesson.y, batch_size=self.case.batch_size, epochs=3, verbose=0, **more)

        fit_s = _seconds(fit) / 3
        quiet_s = _seconds(lambda: fit(callbacks=_quiet(self.keras, model))) / 3
        one_s, block_s = _seconds(lambda: epoch(1)), _seconds(lambda: epoch(steps))
        input_s = _seconds(self._read_all)
        return {
            "fit": fit_s, "input": input_s, "dispatch": one_s - block_s, "step": block_s, "callbacks": fit_s - quiet_s,
            "metrics": quiet_s - input_s - one_s, "validation": _seconds(trainer.validate), "snapshot": _seconds(trainer.snapshot),
            "numbers": _seconds(trainer.numbers),
        }  # fmt: skip

    def _read_all(self) -> None:
        """All batches of an epoch as `fit` makes them, and nothing else."""
        from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

        adapter = ArrayDataAdapter(self.lesson.x, self.lesson.y, batch_size=self.case.batch_size, shuffle=True)
        for _ in adapter.get_jax_iterator() if self.engine == "jax" else adapter.get_tf_dataset():
            pass


def _quiet(keras: Any, model: Any) -> Any:
    class Quiet(keras.callbacks.CallbackList):  # type: ignore[misc]  # Keras has no types
        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            """Nobody listens."""

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            """Nobody listens."""

    return Quiet(add_history=True, model=model)


def _seconds(act: Callable[[], Any], times: int = 5) -> float:
    """Median duration, after one call that is not counted (compiling)."""
    taken = []
    for _ in range(times + 1):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken[1:]))


def main(words: list[str]) -> None:
    """Obey until the parent closes the door."""
    stand = Stand(words[0], EngineSettings("bfloat16" if "bfloat16" in words else "float32", "xla" in words, "tuned" in words))
    answers, sys.stdout = sys.stdout, sys.stderr  # libraries may print what they like
    print(json.dumps({"engine": stand.engine}), file=answers, flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        answer = stand.parts() if order["who"] == "parts" else stand.gates[order["who"]].turn(order["epochs"])
        print(json.dumps(answer), file=answers, flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
