"""From a run's data to its best weights: everything that has a part in learning is brought together here."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.errors import Damaged
from core.language import N_
from core.recipes import metric_name, plan_of
from core.runs.state import RunState
from core.training.checkpoint import CHECKPOINT_FILE, Checkpoint
from core.training.checkpoint_writer import CheckpointWriter
from core.training.claim import Claim
from core.training.device import describe
from core.training.ending import blowup_of
from core.training.fit import Extras, Fitted, Lesson, fit
from core.training.material import Material
from core.training.notices import Facts, Guess
from core.training.preparation import Preparation
from core.training.resume import checkpoint_of
from core.training.stream import Course
from core.training.trainer import Trainer, steps_of
from core.training.turns import turn_of

__all__ = ["learn", "network_of"]


def network_of(material: Material) -> Any:
    """The network of a run, built and compiled, with the weights that its seed draws."""
    import keras

    from core.recipes.network import build, compile_network

    spec = material.spec
    plan = plan_of(spec, material.preprocessor.shapes, len(material.preprocessor.labels))
    keras.utils.set_random_seed(spec.seed)
    model = build(plan, spec.seed)
    compile_network(model, spec.training, spec.task)
    return model


def learn(claim: Claim, ready: Preparation, interrupted: Callable[[], bool]) -> Fitted:
    """Learn, from the start or from a checkpoint, and leave the best weights in the model.

    Args:
        claim: the run.
        ready: its data and its network.
        interrupted: True: the machine wants the process to end.

    Raises:
        Terminated: that was so; what was learned is in the checkpoint.
        DiskFull, OSError: nothing can be written any more.
    """
    import keras

    run, spec, backend = claim.run, claim.spec, str(keras.backend.backend())
    lesson, model, trainer = ready.lesson, ready.model, ready.trainer
    course = Course.of(lesson, spec)
    checkpoint, sentence = _checkpoint(claim, trainer, course)
    _begin(claim, lesson, int(model.count_params()), trainer.precision, backend, checkpoint, sentence)
    guess = Guess.of(spec.task, lesson.y, lesson.val_y, weights=lesson.weights, metric_scale=lesson.metric_scale)
    facts = Facts(guess, spec.task, spec.training.epochs, spec.training.patience)
    writer = CheckpointWriter(run.path(CHECKPOINT_FILE))
    extras = Extras(writer, turn_of(run), ready.examples, facts, interrupted, (run.id, backend))
    try:
        fitted = fit(trainer, course, claim.recorder, run, checkpoint, extras)
    finally:
        writer.close()
    trainer.finish()
    if fitted.weights:
        model.set_weights(list(fitted.weights))
    return replace(fitted, blowup=blowup_of(fitted, lesson))


def _checkpoint(claim: Claim, trainer: Trainer, course: Course) -> tuple[Checkpoint | None, str]:
    """Where to go on, and a sentence if that is not where one would expect."""
    try:
        return checkpoint_of(claim.run, trainer, course), ""
    except Damaged:
        traceback.print_exc()
        return None, N_("Its checkpoint is damaged, so it begins anew from the start.")


def _begin(claim: Claim, lesson: Lesson, parameters: int, precision: str, backend: str, checkpoint: Checkpoint | None, sentence: str) -> None:
    """Report the beginning of the training."""
    spec, recorder, training = claim.spec, claim.recorder, claim.spec.training
    steps = steps_of(len(lesson.y), training.batch_size)
    facts: dict[str, Any] = {"backend": backend, "device": describe(backend), "parameters": parameters, "epochs": training.epochs}
    recorder.event(
        "begin", **facts, precision=precision, steps_per_epoch=steps, batch_size=training.batch_size, rows=len(lesson.y), validation_rows=len(lesson.val_y),
        metric=metric_name(spec.task), patience=training.patience, resumed_from_step=checkpoint.steps if checkpoint else 0,
    )  # fmt: skip
    recorder.state(RunState.RUNNING, sentence, phase="training", **facts)
    recorder.check()
