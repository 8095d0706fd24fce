"""Price of a point: what the last point of F1 (or of another metric) cost in seconds, energy and money.

Between models here; inside one training in `core.worth.last_point`.

Models are put in the order of what their training cost. A step is the next dearer model that was better on the
validation rows than all cheaper ones; the test rows say how many points the step brought, and so what a point cost.
Where they cannot tell whether there was any, there is no price.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.dataset.schema import Part, Task
from core.evaluation.compare import Comparison, Judged
from core.evaluation.difference import paired_difference
from core.evaluation.evaluate import evaluate
from core.evaluation.intervals import Interval
from core.evaluation.names import headline, higher_is_better, is_share, metric_word
from core.language import _
from core.runs.run import Run
from core.worth.currency import price_text
from core.worth.last_point import LastPoint, last_point_of
from core.worth.rates import Rates, seconds_text

__all__ = ["Price", "Rates", "Step", "price_of_a_point", "usual_metric"]


@dataclass(frozen=True, eq=False)
class Step:
    """From one model to the next dearer one that was better on the validation rows.

    Attributes:
        cheaper, dearer: the two models.
        points: what the step brought on the test rows: hundredths of a share, or percent of an error; 95 % interval.
        clear: the test rows say that it brought something.
        seconds: more training time.
        joules: more energy; None where the machine does not tell.
        money: more money at the rates given.
    """

    cheaper: Judged
    dearer: Judged
    points: Interval
    clear: bool
    seconds: float
    joules: float | None
    money: float

    def per_point(self, amount: float | None) -> Interval:
        """An amount for each point; no upper end where the step may have brought nothing, undefined where it did not."""
        value, low, high = self.points.value, self.points.low, self.points.high
        if amount is None:
            return Interval.undefined(_("This machine does not tell how much energy it uses."))
        if not self.clear or value is None or value <= 0 or low is None or high is None:
            return Interval.undefined(_("The test rows cannot tell whether this step brought anything, so a point has no price."))
        return Interval(amount / value, amount / high, amount / low if low > 0 else None)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "from": self.cheaper.model.id, "to": self.dearer.model.id, "points": self.points.to_json(), "clear": self.clear,
            "seconds": self.seconds, "joules": self.joules, "money": self.money,
            "per_point": {"seconds": self.per_point(self.seconds).to_json(), "joules": self.per_point(self.joules).to_json(), "money": self.per_point(self.money).to_json()},
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Price:
    """The steps from the cheapest model upwards.

    Attributes:
        metric: stable name.
        rates: what the machine costs.
        steps: the cheapest first; the last one holds the price of the last point.
        within: what the last point cost inside each run whose history tells.
    """

    metric: str
    rates: Rates
    steps: tuple[Step, ...]
    within: tuple[LastPoint, ...] = ()

    @property
    def sentence(self) -> str:
        """What the last point cost, or why that cannot be said."""
        if not self.steps:
            return _("There is no step to put a price on: no dearer model was better on the validation rows.")
        last = self.steps[-1]
        words = {
            "metric": metric_word(self.metric), "cheaper": last.cheaper.model.name, "dearer": last.dearer.model.name, "time": seconds_text(last.seconds),
            "points": _points(last.points.value), "range": _("{low} to {high}").format(low=_points(last.points.low), high=_points(last.points.high)),
        }  # fmt: skip
        each = last.per_point(last.seconds)
        if each.value is None:
            return _("From {cheaper} to {dearer} training took {time} more, and the test rows cannot tell whether {metric} rose: {points} points ({range}).").format(**words)
        words |= {"each": seconds_text(each.value), "each_money": price_text(last.per_point(last.money).value, self.rates.currency)}
        return _("The last point of {metric} cost {each} of training ({each_money}): from {cheaper} to {dearer} it rose by {points} points ({range}) for {time} more.").format(**words)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        rates = {"hour": self.rates.hour, "kwh": self.rates.kwh, "currency": self.rates.currency}
        within = [one.to_json() for one in self.within]
        return {"metric": self.metric, "rates": rates, "steps": [step.to_json() for step in self.steps], "sentence": self.sentence, "within": within}


def usual_metric(task: Task) -> str:
    """The metric whose point has a price: F1, averaged over more than two classes; RMSE for numbers."""
    return {Task.BINARY: "f1", Task.MULTICLASS: "f1_macro", Task.MANY_LABELS: "f1_micro"}.get(task, headline(task))


def price_of_a_point(comparison: Comparison, rates: Rates | None = None, metric: str | None = None, runs: Sequence[Run] = ()) -> Price:
    """What the last point cost, between models and inside each run.

    Args:
        comparison: of models whose training time is known; others are left out.
        rates: what the machine costs.
        metric: stable name; default: F1, or RMSE for numbers, where a point is 1 % of the cheaper model's error.
        runs: folders of the runs in it, whose histories tell what the last point cost inside each.
    """
    name, usual = metric or usual_metric(comparison.task), rates or Rates()
    timed = sorted((one for one in comparison.models if _fact(one, "seconds") is not None), key=lambda one: _fact(one, "seconds") or 0.0)
    ladder: list[Judged] = []
    for one in timed:
        if not ladder or _quality(one, name) > _quality(ladder[-1], name):
            ladder.append(one)
    steps = tuple(_step(cheaper, dearer, name, usual) for cheaper, dearer in zip(ladder, ladder[1:], strict=False))
    names = {one.model.id: one.model.name for one in comparison.runs}
    within = (last_point_of(run, names[run.id], usual) for run in runs if run.id in names)
    return Price(name, usual, steps, tuple(one for one in within if one is not None))


def _step(cheaper: Judged, dearer: Judged, metric: str, rates: Rates) -> Step:
    gap = paired_difference(dearer.model, cheaper.model, metric)
    scale = 100.0 if is_share(metric) or higher_is_better(metric) else 100.0 / (cheaper.evaluation.metrics[metric].value or 1.0)
    found = gap.interval
    ends = [None if end is None else end * scale * (1 if higher_is_better(metric) else -1) for end in (found.low, found.high)]
    low, high = ends if higher_is_better(metric) else ends[::-1]
    value = None if found.value is None else found.value * scale * (1 if higher_is_better(metric) else -1)
    seconds = (_fact(dearer, "seconds") or 0.0) - (_fact(cheaper, "seconds") or 0.0)
    used = _fact(dearer, "energy_j"), _fact(cheaper, "energy_j")
    joules = None if used[0] is None or (used[1] is None and cheaper.model.kind == "run") else used[0] - (used[1] or 0.0)
    return Step(cheaper, dearer, Interval(value, low, high, found.reason), gap.clear and gap.better, seconds, joules, rates.money(seconds, joules))


def _quality(one: Judged, metric: str) -> float:
    """The metric on the validation rows (the test rows where there are none), with a minus where less is better."""
    found = evaluate(one.validation, Part.VALIDATION) if one.validation is not None else one.evaluation
    value = found.metrics[metric].value if metric in found.metrics else None
    return -float("inf") if value is None else value if higher_is_better(metric) else -value


def _fact(one: Judged, name: str) -> float | None:
    value = one.model.facts.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:+.1f}".replace("-", "−")
