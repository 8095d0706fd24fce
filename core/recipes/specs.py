"""From choices to a RunSpec, and from a RunSpec to what preprocessing and network need.

The page, the command line and notebooks all come through `make_spec`, so a bad setting is refused with
the same sentence everywhere, before anything is stored or started.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from core.dataset.schema import ColumnType, DatasetInfo, Task
from core.errors import BadSettings, NotFound
from core.language import N_
from core.recipes.catalogue import default_recipe, missing_kind, refusal
from core.recipes.catalogue import recipe as find_recipe
from core.recipes.plan import Plan
from core.recipes.recipe import PRESETS, Recipe, RecipeSettings
from core.runs.spec import Backend, RunSpec, TrainingSettings
from core.settings import settings

if TYPE_CHECKING:
    from core.preprocess.shapes import InputShape, PreprocessOptions

__all__ = ["make_spec", "metric_name", "options_of", "plan_of", "settings_of"]

CUSTOM = "custom"  # name of a preset of which something was changed
Model = TypeVar("Model", bound=BaseModel)
_NEVER_INPUTS = {ColumnType.IDENTIFIER, ColumnType.EMPTY}


def make_spec(
    info: DatasetInfo, *, recipe: str | None = None, preset: str = "balanced", changes: Mapping[str, Any] | None = None,
    inputs: Sequence[str] | None = None, seed: int = 0, backend: str = "auto", name: str = "",
) -> RunSpec:
    """Make the complete, validated description of a run.

    Args:
        info: the dataset.
        recipe: name of a recipe; default: the one that fits best.
        preset: quick, balanced or thorough; `custom` starts from balanced.
        changes: settings that differ from the preset, of the recipe or of `TrainingSettings`; text as
            typed on a command line ("0.5", "true") is understood.
        inputs: columns that the model gets; default: the dataset's own choice.
        seed: 0 … 2³¹ − 1.
        backend: auto, jax or tensorflow.
        name: shown to people; default: title of the recipe and preset.

    Returns:
        The spec. Its preset is `custom` when a change really changes something.

    Raises:
        NotFound: no such recipe or input column.
        BadSettings: unknown preset, setting or backend, a value out of range, an input that cannot be
            one, or a recipe made for inputs that are not there. The message names what is allowed.
    """
    chosen = find_recipe(recipe or default_recipe(info))
    columns = _inputs(info, inputs)
    if sentence := refusal(chosen, info, columns):
        raise BadSettings(sentence)
    if preset not in (*PRESETS, CUSTOM):
        raise BadSettings(N_("There is no preset named {preset}. Choose one of: {presets}.").format(preset=repr(preset), presets=", ".join(PRESETS)))
    base = chosen.presets[preset if preset != CUSTOM else "balanced"]
    own, training = _merge(chosen, base.settings, base.training, changes or {})
    changed = own != base.settings or training != base.training
    shown = CUSTOM if changed or preset == CUSTOM else preset
    if backend not in get_args(Backend):
        raise BadSettings(N_("There is no backend named {backend}. Choose one of: {backends}.").format(backend=repr(backend), backends=", ".join(get_args(Backend))))
    values = {
        "dataset": info.id, "inputs": columns, "target": info.target, "task": info.task, "recipe": chosen.name, "preset": shown,
        "settings": own.model_dump(), "training": training, "backend": backend, "seed": seed,
        "name": name or f"{chosen.title} ({shown})",
    }
    return _validated(RunSpec, values)


def settings_of(spec: RunSpec) -> RecipeSettings:
    """The recipe's own settings of a spec, validated again (a spec may come from a file).

    Raises:
        NotFound: no such recipe.
        BadSettings: a setting is unknown or out of range.
    """
    return _validated(find_recipe(spec.recipe).settings, spec.settings)


def options_of(spec: RunSpec) -> PreprocessOptions:
    """What the preprocessing must know of the recipe: vocabulary, length of texts, word pairs."""
    from core.preprocess.shapes import PreprocessOptions

    own = settings_of(spec).model_dump()
    return PreprocessOptions(**{key: own[key] for key in ("vocabulary", "max_length", "ngrams", "max_categories") if key in own})


def plan_of(spec: RunSpec, shapes: Sequence[InputShape], classes: int) -> Plan:
    """The network of a spec, as data.

    Args:
        spec: from `make_spec`.
        shapes: the input tensors, from `core.preprocess.preprocessor`.
        classes: number of classes; ignored for regression.

    Returns:
        The plan.

    Raises:
        BadSettings: settings exclude each other, no input is of the recipe's kind, or the network has
            more than `settings().max_parameters` parameters.
    """
    chosen = find_recipe(spec.recipe)
    if sentence := missing_kind(chosen, [shape.kind for shape in shapes]):
        raise BadSettings(sentence)
    plan = chosen.plan(settings_of(spec), shapes, spec.task, classes)
    most = settings().max_parameters
    if plan.parameters > most:
        largest = max(plan.layers, key=lambda layer: layer.parameters)
        raise BadSettings(
            N_("This network would have {parameters} parameters; at most {most} are allowed here ({variable}). Most are in {name} ({most_parameters}): make it smaller.").format(parameters=f"{plan.parameters:,}", most=f"{most:,}", variable=settings().variable("max_parameters"), name=largest.name, most_parameters=f"{largest.parameters:,}")
        )
    return plan


def metric_name(task: Task) -> str:
    """Name of the one metric followed while training: in Keras' logs and in events.

    Example:
        >>> metric_name(Task.BINARY), metric_name(Task.REGRESSION)
        ('accuracy', 'mean_absolute_error')
    """
    return "accuracy" if task.is_classification else "mean_absolute_error"


def _inputs(info: DatasetInfo, inputs: Sequence[str] | None) -> tuple[str, ...]:
    """The chosen input columns in the order of the table, so that equal choices are equal specs."""
    if inputs is None:
        return info.inputs
    known = {column.name: column for column in info.columns}
    for name in inputs:
        if name not in known:
            raise NotFound(N_("There is no column named {name}. Choose inputs among: {known}.").format(name=repr(name), known=", ".join(list(known)[:20])))
        if name == info.target:
            raise BadSettings(N_("{name} is the target: it cannot be an input as well. Leave it out of the inputs.").format(name=repr(name)))
        if known[name].type in _NEVER_INPUTS:
            raise BadSettings(N_("Column {name} cannot be an input: its type is {type}. Leave it out, or change its type on the data page.").format(name=repr(name), type=known[name].type))
    if not inputs:
        raise BadSettings(N_("A model needs at least one input column. Choose one or more."))
    return tuple(name for name in known if name in set(inputs))


def _merge(chosen: Recipe, own: RecipeSettings, training: TrainingSettings, changes: Mapping[str, Any]) -> tuple[RecipeSettings, TrainingSettings]:
    own_fields, training_fields = chosen.settings.model_fields, TrainingSettings.model_fields
    allowed = [*own_fields, *training_fields]
    for key in changes:
        if key not in allowed:
            close = difflib.get_close_matches(key, allowed, n=1)
            hint = N_(" Did you mean {close}?").format(close=repr(close[0])) if close else ""
            raise BadSettings(N_("The recipe {name} has no setting {key}.{hint_words} Choose among: {allowed}.").format(name=chosen.name, key=repr(key), hint_words=hint, allowed=", ".join(allowed)))
    new_own = {key: value for key, value in changes.items() if key in own_fields}
    new_training = {key: value for key, value in changes.items() if key in training_fields}
    return (
        _validated(chosen.settings, {**own.model_dump(), **new_own}),
        _validated(TrainingSettings, {**training.model_dump(), **new_training}),
    )


def _validated(model: type[Model], values: Mapping[str, Any]) -> Model:
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise BadSettings(" ".join(_sentence(model, problem) for problem in error.errors())) from error


def _sentence(model: type[BaseModel], problem: Any) -> str:
    """One problem that pydantic found, as: the setting, what it must be, what was received."""
    key = str(problem["loc"][0]) if problem["loc"] else "value"
    if problem["type"] == "extra_forbidden":
        return N_("There is no setting {key}. Choose among: {model_fields}.").format(key=repr(key), model_fields=", ".join(model.model_fields))
    field = model.model_fields[key]
    title = f"{field.title} ({key})" if field.title else key
    return f"{title} must be {_allowed(model.model_json_schema()['properties'][key])}, but it is {problem['input']!r}. Change it."


def _allowed(schema: Mapping[str, Any]) -> str:
    """What a JSON schema of one flat value allows, in words.

    Example:
        >>> _allowed({"type": "integer", "minimum": 1, "maximum": 8}), _allowed({"enum": ["gru", "lstm"]})
        ('a whole number from 1 to 8', 'one of: gru, lstm')
    """
    if "enum" in schema:
        return f"one of: {', '.join(map(str, schema['enum']))}"
    if schema.get("type") == "boolean":
        return "true or false"
    if schema.get("type") not in {"integer", "number"}:
        return f"text of at most {schema['maxLength']} characters" if "maxLength" in schema else "text"
    noun = "a whole number" if schema["type"] == "integer" else "a number"
    low = f" from {schema['minimum']}" if "minimum" in schema else f" above {schema['exclusiveMinimum']}" if "exclusiveMinimum" in schema else ""
    high = f" to {schema['maximum']}" if "maximum" in schema else ""
    return f"{noun}{low}{high}"
