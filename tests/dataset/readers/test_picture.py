import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.dataset.readers.picture import grey, picture_array, picture_size
from core.errors import BadFile
from core.settings import settings
from tests.dataset.made import noise, png

RED = np.full((6, 4, 3), (200, 10, 30), dtype=np.uint8)
GOOD = png(noise(1))


def saved(picture: Image.Image, form: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, form, **options)  # type: ignore[arg-type]
    return stream.getvalue()


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF", "PPM", "GIF"])
def test_lossless_formats_keep_their_pixels(form: str) -> None:
    assert np.array_equal(picture_array(png(RED, form)), RED)


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_lossy_formats_come_close(form: str) -> None:
    assert np.abs(picture_array(png(RED, form)).astype(int) - RED).max() < 12


@pytest.mark.parametrize(
    ("mode", "channels"),
    [("1", 1), ("L", 1), ("LA", 1), ("P", 3), ("RGB", 3), ("RGBA", 3), ("CMYK", 3), ("YCbCr", 3), ("I", 1), ("F", 1), ("I;16", 1)],
)
def test_every_mode_becomes_bytes_with_one_or_three_channels(mode: str, channels: int) -> None:
    picture = Image.fromarray(noise(2)).convert("L" if mode in ("1", "I", "F", "I;16", "LA") else "RGB").convert(mode)
    array = picture_array(saved(picture, "TIFF" if mode in ("CMYK", "YCbCr", "F", "I") else "PNG"))
    assert array.dtype == np.uint8
    assert array.shape == (12, 10, channels)


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    values = np.array([[0, 257, 32896, 65535]], dtype=np.uint16)
    assert picture_array(saved(Image.fromarray(values))).ravel().tolist() == [0, 1, 128, 255]


def test_fractions_are_scaled() -> None:
    values = np.array([[0.0, 0.5, 1.0]], dtype=np.float32)
    assert picture_array(saved(Image.fromarray(values), "TIFF")).ravel().tolist() == [0, 128, 255]


def test_transparent_pixels_become_white() -> None:
    pixels = np.zeros((2, 2, 4), dtype=np.uint8)
    pixels[0, 0] = (10, 20, 30, 255)
    array = picture_array(png(pixels))
    assert array[0, 0].tolist() == [10, 20, 30]
    assert array[1, 1].tolist() == [255, 255, 255]


def test_exif_rotation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned right
    data = saved(Image.fromarray(RED), "JPEG", exif=exif)
    assert picture_array(data).shape == (4, 6, 3)


def test_the_first_frame_of_an_animation_is_taken() -> None:
    frames = [Image.new("L", (4, 4), shade) for shade in (0, 255)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert picture_array(data).max() == 0


def test_it_is_scaled_to_width_and_height() -> None:
    assert picture_array(GOOD, (5, 7)).shape == (7, 5, 3)
    assert picture_size(GOOD) == (10, 12)


def test_a_line_of_pixels_can_be_scaled() -> None:
    assert picture_array(png(noise(3, 1, 3000)), (8, 8)).shape == (8, 8, 3)


def test_grey_is_told_by_the_pixels() -> None:
    assert grey(np.repeat(noise(4)[..., :1], 3, axis=2))
    assert not grey(noise(4))


@pytest.mark.parametrize("form", ["EPS", "PDF", "ICO"])
def test_other_formats_are_not_even_tried(form: str) -> None:
    with pytest.raises(BadFile, match="not a picture that can be read"):
        picture_array(png(noise(5, 16, 16), form))


def test_the_header_alone_refuses_too_many_pixels() -> None:
    data = saved(Image.new("1", (40_000, 40_000)), compress_level=9)
    with pytest.raises(BadFile, match="million pixels"):
        picture_array(data)


def test_the_limit_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMELIGHT_MAX_PICTURE_PIXELS", "119")
    settings.cache_clear()
    with pytest.raises(BadFile, match="LIMELIGHT_MAX_PICTURE_PIXELS"):
        picture_array(GOOD)


def test_a_cut_picture_is_broken() -> None:
    with pytest.raises(BadFile, match="broken picture"):
        picture_array(GOOD[: len(GOOD) // 2])


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=5))
def test_damage_gives_pixels_or_a_reason(place: int, insert: bytes) -> None:
    try:
        array = picture_array(GOOD[:place] + insert + GOOD[place + len(insert) :], (8, 8))
    except BadFile as error:
        assert error.message
    else:
        assert array.shape[:2] == (8, 8)
        assert array.dtype == np.uint8
