"""The same network again: what differs, what is refused, and what each run is called."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import BadSettings
from core.runs.repeats import MOST_RUNS, fold_specs, label_of, network_of, seed_specs, share_specs
from core.runs.spec import RunSpec

SPEC = RunSpec(dataset="d-one", inputs=("a",), target="b", task="binary", recipe="mlp", seed=7, name="Mine", continues="r-old")


def test_seeds_count_up_from_that_of_the_spec() -> None:
    specs = seed_specs(SPEC, 3)
    assert [spec.seed for spec in specs] == [7, 8, 9] and {spec.continues for spec in specs} == {""}
    assert [spec.name for spec in specs] == ["Mine · seed 7", "Mine · seed 8", "Mine · seed 9"]
    assert seed_specs(SPEC.model_copy(update={"continues": ""}), 2)[0].name == "Mine"


def test_the_last_seed_is_followed_by_the_first() -> None:
    assert [spec.seed for spec in seed_specs(SPEC.model_copy(update={"seed": 2**31 - 1}), 2)] == [2**31 - 1, 0]


def test_each_dealing_has_each_fold() -> None:
    specs = fold_specs(SPEC, 3, repeats=2)
    assert [(spec.repeat, spec.fold, spec.folds, spec.seed) for spec in specs] == [(r, f, 3, 7) for r in (0, 1) for f in (0, 1, 2)]
    assert label_of(specs[1]) == "fold 2 of 3" and label_of(specs[4]) == "fold 2 of 3, dealing 2"


def test_shares_go_up_to_all_rows() -> None:
    specs = share_specs(SPEC, (0.5, 0.025, 0.5), repeats=2)
    assert [(spec.train_share, spec.seed) for spec in specs] == [(0.025, 7), (0.025, 8), (0.5, 7), (0.5, 8), (1.0, 7), (1.0, 8)]
    assert label_of(specs[0]) == "2.5 % of the rows, seed 7" and label_of(specs[-1]) == "seed 8"
    assert [spec.answers_for_test for spec in specs] == [False] * 4 + [True] * 2


REFUSED: dict[str, Any] = {
    "one seed": lambda: seed_specs(SPEC, 1),
    "too many seeds": lambda: seed_specs(SPEC, 21),
    "one fold": lambda: fold_specs(SPEC, 1),
    "too many folds": lambda: fold_specs(SPEC, 21),
    "no repeats": lambda: fold_specs(SPEC, 5, 0),
    "too many runs": lambda: fold_specs(SPEC, 20, MOST_RUNS // 20 + 1),
    "no share": lambda: share_specs(SPEC, ()),
    "only all": lambda: share_specs(SPEC, (1.0,)),
    "nothing": lambda: share_specs(SPEC, (0.0, 0.5)),
    "more than all": lambda: share_specs(SPEC, (0.5, 1.5)),
    "no number": lambda: share_specs(SPEC, (float("nan"), 0.5)),
    "too many shares": lambda: share_specs(SPEC, [i / 20 for i in range(1, 20)]),
    "no seed a share": lambda: share_specs(SPEC, (0.5,), 0),
    "a fold of a fold": lambda: fold_specs(fold_specs(SPEC, 3)[0], 3),
    "seeds of a share": lambda: seed_specs(share_specs(SPEC, (0.5,))[0], 3),
}


@pytest.mark.parametrize("ask", REFUSED.values(), ids=REFUSED.keys())
def test_what_makes_no_sense_is_refused(ask: Any) -> None:
    with pytest.raises(BadSettings):
        ask()


def test_a_long_name_keeps_its_ending() -> None:
    assert fold_specs(SPEC.model_copy(update={"name": "x" * 120}), 2)[1].name.endswith(" · fold 2 of 2")


def test_one_network_has_one_key_and_another_another() -> None:
    alike = [*seed_specs(SPEC, 3), *fold_specs(SPEC, 2), *share_specs(SPEC, (0.5,))]
    assert {network_of(spec) for spec in alike} == {network_of(SPEC)}
    assert network_of(SPEC.model_copy(update={"recipe": "cnn"})) != network_of(SPEC)
