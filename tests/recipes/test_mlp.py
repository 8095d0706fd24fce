"""The multilayer network against a calculation by hand."""

from __future__ import annotations

from core.dataset.schema import Task
from core.recipes.mlp import MLP, MlpSettings
from tests.recipes import made


def test_parameters_by_hand() -> None:
    plan = MLP.plan(MlpSettings(layers=2, units=10, dropout=0.1), (made.TABLE,), Task.MULTICLASS, 4)
    assert [layer.name for layer in plan.layers] == ["table", "hidden_1", "hidden_1_dropout", "hidden_2", "hidden_2_dropout", "output"]
    assert plan.parameters == (12 * 10 + 10) + (10 * 10 + 10) + (10 * 4 + 4)


def test_without_hidden_layers_it_is_a_linear_model() -> None:
    plan = MLP.plan(MlpSettings(layers=0), (made.TABLE,), Task.REGRESSION, 0)
    assert [layer.name for layer in plan.layers] == ["table", "output"]
    assert plan.parameters == 12 + 1
