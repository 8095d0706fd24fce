"""How fast a zip of pictures is read, against Pillow alone with as many processes on the same cores.

    python -m bench.pictures [PICTURES]

Pillow alone opens the zip, reads and decodes each picture, and keeps nothing; its processes run already. Ours also judges
the members by the limits, scales, hashes and stores every picture, and starts its processes within the measured time. Both
in turns, the time to import libraries left out. A ratio of 0.8 or more is what we promise.
"""

from __future__ import annotations

import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ROUNDS = 3
PROMISED = 0.8
CLASSES = 10
PILLOW = """
import io, json, sys, time, zipfile
from PIL import Image
path, first, step = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
start = time.perf_counter()
with zipfile.ZipFile(path) as archive:
    for entry in archive.infolist()[first::step]:
        with Image.open(io.BytesIO(archive.read(entry))) as picture:
            picture.load()
print(json.dumps({"seconds": time.perf_counter() - start}))
"""
OURS = """
import json, resource, sys, time
from pathlib import Path
from core.dataset.progress import Progress
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.read import read
from core.dataset.readers.source import Source
import core.dataset.readers.pictures, core.dataset.readers.texts
start = time.perf_counter()
found = read(Source.of(Path(sys.argv[1]), "pictures.zip"), ReadOptions(), Progress())
seconds = time.perf_counter() - start
peak = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({"seconds": seconds, "pictures": len(found.raw.frame), "peak": peak}))
"""


def main() -> int:
    """Measure grey PNG of 28 × 28 and photographs in JPEG of 256 × 256; the exit code is 1 where the promise is broken."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 70_000
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, make, pictures in (("PNG 28x28 grey", _small_png, count), ("JPEG 256x256", _photo, max(2000, count // 7))):
            path = Path(folder, "pictures.zip")
            _write_zip(path, make, pictures)
            broken += _compare(name, path, pictures) < PROMISED
    return broken


def _compare(name: str, path: Path, pictures: int) -> float:
    """Print the rates and return the median ratio of ours to Pillow's."""
    processes = len(os.sched_getaffinity(0))
    ratios, ours, theirs = [], [], []
    for _ in range(ROUNDS):
        alone = _said([[PILLOW, str(path), str(first), str(processes)] for first in range(processes)])
        (found,) = _said([[OURS, str(path)]])
        assert found["pictures"] == pictures
        theirs.append(max(one["seconds"] for one in alone))
        ours.append(found["seconds"])
        ratios.append(theirs[-1] / ours[-1])
    ratio = statistics.median(ratios)
    print(
        f"{name}: {pictures:,} pictures, {processes} processes: Pillow alone {pictures / min(theirs):,.0f} a second, "
        f"ours {pictures / min(ours):,.0f}; ratio {ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f}); "
        f"peak {found['peak'][0]:.0f} MB, each decoder at most {found['peak'][1]:.0f} MB",
        flush=True,
    )
    return ratio


def _said(programs: list[list[str]]) -> list[dict[str, Any]]:
    """Run programs at the same time; what each of them printed, as JSON."""
    running = [subprocess.Popen([sys.executable, "-c", *program], stdout=subprocess.PIPE, text=True) for program in programs]
    said = [process.communicate()[0] for process in running]
    assert not any(process.returncode for process in running)
    return [json.loads(text) for text in said]


def _write_zip(path: Path, make: Callable[[np.random.Generator], bytes], pictures: int) -> None:
    """So many members; a few hundred different pictures are enough, no decoder remembers them."""
    generator = np.random.default_rng(0)
    different = [make(generator) for _ in range(min(pictures, 500))]
    chosen = random.Random(0).choices(different, k=pictures)
    with zipfile.ZipFile(path, "w") as archive:
        for i, content in enumerate(chosen):
            archive.writestr(f"pictures/class {i % CLASSES}/{i:06d}", content)


def _small_png(generator: np.random.Generator) -> bytes:
    """A smooth shape on black, as hand-written digits are."""
    y, x = np.mgrid[:28, :28]
    centre = generator.uniform(9, 19, 4)
    shape = sum(np.exp(-(((x - a) / 3) ** 2) - ((y - b) / 5) ** 2) for a, b in (centre[:2], centre[2:]))
    return _saved(np.clip(shape * 300 - 40, 0, 255).astype(np.uint8), "PNG")


def _photo(generator: np.random.Generator) -> bytes:
    """Smooth colours with some grain."""
    coarse = Image.fromarray(generator.integers(0, 256, (12, 12, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize((256, 256), Image.Resampling.BICUBIC), dtype=np.float64)
    return _saved(np.clip(smooth + generator.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8), "JPEG")


def _saved(pixels: np.ndarray, form: str) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, form)
    return stream.getvalue()


if __name__ == "__main__":
    raise SystemExit(main())
