"""Last point: what the last point of the metric cost inside one training, from its own history.

A network learns fast at first and slowly at the end, so the last point is the dearest. The history tells after each
epoch how good the network was on the validation rows and how long it had learned. The last point is what lies between
the moment at which the best so far first came within one point of the best of all, and the epoch that reached it;
between two epochs the moment is taken from a straight line. Where the first epoch is as near already, all of the
learning up to the best epoch is an upper bound. One training has one history: luck is in it, so there is no interval,
and the test rows have no say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.evaluation.names import METRICS, higher_is_better, is_share, metric_word
from core.language import _
from core.runs.history import History
from core.runs.learned_energy import learned_energy
from core.runs.run import Run
from core.worth.currency import price_text
from core.worth.rates import Rates, energy_text, seconds_text

__all__ = ["Epoch", "LastPoint", "history_of", "last_point", "last_point_of"]

POINT = 0.01  # of a share; of an error, 1 % of what it was before
NAMES = {"mean_absolute_error": "mae"}  # what the history calls otherwise


@dataclass(frozen=True)
class Epoch:
    """What the history says at the end of one epoch.

    Attributes:
        number: from 1.
        value: the metric on the validation rows.
        learned_s: seconds of learning so far.
        joules: energy of learning so far; None where the machine does not tell.
    """

    number: int
    value: float
    learned_s: float
    joules: float | None = None


@dataclass(frozen=True)
class LastPoint:
    """What the last point cost one run.

    Attributes:
        run, name: id, and name for people.
        metric: stable name of what the history measured.
        best: its best value on the validation rows.
        best_epoch: the first that reached it, from 1.
        since_epoch: where the best so far was one point lower, as a number of epochs with a fraction; 0 where the first
            epoch was as near already.
        epochs: in all.
        bound: whether the costs are those of the point, or all since the beginning, and so at most those.
        seconds: of learning.
        share: of the learning of all epochs.
        joules: None where the machine does not tell.
        money: at the rates given.
        currency: of the money.
    """

    run: str
    name: str
    metric: str
    best: float
    best_epoch: int
    since_epoch: float
    epochs: int
    bound: str
    seconds: float
    share: float
    joules: float | None
    money: float
    currency: str

    @property
    def sentence(self) -> str:
        """What it cost, for people."""
        words = {
            "metric": metric_word(self.metric), "name": self.name, "time": seconds_text(self.seconds), "share": f"{self.share * 100:.0f} %", "epoch": self.best_epoch,
            "epochs": self.epochs, "since": f"{self.since_epoch:.1f}", "money": price_text(self.money, self.currency), "best": self.best_text,
        }  # fmt: skip
        if self.bound == "at_most":
            return _("{name} was within a point of its best {metric} ({best}, epoch {epoch} of {epochs}) after its first epoch already: its last point cost at most {time} of learning ({money}).").format(**words)
        if self.joules is not None:
            words["energy"] = energy_text(self.joules)
            return _("The last point of {metric} cost {name} {time} of learning, {share} of all of it, and {energy} ({money}): it lies between epoch {since} and epoch {epoch} of {epochs}, which reached {best}.").format(**words)
        return _("The last point of {metric} cost {name} {time} of learning, {share} of all of it ({money}): it lies between epoch {since} and epoch {epoch} of {epochs}, which reached {best}.").format(**words)

    @property
    def best_text(self) -> str:
        """The best value as it is written."""
        return f"{self.best * 100:.1f} %" if is_share(self.metric) else f"{self.best:.3g}"

    @property
    def meaning(self) -> str:
        """What the last point is, as Markdown of ours."""
        words = {"metric": metric_word(self.metric)}
        if is_share(self.metric):
            return _("**The last point**: from where {metric} on the validation rows was one point below its best to the epoch that reached the best; what came after brought nothing more. One training has one history, so luck is in it.").format(**words)
        return _("**The last point**: from where {metric} on the validation rows was 1 % worse than its best to the epoch that reached the best; what came after brought nothing more. One training has one history, so luck is in it.").format(**words)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "run": self.run, "metric": self.metric, "best": self.best, "best_epoch": self.best_epoch, "since_epoch": self.since_epoch, "epochs": self.epochs,
            "bound": self.bound, "seconds": self.seconds, "share": self.share, "joules": self.joules, "money": self.money, "sentence": self.sentence,
        }  # fmt: skip


def last_point_of(run: Run, name: str, rates: Rates) -> LastPoint | None:
    """What the last point cost a run; None where its history does not tell.

    Args:
        run: a run that learned.
        name: for people.
        rates: what the machine costs.
    """
    metric, epochs = history_of(run)
    return last_point(epochs, metric, rates, run=run.id, name=name) if metric in METRICS else None


def last_point(epochs: Sequence[Epoch], metric: str, rates: Rates, *, run: str = "", name: str = "") -> LastPoint | None:
    """What the last point of a history cost.

    Args:
        epochs: in their order.
        metric: stable name.
        rates: what the machine costs.
        run, name: of whose history it is.

    Returns:
        None where there is no epoch, or where an error is 0 and a point of it nothing.

    Example:
        >>> made = [Epoch(1, 0.80, 10.0), Epoch(2, 0.88, 20.0), Epoch(3, 0.90, 30.0), Epoch(4, 0.90, 40.0)]
        >>> found = last_point(made, "accuracy", Rates(hour=3.6))
        >>> found.best_epoch, found.since_epoch, round(found.seconds, 6), found.share, round(found.money, 6)
        (3, 2.5, 5.0, 0.125, 0.005)
    """
    if not epochs:
        return None
    better = 1 if higher_is_better(metric) else -1
    values = np.array([better * epoch.value for epoch in epochs])
    end = int(values.argmax())
    best = epochs[end]
    level = values[end] - POINT if is_share(metric) or better > 0 else values[end] / (1 - POINT)
    if level == values[end]:
        return None
    reached = int(np.argmax(values >= level))  # every epoch before is lower, so no earlier best is passed over
    before = _between(epochs, values, reached, float(level)) if reached else Epoch(0, epochs[0].value, 0.0, None if epochs[0].joules is None else 0.0)
    part = 0.0 if not reached else _part(values, reached, float(level))
    seconds = best.learned_s - before.learned_s
    joules = None if best.joules is None or before.joules is None else best.joules - before.joules
    return LastPoint(
        run, name, metric, best.value, best.number, before.number + part, epochs[-1].number, "exact" if reached else "at_most", seconds,
        seconds / epochs[-1].learned_s if epochs[-1].learned_s > 0 else 0.0, joules, rates.money(seconds, joules), rates.currency,
    )  # fmt: skip


def _part(values: np.ndarray, reached: int, level: float) -> float:
    """How far between two epochs the best so far came to the level."""
    highest = float(values[:reached].max())
    return (level - highest) / (float(values[reached]) - highest)


def _between(epochs: Sequence[Epoch], values: np.ndarray, reached: int, level: float) -> Epoch:
    first, second, part = epochs[reached - 1], epochs[reached], _part(values, reached, level)
    joules = None if first.joules is None or second.joules is None else first.joules + part * (second.joules - first.joules)
    return Epoch(first.number, first.value, first.learned_s + part * (second.learned_s - first.learned_s), joules)


def history_of(run: Run) -> tuple[str, list[Epoch]]:
    """The metric that a run watched and its epochs, those that came again after an interruption once."""
    metric, found, is_told = "", dict[int, dict[str, Any]](), False
    for event in History.events_of(run.events, without="step"):
        kind = event["kind"]
        if kind == "begin":
            metric = str(event.get("metric") or "")
            found = {number: epoch for number, epoch in found.items() if epoch.get("step", 0) <= (event.get("resumed_from_step") or 0)}
        elif kind == "epoch" and all(_is_number(event.get(name)) for name in ("epoch", "val_metric", "learned_s", "time_s")):
            found[int(event["epoch"])] = event
        elif kind == "device":
            is_told = is_told or _is_number(event.get("energy_j"))
    told = learned_energy(History.events_of(run.events)) if is_told else None
    return NAMES.get(metric, metric), [
        Epoch(number, float(epoch["val_metric"]), float(epoch["learned_s"]), None if told is None else float(np.interp(epoch["time_s"], *told))) for number, epoch in sorted(found.items())
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
