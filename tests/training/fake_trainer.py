"""A trainer without a network: a few numbers that depend on every step before, so that a wrong resume shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from core.training.trainer import Numbers, Snapshot, order_of_rows, steps_of


class FakeTrainer:
    """See `core.training.trainer.Trainer`.

    Args:
        val_losses: validation loss of each epoch; the last one is repeated.
        on_step: called with (epoch, batch) before each step; what it returns, if anything, is the loss of that step.
    """

    def __init__(
        self, rows: int = 37, batch_size: int = 5, seed: int = 0, val_losses: Sequence[float] = (0.5,), on_step: Callable[[int, int], float | None] = lambda *_: None
    ) -> None:
        self.rows, self.batch_size, self.seed = rows, batch_size, seed
        self.steps_per_epoch, self.epoch, self.batch = steps_of(rows, batch_size), 0, 0
        self.val_losses, self.on_step = val_losses, on_step
        self.weights, self.draws = np.arange(3, dtype=np.float32), np.zeros(2, np.uint32)
        self.moment, self.rate, self.sums = np.zeros(3, np.float32), np.float32(0.1), np.zeros(2, np.float32)
        self.calls: list[int] = []

    def start_epoch(self, epoch: int) -> None:
        self.epoch, self.batch = epoch, 0
        self.sums = np.zeros(2, np.float32)

    def advance(self, steps: int) -> int:
        taken = min(steps, self.steps_per_epoch - self.batch)
        order = order_of_rows(self.seed, self.epoch, self.rows)
        for _ in range(taken):
            places = order[self.batch * self.batch_size : (self.batch + 1) * self.batch_size]
            loss = self.on_step(self.epoch, self.batch)
            self.draws += np.uint32(1)
            self.moment = np.float32(0.9) * self.moment + np.sin(self.weights * 3 + places.mean() + self.draws[0], dtype=np.float32)
            self.weights = self.weights - self.rate * self.moment
            self.sums = self.sums + np.array([np.abs(self.weights).mean() if loss is None else loss, 1], np.float32)
            self.batch += 1
        self.calls.append(taken)
        return taken

    def numbers(self) -> Numbers:
        return Numbers(float(self.sums[0] / self.sums[1]) if self.sums[1] else 0.0, 0.25)

    def validate(self) -> Numbers | None:
        loss = self.val_losses[min(self.epoch, len(self.val_losses)) - 1]
        return None if math.isnan(loss) and loss is NO_VALIDATION else Numbers(loss, 0.75)

    def outputs(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        return np.zeros((len(next(iter(inputs.values()))), 1), np.float32) + self.weights[0]

    def learning_rate(self) -> float:
        return float(self.rate)

    def set_learning_rate(self, rate: float) -> None:
        self.rate = np.float32(rate)

    def snapshot(self) -> Snapshot:
        return Snapshot(self.epoch, self.batch, (self.weights.copy(),), (self.draws.copy(),), (self.moment.copy(), np.array(self.rate)), (self.sums.copy(),))

    def restore(self, snapshot: Snapshot) -> None:
        self.epoch, self.batch = snapshot.epoch, snapshot.batch
        (self.weights,), (self.draws,), (self.moment, rate), (self.sums,) = (
            [array.copy() for array in group] for group in (snapshot.weights, snapshot.seeds, snapshot.optimizer, snapshot.metrics)
        )
        self.rate = np.float32(rate)

    def finish(self) -> None:
        pass


NO_VALIDATION = math.nan
