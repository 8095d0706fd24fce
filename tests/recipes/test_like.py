"""A run like another one differs in what was changed, and its name says so."""

from __future__ import annotations

import pytest

from core.dataset.schema import ColumnType
from core.errors import BadSettings
from core.language import speaking
from core.recipes import make_spec
from core.recipes.like import spec_like, title_of
from tests.recipes import made

TABLE = made.info({"age": ColumnType.NUMBER, "city": ColumnType.CATEGORY})


def test_nothing_changed_is_the_same_spec() -> None:
    spec = make_spec(TABLE, preset="quick", seed=3, name="First")
    assert spec_like(spec, TABLE) == spec


def test_one_change_is_in_the_spec_and_in_the_name() -> None:
    spec = make_spec(TABLE, preset="quick", seed=3, name="First")
    new = spec_like(spec, TABLE, {"learning_rate": "0.0003"})
    assert new.training == spec.training.model_copy(update={"learning_rate": 0.0003})
    assert (new.settings, new.seed, new.inputs, new.preset) == (spec.settings, 3, spec.inputs, "custom")
    assert new.name == "First (learning rate 0.0003)"
    assert spec_like(spec, TABLE, {"balance_classes": True}, seed=4, backend="jax").name == "First (balance classes on, seed 4, jax)"
    assert spec_like(spec, TABLE, {"epochs": 3}, name="Mine").name == "Mine"


def test_a_name_that_nobody_chose_gives_way() -> None:
    spec = make_spec(TABLE, preset="quick")
    assert spec_like(spec, TABLE, {"epochs": 3}).name == "Multilayer network (epochs 3)"
    assert spec_like(spec, TABLE).name == spec.name == "Multilayer network (quick)"


def test_a_name_is_in_the_language_of_who_presses() -> None:
    spec = make_spec(TABLE, preset="quick")
    with speaking("zh_CN"):
        assert spec_like(spec, TABLE, {"learning_rate": 0.01}, seed=4).name == "多层网络（学习率 0.01、种子 4）"
        assert spec_like(spec.model_copy(update={"name": "多层网络（快速）"}), TABLE, {"balance_classes": True}).name == "多层网络（平衡类别 开）"
        assert spec_like(spec.model_copy(update={"name": "我的"}), TABLE, {"epochs": 3}).name == "我的（训练轮数 3）"
    assert spec_like(spec.model_copy(update={"name": "多层网络（快速）"}), TABLE, {"epochs": 3}).name == "Multilayer network (epochs 3)"


def test_a_custom_run_is_copied_with_its_own_settings() -> None:
    spec = make_spec(TABLE, preset="thorough", changes={"epochs": 7}, name="x" * 120)
    new = spec_like(spec.model_copy(update={"continues": "r1"}), TABLE, {"batch_size": 32})
    assert (new.settings, new.training.epochs, new.continues) == (spec.settings, 7, "")
    assert len(new.name) == 120
    assert new.name.endswith("x (batch size 32)")


def test_a_bad_change_is_refused() -> None:
    with pytest.raises(BadSettings, match="wings"):
        spec_like(make_spec(TABLE), TABLE, {"wings": 2})


def test_settings_have_titles() -> None:
    assert (title_of("mlp", "learning_rate"), title_of("mlp", "unknown")) == ("Learning rate", "unknown")
