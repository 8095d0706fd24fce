"""What a run folder must hold for a prediction, and what it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.errors import Damaged, NotReady
from core.predict import Predictor
from core.runs.run import Run
from tests.predict.made import ROWS, answers, table_data
from tests.preprocess.made import spec_of


def test_a_run_without_a_model_is_not_ready(tmp_path: Path) -> None:
    data = table_data(tmp_path / "d")
    with pytest.raises(NotReady, match="no model"):
        Predictor.open(Run.create(tmp_path / "runs", spec_of(data)))


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x09"])
def test_a_broken_model_is_damaged(trained: tuple[Run, np.ndarray], content: bytes) -> None:
    trained[0].path("model.onnx").write_bytes(content)
    with pytest.raises(Damaged, match=r"model.*cannot be read"):
        Predictor.open(trained[0])


def test_a_run_folder_alone_is_enough(trained: tuple[Run, np.ndarray], tmp_path: Path) -> None:
    """The dataset is gone and the folder has moved."""
    before = answers(trained[0], ROWS)
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "d").rename(tmp_path / "gone")
    trained[0].folder.rename(elsewhere)
    assert answers(Run(elsewhere), ROWS)[0].equals(before[0])


def test_prediction_needs_no_training_library() -> None:
    code = (
        "import sys\n"
        "for name in ('keras', 'tensorflow', 'jax', 'sklearn', 'scipy', 'streamlit'): sys.modules[name] = None\n"
        "import core.predict, onnxruntime\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=True, timeout=60)
