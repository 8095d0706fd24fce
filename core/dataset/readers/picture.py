"""One picture file → pixels. Everything about a picture is untrusted: format, size, mode, length.

Only common formats are tried, the size is checked in the header before a pixel is decoded, and Pillow's
bomb warning is an error. Whatever the mode, the result is uint8, (height, width, 1 or 3).
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageOps

from core.errors import BadFile
from core.settings import settings

__all__ = ["PICTURE_FORMATS", "grey", "picture_array", "picture_size", "with_channels"]

PICTURE_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N"})
DEEP_MODES = frozenset({"I", "F", "I;16", "I;16B", "I;16L", "I;16N"})
ROTATED_FORMATS = frozenset({"JPEG", "MPO", "TIFF", "WEBP"})  # those whose EXIF may say how they were held
WHITE = (255, 255, 255, 255)


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height of a picture from its header.

    Raises:
        BadFile: it is no picture of a format that is read, or has too many pixels.
    """
    with _quiet(), _open(data) as picture:
        return picture.size


def picture_array(data: bytes, size: tuple[int, int] | None = None) -> np.ndarray:
    """Decode a picture and scale it: the same way at ingest and at prediction.

    Args:
        data: the file's content.
        size: (width, height) to scale to; default: as it is.

    Returns:
        (height, width, channels) uint8; 1 channel for a grey mode, else 3. Transparent pixels become
        white, EXIF rotation is applied, 16-bit values are scaled, of an animation the first frame is taken.

    Raises:
        BadFile: it cannot be read; the message says why.
    """
    try:
        with _quiet(), _open(data) as picture:
            if size is not None:
                picture.draft(None, size)  # lets a JPEG be decoded at a fraction of its size
            return _pixels(_upright(picture), size)
    except BadFile:
        raise
    except MemoryError as error:
        raise BadFile("too large to decode") from error
    except Exception as error:  # noqa: BLE001  # Pillow's decoders raise almost anything on broken data
        raise BadFile("broken picture") from error


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
def _quiet() -> Iterator[None]:
    """No warning about odd metadata; the one about a decompression bomb is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _open(data: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data), formats=PICTURE_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadFile(_too_many_pixels()) from error
    except Exception as error:  # noqa: BLE001  # Pillow's parsers raise almost anything on broken data
        raise BadFile("not a picture that can be read") from error
    if picture.width * picture.height > settings().max_picture_pixels:
        raise BadFile(_too_many_pixels())
    if not picture.width or not picture.height:
        raise BadFile("a picture without pixels")
    return picture


def _too_many_pixels() -> str:
    limit = settings().max_picture_pixels / 1e6
    return f"more than {limit:g} million pixels ({settings().variable('max_picture_pixels')})"


def _upright(picture: Image.Image) -> Image.Image:
    if picture.format not in ROTATED_FORMATS and "exif" not in picture.info:
        return picture
    return ImageOps.exif_transpose(picture)


def _pixels(picture: Image.Image, size: tuple[int, int] | None) -> np.ndarray:
    if picture.mode in DEEP_MODES:
        picture = Image.fromarray(_to_bytes(np.asarray(picture, dtype=np.float64), picture.mode))
    transparent = picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info
    is_grey = picture.mode in GREY_MODES
    if transparent:
        front = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", front.size, WHITE), front)
    wanted = "L" if is_grey else "RGB"
    picture = picture if picture.mode == wanted else picture.convert(wanted)
    if size is not None and picture.size != size:
        picture = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    channels = len(picture.getbands())
    return np.frombuffer(picture.tobytes(), dtype=np.uint8).reshape(picture.height, picture.width, channels)


def _to_bytes(values: np.ndarray, mode: str) -> np.ndarray:
    """Scale deep pixels to 0…255: 16 bits by their full range, others by the range that they use."""
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if mode.startswith("I;16") or (mode == "I" and low >= 0 and 255 < high <= 65535):
        scaled = values / 257
    elif mode == "F" and low >= 0 and high <= 1:
        scaled = values * 255
    elif low >= 0 and high <= 255:
        scaled = values
    else:
        scaled = (values - low) / (high - low) * 255
    return np.round(scaled).astype(np.uint8)
