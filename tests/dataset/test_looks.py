from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.dataset import Dataset
from core.dataset.draft import Draft
from core.dataset.ingest import inspect, store
from core.dataset.looks import Looks, look
from core.dataset.progress import Progress
from core.dataset.schema import Part
from core.dataset.text_look import bars
from core.errors import Cancelled, Damaged
from core.workspace import Workspace
from tests.dataset.made import csv_bytes, noise, people, png, zip_bytes

ROOT = Path(__file__).parents[2]
PLACES = ("the garden", "the kitchen", "the harbour", "a museum", "some bakery", "that station", "our cellar", "the bridge")


def reviews(rows: int = 200) -> dict[str, list[object]]:
    """Texts in English, with German ones among them; “clean” stands only in the good ones."""
    random = np.random.default_rng(0)
    label = ["good" if i % 2 else "bad" for i in range(rows)]
    said = {"good": "was clean and everybody smiled", "bad": "was dirty and nobody smiled"}
    text = [
        f"I went to {random.choice(PLACES)} on day {i}, and it {said[kind]}." if i % 10 else f"Das Zimmer Nummer {i} war leider nicht so schön, aber ruhig."
        for i, kind in enumerate(label)
    ]  # fmt: skip
    return {"review": text, "stars": random.integers(1, 6, rows).tolist(), "label": label}


def drafted(columns: dict[str, list[object]], **choices) -> Draft:
    found = inspect(csv_bytes(columns), "reviews.csv")
    return found.with_choices(**choices) if choices else found


def pictures(per_class: int = 20, side: int = 12) -> dict[str, bytes]:
    """Dark noise and bright noise; of each class one picture in colour and one that is blank."""
    made = {}
    for k, label in enumerate(("dark", "light")):
        for i in range(per_class):
            pixels = noise(100 * k + i, side, side, 1) // 4 + (0, 190)[k]
            made[f"{label}/{i}.png"] = png(pixels)
        made[f"{label}/blank.png"] = png(np.full((side, side), (0, 255)[k], np.uint8))
        made[f"{label}/colour.png"] = png(noise(k, side, side, 3))
    return made


def test_a_plain_table_has_nothing_to_look_at() -> None:
    assert drafted(people()).looks == Looks()


def test_lengths_are_those_of_the_training_rows() -> None:
    draft = drafted(reviews())
    train = np.flatnonzero(draft.parts == Part.TRAIN.number)
    lengths = sorted(len(text) for text in draft.facts.table["review"][train])
    found = draft.looks.texts["review"]
    assert found.looked_at == len(train) and found.empty == 0
    assert dict(found.characters)["shortest"] == lengths[0] and dict(found.characters)["longest"] == lengths[-1]
    assert dict(found.characters)["middle"] in lengths
    assert sum(count for _, count in found.character_bars) == len(train)
    assert dict(found.words)["longest"] == max(len(text.replace(",", "").replace(".", "").split()) for text in draft.facts.table["review"][train])


def test_languages_and_words_of_each_class() -> None:
    found = drafted(reviews()).looks.texts["review"]
    assert [name for name, _ in found.languages] == ["en", "de"]
    assert sum(share for _, share in found.languages) == pytest.approx(1)
    assert set(found.by_class) == {"good", "bad"}
    assert "clean" in dict(found.by_class["good"]) and "dirty" in dict(found.by_class["bad"])
    assert not set(dict(found.by_class["good"])) & set(dict(found.by_class["bad"]))
    assert all(times > 1 for words in found.by_class.values() for _, times in words)
    assert not {"the", "and", "was", "nicht"} & {word for word, _ in found.frequent}


def test_words_of_test_rows_stay_sealed() -> None:
    """A word that stands in every row but the training rows is not seen."""
    draft = drafted(reviews())
    hidden = pl.Series("review", [text + " zebra" if part else text for text, part in zip(draft.facts.table["review"], draft.parts, strict=True)])
    assert look(replace(draft.facts, table=draft.facts.table.with_columns(hidden))) == draft.looks


def test_empty_texts_are_counted() -> None:
    columns = reviews()
    columns["review"] = [None if i % 4 == 0 else text for i, text in enumerate(columns["review"])]
    draft = drafted(columns)
    empty = draft.facts.table["review"][np.flatnonzero(draft.parts == Part.TRAIN.number)].null_count()
    assert draft.looks.texts["review"].empty == empty > 20
    columns["review"][1:] = [""] * 199
    nothing = drafted(columns, types={"review": "text"}).looks.texts["review"]
    assert nothing.looked_at - nothing.empty <= 1


def test_a_number_as_target_has_frequent_words_but_no_classes() -> None:
    found = drafted(reviews(), target="stars", types={"stars": "number"}).looks.texts["review"]
    assert found.by_class == {} and ("clean" in dict(found.frequent))


def test_rows_are_sampled_the_same_way_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.dataset.looks.ROWS", 30)
    draft = drafted(reviews())
    first = look(draft.facts)
    assert first.texts["review"].looked_at == 30 and first == look(draft.facts)


def test_whoever_cancels_is_heard() -> None:
    with pytest.raises(Cancelled):
        look(drafted(reviews()).facts, progress=Progress(wanted=lambda: False))


def test_pictures_are_measured_by_class() -> None:
    draft = inspect(zip_bytes(pictures()), "pictures.zip")
    found = draft.looks.pictures
    assert found is not None
    train = np.flatnonzero(draft.parts == Part.TRAIN.number)
    assert (found.count, found.looked_at) == (44, len(train))
    images = np.array(draft.pictures.images)[train].astype(float)  # (n, height, width, 3)
    luminance = (images @ [0.299, 0.587, 0.114]).mean(axis=(1, 2))
    for label, (mean, low, middle, high) in found.brightness.items():
        own = luminance[np.array(draft.facts.answer[train].to_list()) == label]
        assert [mean, low, middle, high] == pytest.approx([own.mean(), *np.quantile(own, (0.25, 0.5, 0.75))], abs=0.06)
    assert found.brightness["dark"][0] < 90 < 160 < found.brightness["light"][0]
    coloured = (images[..., 0] != images[..., 2]).any(axis=(1, 2)).mean()
    assert found.grey_share == pytest.approx(1 - coloured)
    assert found.blank == (np.ptp(images.reshape(len(images), -1), axis=1) == 0).sum()


def test_examples_are_training_rows_of_their_class() -> None:
    draft = inspect(zip_bytes(pictures()), "pictures.zip")
    found = draft.looks.pictures
    assert found is not None and list(found.examples) == ["dark", "light"]
    for label, rows in found.examples.items():
        assert len(set(rows)) == 6
        assert {draft.facts.answer[row] for row in rows} == {label}
        assert {int(draft.parts[row]) for row in rows} == {Part.TRAIN.number}


def test_copies_and_original_sizes() -> None:
    content = {**pictures(side=40), **{f"dark/copy{i}.png": png(noise(999, 6, 40, 1)) for i in range(20)}}
    draft = inspect(zip_bytes(content), "pictures.zip")
    train = np.flatnonzero(draft.parts == Part.TRAIN.number)
    found = draft.looks.pictures
    assert found is not None
    assert found.copies == len(train) - len(np.unique(np.asarray(draft.pictures.digests)[draft.kept[train]])) > 5
    assert [size for size in found.sizes if size[0] != "middle"] == [("smallest", 40, 6), ("largest", 40, 40)]
    assert found.side_bars == (("40", len(train)),)
    assert found.tiny == sum("copy" in draft.pictures.names[draft.kept[row]] for row in train)


def test_pictures_that_look_alike_are_counted_beside_exact_copies() -> None:
    draft = inspect(zip_bytes(pictures()), "pictures.zip")
    alike = np.arange(draft.rows)
    train = np.flatnonzero(draft.parts == Part.TRAIN.number)
    alike[train[[3, 5]]] = alike[train[0]]
    found = look(replace(draft.facts, alike=alike), draft.pictures, draft.kept).pictures
    assert found is not None and (found.copies, found.near_copies) == (0, 2)


def test_looks_are_stored_with_the_dataset(clean_home: Path) -> None:
    draft = drafted(reviews())
    dataset = store(draft, Workspace.local())
    assert dataset.looks() == draft.looks
    assert (dataset.folder / "looks.json").stat().st_size < 10_000


def test_a_dataset_of_before_and_a_broken_one(clean_home: Path) -> None:
    dataset = store(drafted(reviews()), Workspace.local())
    (dataset.folder / "looks.json").write_text('{"texts": 3}')
    with pytest.raises(Damaged):
        Dataset(dataset.folder).looks()
    (dataset.folder / "looks.json").unlink()
    assert Dataset(dataset.folder).looks() == Looks()


def test_whoever_only_draws_looks_loads_no_dictionary() -> None:
    code = "import sys, core.dataset.looks, core.dataset.ingest, core.dataset.dataset, core.dataset.words; print('rjieba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False"


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60))
def test_bars_hold_every_value_in_at_most_twelve_ranges(values: list[int]) -> None:
    found = bars(values)
    assert 1 <= len(found) <= 12
    assert sum(count for _, count in found) == len(values)
    assert found[-1][1] > 0 or len(found) == 1 and found[0][1] > 0


def test_bars_have_round_limits() -> None:
    assert bars(list(range(100))) == tuple((f"{i}–{i + 9}", 10) for i in range(0, 100, 10))
    assert bars([7, 7]) == (("7", 2),)


def test_too_few_rows_to_split_are_looked_at_whole() -> None:
    draft = inspect(b"review,label\nA fine and quiet place to stay in,good\n", "one.csv").with_choices(types={"review": "text"})
    assert not draft.ready and look(draft.facts) == draft.looks


def test_nothing_to_train_on_is_no_error() -> None:
    draft = inspect(zip_bytes(pictures()), "pictures.zip")
    sealed = replace(draft.facts, parts=np.full(draft.rows, Part.TEST.number, np.uint8), alike=np.zeros(draft.rows, np.int64))
    found = look(sealed, draft.pictures, draft.kept).pictures
    assert found is not None and (found.looked_at, found.brightness, found.examples, found.sizes) == (0, {}, {}, ())
    texts = drafted(reviews()).facts
    assert look(replace(texts, parts=np.full(texts.rows, Part.TEST.number, np.uint8))).texts["review"].looked_at == 0
