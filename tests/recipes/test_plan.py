"""A plan's arithmetic against calculations by hand, and what it refuses."""

from __future__ import annotations

import ast
import inspect
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadSettings
from core.recipes import plan as plan_module
from core.recipes.kinds import KINDS
from core.recipes.plan import OUTPUT, PlanBuilder
from tests.recipes import made


def test_dense_has_a_weight_for_each_pair_and_a_bias_for_each_unit() -> None:
    builder = PlanBuilder([made.TABLE])
    builder.dense("table", OUTPUT, 5, "softmax")
    layer = builder.plan().layer(OUTPUT)
    assert (layer.shape, layer.parameters) == ((5,), 12 * 5 + 5)


def test_convolution_batch_norm_and_halving_of_a_picture() -> None:
    builder = PlanBuilder([made.IMAGE])
    builder.halve(builder.batch_norm(builder.convolution("image_0", "c", 8, 5), "n"), "h")
    builder.dense(builder.flatten("h", "f"), OUTPUT, 1)
    plan = builder.plan()
    assert (plan.layer("c").shape, plan.layer("c").parameters) == ((16, 16, 8), 5 * 5 * 3 * 8)
    assert plan.layer("n").parameters == 4 * 8
    assert (plan.layer("h").shape, plan.layer("f").shape) == ((8, 8, 8), (512,))
    assert plan.parameters == 600 + 32 + 513


@pytest.mark.parametrize(
    ("cell", "both_ways", "units", "parameters"),
    [
        ("gru", False, 4, 3 * 4 * (6 + 4 + 2)),  # three gates, two biases each
        ("gru", True, 8, 2 * 3 * 4 * (6 + 4 + 2)),
        ("lstm", False, 4, 4 * 4 * (6 + 4 + 1)),  # four gates, one bias each
    ],
)
def test_embedding_and_recurrent_layer(cell: str, both_ways: bool, units: int, parameters: int) -> None:
    builder = PlanBuilder([made.text(length=9, vocabulary=120)])
    words = builder.embedding("text_0", "e", 6)
    builder.recurrent(words, "text_0", "r", 4, cell, both_ways)
    builder.dense(builder.mean_of_words("r", "text_0", "m"), OUTPUT, 1)
    plan = builder.plan()
    assert (plan.layer("e").shape, plan.layer("e").parameters) == ((9, 6), 720)
    assert (plan.layer("r").shape, plan.layer("r").parameters) == ((9, units), parameters)
    assert plan.layer("m").shape == (units,)


def test_a_rate_of_zero_and_one_vector_alone_add_no_layer() -> None:
    builder = PlanBuilder([made.TABLE])
    assert builder.dropout("table", "d", 0) == builder.word_dropout("table", "w", 0) == builder.concatenate(["table"], "j") == "table"


def test_vectors_are_joined_side_by_side() -> None:
    builder = PlanBuilder([made.TABLE])
    joined = builder.concatenate(["table", builder.dense("table", "a", 3)], "j")
    assert builder.shape(joined) == (15,)


def test_a_picture_of_one_pixel_cannot_be_halved() -> None:
    builder = PlanBuilder([made.IMAGE])
    for number in range(4):
        builder.halve("image_0" if number == 0 else str(number), str(number + 1))
    with pytest.raises(BadSettings, match="A picture of 1 × 1 cannot be halved again"):
        builder.halve("4", "5")


def test_a_name_is_used_once_and_the_output_is_there() -> None:
    builder = PlanBuilder([made.TABLE])
    builder.dense("table", "a", 3)
    with pytest.raises(ValueError, match="already has a layer named 'a'"):
        builder.dense("table", "a", 3)
    with pytest.raises(ValueError, match="needs a layer named 'output'"):
        builder.plan()


def test_a_plan_is_json_with_words_for_people() -> None:
    builder = PlanBuilder([made.TABLE])
    builder.dense("table", OUTPUT, 1, "sigmoid")
    data = json.loads(json.dumps(builder.plan().to_json()))
    assert data["parameters"] == 13
    assert [layer["title"] for layer in data["layers"]] == ["Input", "Dense"]
    assert data["layers"][1]["inputs"] == ["table"]


def test_every_kind_that_a_builder_adds_has_words_and_no_other_has() -> None:
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(plan_module))) if isinstance(node, ast.Call)]
    added = {
        node.args[0].value
        for node in calls
        if isinstance(node.func, ast.Attribute) and node.func.attr == "_add" and isinstance(node.args[0], ast.Constant)
    }
    assert added == set(KINDS)


@settings(deadline=None)
@given(side=st.integers(2, 64), halvings=st.integers(1, 6))
def test_halving_rounds_down_until_one_pixel_is_left(side: int, halvings: int) -> None:
    shape = made.InputShape("image_0", "image", (side, side + 1, 1), "uint8")
    builder = PlanBuilder([shape])
    name = "image_0"
    if halvings > math.floor(math.log2(side)):
        with pytest.raises(BadSettings):
            for number in range(halvings):
                name = builder.halve(name, str(number))
    else:
        for number in range(halvings):
            name = builder.halve(name, str(number))
        assert builder.shape(name) == (side // 2**halvings, (side + 1) // 2**halvings, 1)
