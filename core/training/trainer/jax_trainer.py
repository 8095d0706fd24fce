"""Training on JAX: Keras' own pure `train_step`, many times in one compiled loop over rows that lie on the device.

Rows, their order, the first step and the number of steps are arguments of the compiled code, never
constants in it: one program serves every block length and every epoch, and the cache of compiled code on
the disk serves the next run of the same kind. While it is traced, dropout, normalisation and attention are
written as XLA compiles them best (`jax_kernels`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jax import lax

from core.training.backend import TUNED
from core.training.trainer import Numbers, Snapshot
from core.training.trainer.engine import EngineTrainer, convolves, means, recurs
from core.training.trainer.jax_kernels import kernel_of
from core.training.trainer.kernels import large_kernels

if TYPE_CHECKING:
    from core.runs.spec import RunSpec
    from core.training.backend import EngineSettings
    from core.training.fit import Lesson

__all__ = ["JaxTrainer"]

State = tuple[list[Any], list[Any], list[Any], list[Any]]  # trainable, not trainable, optimizer, metrics


class JaxTrainer(EngineTrainer):
    """See `core.training.trainer.Trainer`.

    The state lives here while it learns: the arrays of the Keras model are given away with the first step
    and come back with `finish`.
    """

    def __init__(self, model: Any, lesson: Lesson, spec: RunSpec, settings: EngineSettings) -> None:
        super().__init__(model, lesson, spec, settings)
        self._lesson = jax.device_put((lesson.x, lesson.y, lesson.weights))
        self._validation = jax.device_put((lesson.val_x, lesson.val_y, None)) if self._validation_rows else None
        self._order = jax.device_put(np.zeros(self._rows, np.int32))
        self._options = TUNED if settings.tuned else None
        self._one_by_one = jax.default_backend() == "cpu" and (convolves(model) or recurs(model))  # in a loop XLA's convolutions are 30 times slower
        self._state: State = ([], [], [], [])
        self._read_model()
        self._under_way: list[Any] = []  # one small array for each block that the device may not have finished
        self._programs: dict[str, Future[Any]] = {}
        self._tracing = threading.Lock()
        self._compiler = ThreadPoolExecutor(1, "compiler")

    # ---- what the driver calls

    def numbers(self) -> Numbers:
        """Loss and metric over the rows of this epoch so far; waits for the device."""
        return means(jax.device_get(self._state[3]))

    def validate(self) -> Numbers | None:
        """The same over all validation rows with the present weights; None where there are none."""
        if self._validation is None:
            return None
        sums = jax.device_put([np.zeros(value.shape, value.dtype) for value in self._state[3]])
        for name, start, count in self._validation_blocks():
            sums = self._program(name)(sums, self._state[0], self._state[1], self._validation, start, count)
        return means(jax.device_get(sums))

    def outputs(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        """Raw outputs of the present weights for a few rows, (rows, outputs) float32."""
        rows = len(next(iter(inputs.values())))
        arguments = (self._state[0], self._state[1], jax.device_put(inputs))
        program = self._program(f"outputs {rows}", lambda: self._compiled(self._answer, *arguments))
        return np.array(program(*arguments), np.float32)

    def snapshot(self) -> Snapshot:
        """A copy of everything, for a checkpoint; waits for the device."""
        held = self._by_variable()
        model = self.model

        def copies(variables: Sequence[Any]) -> tuple[np.ndarray, ...]:
            return tuple(np.array(held[id(variable)]) for variable in variables)

        return Snapshot(
            self.epoch, self.batch, copies(model.weights), copies(self._seeds), copies(model.optimizer.variables), copies(model.metrics_variables)
        )

    def finish(self) -> None:
        """Put weights and optimizer back into the Keras model; the next step takes them away again."""
        held = self._by_variable()
        for variable in (*self.model.variables, *self.model.optimizer.variables, *self.model.metrics_variables):
            variable.assign(held[id(variable)])
        self._compiler.shutdown(cancel_futures=True)

    # ---- what EngineTrainer calls

    def _take_order(self, order: np.ndarray) -> None:
        self._order = jax.device_put(order)

    def _take_block(self, start: int, count: int) -> None:
        if self._one_by_one:
            for step in range(start, start + count):
                self._run("block", step, 1)
        else:
            self._run("block", start, count)

    def _take_tail(self) -> None:
        self._run("tail", self._full_steps, 1)

    def _run(self, name: str, start: int, count: int) -> None:
        """Hand the device a block; at most one more waits behind the one it works on, so that Stop is heard."""
        first = name not in self._programs
        self._state, mark = self._program(name)(self._state, self._lesson, self._order, np.int32(start), np.int32(count))
        self._under_way.append(mark)
        if len(self._under_way) > 2:
            self._under_way.pop(0).block_until_ready()
        if first:
            self._compile_ahead()

    def _set_sums(self, values: Sequence[np.ndarray]) -> None:
        self._state = (*self._state[:3], jax.device_put(list(values)))

    def _set_rate(self, rate: float) -> None:
        self._state[2][self._rate_index()] = jax.device_put(np.float32(rate))

    def _put(self, snapshot: Snapshot) -> None:
        model = self.model
        variables = (*model.weights, *self._seeds, *model.optimizer.variables, *model.metrics_variables)
        arrays = (*snapshot.weights, *snapshot.seeds, *snapshot.optimizer, *snapshot.metrics)
        found = {id(variable): np.array(array) for variable, array in zip(variables, arrays, strict=True)}
        groups = ([found[id(variable)] for variable in group] for group in self._groups())
        self._state = jax.device_put(tuple(groups))

    # ---- compiled code

    def _steps(self, rows: int, state: State, lesson: Any, order: Any, start: Any, count: Any) -> tuple[State, Any]:
        """`count` steps of so many rows each; the second result says that they are done, and is not given away."""

        def step(number: Any, state: State) -> State:
            places = lax.dynamic_slice_in_dim(order, number * self._batch_size, rows)
            batch = jax.tree.map(lambda array: array.at[places].get(mode="promise_in_bounds"), lesson)
            with self._step_precision(), large_kernels(self.model, kernel_of):
                _, (trainable, fixed, optimizer, sums) = self.model.train_step(state, batch)
            return list(trainable), list(fixed), list(optimizer), list(sums)

        done = step(start, state) if self._one_by_one or rows < self._batch_size else lax.fori_loop(start, start + count, step, state)
        return done, start + count

    def _sums(self, rows: int, sums: list[Any], trainable: list[Any], fixed: list[Any], lesson: Any, start: Any, count: Any) -> list[Any]:
        """Running sums over `count` batches of validation rows."""

        def step(number: Any, sums: list[Any]) -> list[Any]:
            batch = jax.tree.map(lambda array: lax.dynamic_slice_in_dim(array, number * self._validation_batch, rows), lesson)
            with large_kernels(self.model, kernel_of):
                return list(self.model.test_step((trainable, fixed, sums), batch)[1][2])

        return step(start, sums) if self._one_by_one or rows < self._validation_batch else lax.fori_loop(start, start + count, step, sums)

    def _answer(self, trainable: list[Any], fixed: list[Any], inputs: dict[str, Any]) -> Any:
        return self.model.predict_step((trainable, fixed), (inputs,))[0]

    def _validation_blocks(self) -> list[tuple[str, Any, Any]]:
        """Calls of programs that together walk over all validation rows: (name, first batch, batches)."""
        whole, rest = divmod(self._validation_rows, self._validation_batch)
        blocks = [("validation", step, 1) for step in range(whole)] if self._one_by_one else [("validation", 0, whole)] * bool(whole)
        blocks += [("validation tail", whole, 1)] * bool(rest)
        return [(name, np.int32(start), np.int32(count)) for name, start, count in blocks]

    def _program(self, name: str, make: Callable[[], Any] | None = None) -> Any:
        """The compiled program of that name; compiled now unless that was done ahead of need."""
        if name not in self._programs:
            made: Future[Any] = Future()
            made.set_result((make or partial(self._make, name))())
            self._programs[name] = made  # only now: where compiling fails, the next call is to fail too, not to wait for ever
        return self._programs[name].result()

    def _compile_ahead(self) -> None:
        """While the first steps run, compile what the end of the epoch needs."""
        wanted = ["tail"] * (self._rows > self._full_steps * self._batch_size) + [name for name, _, _ in self._validation_blocks()]
        for name in dict.fromkeys(wanted):
            if name not in self._programs:
                self._programs[name] = self._compiler.submit(self._make, name)

    def _make(self, name: str) -> Any:
        number = np.int32(0)
        if name in {"block", "tail"}:
            rows = self._batch_size if name == "block" else self._rows - self._full_steps * self._batch_size
            return self._compiled(partial(self._steps, rows), self._shapes, self._lesson, self._order, number, number, donate=True)
        rows = self._validation_batch if name == "validation" else self._validation_rows % self._validation_batch
        trainable, fixed, _, sums = self._shapes
        return self._compiled(partial(self._sums, rows), sums, trainable, fixed, self._validation, number, number, donate=True)

    def _compiled(self, function: Callable[..., Any], *arguments: Any, donate: bool = False) -> Any:
        with self._tracing:  # Keras' layers are not made for two traces at once
            lowered = jax.jit(function, donate_argnums=(0,) if donate else ()).lower(*arguments)
        return lowered.compile(compiler_options=self._options)

    # ---- state

    def _groups(self) -> tuple[Sequence[Any], ...]:
        """Keras' variables in the order of `self._state`."""
        model = self.model
        return model.trainable_variables, model.non_trainable_variables, model.optimizer.variables, model.metrics_variables

    def _read_model(self) -> None:
        trainable, fixed, optimizer, sums = ([variable.value for variable in group] for group in self._groups())
        self._state = (trainable, fixed, optimizer, sums)
        self._shapes = jax.tree.map(lambda array: jax.ShapeDtypeStruct(array.shape, array.dtype), self._state)

    def _by_variable(self) -> dict[int, Any]:
        """The present array of each variable, by its identity."""
        pairs = (zip(group, values, strict=True) for group, values in zip(self._groups(), self._state, strict=True))
        return {id(variable): value for pair in pairs for variable, value in pair}
