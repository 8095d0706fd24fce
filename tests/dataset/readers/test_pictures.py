import io
import zipfile
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from PIL import Image

from core.dataset.draft import draft
from core.dataset.progress import Progress
from core.dataset.readers.pictures import Pictures, as_table, read_pictures, read_unlabelled
from core.dataset.readers.source import Source
from core.dataset.schema import ColumnType, Finding, Severity
from core.errors import BadFile, Cancelled, LimelightError
from tests.dataset.made import class_folders, noise, png, zip_bytes

GOOD = zip_bytes(class_folders(2))


def read(members: dict[str, bytes], method: int = zipfile.ZIP_STORED):  # noqa: ANN201  # the type is what is tested
    return read_pictures(Source.of(zip_bytes(members, method), "pictures.zip"))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_pixels_and_labels_come_as_they_are(method: int) -> None:
    pictures = read(class_folders(3), method)
    assert pictures.labels == ["cat"] * 3 + ["dog"] * 3
    assert pictures.names[0] == "cat/0.png"
    assert pictures.images.shape == (6, 12, 10, 3)
    assert np.array_equal(pictures.images[4], noise(1001))
    assert pictures.skipped == []


def test_grey_pictures_have_one_channel_even_when_stored_in_colour() -> None:
    members = {"cat/1.png": png(noise(1, channels=1)), "dog/2.png": png(np.repeat(noise(2)[..., :1], 3, axis=2))}
    pictures = read(members)
    assert pictures.images.shape == (2, 12, 10, 1)
    assert np.array_equal(pictures.images[1][..., 0], noise(2)[..., 0])


def test_the_first_picture_in_colour_gives_all_three_channels() -> None:
    members = {"cat/1.png": png(noise(1, channels=1)), "cat/2.png": png(noise(2)), "dog/3.png": png(noise(3, channels=1))}
    pictures = read(members)
    assert pictures.images.shape == (3, 12, 10, 3)
    for channel in range(3):
        assert np.array_equal(pictures.images[0][..., channel], noise(1, channels=1))
    assert np.array_equal(pictures.images[1], noise(2))


def test_the_common_size_is_the_median_and_at_most_64() -> None:
    sizes = [(100, 200), (100, 200), (30, 40)]
    pictures = read({f"cat/{i}.png": png(noise(i, h, w)) for i, (h, w) in enumerate(sizes)})
    assert pictures.images.shape == (3, 32, 64, 3)


def test_tiny_pictures_are_enlarged() -> None:
    assert read({f"cat/{i}.png": png(noise(i, 1, 1)) for i in range(3)}).images.shape == (3, 8, 8, 3)


def test_equal_pixels_have_equal_digests() -> None:
    pictures = read({"cat/1.png": png(noise(1)), "dog/2.bmp": png(noise(1), "BMP"), "dog/3.png": png(noise(3))})
    assert pictures.digests[0] == pictures.digests[1] != pictures.digests[2]


def test_a_broken_picture_is_skipped_and_counted() -> None:
    members = class_folders(3)
    members["cat/broken.png"] = members["cat/0.png"][:60]
    members["dog/notes"] = b"no picture at all"
    pictures = read(members)
    assert len(pictures.labels) == 6
    assert dict(pictures.skipped) == {"cat/broken.png": "broken picture", "dog/notes": "not a picture that can be read"}
    (finding,) = pictures.notices
    assert (finding.code, finding.count) == ("pictures_skipped", 2)


def test_content_decides_not_the_name() -> None:
    assert read({"cat/1.JPG": png(noise(1)), "cat/2": png(noise(2)), "dog/3.Png": png(noise(3), "BMP")}).skipped == []


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"1.png": png(noise(1)), "2.png": png(noise(2))}, r"lie in no class folders\. Put the pictures into one folder for each class"),
        ({"data.csv": b"a,b\n1,2\n"}, r"holds the table data\.csv and no pictures\. Unzip it"),
        ({"readme.txt": b"hello"}, "is a zip file without pictures"),
        ({"cat/1.png": b"x", "dog/2.png": b"y"}, r"None of the 2 pictures in pictures\.zip can be read"),
        ({"../1.png": b"x"}, "No picture .* can be read"),
    ],
)
def test_a_zip_that_cannot_be_used_is_explained(members: dict[str, bytes], words: str) -> None:
    with pytest.raises(BadFile, match=words):
        read(members)


def test_an_empty_zip_is_explained() -> None:
    with pytest.raises(BadFile, match="without pictures"):
        read({})


def codes(pictures: Pictures) -> dict[str, Finding]:
    return {finding.code: finding for finding in pictures.notices}


def parted(outside: bool = False) -> dict[str, bytes]:
    made = {f"{part}/{label}/{i}.png": png(noise(i)) for i, (part, label) in enumerate(product(("train", "val", "test"), ("cat", "dog")))}
    return made | ({"cat/9.png": png(noise(9))} if outside else {})


def test_part_folders_are_a_column_and_the_split() -> None:
    pictures = read(parted())
    raw, types = as_table(pictures)
    assert raw.frame.columns == ["image", "label", "part"]
    assert raw.frame["part"].to_list() == ["train"] * 2 + ["validation"] * 2 + ["test"] * 2
    assert types["part"] is ColumnType.IDENTIFIER
    finding = codes(pictures)["parts_from_folders"]
    assert (finding.severity, finding.evidence) == (Severity.NOTE, {"train": 2, "validation": 2, "test": 2})
    understood = draft(Source.of(b"x", "a.zip"), raw, pictures, types)
    assert understood.split_by.text == "given:part"
    assert understood.inputs == ("image",)


def test_pictures_outside_the_parts_train() -> None:
    pictures = read(parted(outside=True))
    assert pictures.parts[-1] == "train"
    assert "1 picture outside these folders trains." in codes(pictures)["parts_from_folders"].message


def test_no_parts_no_column() -> None:
    pictures = read(class_folders(2))
    assert pictures.parts == ()
    assert pictures.notices == ()


def test_sizes_are_those_before_scaling_as_they_are_held() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    Image.fromarray(noise(1, 40, 90)).save(stream, "JPEG", exif=exif)
    pictures = read({"cat/1.png": png(noise(1, 20, 30)), "cat/broken.png": b"x", "dog/2.jpg": stream.getvalue()})
    assert pictures.sizes.tolist() == [[30, 20], [40, 90]]
    assert pictures.sizes.dtype == np.uint32


def test_tiny_pictures_are_said() -> None:
    pictures = read({"cat/1.png": png(noise(1, 1, 1)), "cat/2.png": png(noise(2, 30, 7)), "dog/3.png": png(noise(3, 8, 8))})
    finding = codes(pictures)["tiny_pictures"]
    assert (finding.severity, finding.count, finding.evidence) == (Severity.LOOK, 2, {"smallest": [1, 1], "share": 0.6667})


def test_deep_pictures_are_scaled_alike_and_said() -> None:
    deep = {f"cat/{i}.png": png(np.full((9, 9), value, dtype=np.uint16)) for i, value in enumerate((100, 4000))}
    pictures = read({**deep, "dog/1.png": png(noise(1, 9, 9, 1))})
    assert [int(image.max()) for image in pictures.images[:2]] == [round(100 / 4095 * 255), round(4000 / 4095 * 255)]
    assert pictures.ranges == (("16 bits", 0.0, 4095.0),)
    assert codes(pictures)["deep_pictures"].count == 2
    again = read_unlabelled(Source.of(zip_bytes(deep), "new.zip"), (9, 9, 1), ranges=(("16 bits", 0.0, 65535.0),))
    assert [int(image.max()) for image in again.images] == [0, 16]


def test_what_lies_in_no_class_folder_is_skipped() -> None:
    assert read({**class_folders(1), "stray.png": png(noise(7))}).skipped == [("stray.png", "not in a class folder")]


def test_reading_can_be_cancelled_before_it_begins() -> None:
    with pytest.raises(Cancelled):
        read_pictures(Source.of(GOOD, "a.zip"), Progress(wanted=lambda: False))


def test_for_a_prediction_folders_mean_nothing() -> None:
    members = {"a.png": png(noise(1, 20, 20)), "deep/b.png": png(noise(2, channels=1)), "broken.png": b"x"}
    pictures = read_unlabelled(Source.of(zip_bytes(members), "new.zip"), (12, 10, 1))
    assert pictures.names == ["a.png", "deep/b.png"]
    assert pictures.images.shape == (2, 12, 10, 1)
    assert np.array_equal(pictures.images[1][..., 0], noise(2, channels=1))
    assert pictures.skipped == [("broken.png", "not a picture that can be read")]


def test_the_table_of_a_zip_has_names_and_labels() -> None:
    raw, types = as_table(read(class_folders(2)))
    assert raw.frame.rows() == [("cat/0.png", "cat"), ("cat/1.png", "cat"), ("dog/0.png", "dog"), ("dog/1.png", "dog")]
    assert types == {"image": ColumnType.IMAGE, "label": ColumnType.CATEGORY}


@profile(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.binary(max_size=4), st.integers(0, 40)), min_size=1, max_size=4))
def test_damaged_zips_never_get_out_of_the_error_tree(edits: list[tuple[int, bytes, int]]) -> None:
    data = GOOD
    for place, insert, cut in edits:
        data = data[:place] + insert + data[place + cut :]
    try:
        pictures = read_pictures(Source.of(data or b"x", "a.zip"))
    except LimelightError as error:
        assert error.message.endswith(".")
    else:
        assert len(pictures.labels) == len(pictures.images) > 0
