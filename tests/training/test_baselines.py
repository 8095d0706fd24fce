"""Baselines learn what there is to learn from every kind of column, once, all-or-nothing, on the dataset's split."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.dataset.schema import ColumnType, Part
from core.errors import Damaged
from core.evaluation.evaluate import evaluate
from core.training import baselines
from core.training.baseline_features import BaselineData, BaselineFeatures, is_unspaced, pixels_of
from core.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough to learn what these tests hide in their rows, a third of the time."""
    monkeypatch.setattr(baselines, "ROUNDS", 30)


def csv(*columns: tuple[str, list[object]]) -> bytes:
    rows = zip(*(values for _, values in columns), strict=True)
    return "\n".join([",".join(name for name, _ in columns), *(",".join(map(str, row)) for row in rows)]).encode()


def table(rows: int = 400, *, numbers: bool = False) -> bytes:
    """A number with gaps, a category and a date, of which two decide the answer."""
    rng = np.random.default_rng(0)
    x, kind = rng.normal(size=rows), rng.choice(["red", "green", "blue"], rows)
    score = 1.5 * x + 2.0 * (kind == "red") + rng.normal(size=rows) * 0.5
    answer = [f"{value:.4f}" for value in score] if numbers else ["yes" if value > 0.5 else "no" for value in score]
    days = [f"2024-{1 + n % 12:02}-{1 + n % 28:02}" for n in rng.integers(0, 300, rows)]
    return csv(
        ("x", ["" if n % 17 == 3 else f"{v:.5f}" for n, v in enumerate(x)]), ("kind", list(kind)), ("day", list(days)), ("answer", list(answer))
    )


def texts(good: str, bad: str, filler: str, rows: int = 240) -> bytes:
    rng = np.random.default_rng(1)
    answer = rng.integers(0, 2, rows)
    separator = "" if is_unspaced([filler]) else " "
    pool = list(filler) if not separator else filler.split()
    lines = [separator.join([*rng.choice(pool, 12), good if hit else bad, *rng.choice(pool, 12)]) for hit in answer]
    return csv(("review", list(lines)), ("label", ["up" if hit else "down" for hit in answer]))


def pictures(rows: int = 90, side: int = 12) -> bytes:
    rng = np.random.default_rng(2)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(rows):
            label = number % 3
            pixels = rng.integers(0, 90, (side, side), dtype=np.uint8)
            pixels[label * 4 : label * 4 + 4] += 120
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "PNG")
            archive.writestr(f"{'abc'[label]}/{number}.png", file.getvalue())
    return buffer.getvalue()


def stored(content: bytes, name: str, target: str | None = None, types: dict[str, ColumnType] | None = None) -> Dataset:
    return ingest(content, Workspace.local(), file_name=name, target=target, types=types)


def headline_values(dataset: Dataset) -> dict[str, float]:
    baselines.compute(dataset)
    return {one.name: evaluate(one.predictions).headline.value or 0.0 for one in baselines.load(dataset)}


def test_a_table_is_learned_on_the_datasets_split() -> None:
    dataset = stored(table(), "t.csv", "answer")
    found = headline_values(dataset)
    assert list(found) == ["majority", "linear", "gradient_boosted_trees"]
    assert found["linear"] > 0.8 and found["gradient_boosted_trees"] > 0.8 > found["majority"]
    split = np.asarray(dataset.split())
    truth = dataset.table(("answer",))["answer"].to_list()
    for one in baselines.load(dataset):
        p = one.predictions
        assert p.labels == dataset.info.labels
        np.testing.assert_array_equal(p.rows, np.flatnonzero(split != Part.TRAIN.number))
        np.testing.assert_array_equal(p.parts, split[p.rows])
        assert [p.labels[number] for number in p.truth] == [truth[row] for row in p.rows]
        np.testing.assert_allclose(p.scores.sum(1), 1)
        assert one.seconds >= 0 and one.title


def test_majority_says_the_shares_of_the_training_rows() -> None:
    dataset = stored(table(), "t.csv", "answer")
    baselines.compute(dataset)
    answers = dataset.table(("answer",), dataset.rows_of(Part.TRAIN))["answer"].to_list()
    scores = baselines.load(dataset)[0].predictions.scores
    assert np.ptp(scores, axis=0).tolist() == [0, 0]
    assert scores[0].tolist() == [pytest.approx(answers.count(label) / len(answers)) for label in dataset.info.labels]


def test_numbers_are_predicted_in_the_targets_unit() -> None:
    found = headline_values(stored(table(numbers=True), "n.csv", "answer"))
    assert found["linear"] < 0.75 and found["gradient_boosted_trees"] < 0.9 < found["majority"]


@pytest.mark.parametrize(
    ("good", "bad", "filler"),
    [("wonderful", "dreadful", "the film was about people who walk in a long street and talk"), ("好", "差", "这个酒店的房间早餐服务位置交通环境我们他们今天昨天")],
    ids=["english", "chinese"],
)
def test_texts_are_learned_by_words_or_characters(good: str, bad: str, filler: str) -> None:
    dataset = stored(texts(good, bad, filler), "r.csv", "label", {"review": ColumnType.TEXT})
    found = headline_values(dataset)
    assert found["linear"] > 0.85, found
    assert found["gradient_boosted_trees"] > found["majority"]


def test_pictures_are_learned() -> None:
    found = headline_values(stored(pictures(), "p.zip"))
    assert found["linear"] > 0.8 and found["gradient_boosted_trees"] > 0.6


def test_nothing_is_seen_before_they_are_computed_and_once_is_enough() -> None:
    dataset = stored(table(120), "t.csv", "answer")
    assert baselines.load(dataset) == [] and baselines.state(dataset) == "absent"
    baselines.compute(dataset)
    assert baselines.state(dataset) == "ready"
    before = (dataset.folder / "baselines" / "baselines.json").stat().st_mtime_ns
    baselines.compute(dataset)
    assert (dataset.folder / "baselines" / "baselines.json").stat().st_mtime_ns == before
    assert not [path.name for path in dataset.folder.iterdir() if path.name.startswith(".")]


def test_one_that_fails_hides_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(data: BaselineData) -> None:
        raise ValueError("the lines cross")

    monkeypatch.setattr(baselines, "_linear", fail)
    dataset = stored(table(120), "t.csv", "answer")
    baselines.compute(dataset)
    assert [one.name for one in baselines.load(dataset)] == ["majority", "gradient_boosted_trees"]
    assert "the lines cross" in (dataset.folder / "baselines" / "baselines.json").read_text()


def test_a_crash_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(data: BaselineData) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(baselines, "_linear", crash)
    dataset = stored(table(120), "t.csv", "answer")
    with pytest.raises(KeyboardInterrupt):
        baselines.compute(dataset)
    assert baselines.state(dataset) == "absent" and baselines.load(dataset) == []


def test_a_broken_folder_is_damaged() -> None:
    dataset = stored(table(120), "t.csv", "answer")
    (dataset.folder / "baselines").mkdir()
    with pytest.raises(Damaged):
        baselines.load(dataset)


def test_few_rows_are_sampled_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "MAX_ROWS", 60)
    dataset = stored(table(), "t.csv", "answer")
    baselines.compute(dataset)
    train = dataset.info.split.train
    assert [one.note for one in baselines.load(dataset)] == ["", *[f"Trained on 60 of {train} training rows."] * 2]


def test_start_runs_one_process_that_finishes_the_work() -> None:
    dataset = stored(table(120), "t.csv", "answer")
    assert baselines.start(dataset) is True
    assert baselines.start(dataset) is False  # one is enough
    baselines._started[dataset.folder].wait(timeout=120)
    assert baselines.state(dataset) == "ready", (dataset.folder / "baselines.log").read_text()
    assert len(baselines.load(dataset)) == 3
    assert (dataset.folder / "baselines.log").read_text() == ""  # no warning either
    assert baselines.start(dataset) is False


@pytest.mark.nightly
def test_two_at_once_compute_once() -> None:
    dataset = stored(table(120), "t.csv", "answer")
    command = [sys.executable, "-m", "core.training.baselines", str(dataset.folder)]
    both = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(2)]
    began = time.monotonic()
    while baselines.state(dataset) == "absent" and time.monotonic() - began < 60:
        time.sleep(0.02)
    assert baselines.state(dataset) in {"working", "ready"}
    assert [(process.communicate(timeout=120)[1], process.returncode) for process in both] == [(b"", 0), (b"", 0)]
    assert baselines.state(dataset) == "ready"


def test_wrong_usage_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert baselines.main([]) == baselines.main(["/no/such/folder"]) == 2
    assert "usage" in capsys.readouterr().err


def test_loading_needs_no_scikit_learn() -> None:
    code = "import sys; sys.modules['sklearn'] = sys.modules['scipy'] = None; import core.training.baselines, core.charts, core.report, core.evaluation.compare"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_huge_and_missing_numbers_reach_both_kinds_of_model() -> None:
    rows = 200
    huge = ["1e308" if n % 50 == 0 else "" if n % 7 == 0 else str(n) for n in range(rows)]
    dataset = stored(csv(("x", list(huge)), ("y", ["a" if n < 100 else "b" for n in range(rows)])), "h.csv", "y", {"x": ColumnType.NUMBER})
    data = BaselineData.read(dataset)
    lines = BaselineFeatures(data, data.train, dense=False).of(data.rows(data.judged))
    assert np.isfinite(lines).all() and np.abs(lines).max() <= 10
    assert headline_values(dataset)["gradient_boosted_trees"] > 0.8


def test_pixels_are_averaged_until_few_are_left() -> None:
    images = np.random.default_rng(0).integers(0, 255, (4, 65, 33, 3), dtype=np.uint8)
    found = pixels_of(images[[2, 0]])
    assert found.shape[0] == 2 and found.shape[1] <= 1024
    assert found[0].mean() == pytest.approx(images[2].mean() / 255, abs=0.03)
    small = np.arange(12, dtype=np.uint8).reshape(1, 2, 3, 2)
    np.testing.assert_allclose(pixels_of(small), small.reshape(1, -1) / 255, rtol=1e-6)


def test_scripts_without_spaces_are_known() -> None:
    assert is_unspaced(["这家酒店很好 good"]) and is_unspaced(["とても良い"]) and is_unspaced(["โรงแรมนี้ดีมาก"])
    assert not is_unspaced(["a good hotel", "ein gutes Hotel", "좋은 호텔"]) and not is_unspaced(["123 !!"])
