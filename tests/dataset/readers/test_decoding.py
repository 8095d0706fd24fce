import errno
import io
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from core.dataset.progress import Progress, Step
from core.dataset.readers import decoding
from core.dataset.readers.archive import open_archive
from core.dataset.readers.decoder import CHUNK, Share
from core.dataset.readers.decoding import Decoded, decode
from core.dataset.readers.picture import grey, picture_array
from core.dataset.readers.source import Source
from core.dataset.readers.unpack import Packed
from core.errors import Cancelled, DiskFull, MachineError
from tests.dataset.made import noise, png, zip_bytes

SIZE = (10, 12)
DEEP = {"deep/low.png": np.full((12, 10), 300, dtype=np.uint16), "deep/high.png": np.full((12, 10), 3000, dtype=np.uint16)}


def mixed(count: int = 2 * CHUNK + 20) -> dict[str, bytes]:
    """Grey, coloured, broken and deep pictures."""
    made = {f"a/{i}.png": png(noise(i, channels=1 if i % 3 else 3)) for i in range(count)}
    made["a/7.png"], made[f"a/{count - 1}.png"] = b"broken", made["a/0.png"][:60]
    return made | {name: png(pixels) for name, pixels in DEEP.items()}


def members(source: Source) -> list[Packed]:
    with open_archive(source) as archive:
        return [member.packed for member in archive.members]


def decoded(content: dict[str, bytes] | Source, **options: object) -> Decoded:
    source = content if isinstance(content, Source) else Source.of(zip_bytes(content), "a.zip")
    return decode(source, members(source), SIZE, **options)  # type: ignore[arg-type]


def test_each_picture_is_what_it_is_alone() -> None:
    content = mixed()
    found = decoded(content)
    good = [i for i, data in enumerate(content.values()) if i not in found.broken]
    assert found.kept.tolist() == good
    assert found.images.shape == (len(good), 12, 10, 3)
    for image, (name, data) in zip(found.images, ((n, content[n]) for n in np.array(list(content))[good]), strict=True):
        if name not in DEEP:
            assert np.array_equal(image, np.broadcast_to(picture_array(data), image.shape))
    assert found.broken == {7: "not a picture that can be read", 2 * CHUNK + 19: "broken picture"}
    assert found.sizes.tolist() == [[10, 12]] * len(good)


@pytest.mark.parametrize("kind", ["path", "bytes"])
def test_the_result_is_the_same_however_many_processes(kind: str, tmp_path: Path) -> None:
    data = zip_bytes(mixed())
    (tmp_path / "a.zip").write_bytes(data)
    source = Source.of(tmp_path / "a.zip" if kind == "path" else data, "a.zip")
    alone, apart = decoded(source, processes=1), decoded(source, processes=3)
    assert np.array_equal(alone.images, apart.images)
    assert np.array_equal(alone.digests, apart.digests)
    assert np.array_equal(alone.kept, apart.kept)
    assert np.array_equal(alone.sizes, apart.sizes)
    assert (alone.broken, alone.ranges) == (apart.broken, apart.ranges)


def test_all_grey_has_one_channel_and_the_digest_does_not_tell() -> None:
    grey_ones = {f"{i}.png": png(noise(i, channels=1)) for i in range(5)}
    alone, among = decoded(grey_ones), decoded({**grey_ones, "colour.png": png(noise(9))})
    assert (alone.images.shape[3], among.images.shape[3]) == (1, 3)
    assert alone.digests.tolist() == among.digests.tolist()[:5]
    assert all(grey(image) for image in among.images[:5])


@pytest.mark.parametrize("channels", [1, 3])
def test_the_channels_of_a_model_are_kept(channels: int) -> None:
    found = decoded({"a.png": png(noise(1)), "b.png": png(noise(2, channels=1))}, channels=channels)
    assert found.images.shape == (2, 12, 10, channels)
    if channels == 1:
        assert np.array_equal(found.images[0][..., 0], np.round(noise(1) @ [0.299, 0.587, 0.114]))


def test_deep_pictures_share_one_range() -> None:
    found = decoded({name: png(pixels) for name, pixels in DEEP.items()})
    assert found.ranges == {"16 bits": (0.0, 4095.0, 2)}
    assert [image.max() for image in found.images] == [round(300 / 4095 * 255), round(3000 / 4095 * 255)]
    told = decoded({name: png(pixels) for name, pixels in DEEP.items()}, ranges={"16 bits": (0.0, 65535.0)})
    assert [image.max() for image in told.images] == [1, 12]


def test_no_readable_picture_is_no_error_here() -> None:
    found = decoded({"a.png": b"x", "b.png": b"y"})
    assert (found.images.shape, len(found.broken)) == ((0, 12, 10, 1), 2)


@pytest.mark.parametrize("processes", [1, 2])
def test_progress_is_told_and_counts_every_picture(processes: int) -> None:
    steps: list[Step] = []
    decoded({f"{i}.png": png(noise(i)) for i in range(150)}, processes=processes, progress=Progress(steps.append))
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert (steps[-1].done, steps[-1].total, steps[-1].stage) == (150, 150, "Looking at the pictures")


@pytest.mark.parametrize("processes", [1, 2])
def test_cancel_stops_it_and_leaves_no_process(processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    popen = decoding.subprocess.Popen
    monkeypatch.setattr(decoding.subprocess, "Popen", lambda *args, **options: started.append(popen(*args, **options)) or started[-1])
    with pytest.raises(Cancelled):
        decoded(mixed(), processes=processes, progress=Progress(wanted=lambda: False))
    assert len(started) == (processes if processes > 1 else 0)
    assert all(process.returncode is not None for process in started)


def replaced_worker(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    popen = decoding.subprocess.Popen
    monkeypatch.setattr(decoding.subprocess, "Popen", lambda command, **options: popen([sys.executable, "-c", program], **options))


def test_a_decoder_that_dies_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced_worker(monkeypatch, "import os; os.kill(os.getpid(), 9)")
    with pytest.raises(MachineError, match="ended before it was done") as caught:
        decoded(mixed(), processes=2)
    assert caught.value.code == "decoder_died"


def test_a_full_disk_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        replaced_worker(patched, "raise SystemExit(28)")
        with pytest.raises(DiskFull, match="no room on the disk"):
            decoded(mixed(), processes=2)
    pwrite = os.pwrite

    def full(file: int, data: bytes, offset: int) -> int:
        if len(data) == 10 * 12:  # the pixels of a grey picture
            raise OSError(errno.ENOSPC, "full")
        return pwrite(file, data, offset)

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(DiskFull, match="no room on the disk"):
        decoded(mixed())


def test_a_decoder_ends_when_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.dataset.readers import decoder

    parents = iter([1234, 1])
    monkeypatch.setattr(os, "getppid", lambda: next(parents))
    monkeypatch.setattr(decoder, "decode_share", lambda files, content, share, done: done(1))
    share = b'{"tasks": 1, "size": [1, 1], "channels": null, "first": 0, "step": 1}'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(share)))
    numbers = [os.open(os.devnull, os.O_RDWR) for _ in range(5)]
    with pytest.raises(SystemExit, match="is gone"):
        decoder.main(str(numbers))


def test_shares_are_all_tasks_once() -> None:
    for processes in (1, 2, 3):
        chunks = [chunk for first in range(processes) for chunk in Share(5 * CHUNK + 3, SIZE, None, first, processes).chunks()]
        assert sorted(i for chunk in chunks for i in range(chunk.start, chunk.stop)) == list(range(5 * CHUNK + 3))


def test_processes_that_started_early_do_the_work_or_end(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    popen = decoding.subprocess.Popen
    monkeypatch.setattr(decoding.subprocess, "Popen", lambda *args, **options: started.append(popen(*args, **options)) or started[-1])
    monkeypatch.setattr(decoding, "_processes", lambda pictures: 2 if pictures > 3 else 1)
    source = Source.of(zip_bytes({f"{i}.png": png(noise(i)) for i in range(6)}), "a.zip")
    for wanted in (6, 2):
        with decoding.decoders_for(source) as ready:
            assert len(decode(source, members(source)[:wanted], SIZE, decoders=ready).images) == wanted
    assert len(started) == 4
    assert all(process.returncode is not None for process in started)


def test_few_pictures_need_no_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    assert [decoding._processes(count) for count in (1, 1999, 2000, 3999, 70_000)] == [1, 1, 2, 3, 4]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    found = decoded(mixed(), processes=2)
    assert list(tmp_path.iterdir()) == []
    assert found.images.any()  # the mapping outlives its file

