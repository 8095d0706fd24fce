"""Guard rails that explain themselves: what goes wrong in a training, said while it can still be put right.

Pure functions of the epochs so far. The yardstick is a network that always gives the best constant answer:
whoever is no better has learned nothing, and a change that is small against its loss is no change. Noise is
measured from the history itself, so that a wavering curve is not taken for a trend.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from core.dataset.schema import Task
from core.language import N_

if TYPE_CHECKING:
    import numpy as np

__all__ = ["LOOK_BACK", "Facts", "Guess", "Notice", "new_notices"]

LOOK_BACK = 300  # epochs; what an epoch's end costs must not grow with the history
FEW_EPOCHS, FEW_STEPS = 3, 300  # before both nobody can say that nothing is learned
BETTER_LOSS, BETTER_METRIC = 0.01, 0.01  # shares of the guess's loss and metric that count as better
PATIENT = 5  # epochs since the best before overfitting is spoken of
RISE, FALL = 0.03, 0.01  # at least so much of the best validation loss up, of the guess's loss down
NOISE = 4.0  # standard deviations of the history's own noise that a trend must pass: 1 false alarm in 100 runs of 40 epochs, simulated
JUMPS, JUMP = 6, 0.15  # epochs looked at, and mean change of an epoch as a share of the loss,
LOW = 0.5  # or of so much of the guess's loss where that is more: a small loss of small batches wavers by a sixth for ever, and falls all the same
FAR = 2.0  # times the guess's loss: nothing healthy stays there
FLAT_EPOCHS, FLAT = 10, 0.003  # epochs looked at, and change between their halves as a share of the guess's loss
SLOW_RATE, FAST_RATE = 1e-4, 1e-2  # rates outside of which the rate is the first suspect

# What is said while the run goes on, and what once it has ended; the worker speaks English, and `core.retelling` says it in the visitor's language.
NOTHING = {
    True: (
        N_("After {n} epochs the network is no better than always giving the same answer ({metric} right). {why_words}"),
        N_("After {n} epochs the network was no better than always giving the same answer ({metric} right). {why_words}"),
    ),
    False: (
        N_("After {n} epochs the network is no better than always giving the same answer (off by {metric} on average). {why_words}"),
        N_("After {n} epochs the network was no better than always giving the same answer (off by {metric} on average). {why_words}"),
    ),
}
BY_HEART = (
    N_("Since epoch {epoch} the validation loss rises while the training loss still falls: the network begins to learn the training rows by heart. The weights of epoch {epoch} are kept, so Stop loses nothing. More rows, more dropout or a smaller network help."),
    N_("From epoch {epoch} on the validation loss rose while the training loss still fell: the network began to learn the training rows by heart. The model has the weights of its best epoch, so nothing is lost. More rows, more dropout or a smaller network help."),
)  # fmt: skip
FAR_ABOVE = (
    N_("The loss stays far above that of always giving the same answer ({loss} against {guess}). Most likely the learning rate of {rate} is too large. Set it to {better}."),
    N_("The loss stayed far above that of always giving the same answer ({loss} against {guess}). Most likely the learning rate of {rate} was too large. Try {better}."),
)  # fmt: skip
JUMPING = (
    N_("The loss jumps up and down instead of falling. Most likely the learning rate of {rate} is too large: each correction overshoots. Set it to {better}, or use larger batches."),
    N_("The loss jumped up and down instead of falling. Most likely the learning rate of {rate} was too large: each correction overshot. Try {better}, or larger batches."),
)  # fmt: skip
NOTHING_NEW = (
    N_("The last {n} epochs changed almost nothing: with these settings the network has learned what it can. Press Stop to keep the best, or set the learning rate from {rate} to {better} for the last bit."),
    N_("From epoch {first} to {last} almost nothing changed: with these settings the network had learned what it can. For the last bit, try a learning rate of {better}."),
)  # fmt: skip


@dataclass(frozen=True)
class Guess:
    """What always giving the best constant answer scores.

    Attributes:
        loss: on the training rows.
        metric: accuracy, or mean absolute error in the target's unit, on the validation rows.
    """

    loss: float
    metric: float

    @classmethod
    def of(cls, task: Task, y: np.ndarray, val_y: np.ndarray, *, weights: np.ndarray | None = None, metric_scale: float = 1.0) -> Guess:
        """Work it out from the targets that the loss compares.

        Args:
            task: decides loss and metric.
            y: (rows,) training targets.
            val_y: (rows,) validation targets; empty: the training targets serve.
            weights: (rows,) of the training rows.
            metric_scale: what one unit of the network's error is for people.

        Example:
            >>> import numpy as np
            >>> guess = Guess.of(Task.BINARY, np.array([0, 0, 0, 1]), np.array([0, 1]))
            >>> round(guess.loss, 4), guess.metric
            (0.5623, 0.5)
        """
        import numpy as np

        judged = val_y if len(val_y) else y
        if task.is_classification:
            classes, number = np.unique(y, return_inverse=True)
            shares = np.bincount(number.ravel(), weights) / (len(y) if weights is None else weights.sum())
            most = classes[np.bincount(number.ravel()).argmax()]
            return cls(-float((shares * np.log(np.maximum(shares, 1e-12))).sum()), float((judged == most).mean()))
        return cls(float(np.var(y)), float(np.abs(judged - np.median(y)).mean()) * metric_scale)


@dataclass(frozen=True)
class Facts:
    """What does not change in a training.

    Attributes:
        guess: the yardstick.
        task: decides what a better metric is.
        epochs: at most so many.
        patience: stops after this many epochs without a better one; 0: never.
    """

    guess: Guess
    task: Task
    epochs: int
    patience: int = 0


@dataclass(frozen=True)
class Notice:
    """One thing to say.

    Attributes:
        code: no_learning, overfitting, unstable or plateau.
        message: what is seen, why likely, and what to do.
        epoch: at which it was seen.
        after: the same once the run has ended, when nobody can press Stop any more.
    """

    code: str
    message: str
    epoch: int
    after: str = ""


def new_notices(epochs: Sequence[Mapping[str, Any]], facts: Facts, said: Collection[str] = ()) -> list[Notice]:
    """What there is to say after the last epoch and was not said before.

    Args:
        epochs: the `epoch` events so far, in order; a loss that is no number may be None.
        facts: of this training.
        said: codes of earlier notices; each is given once in a run.

    Returns:
        The notices, mostly none.
    """
    if not epochs:
        return []
    epochs = epochs[-LOOK_BACK:]
    found = {"no_learning": _no_learning(epochs, facts), "overfitting": _overfitting(epochs, facts)}
    if found["no_learning"] is None:
        found["unstable"] = _unstable(epochs, facts)
    if not any(found.values()) and _learned(epochs, facts):
        found["plateau"] = _plateau(epochs, facts)
    return [Notice(code, words.now, int(epochs[-1]["epoch"]), words.after) for code, words in found.items() if words and code not in said]


class _Words(NamedTuple):
    """The same thing while the run goes on, and once it has ended."""

    now: str
    after: str


def _no_learning(epochs: Sequence[Mapping[str, Any]], facts: Facts) -> _Words | None:
    done = int(epochs[-1]["epoch"])
    if _early(epochs, facts) or done > len(epochs) or _learned(epochs, facts):  # of a longer history it was judged before
        return None
    right = f"{facts.guess.metric:.1%}" if facts.task.is_classification else f"{facts.guess.metric:.3g}"
    return _Words(*(template.format(n=done, metric=right, why_words=_why_nothing(epochs)) for template in NOTHING[facts.task.is_classification]))


def _early(epochs: Sequence[Mapping[str, Any]], facts: Facts) -> bool:
    done, steps = int(epochs[-1]["epoch"]), int(epochs[-1].get("step") or 0)
    return done < FEW_EPOCHS or (steps < FEW_STEPS and 2 * done < facts.epochs)


def _learned(epochs: Sequence[Mapping[str, Any]], facts: Facts) -> bool:
    if min([*_values(epochs, "loss"), *_values(epochs, "val_loss")]) < facts.guess.loss * (1 - BETTER_LOSS):
        return True
    values = [one["val_metric"] if one.get("val_metric") is not None else one.get("metric") for one in epochs]
    known = [float(value) for value in values if value is not None and math.isfinite(value)]
    if facts.task.is_classification:
        return max(known, default=0.0) > facts.guess.metric + BETTER_METRIC
    return min(known, default=math.inf) < facts.guess.metric * (1 - BETTER_METRIC)


def _why_nothing(epochs: Sequence[Mapping[str, Any]]) -> str:
    rate = float(epochs[-1]["learning_rate"])
    if rate >= FAST_RATE:
        return N_("Most likely the learning rate of {rate} is too large to settle. Set it to {better}.").format(rate=_plain(rate), better=_plain(rate / 10))
    losses = _values(epochs, "val_loss") or _values(epochs, "loss")  # dropout makes the training loss waver
    if rate <= SLOW_RATE and losses[-1] < losses[0]:
        slow = N_("The loss falls, but slowly: most likely the learning rate of {rate} is too small. Set it to {better}.")
        return slow.format(rate=_plain(rate), better=_plain(rate * 10))
    return N_("Perhaps these inputs say nothing about the target. Look at the columns on the data page, or try another learning rate.")


def _overfitting(epochs: Sequence[Mapping[str, Any]], facts: Facts) -> _Words | None:
    train, val = _values(epochs, "loss"), _values(epochs, "val_loss")
    if len(val) < len(epochs):
        return None
    best = min(range(len(val)), key=val.__getitem__)
    if len(val) - 1 - best < PATIENT or not all(map(math.isfinite, (val[best], train[best], *val[-3:], *train[-3:]))):
        return None
    usual = statistics.median(val[max(0, best - 2) : best + 3])  # the best alone was lucky: a comparison with it finds a rise in every noise
    rise, fall = statistics.median(val[-3:]) - usual, train[best] - statistics.median(train[-3:])
    if min(val[-PATIENT:]) <= usual or rise < max(RISE * usual, NOISE * _noise(val)) or fall < max(FALL * facts.guess.loss, NOISE * _noise(train)):
        return None
    kept = int(epochs[best]["epoch"])
    return _Words(*(template.format(epoch=kept) for template in BY_HEART))


def _unstable(epochs: Sequence[Mapping[str, Any]], facts: Facts) -> _Words | None:
    recent = _values(_same_rate(epochs), "loss")[-JUMPS:]
    if not _early(epochs, facts) and len(recent) >= FEW_EPOCHS and min(recent) > FAR * facts.guess.loss:
        rate = float(epochs[-1]["learning_rate"])
        return _Words(*(template.format(loss=f"{min(recent):.3g}", guess=f"{facts.guess.loss:.3g}", rate=_plain(rate), better=_plain(rate / 10)) for template in FAR_ABOVE))
    if len(recent) < JUMPS or not all(math.isfinite(loss) for loss in recent):
        return None
    changes = [after - before for before, after in zip(recent, recent[1:], strict=False)]
    path, level = sum(map(abs, changes)), max(statistics.median(recent), LOW * facts.guess.loss)
    turns = sum(one * other < 0 for one, other in zip(changes, changes[1:], strict=False))
    if turns < 2 or path < JUMP * level * len(changes) or abs(sum(changes)) > path / 2:
        return None
    rate = float(epochs[-1]["learning_rate"])
    return _Words(*(template.format(rate=_plain(rate), better=_plain(rate / 10)) for template in JUMPING))


def _plateau(epochs: Sequence[Mapping[str, Any]], facts: Facts) -> _Words | None:
    recent = _same_rate(epochs)[-FLAT_EPOCHS:]
    left = facts.epochs - int(epochs[-1]["epoch"])
    if len(recent) < FLAT_EPOCHS or left < FLAT_EPOCHS or 0 < facts.patience <= FLAT_EPOCHS:
        return None
    for name in ("loss", "val_loss"):
        values = _values(recent, name)
        if values and not abs(statistics.median(values[: FLAT_EPOCHS // 2]) - statistics.median(values[FLAT_EPOCHS // 2 :])) <= FLAT * facts.guess.loss:
            return None
    rate, done = float(epochs[-1]["learning_rate"]), int(epochs[-1]["epoch"])
    numbers = {"n": FLAT_EPOCHS, "first": done - FLAT_EPOCHS + 1, "last": done, "rate": _plain(rate), "better": _plain(rate / 10)}
    return _Words(*(template.format(**numbers) for template in NOTHING_NEW))


def _plain(rate: float) -> str:
    """A learning rate as people type it.

    Example:
        >>> _plain(3e-05), _plain(0.003), _plain(0.1)
        ('0.00003', '0.003', '0.1')
    """
    return f"{Decimal(f'{rate:.3g}'):f}"


def _same_rate(epochs: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The last epochs with the present learning rate: what was before a change says nothing about what is."""
    first = next((place for place in range(len(epochs), 0, -1) if epochs[place - 1]["learning_rate"] != epochs[-1]["learning_rate"]), 0)
    return epochs[first:]


def _values(epochs: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    """The losses of that name; one that was no number is infinite. A validation that there is not gives none."""
    if name == "val_loss" and all(one.get("val_loss") is None and one.get("val_metric") is None for one in epochs):
        return []
    values = [one.get(name) for one in epochs]
    return [math.inf if value is None or math.isnan(value) else float(value) for value in values]


def _noise(values: Sequence[float]) -> float:
    """Standard deviation of a curve's noise, from its second differences (a straight trend has none)."""
    finite = [value for value in values if math.isfinite(value)]
    bends = [abs(a - 2 * b + c) for a, b, c in zip(finite, finite[1:], finite[2:], strict=False)]
    return 1.4826 * statistics.median(bends) / math.sqrt(6) if bends else 0.0
