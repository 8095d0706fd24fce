"""One picture file → pixels. Everything about a picture is untrusted: format, size, mode, length.

Only common formats are tried, the size is checked in the header before a pixel is decoded, and Pillow's
bomb warning is an error. Whatever the mode, the result is uint8, (height, width, 1 or 3).

Deep pictures (16 or 32 bits, or fractions) say nothing of the range that their values can have. It is guessed from the
values: those of one picture, or better of all pictures of a dataset, so that the same brightness stays the same.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from PIL import Image

from core.errors import BadFile
from core.language import N_
from core.settings import settings

__all__ = [
    "PICTURE_FORMATS", "Seen", "grey", "look", "picture_array", "picture_size", "quiet", "value_range", "with_channels",
]  # fmt: skip

PICTURE_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "ICO")
DEPTHS = {"I": "32 bits", "F": "fractions", **dict.fromkeys(("I;16", "I;16B", "I;16L", "I;16N"), "16 bits")}
GREY_MODES = frozenset({"1", "L", "LA", "La", *DEPTHS})
TRANSPARENT_MODES = frozenset({"RGBA", "LA", "PA", "La", "RGBa"})
ROTATED_FORMATS = frozenset({"JPEG", "MPO", "WEBP"})  # those whose EXIF may say how they were held; Pillow turns a TIFF by itself
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
LYING = (5, 6, 7, 8)  # orientations that swap width and height
WHITE = (255, 255, 255, 255)
TOPS = (1.0, 255.0, 4095.0, 65535.0)  # the largest fraction, and the largest value of 8, 12 and 16 bits
VALUES_AT_ONCE = 1 << 20  # of a deep picture: memory stays small


class Seen(NamedTuple):
    """What one look at a picture gives. A tuple: there may be 200,000.

    Attributes:
        pixels: (height, width, channels) uint8; None for a deep picture whose range of values is not known yet.
        width, height: as it is meant to be held, in pixels of the file.
        depth: of a deep picture, "16 bits", "32 bits" or "fractions"; else "".
        low, high: of a deep picture whose range was not given, the least and the largest finite value.
    """

    pixels: np.ndarray | None
    width: int
    height: int
    depth: str = ""
    low: float = 0.0
    high: float = 0.0


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height of a picture, as it is meant to be held, from its header.

    Raises:
        BadFile: it is no picture of a format that is read, or has too many pixels.
    """
    with quiet(), _open(data) as picture:
        return _upright_size(picture, _orientation(picture))


def picture_array(data: bytes, size: tuple[int, int] | None = None, values: tuple[float, float] | None = None) -> np.ndarray:
    """Decode a picture and scale it: the same way at ingest and at prediction.

    Args:
        data: the file's content.
        size: (width, height) to scale to; default: as it is.
        values: what becomes 0 and 255 in a deep picture; default: `value_range` of its own values.

    Returns:
        (height, width, channels) uint8; 1 channel for a grey mode, else 3. Transparent pixels become
        white, EXIF rotation is applied, deep values are scaled, of an animation the first frame is taken.

    Raises:
        BadFile: it cannot be read; the message says why.
    """
    with quiet():
        seen = look(data, size, values)
        if seen.pixels is None:
            seen = look(data, size, value_range(seen.low, seen.high))
    assert seen.pixels is not None
    return seen.pixels


def look(data: bytes, size: tuple[int, int] | None, values: tuple[float, float] | None = None) -> Seen:
    """Decode a picture, or, where it is deep and `values` are not given, find out its range. Call it inside `quiet`.

    Args:
        data: the file's content.
        size: (width, height) to scale to; None: as it is.
        values: what becomes 0 and 255 in a deep picture.

    Raises:
        BadFile: it cannot be read; the message says why.
    """
    try:
        with _open(data) as picture:
            orientation = _orientation(picture)
            width, height = _upright_size(picture, orientation)
            depth = DEPTHS.get(picture.mode, "")
            if depth and values is None:
                return Seen(None, width, height, depth, *_extremes(np.asarray(picture)))
            if size is not None:
                picture.draft(None, size)  # lets a JPEG be decoded at a fraction of its size
            picture.load()  # an icon or an animation knows its mode only then
            return Seen(_pixels(picture if orientation == 1 else picture.transpose(TURNS[orientation]), size, values), width, height, depth)
    except BadFile:
        raise
    except MemoryError as error:
        raise BadFile(N_("too large to decode")) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:  # an icon holds a whole other picture
        raise BadFile(_too_many_pixels()) from error
    except Exception as error:  # noqa: BLE001  # Pillow's decoders raise almost anything on broken data
        raise BadFile(N_("broken picture")) from error


def value_range(low: float, high: float) -> tuple[float, float]:
    """What becomes 0 and 255 where deep values lie between `low` and `high`.

    The least usual range that holds them: fractions up to 1, or 8, 12 or 16 bits; else what they use.

    Example:
        >>> value_range(0, 40000), value_range(0.1, 0.9), value_range(-5, 20)
        ((0.0, 65535.0), (0.0, 1.0), (-5, 20))
    """
    if low < 0 or high > TOPS[-1]:
        return low, high
    return 0.0, next(top for top in TOPS if high <= top)


def grey(array: np.ndarray) -> bool:
    """Whether a (height, width, channels) picture has no colour in it."""
    return array.shape[2] == 1 or bool((array[..., 0] == array[..., 1]).all() and (array[..., 1] == array[..., 2]).all())


def with_channels(array: np.ndarray, channels: int) -> np.ndarray:
    """A picture with as many channels as wanted: grey is spread over three, colour becomes its brightness.

    Args:
        array: (height, width, 1 or 3) uint8.
        channels: 1 or 3.

    Returns:
        (height, width, channels) uint8. Brightness is ITU-R BT.601.
    """
    if array.shape[2] == channels:
        return array
    if channels == 3:
        return np.repeat(array, 3, axis=2)
    if grey(array):
        return array[..., :1]
    return np.asarray(np.round(array @ np.array([0.299, 0.587, 0.114]))[..., None], dtype=np.uint8)


@contextmanager
def quiet() -> Iterator[None]:
    """No warning about odd metadata; the one about a decompression bomb is an error, from our own limit on."""
    before = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            Image.MAX_IMAGE_PIXELS = max(1, settings().max_picture_pixels)
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _open(data: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data), formats=PICTURE_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadFile(_too_many_pixels()) from error
    except Exception as error:  # noqa: BLE001  # Pillow's parsers raise almost anything on broken data
        raise BadFile(N_("not a picture that can be read")) from error
    if picture.width * picture.height > settings().max_picture_pixels:
        raise BadFile(_too_many_pixels())
    if not picture.width or not picture.height:
        raise BadFile(N_("a picture without pixels"))
    return picture


def _too_many_pixels() -> str:
    limit = settings().max_picture_pixels / 1e6
    return f"more than {limit:g} million pixels ({settings().variable('max_picture_pixels')})"


def _orientation(picture: Image.Image) -> int:
    """How the picture was held; 1 for upright."""
    if picture.format not in ROTATED_FORMATS and "exif" not in picture.info:
        return 1
    try:
        found = picture.getexif().get(ORIENTATION, 1)
    except Exception:  # noqa: BLE001  # odd metadata is no reason to lose a picture
        return 1
    return found if found in TURNS else 1


def _upright_size(picture: Image.Image, orientation: int) -> tuple[int, int]:
    width, height = picture.size
    return (height, width) if orientation in LYING else (width, height)


def _pixels(picture: Image.Image, size: tuple[int, int] | None, values: tuple[float, float] | None) -> np.ndarray:
    transparent = picture.mode in TRANSPARENT_MODES or "transparency" in picture.info
    wanted = "L" if picture.mode in GREY_MODES else "RGB"
    if picture.mode in DEPTHS and values is not None:
        picture, transparent = Image.fromarray(_to_bytes(np.asarray(picture), *values)), False
    if transparent:
        front = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", front.size, WHITE), front)
    picture = picture if picture.mode == wanted else picture.convert(wanted)
    if size is not None and picture.size != size:
        picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    return np.frombuffer(picture.tobytes(), dtype=np.uint8).reshape(picture.height, picture.width, len(wanted))


def _blocks(values: np.ndarray) -> Iterator[np.ndarray]:
    """(rows, width) in blocks of rows."""
    rows = max(1, VALUES_AT_ONCE // max(1, values.shape[1]))
    return (values[start : start + rows] for start in range(0, len(values), rows))


def _extremes(values: np.ndarray) -> tuple[float, float]:
    """The least and the largest finite value; 0 and 0 where there is none."""
    low, high = math.inf, -math.inf
    for block in _blocks(values):
        finite = block[np.isfinite(block)]
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return (low, high) if low <= high else (0.0, 0.0)


def _to_bytes(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Scale deep pixels: `low` becomes 0 and `high` 255; what is no number becomes 0."""
    scaled: np.ndarray = np.empty(values.shape, dtype=np.uint8)
    span = high - low if high > low else 1.0
    start = 0
    for block in _blocks(values):
        wide = np.nan_to_num(block.astype(np.float64), nan=low, posinf=high, neginf=low)
        scaled[start : start + len(block)] = np.round((np.clip(wide, low, high) - low) * 255 / span)
        start += len(block)
    return scaled
