"""A trained model of a table and one of pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.dataset.schema import ColumnType
from core.runs.run import Run
from tests.predict.made import table_data, train
from tests.preprocess.made import dataset


@pytest.fixture
def trained(tmp_path: Path) -> tuple[Run, np.ndarray]:
    return train(table_data(tmp_path / "d"), tmp_path / "runs")


@pytest.fixture
def sees(tmp_path: Path) -> Run:
    images = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 1), np.uint8)
    data = dataset(tmp_path / "d", {"image": (ColumnType.IMAGE, [f"{i}.png" for i in range(6)])}, ["cat", "dog"] * 3, images=images)
    return train(data, tmp_path / "runs")[0]
