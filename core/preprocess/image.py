"""Pictures: already uint8 arrays of one size (core.dataset); the network itself scales them to 0 … 1.

Kept as bytes on purpose: a quarter of the memory of float32, and the same array in training, in the page
and in the ONNX file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import BadInput
from core.language import N_

__all__ = ["ImageEncoder"]


@dataclass(frozen=True)
class ImageEncoder:
    """Pictures → (rows, height, width, channels) uint8.

    Attributes:
        shape: (height, width, channels), as the dataset stores its pictures.
    """

    shape: tuple[int, int, int]

    @classmethod
    def fit(cls, images: np.ndarray) -> ImageEncoder:
        """Take the size from the dataset's pictures, (rows, height, width, channels) uint8.

        Example:
            >>> ImageEncoder.fit(np.zeros((2, 28, 28, 1), np.uint8)).shape
            (28, 28, 1)
        """
        height, width, channels = images.shape[1:]
        return cls((int(height), int(width), int(channels)))

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Check pictures and pass them on unchanged.

        Raises:
            BadInput: they have another size or are not bytes.
        """
        if images.ndim != 4 or images.shape[1:] != self.shape or images.dtype != np.uint8:
            raise BadInput(
                N_("This model reads pictures of {text} in bytes (uint8), but was given {text2} ({dtype}). Resize the pictures first.").format(text=_text(self.shape), text2=_text(images.shape[1:]), dtype=images.dtype)
            )
        return np.asarray(images)

    def to_json(self) -> dict[str, Any]:
        """As plain data for `preprocess.json`."""
        return {"shape": list(self.shape)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ImageEncoder:
        """The encoder that `to_json` described."""
        height, width, channels = data["shape"]
        return cls((height, width, channels))


def _text(shape: tuple[int, ...]) -> str:
    return " × ".join(str(side) for side in shape)
