import json

import pytest

from core.dataset.draft import draft
from core.dataset.readers.pictures import as_table, read_pictures
from core.dataset.readers.source import Source
from core.dataset.schema import ColumnType, Finding
from core.errors import BadFile
from tests.dataset.made import csv_bytes, noise, png, zip_bytes

PICTURES = {f"{i}.png": png(noise(i, 8, 8, 1)) for i in range(12)}
ANSWERS = ["cat", "dog", "fox"] * 4
Rows = list[tuple[str | None, ...]]


def listed(members: dict[str, bytes]) -> tuple[Rows, list[str], dict[str, Finding]]:
    """Rows, columns and notices of a zip."""
    raw, _ = as_table(read_pictures(Source.of(zip_bytes(members), "a.zip")))
    return raw.frame.rows(), raw.frame.columns, {finding.code: finding for finding in raw.notices}


def with_list(names: list[str], pictures: dict[str, bytes] = PICTURES, file: str = "labels.csv") -> dict[str, bytes]:
    return {**pictures, file: csv_bytes({"file": names, "kind": ANSWERS})}


def test_a_list_says_what_the_pictures_show() -> None:
    members = with_list([f"{i}.png" for i in reversed(range(12))])
    rows, columns, notices = listed(members)
    assert columns == ["image", "kind"]
    assert dict(rows) == {f"{i}.png": ANSWERS[11 - i] for i in range(12)}
    assert [name for name, _ in rows] == list(PICTURES)  # in the order of the zip, as the pixels are
    assert list(notices) == ["labels_from_list"]
    assert "labels.csv" in notices["labels_from_list"].message


@pytest.mark.parametrize(
    "form", ["{}.png", "{}.PNG", "{}", "pics/{}.png", "./pics/{}.png", "Pics\\{}.png", "/home/me/pics/{}.png", "https://example.org/pics/{}.png", " {}.png "]
)
def test_names_are_understood_however_they_are_written(form: str) -> None:
    rows, _, notices = listed(with_list([form.format(i) for i in range(12)], {f"pics/{name}": data for name, data in PICTURES.items()}))
    assert rows == [(f"pics/{i}.png", answer) for i, answer in enumerate(ANSWERS)]
    assert "rows_without_picture" not in notices


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_names_of_a_windows_zip_are_found(encoding: str) -> None:
    table = csv_bytes({"文件名": [f"第{i:02d}张图.png" for i in range(12)], "类别": ["猫", "狗"] * 6}, encoding=encoding)
    data = zip_bytes({f"ffff/{i:02d}ssssss.png": picture for i, picture in enumerate(PICTURES.values())} | {"labels.csv": table})
    for i in range(12):  # `zipfile` itself writes no other names than UTF-8
        data = data.replace(f"ffff/{i:02d}ssssss.png".encode(), f"照片/第{i:02d}张图".encode("gbk") + b".png")
    raw, _ = as_table(read_pictures(Source.of(data, "a.zip")))
    assert raw.frame.columns == ["image", "类别"]
    assert raw.frame.row(1) == ("照片/第01张图.png", "狗")


def test_other_columns_are_inputs_beside_the_picture() -> None:
    members = {**PICTURES, "list.tsv": csv_bytes({"age": range(12), "image": list(PICTURES), "part": ["a", "b"] * 6, "label": ANSWERS}, "\t")}
    pictures = read_pictures(Source.of(zip_bytes(members), "a.zip"))
    raw, types = as_table(pictures)
    assert raw.frame.columns == ["image", "age", "part_2", "label"]
    assert types["image"] is ColumnType.IMAGE
    assert types["age"] is ColumnType.NUMBER
    assert draft(Source.of(b"x", "a"), raw, pictures, types).target == "label"


def test_json_lines_are_a_list_too() -> None:
    lines = "\n".join(json.dumps({"file": name, "label": answer}) for name, answer in zip(PICTURES, ANSWERS, strict=True))
    rows, columns, _ = listed({**PICTURES, "labels.jsonl": lines.encode()})
    assert columns == ["image", "label"]
    assert rows[2] == ("2.png", "fox")


def test_what_has_no_partner_is_listed() -> None:
    rows, _, notices = listed(with_list([f"{i + 3}.png" for i in range(12)]))
    assert len(rows) == 9
    assert (notices["rows_without_picture"].count, notices["rows_without_picture"].evidence["names"]) == (3, ["12.png", "13.png", "14.png"])
    assert (notices["pictures_without_row"].count, notices["pictures_without_row"].evidence["names"]) == (3, ["0.png", "1.png", "2.png"])


def test_a_broken_picture_takes_its_row_along() -> None:
    rows, _, notices = listed(with_list(list(PICTURES), {**PICTURES, "4.png": b"broken"}))
    assert [name for name, _ in rows] == [name for name in PICTURES if name != "4.png"]
    assert [answer for _, answer in rows] == ANSWERS[:4] + ANSWERS[5:]
    assert notices["pictures_skipped"].count == 1


def test_a_list_wins_over_folders_that_it_covers() -> None:
    foldered = {f"{'ab'[i % 2]}/{name}": data for i, (name, data) in enumerate(PICTURES.items())}
    rows, columns, notices = listed(with_list(list(PICTURES), foldered))
    assert columns == ["image", "kind"]
    assert [answer for _, answer in rows] == [ANSWERS[int(name[2:-4])] for name, _ in rows]
    assert "The names of their folders are not used." in notices["labels_from_list"].message


def test_a_list_of_few_pictures_or_without_labels_leaves_it_to_the_folders() -> None:
    foldered = {f"{'ab'[i % 2]}/{name}": data for i, (name, data) in enumerate(PICTURES.items())}
    for names in ({"file": list(PICTURES)[:4], "kind": ANSWERS[:4]}, {"file": list(PICTURES)}):
        rows, columns, notices = listed({**foldered, "labels.csv": csv_bytes(names)})
        assert columns == ["image", "label"]
        assert rows[0] == ("a/0.png", "a")
        assert notices["other_files"].count == 1


def test_a_name_that_several_pictures_have_is_not_guessed() -> None:
    rows, _, notices = listed({**with_list(list(PICTURES)), "old/3.png": PICTURES["3.png"], "older/3.png": PICTURES["3.png"]})
    assert ("3.png", "cat") not in rows
    assert notices["rows_without_picture"].evidence["names"] == ["3.png"]


def test_a_column_of_numbers_names_pictures_only_if_nearly_all_are_named() -> None:
    foldered = {f"{'ab'[i % 2]}/{i}.png": png(noise(i, 8, 8, 1)) for i in range(40)}
    ages = {"age": [i % 9 for i in range(40)], "label": ["x", "y"] * 20}
    assert listed({**foldered, "people.csv": csv_bytes(ages)})[1] == ["image", "label"]


def test_folders_say_the_part_and_the_list_the_label() -> None:
    parted = {f"{('train', 'test')[i % 2]}/{name}": data for i, (name, data) in enumerate(PICTURES.items())}
    rows, columns, notices = listed(with_list(list(PICTURES), parted))
    assert columns == ["image", "part", "kind"]
    assert {(name.split("/")[0], part) for name, part, _ in rows} == {("train", "train"), ("test", "test")}
    assert "parts_from_folders" in notices


def test_a_split_in_the_list_wins_over_folders() -> None:
    parted = {f"{('train', 'test')[i % 2]}/{name}": data for i, (name, data) in enumerate(PICTURES.items())}
    members = {**parted, "labels.csv": csv_bytes({"file": list(PICTURES), "split": ["test", "train"] * 6, "label": ANSWERS})}
    pictures = read_pictures(Source.of(zip_bytes(members), "a.zip"))
    raw, types = as_table(pictures)
    assert raw.frame.columns == ["image", "split", "label"]
    assert draft(Source.of(b"x", "a"), raw, pictures, types).split_by.text == "given:split"


def test_a_list_for_each_part_gives_the_split() -> None:
    names = list(PICTURES)
    members = {**PICTURES, "train.csv": csv_bytes({"file": names[:8], "label": ANSWERS[:8]}), "test.csv": csv_bytes({"file": names[8:], "label": ANSWERS[8:]})}
    rows, columns, _ = listed(members)
    assert columns == ["image", "label", "part"]
    assert [part for *_, part in rows] == ["train"] * 2 + ["train"] * 6 + ["test"] * 4


def test_where_label_sets_are_rare_each_label_is_an_answer_to_choose() -> None:
    members = {**PICTURES, "labels.csv": csv_bytes({"file": list(PICTURES), "tags": ["sun|sea", "sea", "sun"] * 4, "hour": list(range(12))})}
    rows, columns, notices = listed(members)
    assert columns == ["image", "hour", "sun", "sea"]
    assert rows[0] == ("0.png", "0", "yes", "yes")
    assert notices["many_labels"].count == 4
    pictures = read_pictures(Source.of(zip_bytes(members), "a.zip"))
    raw, types = as_table(pictures)
    found = draft(Source.of(b"x", "a"), raw, pictures, types)
    assert found.target == "sea"
    assert "sun" not in found.inputs, "an answer is no input"
    assert "sea" not in found.with_choices(target="sun").inputs


def test_a_table_that_names_no_picture_is_no_list() -> None:
    with pytest.raises(BadFile, match="no class folders, and no table in it names them"):
        listed({**PICTURES, "prices.csv": csv_bytes({"item": ["pen", "book"], "price": [1, 2]})})
