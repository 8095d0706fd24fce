"""The same network again: specs that differ in nothing but the seed, the fold or the share of the rows."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import BadSettings
from core.language import _
from core.runs.spec import MOST_FOLDS, RunSpec

__all__ = ["MOST_RUNS", "NAME_LENGTH", "base_name", "fold_specs", "label_of", "network_of", "seed_specs", "share_specs"]

MOST_RUNS = 100  # of one series
MOST_SEEDS = 20
MOST_SHARES = 12
NAME_LENGTH = 120


def seed_specs(spec: RunSpec, seeds: int) -> list[RunSpec]:
    """The same network from so many beginnings: the seed of the spec and those after it.

    Args:
        spec: of an ordinary run.
        seeds: 2 … 20.

    Raises:
        BadSettings: too few, too many, or the spec is one of a fold or a share.
    """
    _whole(spec)
    _in_range(seeds, MOST_SEEDS, _("A series has {fewest} to {most} seeds, and {given} were asked for. Choose a number in that range."))
    numbers = [(spec.seed + place) % 2**31 for place in range(seeds)]
    return [_named(spec, seed=seed) for seed in numbers]


def fold_specs(spec: RunSpec, folds: int, repeats: int = 1) -> list[RunSpec]:
    """One run for each fold of each dealing; all with the seed of the spec.

    Args:
        spec: of an ordinary run.
        folds: 2 … 20.
        repeats: how often the rows are dealt into folds, 1 … 20.

    Raises:
        BadSettings: as `seed_specs`, or more than 100 runs in all.
    """
    _whole(spec)
    _in_range(folds, MOST_FOLDS, _("A cross-validation has {fewest} to {most} folds, and {given} were asked for. Choose a number in that range."))
    if not 1 <= repeats <= MOST_RUNS // folds:
        raise BadSettings(_("{folds} folds can be repeated 1 to {most} times, and {given} were asked for. Choose a number in that range.").format(folds=folds, most=MOST_RUNS // folds, given=repeats))
    return [_named(spec, fold=fold, folds=folds, repeat=repeat) for repeat in range(repeats) for fold in range(folds)]


def share_specs(spec: RunSpec, shares: Sequence[float], repeats: int = 1) -> list[RunSpec]:
    """One run for each share of the training rows and each of several seeds.

    A larger share holds the rows of a smaller one of the same seed; another seed draws others.

    Args:
        spec: of an ordinary run.
        shares: 2 … 12 different ones, above 0 and at most 1; 1 is added where it is missing.
        repeats: seeds a share, 1 … 20.

    Raises:
        BadSettings: as `seed_specs`, or a share outside its range.
    """
    _whole(spec)
    wanted = sorted({*shares, 1.0})
    if not 2 <= len(wanted) <= MOST_SHARES or not all(0 < share <= 1 for share in wanted):
        raise BadSettings(_("A learning curve needs 2 to {most} different shares of the rows, each above 0 and at most 1, for example 0.1,0.25,0.5,1.").format(most=MOST_SHARES))
    if not 1 <= repeats <= min(MOST_SEEDS, MOST_RUNS // len(wanted)):
        raise BadSettings(_("Each share can be trained 1 to {most} times, and {given} were asked for. Choose a number in that range.").format(most=min(MOST_SEEDS, MOST_RUNS // len(wanted)), given=repeats))
    numbers = [(spec.seed + place) % 2**31 for place in range(repeats)]
    return [_named(spec, train_share=share, seed=seed) for share in wanted for seed in numbers]


def label_of(spec: RunSpec) -> str:
    """What sets a run of a series apart, in words.

    Example:
        >>> from core.dataset.schema import Task
        >>> label_of(RunSpec(dataset="d-1", inputs=("a",), target="b", task=Task.BINARY, recipe="mlp", fold=1, folds=5))
        'fold 2 of 5'
    """
    if spec.fold >= 0 and spec.repeat:
        return _("fold {fold} of {folds}, dealing {repeat}").format(fold=spec.fold + 1, folds=spec.folds, repeat=spec.repeat + 1)
    if spec.fold >= 0:
        return _("fold {fold} of {folds}").format(fold=spec.fold + 1, folds=spec.folds)
    if spec.train_share < 1:
        return _("{share} % of the rows, seed {seed}").format(share=f"{100 * spec.train_share:.4g}", seed=spec.seed)
    return _("seed {seed}").format(seed=spec.seed)


def base_name(spec: RunSpec) -> str:
    """The name of the network without what sets this run of it apart.

    Example:
        >>> from core.dataset.schema import Task
        >>> base_name(RunSpec(dataset="d-1", inputs=("a",), target="b", task=Task.BINARY, recipe="mlp", seed=3, name="Mine · seed 3"))
        'Mine'
    """
    return spec.name.removesuffix(f" · {label_of(spec)}")


def network_of(spec: RunSpec) -> str:
    """A key that is the same for all runs of one network on the same data: whatever the seed, the fold, the share or the name.

    Example:
        >>> from core.dataset.schema import Task
        >>> spec = RunSpec(dataset="d-1", inputs=("a",), target="b", task=Task.BINARY, recipe="mlp", seed=3)
        >>> len({network_of(one) for one in [*seed_specs(spec, 3), *fold_specs(spec, 5), *share_specs(spec, [0.1])]})
        1
    """
    same = {"name": "", "preset": "", "continues": "", "seed": 0, "train_share": 1.0, "fold": -1, "folds": 0, "repeat": 0}
    return spec.model_copy(update=same).model_dump_json()


def _whole(spec: RunSpec) -> None:
    if not spec.answers_for_test:
        raise BadSettings(_("This run is itself part of a cross-validation or of a learning curve. Choose a run that learned from all training rows."))


def _in_range(given: int, most: int, sentence: str) -> None:
    if not 2 <= given <= most:
        raise BadSettings(sentence.format(fewest=2, most=most, given=given))


def _named(spec: RunSpec, **changes: object) -> RunSpec:
    """The spec with these changes, named by what sets it apart; it begins anew, whatever the first one continued."""
    new = RunSpec.model_validate({**spec.model_dump(), **changes, "continues": ""})
    ending = f" · {label_of(new)}"
    return new if new == spec else new.model_copy(update={"name": f"{base_name(spec)[: NAME_LENGTH - len(ending)]}{ending}"})
