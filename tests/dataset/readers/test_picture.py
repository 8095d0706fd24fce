import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from core.dataset.readers.picture import Seen, grey, look, picture_array, picture_size, quiet, value_range
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


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, (0, 1)), (0.2, 0.7, (0, 1)), (0, 255, (0, 255)), (3, 256, (0, 4095)), (0, 4095, (0, 4095)), (9, 4096, (0, 65535)),
        (0, 65536, (0, 65536)), (-3, 4, (-3, 4)), (7, 1e300, (7, 1e300)),
    ],
)  # fmt: skip
def test_the_least_usual_range_holds_the_values(low: float, high: float, expected: tuple[float, float]) -> None:
    assert value_range(low, high) == expected


def test_a_range_from_outside_scales_and_clips() -> None:
    values = np.array([[0, 100, 200, 400]], dtype=np.uint16)
    assert picture_array(saved(Image.fromarray(values)), values=(100.0, 300.0)).ravel().tolist() == [0, 0, 128, 255]


def test_what_is_no_number_is_black_and_infinity_white() -> None:
    values = np.array([[np.nan, np.inf, -np.inf, 10.0, 20.0]], dtype=np.float32)
    assert picture_array(saved(Image.fromarray(values), "TIFF")).ravel().tolist() == [0, 255, 0, 10, 20]
    assert picture_array(saved(Image.fromarray(np.full((2, 2), np.nan, dtype=np.float32)), "TIFF")).max() == 0


def test_a_deep_picture_is_scaled_block_by_block_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(Image.fromarray(np.random.default_rng(0).integers(0, 65536, (30, 20), dtype=np.uint16)))
    whole = picture_array(data)
    monkeypatch.setattr("core.dataset.readers.picture.VALUES_AT_ONCE", 50)
    assert np.array_equal(picture_array(data), whole)


def test_a_first_look_at_a_deep_picture_gives_its_range() -> None:
    with quiet():
        seen = look(saved(Image.fromarray(np.array([[5, 900]], dtype=np.uint16))), (8, 8))
        assert seen == Seen(None, 2, 1, "16 bits", 5.0, 900.0)
        assert look(GOOD, (8, 8)).depth == ""


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
    assert picture_size(data) == (6, 4)


@pytest.mark.parametrize("form", ["JPEG", "TIFF", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_as_pillow_turns_it(form: str, orientation: int) -> None:
    shades = np.kron(np.array([[0, 80, 160], [240, 120, 40]], dtype=np.uint8), np.ones((16, 16), dtype=np.uint8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(Image.fromarray(shades).convert("RGB"), form, exif=exif, **({"quality": 95} if form != "PNG" else {}))
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
    assert np.array_equal(picture_array(data), expected)
    assert picture_size(data) == (expected.shape[1], expected.shape[0])


def test_broken_metadata_is_no_reason_to_lose_a_picture() -> None:
    data = saved(Image.fromarray(RED), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(7))
    assert picture_array(data).shape == (6, 4, 3)


def test_an_icon_is_read_and_what_it_hides_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    icon = saved(Image.fromarray(noise(6, 16, 16)), "ICO")
    assert np.array_equal(picture_array(icon), noise(6, 16, 16))
    inside = saved(Image.new("L", (3000, 3000)), "PNG")
    bomb = icon[:14] + len(inside).to_bytes(4, "little") + icon[18:22] + inside  # still says 16 × 16
    monkeypatch.setenv("LIMELIGHT_MAX_PICTURE_PIXELS", "1000000")
    settings.cache_clear()
    with pytest.raises(BadFile, match="million pixels"):
        picture_array(bomb)


def test_looking_leaves_pillows_limit_as_it_was() -> None:
    before = Image.MAX_IMAGE_PIXELS
    picture_array(GOOD)
    assert before == Image.MAX_IMAGE_PIXELS


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


@pytest.mark.parametrize("form", ["EPS", "PDF", "TGA"])
def test_other_formats_are_not_even_tried(form: str) -> None:
    with pytest.raises(BadFile, match="not a picture that can be read"):
        picture_array(png(noise(5, 16, 16), form))


def test_the_header_alone_refuses_too_many_pixels() -> None:
    small = saved(Image.new("1", (8, 8)))
    header = small[12:16] + struct.pack(">II", 40_000, 40_000) + small[24:29]  # the checksum after it is right, the pixels are missing
    data = small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
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
