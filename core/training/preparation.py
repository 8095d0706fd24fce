"""Everything that a run needs before its first step, made piece by piece.

A worker makes the pieces as it needs them. A spare makes them ahead, for the run that a page shows and nobody
has started yet, and takes a step on trial, because the first step of a network is the slow one: it is traced
and compiled. Then it puts everything back as it was, so a run that was rehearsed learns the same, bit for bit.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from core.runs.spec import RunSpec
    from core.training.examples import Examples
    from core.training.fit import Lesson
    from core.training.material import Material
    from core.training.trainer import Trainer
    from core.workspace import Workspace

__all__ = ["Preparation"]


class Preparation:
    """The pieces of one run; each is made when it is first asked for.

    Args:
        workspace: where the dataset lies.
        spec: what is to be trained.
    """

    def __init__(self, workspace: Workspace, spec: RunSpec) -> None:
        self.workspace, self.spec = workspace, spec

    def fits(self, workspace_folder: Path, spec: RunSpec) -> bool:
        """Whether it was made for that run; what a run is called changes nothing.

        Args:
            workspace_folder: of the run.
            spec: of the run.
        """
        return self.workspace.folder.resolve() == workspace_folder.resolve() and self.spec.model_copy(update={"name": spec.name}) == spec

    @cached_property
    def material(self) -> Material:
        """Data and preprocessor, fitted on the training rows.

        Raises:
            UserError: the dataset is gone, or it and the spec do not fit each other.
        """
        from core.training.material import Material

        return Material.fitted(self.workspace, self.spec)

    @cached_property
    def lesson(self) -> Lesson:
        """The same as arrays."""
        return self.material.lesson()

    @cached_property
    def examples(self) -> Examples | None:
        """The rows that the room watches."""
        from core.training.examples import Examples

        return Examples.of(self.material, self.lesson)

    @cached_property
    def model(self) -> Any:
        """The Keras network, built and compiled, with the weights that its seed draws."""
        from core.training.learn import network_of

        return network_of(self.material)

    @cached_property
    def trainer(self) -> Trainer:
        """The network with its rows, ready for the first step."""
        from core.training.trainer import trainer_of

        return trainer_of(self.model, self.lesson, self.spec)

    def rehearse(self) -> Generator[None, None, None]:
        """Make all pieces and take a step on trial; between two yields whoever waits may break off (`close` it then).

        Example:
            >>> for _ in Preparation(workspace, spec).rehearse(): pass  # doctest: +SKIP
        """
        for piece in ("material", "lesson", "examples", "model", "trainer"):
            getattr(self, piece)
            yield
        before = self.trainer.snapshot()
        try:
            self.trainer.start_epoch(1)
            for act in (partial(self.trainer.advance, 1), self.trainer.numbers, self.trainer.validate, self._answer):
                act()
                yield
        finally:
            self.trainer.restore(before)

    def _answer(self) -> None:
        if self.examples is not None:
            self.trainer.outputs(self.examples.inputs)
