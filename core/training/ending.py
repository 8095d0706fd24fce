"""How a training ended, as a sentence: what happened, what was kept, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.language import N_
from core.runs.spec import RunSpec
from core.training.failures import Blowup, cause_of_blowup

if TYPE_CHECKING:
    from core.training.fit import Fitted, Lesson

__all__ = ["blowup_of", "how_it_ended"]


def how_it_ended(fitted: Fitted, spec: RunSpec) -> str:
    """The sentence for a run that ended with a model.

    Args:
        fitted: with a best epoch.
        spec: the run's.

    Example:
        >>> from core.dataset.schema import Task
        >>> from core.training.fit import Fitted
        >>> spec = RunSpec(dataset="d-1", inputs=("a",), target="b", task=Task.BINARY, recipe="mlp")
        >>> how_it_ended(Fitted("stop", 3, 2, 1.5), spec)
        'You stopped it in epoch 3; the weights of epoch 2, the best on the validation rows, were kept.'
    """
    kept = N_("the weights of epoch {best_epoch}, the best on the validation rows, were kept").format(best_epoch=fitted.best_epoch)
    if fitted.reason == "stop":
        return N_("You stopped it in epoch {epochs}; {kept_words}.").format(epochs=fitted.epochs, kept_words=kept)
    if fitted.reason == "patience":
        return N_("Stopped after epoch {epochs}, because {patience} epochs brought no improvement; {kept_words}.").format(epochs=fitted.epochs, patience=spec.training.patience, kept_words=kept)
    if fitted.reason == "not_finite":
        cause = cause_of_blowup(fitted.blowup or Blowup(fitted.learning_rate, fitted.epochs, fitted.step))
        return N_("The loss grew beyond all numbers in epoch {epochs}; {kept_words}. {cause_words}").format(epochs=fitted.epochs, kept_words=kept, cause_words=cause)
    return N_("All {epochs} epochs are done; {kept_words}.").format(epochs=fitted.epochs, kept_words=kept)


def blowup_of(fitted: Fitted, lesson: Lesson) -> Blowup | None:
    """What is known about a loss that was no number any more; None where it always was one."""
    if fitted.reason != "not_finite":
        return None
    numbers = [array for array in lesson.x.values() if array.dtype.kind == "f" and array.size]
    largest = max((float(np.abs(array).max()) for array in numbers), default=None)
    return Blowup(fitted.learning_rate, fitted.epochs, fitted.step, largest)
