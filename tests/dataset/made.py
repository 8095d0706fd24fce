"""Small files that the tests of this folder make for themselves."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image


def csv_bytes(columns: Mapping[str, Sequence[object]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A CSV file with these columns."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue().encode(encoding)


def people(rows: int = 120, seed: int = 0) -> dict[str, list[object]]:
    """A table that can be learned from, without a leak: two numbers, a category, a noisy answer."""
    random = np.random.default_rng(seed)
    age = random.integers(18, 80, rows)
    income = np.round(random.normal(3000, 700, rows), 2)
    answer = np.where(age + random.normal(0, 15, rows) > 50, "yes", "no")
    return {
        "age": age.tolist(), "income": income.tolist(), "job": random.choice(["cook", "smith", "nurse"], rows).tolist(),
        "churn": answer.tolist(),
    }  # fmt: skip


def png(pixels: np.ndarray, form: str = "PNG", mode: str | None = None) -> bytes:
    """A picture file with these pixels."""
    stream = io.BytesIO()
    picture = Image.fromarray(pixels)
    (picture.convert(mode) if mode else picture).save(stream, form)
    return stream.getvalue()


def noise(seed: int, height: int = 12, width: int = 10, channels: int = 3) -> np.ndarray:
    """Random pixels, (height, width, channels), or (height, width) for one channel."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)
    return pixels[..., 0] if channels == 1 else pixels


def zip_bytes(members: Mapping[str, bytes] | Sequence[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file with these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items() if isinstance(members, Mapping) else members:
            archive.writestr(zipfile.ZipInfo(name), content, method)  # without the time of day: the same bytes every time
    return stream.getvalue()


def class_folders(per_class: int = 15, prefix: str = "", channels: int = 3) -> dict[str, bytes]:
    """Members of a zip with the classes cat and dog."""
    return {
        f"{prefix}{label}/{i}.png": png(noise(1000 * k + i, channels=channels))
        for k, label in enumerate(("cat", "dog"))
        for i in range(per_class)
    }
