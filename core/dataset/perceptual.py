"""Which pictures look alike: 64 bits a picture that hardly change when it is scaled, recoloured or saved again.

A difference hash says where in a picture brightness falls from left to right. Pictures whose hashes differ in a few bits
are nearly the same to the eye; equal pixels are told by `Pictures.digests`.
"""

from __future__ import annotations

import numpy as np

__all__ = ["difference_hashes"]

ROWS, COLUMNS = 8, 9  # of the small picture: 8 × 8 differences
BRIGHTNESS = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
AT_ONCE_BYTES = 8 * 1024 * 1024
LEAST_FALL = 0.05  # grey levels; less is rounding, and a flat picture must not get random bits


def difference_hashes(images: np.ndarray) -> np.ndarray:
    """A 64-bit difference hash of each picture.

    Args:
        images: (pictures, height, width, 1 or 3) uint8; read a few megabytes at a time.

    Returns:
        (pictures,) uint64. A picture without any fall of brightness from left to right, such as a plain one, has 0:
        such hashes say nothing of what the picture shows.

    Example:
        >>> falling = np.linspace(255, 0, 32, dtype=np.uint8)[None, None, :, None].repeat(32, axis=1)
        >>> [hex(int(h)) for h in difference_hashes(np.concatenate([falling, falling[:, :, ::-1]]))]
        ['0xffffffffffffffff', '0x0']
    """
    pictures, height, width, channels = images.shape
    hashes: np.ndarray = np.zeros(pictures, dtype=np.uint64)
    down = _means(height, ROWS)
    across = np.kron(_means(width, COLUMNS), BRIGHTNESS if channels == 3 else np.ones(1)).astype(np.float32)
    bits = np.uint64(1) << np.arange(ROWS * (COLUMNS - 1), dtype=np.uint64)[::-1]
    step = max(1, AT_ONCE_BYTES // max(1, 4 * height * width * channels))
    for start in range(0, pictures, step):
        block = images[start : start + step].astype(np.float32)
        small = down @ (block.reshape(-1, width * channels) @ across.T).reshape(-1, height, COLUMNS)
        falls = small[:, :, :-1] - small[:, :, 1:] > LEAST_FALL
        hashes[start : start + step] = (falls.reshape(len(block), -1) * bits).sum(axis=1, dtype=np.uint64)
    return hashes


def _means(pixels: int, parts: int) -> np.ndarray:
    """(parts, pixels) weights of the mean of each part of a line; parts need not begin at whole pixels."""
    edges = np.linspace(0, pixels, parts + 1)
    left, right = edges[:-1, None], edges[1:, None]
    covered = np.minimum(right, np.arange(1, pixels + 1)) - np.maximum(left, np.arange(pixels))
    return np.asarray(np.maximum(covered, 0) * parts / pixels, dtype=np.float32)
