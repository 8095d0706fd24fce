"""Pictures pass through as bytes; another size is refused with a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import BadInput
from core.preprocess.image import ImageEncoder


def test_pictures_are_passed_on_unchanged() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (3, 5, 4, 3), np.uint8)
    encoder = ImageEncoder.from_json(ImageEncoder.fit(pictures).to_json())
    assert encoder.shape == (5, 4, 3)
    np.testing.assert_array_equal(encoder.encode(pictures), pictures)


@pytest.mark.parametrize(
    ("pictures", "received"),
    [
        (np.zeros((1, 28, 28, 3), np.uint8), "28 × 28 × 3"),
        (np.zeros((1, 28, 28, 1), np.float32), "float32"),
        (np.zeros((28, 28, 1), np.uint8), "28 × 1"),
    ],
)
def test_other_pictures_are_refused(pictures: np.ndarray, received: str) -> None:
    with pytest.raises(BadInput, match=f"28 × 28 × 1.*{received}"):
        ImageEncoder((28, 28, 1)).encode(pictures)
