import numpy as np
import pytest
from PIL import Image

from core.dataset.perceptual import difference_hashes


def scenes(count: int, side: int = 64, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Smooth random pictures, as photographs are."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 6, 6, 3), dtype=np.uint8)
    made = np.stack([np.asarray(Image.fromarray(one).resize((side, side), Image.Resampling.BICUBIC)) for one in coarse])
    return made[..., :channels]


def different(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.bitwise_count(first ^ second)


@pytest.mark.parametrize("channels", [1, 3])
def test_it_is_the_sign_of_the_fall_between_nine_by_eight_means(channels: int) -> None:
    images = scenes(3, 72, channels)
    weights = np.array([0.299, 0.587, 0.114]) if channels == 3 else np.ones(1)
    for image, found in zip(images, difference_hashes(images), strict=True):
        small = (image @ weights).reshape(8, 9, 9, 8).mean(axis=(1, 3))  # 72 pixels: 8 rows of 9 and 9 columns of 8
        bits = (small[:, :-1] - small[:, 1:] > 0.05).ravel()
        assert int(found) == int("".join("1" if bit else "0" for bit in bits), 2)


def test_small_changes_move_few_bits_and_other_pictures_many() -> None:
    images = scenes(60)
    hashes = difference_hashes(images)
    brighter = np.clip(images * 0.9 + 12, 0, 255).astype(np.uint8)
    scaled = np.stack([np.asarray(Image.fromarray(one).resize((48, 40)).resize((64, 64))) for one in images])
    noisy = np.clip(images + np.random.default_rng(1).normal(0, 4, images.shape), 0, 255).astype(np.uint8)
    for changed in (brighter, scaled, noisy):
        assert np.percentile(different(hashes, difference_hashes(changed)), 90) <= 4
    assert np.percentile(different(hashes, np.roll(hashes, 1)), 10) >= 16


def test_a_plain_picture_has_no_bits() -> None:
    plain = np.stack([np.full((37, 53, 3), shade, dtype=np.uint8) for shade in (0, 77, 129, 255)])
    assert difference_hashes(plain).tolist() == [0, 0, 0, 0]


def test_any_size_goes_even_less_than_the_grid() -> None:
    assert difference_hashes(np.zeros((2, 3, 5, 1), dtype=np.uint8)).shape == (2,)
    assert difference_hashes(np.zeros((0, 8, 8, 1), dtype=np.uint8)).shape == (0,)


def test_many_pictures_give_what_each_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    images = scenes(20, 16)
    one_by_one = np.concatenate([difference_hashes(images[i : i + 1]) for i in range(20)])
    monkeypatch.setattr("core.dataset.perceptual.AT_ONCE_BYTES", 4 * images[:3].size)
    assert np.array_equal(difference_hashes(images), one_by_one)
