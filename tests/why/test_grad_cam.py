"""Where a network looks: a planted patch that it must find, the closed form, both engines alike, and the picture of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.errors import RunFailed
from core.files import read_json
from core.training.backend import ROOT, worker_environment
from core.why.grad_cam import RAMP, class_map, maps_of, overlay, save_overlay
from core.workspace import Workspace
from tests.why import made

ENGINES = ("jax", "tensorflow")


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What each engine saw, both at the same time."""
    folder = tmp_path_factory.mktemp("looked")
    command = [sys.executable, "-m", "tests.why.look"]
    children = [
        subprocess.Popen([*command, engine, str(folder)], cwd=ROOT, env={**os.environ, **worker_environment(engine, folder, gpu=False), "XLA_FLAGS": os.environ.get("XLA_FLAGS", "")}, stderr=subprocess.PIPE)
        for engine in ENGINES
    ]  # fmt: skip
    for child in children:
        _, said = child.communicate(timeout=300)
        assert child.returncode == 0, said.decode()[-3000:]
    return {engine: read_json(folder / f"{engine}.json") for engine in ENGINES}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["three", "two"])
def test_it_looks_at_the_planted_patch(looked: dict[str, dict[str, Any]], engine: str, name: str) -> None:
    for found, (row, column) in zip(np.array(looked[engine][name]), looked[engine]["places"], strict=True):
        inside = np.zeros(found.shape, bool)
        inside[row : row + 3, column : column + 3] = True
        assert found[inside].min() > 0.9
        assert found[~inside].max() < 0.2


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["three", "two"])
def test_it_is_the_closed_form(looked: dict[str, dict[str, Any]], engine: str, name: str) -> None:
    np.testing.assert_allclose(looked[engine][name], looked[engine][f"{name}_expected"], atol=1e-5)


def test_both_engines_see_the_same_in_our_own_network(looked: dict[str, dict[str, Any]]) -> None:
    ours, theirs = (np.array(looked[engine]["own"]) for engine in ENGINES)
    assert ours.shape == (5, 6, 6)  # the last convolution, before the picture is halved a last time
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    assert ours.min() >= 0
    assert ours.max(axis=(1, 2)).max() == pytest.approx(1)


def test_what_speaks_against_is_left_out() -> None:
    seen = np.array([[[1.0, 0.0], [0.0, 2.0]]])
    gradient = np.broadcast_to([1.0, -1.0], seen.shape)
    assert class_map(seen, gradient).tolist() == [[1.0, 0.0]]
    assert class_map(seen, -np.ones_like(seen)).tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize(("side", "shown"), [(28, 224), (300, 300), (1, 224)], ids=["small", "large", "dot"])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_picture_under_the_map(side: int, shown: int, channels: int) -> None:
    picture = np.full((side, side, channels), 128, np.uint8)
    looked = np.array([[1.0, 0.0], [0.0, 0.0]])
    found = overlay(picture, looked)
    assert found.shape == (shown, shown, 3)
    assert found[0, 0, 0] > found[-1, -1, 0] + 100  # yellow where it looks, blue where not
    assert found[-1, -1, 2] > found[-1, -1, 0]
    assert (found == overlay(picture, looked)).all()


def test_the_colours_grow_lighter_all_the_way() -> None:
    luminance = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in RAMP]
    assert luminance == sorted(luminance)


def test_it_is_kept_as_png(tmp_path: Path) -> None:
    save_overlay(tmp_path / "a.png", np.zeros((4, 6, 1), np.uint8), np.ones((2, 3)))
    with Image.open(tmp_path / "a.png") as image:
        assert (image.format, image.size) == ("PNG", (228, 152))


def test_a_network_that_cannot_be_opened_is_said() -> None:
    run, _data = made.pictured(Workspace.local())
    run.path("why").mkdir()
    run.update(backend="jax")
    run.path("preprocess.json").unlink()
    with pytest.raises(RunFailed, match="could not be worked out"):
        maps_of(run, [0, 1])
    assert sorted(path.name for path in run.path("why").iterdir()) == []
