import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.readers.archive import Archive, _refusal, open_archive
from core.dataset.readers.archive import _names as archive_names
from core.dataset.readers.directory import Entry
from core.dataset.readers.source import Source
from core.dataset.readers.unpack import Packed
from core.dataset.schema import Part
from core.errors import BadFile, LimelightError, LimitExceeded
from core.settings import settings
from tests.dataset.made import zip_bytes


def labels(*names: str) -> list[tuple[str, str]]:
    """Label and name of every possible picture in a zip with these members."""
    with open_archive(Source.of(zip_bytes([(name, b"x") for name in names]), "a.zip")) as archive:
        return [(label, member.name) for label, member in archive.labelled()]


def refused(data: bytes) -> dict[str, str]:
    with open_archive(Source.of(data, "a.zip")) as archive:
        archive.labelled()
        return dict(archive.refused)


def test_the_folder_is_the_label() -> None:
    assert labels("cat/1.png", "dog/2.png") == [("cat", "1.png"), ("dog", "2.png")]


def test_wrapping_folders_are_looked_through() -> None:
    assert labels("my data/export/cat/1.png", "my data/export/dog/2.png") == [("cat", "1.png"), ("dog", "2.png")]


def test_one_class_is_no_wrapper() -> None:
    assert labels("cat/1.png", "cat/2.png") == [("cat", "1.png"), ("cat", "2.png")]


def test_folders_inside_a_class_belong_to_it() -> None:
    assert labels("cat/young/1.png", "cat/old/2.png", "dog/3.png") == [("cat", "1.png"), ("cat", "2.png"), ("dog", "3.png")]


def test_parts_of_a_split_are_no_classes() -> None:
    names = [f"data/{part}/{label}/{i}.png" for i, part in enumerate(("train", "val", "test")) for label in ("cat", "dog")]
    with open_archive(Source.of(zip_bytes([(name, b"x") for name in names]), "a.zip")) as archive:
        found = [(place.label, place.part) for place, _ in archive.placed()]
    assert found == [(label, part) for part in Part for label in ("cat", "dog")]


def test_junk_is_ignored() -> None:
    found = labels("cat/1.png", "dog/2.png", "__MACOSX/cat/._1.png", "cat/Thumbs.db", ".DS_Store", "cat/._3.png", "desktop.ini")
    assert found == [("cat", "1.png"), ("dog", "2.png")]


def test_what_is_surely_no_picture_is_counted() -> None:
    with open_archive(Source.of(zip_bytes({"cat/1.png": b"", "model.pkl": b"", "a.csv": b"", "cat/x.py": b""}), "a.zip")) as archive:
        assert archive.others == 3
        assert archive.tables == ["a.csv"]
        assert [document.shown for document in archive.documents] == ["model.pkl", "a.csv", "cat/x.py"]


def test_a_document_that_passes_a_limit_is_counted_but_not_read() -> None:
    data = zip_bytes({"cat/1.png": b"x", "huge.csv": bytes(1_000_000)}, zipfile.ZIP_DEFLATED)
    with open_archive(Source.of(data, "a.zip")) as archive:
        assert (archive.others, archive.documents, archive.refused) == (1, [], [])


def test_a_member_before_the_file_or_beyond_any_is_damaged() -> None:
    for offset in (-1, 1 << 63):
        assert _refusal(Entry("1.png", False, Packed(offset, 1, 1, 0, 0))) == "damaged in the zip"


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_without_the_utf8_flag_are_understood(encoding: str) -> None:
    found = [Entry(f"{label}/1.png".encode(encoding), False, Packed(0, 1, 1, 0, 0)) for label in ("猫咪", "小狗")]
    assert archive_names(found) == ["猫咪/1.png", "小狗/1.png"]


def test_composed_and_decomposed_names_are_one_label() -> None:
    assert {label for label, _ in labels("caf\u00e9/1.png", "cafe\u0301/2.png", "dog/3.png")} == {"café", "dog"}


@pytest.mark.parametrize("name", ["../up.png", "cat/../../up.png", "/tmp/abs.png", "C:\\data\\a.png", "..\\..\\win.png", "~root/a.png"])
def test_names_that_lead_out_are_refused(name: str) -> None:
    (reason,) = refused(zip_bytes([("cat/1.png", b"x"), (name, b"x")])).values()
    assert reason == "a name that leads out of the zip"


def test_depth_is_limited() -> None:
    assert "12 folders deep" in next(iter(refused(zip_bytes({"d/" * 13 + "x.png": b"x", "cat/1.png": b"x"})).values()))


def test_a_member_that_packs_suspiciously_well_is_refused() -> None:
    data = zip_bytes({"cat/1.png": bytes(1_000_000), "dog/1.png": b"x"}, zipfile.ZIP_DEFLATED)
    assert "packed more than 200 times smaller" in refused(data)["cat/1.png"]


def test_a_password_is_a_reason() -> None:
    data = bytearray(zip_bytes({"cat/1.png": b"x"}))
    data[6] |= 1  # local header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # central directory
    assert refused(bytes(data)) == {"cat/1.png": "protected by a password"}


@pytest.mark.parametrize(
    ("variable", "value"), [("LIMELIGHT_MAX_ZIP_ENTRIES", "1"), ("LIMELIGHT_MAX_INFLATED_BYTES", "10")]
)  # fmt: skip
def test_limits_of_the_whole_name_their_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    settings.cache_clear()
    data = Source.of(zip_bytes({"cat/1.png": b"x" * 8, "dog/2.png": b"x" * 8}), "a.zip")
    with pytest.raises(LimitExceeded, match=variable), open_archive(data):
        raise AssertionError("the zip was opened")


def test_a_member_that_lies_about_its_size_inflates_no_further_than_it_declared() -> None:
    data = bytearray(zip_bytes({"cat/1.png": bytes(50_000_000)}, zipfile.ZIP_DEFLATED))
    for start in (22, data.index(b"PK\x01\x02") + 24):  # uncompressed size, in both headers
        data[start : start + 4] = (1000).to_bytes(4, "little")
    with open_archive(Source.of(bytes(data), "a.zip")) as archive:
        with pytest.raises(BadFile, match="damaged in the zip"):
            archive.read(archive.members[0])
        assert archive.inflated_bytes <= 1001


def test_what_really_inflates_is_counted_over_all_members(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zip_bytes({"cat/1.png": b"x" * 600, "cat/2.png": b"x" * 600})
    with open_archive(Source.of(data, "a.zip")) as archive:
        monkeypatch.setenv("LIMELIGHT_MAX_INFLATED_BYTES", "1000")
        settings.cache_clear()
        assert len(archive.read(archive.members[0])) == 600
        with pytest.raises(LimitExceeded, match="LIMELIGHT_MAX_INFLATED_BYTES"):
            archive.read(archive.members[1])


def test_a_damaged_zip_is_a_sentence() -> None:
    with pytest.raises(BadFile, match="damaged zip file"), open_archive(Source.of(b"PK\x03\x04" + bytes(50), "a.zip")):
        raise AssertionError("the zip was opened")


NAMES = st.lists(st.text(st.sampled_from("ab./\\:~ é猫"), min_size=1, max_size=12), min_size=1, max_size=6, unique=True)


@given(NAMES)
def test_no_name_makes_a_file_or_an_unknown_error(names: list[str]) -> None:
    """Whatever the members are called, reading them leaves the disk as it was."""
    here, above = set(Path.cwd().iterdir()), set(Path.cwd().parent.iterdir())
    try:
        with open_archive(Source.of(zip_bytes([(name, b"x") for name in names]), "a.zip")) as archive:
            for label, member in archive.labelled():
                archive.read(member)
                assert label
                assert ".." not in member.folders
    except LimelightError as error:
        assert error.message.endswith(".")
    assert set(Path.cwd().iterdir()) == here
    assert set(Path.cwd().parent.iterdir()) == above


def test_members_are_no_names_of_files() -> None:
    """Two members with one name are two pictures: nothing is overwritten."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zip_bytes([("cat/1.png", b"one"), ("cat/1.png", b"two"), ("dog/1.png", b"x")])
    with open_archive(Source.of(data, "a.zip")) as archive:
        assert isinstance(archive, Archive)
        assert [archive.read(member) for member in archive.members] == [b"one", b"two", b"x"]


def test_folders_without_anything_are_known() -> None:
    members = [("cat/", b""), ("cat/1.png", b"x"), ("fish/", b""), ("deep/", b""), ("deep/er/", b""), ("deep/er/1.png", b"x"), ("__MACOSX/", b"")]
    with open_archive(Source.of(zip_bytes(members), "a.zip")) as archive:
        assert archive.empty_folders == ["fish"]
