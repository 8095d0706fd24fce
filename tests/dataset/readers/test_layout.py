import pytest

from core.dataset.readers.layout import Place, places
from core.dataset.schema import Part

TRAIN, VALIDATION, TEST = Part


def found(*paths: str) -> list[Place]:
    return places([tuple(path.split("/")) if path else () for path in paths])


def labels(*paths: str) -> list[str]:
    return [place.label for place in found(*paths)]


def test_the_first_folder_inside_what_wraps_them_all_is_the_class() -> None:
    assert labels("my data/export/cat", "my data/export/dog/young") == ["cat", "dog"]
    assert labels("cat", "cat") == ["cat", "cat"]
    assert labels("cat", "") == ["cat", ""]


@pytest.mark.parametrize("names", [("train", "val", "test"), ("Training", "Validation", "TEST"), ("训练集", "验证集", "测试集"), ("train_images", "valid-set", "test2017")])
def test_folders_named_like_parts_are_the_split(names: tuple[str, str, str]) -> None:
    assert found(*(f"data/{name}/cat" for name in names), f"data/{names[0]}/dog") == [
        Place("cat", TRAIN), Place("cat", VALIDATION), Place("cat", TEST), Place("dog", TRAIN),
    ]  # fmt: skip


def test_a_wrapper_below_the_parts_is_looked_through() -> None:
    assert found("train/images/cat", "test/images/dog") == [Place("cat", TRAIN), Place("dog", TEST)]


def test_parts_inside_each_class_are_the_split() -> None:
    assert found("cat/train", "cat/test", "dog/train", "dog") == [Place("cat", TRAIN), Place("cat", TEST), Place("dog", TRAIN), Place("dog")]


def test_classes_beside_the_parts_keep_their_name() -> None:
    assert found("train/cat", "test/cat", "cat") == [Place("cat", TRAIN), Place("cat", TEST), Place("cat")]


def test_parts_without_classes_are_no_classes() -> None:
    assert found("train", "test") == [Place("", TRAIN), Place("", TEST)]


@pytest.mark.parametrize("paths", [("train", "bus"), ("train", "bus/red", "test"), ("data/train/cat", "data/train/dog"), ("cat/test", "dog/other")])
def test_one_such_name_among_others_is_no_split(paths: tuple[str, ...]) -> None:
    assert all(place.part is None and place.label for place in found(*paths))
