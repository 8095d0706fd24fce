"""A run as a person watches it in a terminal: one line an epoch, and one for each turn that it takes."""

from __future__ import annotations

from typing import Any

from core.console import safe

__all__ = ["EpochLines"]

ENDS = {"finished", "stopped", "failed", "interrupted"}
METRICS = {"mean_absolute_error": "mean absolute error"}


class EpochLines:
    """Prints events as they come; called with each one.

    Example:
        >>> lines = EpochLines()
        >>> lines({"kind": "begin", "epochs": 3, "metric": "accuracy", "rows": 700, "backend": "jax", "device": "CPU, 2 cores"})
        700 rows, 3 epochs, on jax (CPU, 2 cores)
        >>> lines({"kind": "epoch", "epoch": 1, "loss": 0.51234, "metric": 0.7, "val_loss": 0.6, "val_metric": 0.65, "best": True, "time_left_s": 9.1})
        epoch 1 of 3  loss 0.512  accuracy 0.7  validation 0.6, 0.65  best so far  9 s left
    """

    def __init__(self) -> None:
        self._epochs = 0
        self._metric = "metric"

    def __call__(self, event: dict[str, Any]) -> None:
        """Print the line of one event, if it has one."""
        say = getattr(self, f"_{event.get('kind')}", None)
        if say is not None and (line := say(event)):
            print(safe(line), flush=True)

    def _begin(self, event: dict[str, Any]) -> str:
        self._epochs, self._metric = int(event["epochs"]), METRICS.get(event["metric"], str(event["metric"]))
        from_step = event.get("resumed_from_step")
        resumed = f", from step {from_step:,}" if from_step else ""
        return f"{event['rows']:,} rows, {self._epochs:,} epochs{resumed}, on {event['backend']} ({event['device']})"

    def _epoch(self, event: dict[str, Any]) -> str:
        parts = [f"epoch {event['epoch']:,} of {self._epochs:,}" if self._epochs else f"epoch {event['epoch']:,}", f"loss {_number(event.get('loss'))}"]
        if event.get("metric") is not None:
            parts.append(f"{self._metric} {_number(event['metric'])}")
        if event.get("val_loss") is not None:
            parts.append(f"validation {_number(event['val_loss'])}, {_number(event.get('val_metric'))}")
        parts += ["best so far"] if event.get("best") else []
        left = round(event.get("time_left_s") or 0)
        parts += [f"{_duration(left)} left"] if left else []
        return "  ".join(parts)

    def _state(self, event: dict[str, Any]) -> str:
        if event["state"] in ENDS:  # said in full by whoever watches, once it is sure
            return str(event["state"])
        return f"{event['state']}{': ' if event.get('message') else ''}{event.get('message') or ''}"

    def _learning_rate(self, event: dict[str, Any]) -> str:
        return f"learning rate is now {_number(event.get('value'))}"

    def _notice(self, event: dict[str, Any]) -> str:
        return f"notice: {event.get('message') or event.get('code')}"


def _duration(seconds: int) -> str:
    """Whole seconds as people say them.

    Example:
        >>> _duration(9), _duration(263), _duration(7290)
        ('9 s', '4 min 23 s', '2 h 1 min')
    """
    minutes, rest = divmod(seconds, 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _number(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, int | float) else "–"
