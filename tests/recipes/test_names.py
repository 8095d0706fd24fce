"""What runs are called: a name that somebody chose stays, one that nobody chose is known in every language."""

from __future__ import annotations

import pytest

from core.language import speaking
from core.recipes.names import chosen_name, said_of


@pytest.mark.parametrize("name", ["", "Multilayer network (quick)", "Multilayer network (custom)", "多层网络（快速）", "多层网络（自定义）"])
def test_a_name_that_nobody_chose_is_the_title_of_the_recipe(name: str) -> None:
    assert chosen_name(name, "mlp") == "Multilayer network"
    with speaking("zh_CN"):
        assert chosen_name(name, "mlp") == "多层网络"


@pytest.mark.parametrize("name", ["Mine", "Multilayer network", "Multilayer network (to epoch 40)", "Convolutional network (quick)", "多层网络（快速） 2"])
def test_a_name_that_somebody_chose_stays(name: str) -> None:
    assert chosen_name(name, "mlp") == name


def test_a_recipe_that_is_gone_has_only_its_name() -> None:
    assert (chosen_name("", "lost"), chosen_name("lost (quick)", "lost")) == ("lost", "lost (quick)")


def test_a_setting_is_said_in_the_language_of_the_visitor() -> None:
    with speaking("zh_CN"):
        assert [said_of("Learning rate", 0.01), said_of("Balance classes", False), said_of("Epochs", 3)] == ["学习率 0.01", "平衡类别 关", "训练轮数 3"]
