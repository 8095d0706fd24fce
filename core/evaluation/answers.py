"""For which rows a model answers: models that answer for other rows are not compared, however alike they look.

Most runs answer for the sealed test rows. A run of a cross-validation answers for its fold and has learned from rows
that others are judged on; a point of a learning curve answers for no test row at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.errors import BadSettings
from core.language import _

if TYPE_CHECKING:
    from core.evaluation.model import Model
    from core.runs.spec import RunSpec

__all__ = ["answer_facts", "check_answers"]


def answer_facts(spec: RunSpec) -> dict[str, Any]:
    """What the facts of a model say about the rows it answers for; empty for the sealed test rows."""
    return {} if spec.answers_for_test else {"fold": spec.fold, "folds": spec.folds, "repeat": spec.repeat, "train_share": spec.train_share}


def check_answers(models: Sequence[Model]) -> None:
    """Refuse models that answer for different rows.

    Args:
        models: to be compared. Runs for the same fold of the same dealing may be.

    Raises:
        BadSettings: names the model that does not fit, and what to do.
    """
    for model in models:
        if model.facts.get("folds") == 0:  # said only where a run does not answer for the test rows
            raise BadSettings(
                _("{name} is a point of a learning curve: it learned from a share of the rows and is judged on the validation rows only, so the test rows stay sealed. Leave it out.").format(name=repr(model.name))
            )
    asked = {tuple(model.facts.get(key) for key in ("fold", "folds", "repeat")) for model in models}
    if len(asked) > 1:
        odd = next(model for model in models if "fold" in model.facts)
        raise BadSettings(
            _("{name} belongs to a cross-validation: it answers for its fold, and the others answer for other rows. Compare runs of the same fold, or leave it out.").format(name=repr(odd.name))
        )
