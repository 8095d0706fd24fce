"""Where a network looks in a picture: gradient-weighted class activation (Grad-CAM), from numbers to a picture.

Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based localization" (ICCV 2017): each
feature of the last layer with places counts as much as the answer depends on it, and what speaks against the answer is
left out.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.errors import RunFailed
from core.files import write_atomic
from core.language import N_, _
from core.runs.run import Run
from core.training.backend import ROOT, EngineName, worker_environment

__all__ = ["class_map", "maps_of", "overlay", "save_overlay"]

SHOWN_PX = 224  # of the longer side; small pictures are enlarged, so that people see them
STRENGTH = 0.65  # of the colour where the network looks most
# cividis (Nuñez, Anderton, Renslow 2018): the colour-blind see it as others do; every 32nd of its 256 colours
RAMP = ((0, 34, 78), (18, 53, 112), (59, 73, 108), (87, 93, 109), (112, 113, 115), (138, 134, 120), (165, 156, 116), (195, 179, 105), (225, 204, 85), (254, 232, 56))
FAILED = N_("Where this model looks could not be worked out. Look into `why/log.txt` in the run's folder, or train again.")


def class_map(seen: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """The map of one picture.

    Args:
        seen: (rows, columns, features) what the layer gives.
        gradient: of the answer's score with respect to it, the same shape.

    Returns:
        (rows, columns) from 0 to 1: relu(Σ mean gradient × feature), divided by its largest value.

    Example:
        >>> class_map(np.array([[[1.0], [3.0]]]), np.ones((1, 2, 1))).tolist()
        [[0.3333333333333333, 1.0]]
    """
    weights = gradient.mean(axis=(0, 1), dtype=np.float64)
    found: np.ndarray = np.maximum((seen * weights).sum(axis=-1), 0.0)
    largest = float(found.max(initial=0.0))
    return found / largest if largest > 0 else found


def maps_of(run: Run, rows: Sequence[int]) -> np.ndarray:
    """The maps of some rows of a run's dataset, (rows, height, width), made on the engine that the run learned with.

    Raises:
        RunFailed: the process that makes them failed; what it said is on standard error.
    """
    engine: EngineName = "jax" if run.status.backend == "jax" else "tensorflow"
    home = run.folder.resolve().parents[3]
    with tempfile.TemporaryDirectory(dir=run.folder / "why") as folder:
        out = Path(folder) / "maps.npy"
        command = [sys.executable, "-m", "core.why.gradients", str(run.folder.resolve()), str([int(row) for row in rows]), str(out)]
        done = subprocess.run(command, cwd=ROOT, env=worker_environment(engine, home, gpu=False), stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
        if done.returncode or not out.exists():
            raise RunFailed(_(FAILED))
        maps: np.ndarray = np.load(out, allow_pickle=False)
    return maps


def overlay(picture: np.ndarray, looked: np.ndarray) -> np.ndarray:
    """A picture in greys under the map in colours.

    Args:
        picture: (height, width, channels) uint8.
        looked: (rows, columns) from 0 to 1, of any size.

    Returns:
        (height, width, 3) uint8, enlarged so that the longer side has 224 pixels or more. Yellow is where the network
        looks, dark blue where it does not.
    """
    from PIL import Image

    height, width = picture.shape[:2]
    times = max(1, -(-SHOWN_PX // max(height, width)))
    size = (width * times, height * times)
    grey = Image.fromarray(picture[..., :3].mean(axis=-1).astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
    smooth = np.asarray(Image.fromarray(looked.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)).clip(0, 1)
    stops = np.linspace(0, 1, len(RAMP))
    colours = np.stack([np.interp(smooth, stops, [stop[channel] for stop in RAMP]) for channel in range(3)], axis=-1)
    mixed = (1 - STRENGTH) * np.asarray(grey, float)[..., None] + STRENGTH * colours
    return mixed.round().astype(np.uint8)


def save_overlay(path: Path, picture: np.ndarray, looked: np.ndarray) -> None:
    """Write the overlay as PNG, all-or-nothing."""
    from PIL import Image

    image = Image.fromarray(overlay(picture, looked))
    write_atomic(path, lambda beside: image.save(beside, "PNG", optimize=True))


