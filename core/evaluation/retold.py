"""A comparison told in another language than the one it was made in.

Sentences are made when they are read, so they are in the language that is spoken then. The names of simple models are
ours too, but they are kept in the models and in the verdict's pairs, and have to be said again.
"""

from __future__ import annotations

from dataclasses import replace

from core.evaluation.compare import Comparison
from core.evaluation.verdict import FieldVerdict, Verdict
from core.language import _

__all__ = ["retold"]


def retold(comparison: Comparison) -> Comparison:
    """The same comparison with the names of simple models in the language that is spoken now.

    Args:
        comparison: in any language; names that users gave stay as they are.
    """
    names = {one.model.id: _(one.model.title) for one in comparison.models if one.model.title}
    if all(one.model.name == names.get(one.model.id, one.model.name) for one in comparison.models):
        return comparison
    models = tuple(replace(one, model=replace(one.model, name=names.get(one.model.id, one.model.name))) for one in comparison.models)
    return replace(comparison, models=models, field=None if comparison.field is None else _field(comparison.field, names))


def _field(field: FieldVerdict, names: dict[str, str]) -> FieldVerdict:
    return replace(field, verdicts=tuple(_verdict(one, names) for one in field.verdicts), pairs=tuple(_verdict(one, names) for one in field.pairs))


def _verdict(one: Verdict, names: dict[str, str]) -> Verdict:
    return replace(one, names=(names.get(one.model, one.names[0]), names.get(one.reference, one.names[1])))
