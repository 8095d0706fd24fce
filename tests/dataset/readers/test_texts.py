from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset.progress import Progress, Step
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.read import read
from core.dataset.readers.source import Source
from core.dataset.readers.texts import Texts, as_table, holds_texts, read_texts, read_unlabelled
from core.dataset.schema import ColumnType
from core.errors import BadFile, Cancelled, LimitExceeded
from core.settings import settings as limits
from tests.dataset.made import noise, png, zip_bytes

PRAISE = "The room was clean and quiet, number {}."
BLAME = "The room was dirty and loud, number {}."


def members(per_class: int = 3, prefix: str = "") -> dict[str, bytes]:
    return {f"{prefix}{label}/{i}.txt": text.format(i).encode() for label, text in (("good", PRAISE), ("bad", BLAME)) for i in range(per_class)}


def source(content: dict[str, bytes] | list[tuple[str, bytes]]) -> Source:
    return Source.of(zip_bytes(content), "texts.zip")


def read_zip(content: dict[str, bytes] | list[tuple[str, bytes]], options: ReadOptions | None = None) -> Texts:
    return read_texts(source(content), options)


def notices(found: Texts) -> dict[str, str]:
    return {notice.code: notice.message for notice in found.notices}


@pytest.fixture
def small_limits(monkeypatch):
    def change(**values: int) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"LIMELIGHT_{name.upper()}", str(value))
        limits.cache_clear()

    yield change
    monkeypatch.undo()
    limits.cache_clear()


def test_each_file_is_a_row_with_its_folder_as_label():
    found = read(source(members()), ReadOptions(), Progress())
    assert found.pictures is None
    assert found.guesses == {"text": ColumnType.TEXT, "label": ColumnType.CATEGORY}
    assert found.raw.frame.rows() == [(text.format(i), label) for label, text in (("good", PRAISE), ("bad", BLAME)) for i in range(3)]
    assert found.raw.rows.tolist() == [1, 2, 3, 4, 5, 6]
    assert (found.raw.encoding, found.raw.notices) == ("utf-8", ())


def test_folders_of_a_split_become_a_column():
    found = read_zip({**members(2, "imdb/train/"), **members(1, "imdb/test/"), "imdb/README.md": b"About this data."})
    raw, types = as_table(found)
    assert types["part"] is ColumnType.CATEGORY
    assert raw.frame.select("label", "part").rows() == [
        ("good", "train"), ("good", "train"), ("bad", "train"), ("bad", "train"), ("good", "test"), ("bad", "test"),
    ]  # fmt: skip
    assert "not in a class folder" in notices(found)["texts_skipped"]


def test_texts_that_nobody_judged_are_left_out():
    found = read_zip({**members(2, "train/"), **members(2, "test/"), "train/unsup/1.txt": b"Who knows."})
    assert set(found.labels) == {"good", "bad"}
    assert "1 × in a folder of texts without a class" in notices(found)["texts_skipped"]


def test_junk_wrappers_and_other_files_do_no_harm():
    content = {**members(2, "export/data/"), "__MACOSX/export/good/._1.txt": b"\0\5", "export/data/good/.DS_Store": b"x", "export/data/bad/model.pkl": b"cos\nsystem\n"}
    found = read_zip(content)
    assert found.labels == ["good", "good", "bad", "bad"]
    assert notices(found) == {"other_files": "Ignored 1 file that is no text or may not be read."}


def test_every_file_has_its_own_encoding():
    chinese = "这家酒店的服务很好，房间也很干净，下次还会再来住。"
    found = read_zip({
        "好/1.txt": chinese.encode("gb18030"), "好/2.txt": chinese.encode("utf-8-sig"), "好/3.txt": chinese.encode("utf-16"),
        "差/4.txt": "部屋はとても清潔でしたが、朝食はあまり良くなかったです。".encode("cp932"), "差/5.txt": "Ça n'a pas été très agréable à vivre.".encode("cp1252"),
    })  # fmt: skip
    assert found.texts.to_list() == [chinese] * 3 + ["部屋はとても清潔でしたが、朝食はあまり良くなかったです。", "Ça n'a pas été très agréable à vivre."]
    assert notices(found)["encoding_guessed"].startswith("4 texts are not UTF-8")


def test_a_short_file_takes_the_encoding_of_its_neighbours():
    long = "这家酒店的服务很好，房间也很干净，下次还会再来住。".encode("gbk")
    rare = "嗯嘞".encode("gbk")
    assert read_zip({"a/1.txt": rare, "b/2.txt": b"plain"}).texts[0] != "嗯嘞"
    found = read_zip({"a/1.txt": rare, "a/2.txt": long, "b/3.txt": long})
    assert found.texts[0] == "嗯嘞"
    assert found.encoding == "gb18030"
    assert notices(found)["encoding_guessed"].startswith("3 texts are not UTF-8; read 3 as gb18030.")


def test_a_given_encoding_decides():
    found = read_zip({"a/1.txt": "嗯嘞".encode("gbk"), "b/2.txt": b"plain"}, ReadOptions(encoding="gbk"))
    assert found.texts.to_list() == ["嗯嘞", "plain"]


def test_folder_names_of_a_chinese_windows_zip_are_read():
    data = zip_bytes({"GGGG/1.txt": b"one", "BBBB/2.txt": b"two"})  # placeholders of the same length, in both directories of the zip
    data = data.replace(b"GGGG", "好评".encode("gbk")).replace(b"BBBB", "差评".encode("gbk"))
    assert read_texts(Source.of(data, "windows.zip")).labels == ["好评", "差评"]


def test_empty_binary_and_damaged_files_are_told():
    found = read_zip({**members(2), "good/e.txt": b" \r\n", "good/f.txt": b"", "bad/b.txt": bytes(range(256)) * 4, "bad/d.txt": "gut à la carte ".encode() + b"\xff\xfe and more"})
    assert len(found.texts) == 5
    assert "1 × not a text" in notices(found)["texts_skipped"]
    assert notices(found)["empty_texts"] == "2 files hold no text and were left out."
    assert [name for _, name in found.broken] == ["bad/b.txt"]
    assert as_table(found)[0].rows.tolist() == [1, 2, 3, 4, 8]


def test_a_long_text_is_cut_and_that_is_said(small_limits):
    small_limits(max_cell_bytes=1024 * 1024)
    found = read_zip({**members(1), "bad/long.txt": ("房" * 400_000).encode()})
    assert len(found.texts[2].encode()) <= 1024 * 1024 < len(found.texts[2].encode()) + 4
    assert "LIMELIGHT_MAX_CELL_BYTES" in notices(found)["long_texts"]


def test_limits_of_the_zip_hold(small_limits):
    small_limits(max_file_bytes=1000)
    content = {f"{label}/{i}.txt": b"word " * 20 for label in "ab" for i in range(10)}
    with pytest.raises(LimitExceeded, match="LIMELIGHT_MAX_FILE_BYTES"):
        read_texts(Source(zip_bytes(content), "t.zip"))
    small_limits(max_zip_entries=5)
    with pytest.raises(LimitExceeded, match="LIMELIGHT_MAX_ZIP_ENTRIES"):
        read_texts(Source(zip_bytes(content), "t.zip"))


def test_no_class_folders_and_nothing_readable_are_refused_with_the_layout():
    with pytest.raises(BadFile, match="2 texts lie in no class folder in texts.zip"):
        read_zip({"1.txt": b"one", "2.txt": b"two"})
    with pytest.raises(BadFile, match="None of the 2 texts .*not a text"):
        read_zip({"a/1.txt": bytes(range(256)), "b/2.txt": bytes(range(256))})


@pytest.mark.parametrize(
    ("content", "expected"),
    (
        (members(), True),
        ({"1.txt": b"a", "2.txt": b"b"}, True),  # refused with the layout
        ({"1.txt": b"a"}, True),
        ({"a/1.png": png(noise(1)), "b/2.png": png(noise(2))}, False),
        ({"a/1.png": png(noise(1)), "a/1.txt": b"a cat", "b/2.png": png(noise(2)), "b/2.txt": b"a dog"}, False),  # captions
        ({"readme.txt": b"see below", "a/1.png": png(noise(1))}, False),
        ({"readme.txt": b"see below", "notes.md": b"more", "table.csv": b"a,b\n1,2\n"}, False),
        ({**members(), "a/1.png": png(noise(1))}, True),
    ),
)
def test_what_is_a_zip_of_texts(content, expected):
    assert holds_texts(source(content)) is expected
    assert holds_texts(Source.of(b"junk" * 300 + zip_bytes(content), "t.zip")) is expected


def test_all_texts_in_their_order_for_a_prediction():
    found = read_unlabelled(source({"new/b.txt": b"second", "new/a.txt": b"", "c.md": bytes(range(256)), "d.txt": b"last"}))
    assert found.texts.to_list() == ["second", None, "last"]
    assert (found.names, found.places, found.broken) == (["new/b.txt", "new/a.txt", "d.txt"], (0, 1, 3), ((2, "c.md"),))
    with pytest.raises(BadFile, match=r"\.txt files"):
        read_unlabelled(source({"a.txt": bytes(range(256))}))


def test_more_texts_than_are_held_at_once_keep_their_order(monkeypatch):
    monkeypatch.setattr("core.dataset.readers.texts.AT_ONCE", 4)
    found = read_zip({f"{'ab'[i % 2]}/{i}.txt": f"number {i}".encode() for i in range(11)})
    assert found.texts.to_list() == [f"number {i}" for i in range(11)]
    assert found.labels == list("abababababa")


def test_progress_is_told_and_cancel_is_heard():
    steps: list[Step] = []
    read_texts(source(members(200)), None, Progress(steps.append))
    assert [(step.done, step.total) for step in steps] == [(0, 400), (256, 400)]
    with pytest.raises(Cancelled):
        read_texts(source(members()), None, Progress(wanted=lambda: False))


@given(st.dictionaries(st.sampled_from([f"{label}/{i}.txt" for label in "ab" for i in range(4)]), st.binary(max_size=60), min_size=1))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_a_table_or_refused(content):
    try:
        raw, _ = as_table(read_zip(content))
    except BadFile:
        return
    assert len(raw.frame) == len(raw.rows) and raw.frame["text"].null_count() == 0
    assert np.all(np.diff(raw.rows) > 0)
    assert raw.frame.schema == {"text": pl.String, "label": pl.String}
