import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.readers.east_asian import guess_east_asian
from core.dataset.readers.encoding import decode
from core.errors import BadFile, LimelightError

CHINESE = "编号,评论,城市,标签\n1,这家酒店的房间很干净，服务也很好,北京,好评\n2,质量太差了，完全不值这个价格,上海,差评\n"
TRADITIONAL = "編號,評論,城市\n1,這家飯店的房間很乾淨，服務也很好,臺北\n2,品質太差了，完全不值這個價錢,高雄\n"
JAPANESE = "名前,点数,結果\n山田さんはとても元気です,10,合格\n鈴木さんのテストの結果はよくない,20,不合格\n"
WESTERN = "nom,ville\nRené,Besançon\nZoë,Málaga\n"


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (CHINESE, "gb18030", "gb18030"), (CHINESE, "gbk", "gb18030"), (CHINESE, "utf-8", "utf-8"), (CHINESE, "utf-8-sig", "utf-8"),
        (TRADITIONAL, "big5", "big5hkscs"), (JAPANESE, "shift_jis", "cp932"),
        (WESTERN, "latin-1", "cp1252"), (WESTERN, "cp1252", "cp1252"),
        (CHINESE, "utf-16", "utf-16-le"), (CHINESE, "utf-16-le", "utf-16-le"), (CHINESE, "utf-16-be", "utf-16-be"),
        (CHINESE, "utf-32", "utf-32-le"), (CHINESE, "utf-32-le", "utf-32-le"), (CHINESE, "utf-32-be", "utf-32-be"),
        (WESTERN, "utf-16-le", "utf-16-le"), ("a,b\n1,2\n", "utf-16-be", "utf-16-be"),
    ],
)  # fmt: skip
def test_encodings_are_found(text: str, encoding: str, found: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded.text.decode() == text
    assert decoded.encoding == found


def test_what_is_certain_is_not_reported_and_what_is_guessed_is() -> None:
    assert decode(CHINESE.encode("utf-16")).notices == ()
    (finding,) = decode(CHINESE.encode("gbk")).notices
    assert finding.code == "encoding_guessed"
    assert "GB18030 (Chinese)" in finding.message


def test_a_file_of_two_encodings_is_read_line_by_line() -> None:
    first, second = "城市,标签\n北京,好评\n广州,好评\n", "上海,差评\n"
    decoded = decode(first.encode() + second.encode("gbk"))
    assert decoded.text.decode() == first + second
    (finding,) = decoded.notices
    assert "line 4" in finding.message
    assert f"byte {len(first.encode())}" in finding.message


def test_one_bad_byte_at_the_very_end_is_noticed() -> None:
    decoded = decode(b"a,y\n" + b"1,yes\n" * 50_000 + "3,oui é\n".encode("latin-1"))
    assert decoded.text.endswith("3,oui é\n".encode())
    assert [finding.code for finding in decoded.notices] == ["encoding_guessed"]


def test_unreadable_bytes_in_a_utf8_file_become_a_sign() -> None:
    decoded = decode("é,ü\n".encode() * 20 + b"a,\xff\xfe\n")
    assert decoded.text.decode().endswith("a,\ufffd\ufffd\n")
    assert decoded.notices[0].severity == "look at this"


def test_zero_bytes_are_removed_and_counted() -> None:
    decoded = decode(b"a,colour\n1,re\0d\n2,blue\n" * 5 + b"\0\0\0")
    assert b"\0" not in decoded.text
    assert decoded.notices[0].code == "zero_bytes"
    assert decoded.notices[0].count == 8


def test_all_line_ends_become_one() -> None:
    assert decode(b"a\r\nb\rc\nd").text == b"a\nb\nc\nd"


def test_binary_data_is_refused() -> None:
    with pytest.raises(BadFile, match="binary data, not a text table"):
        decode(bytes(range(256)) * 20)


def test_accents_are_not_taken_for_chinese() -> None:
    assert guess_east_asian("été, naïve, cœur, über, ñandú".encode("cp1252")) is None


@given(st.binary(max_size=300))
def test_any_bytes_give_text_or_a_sentence(data: bytes) -> None:
    try:
        decoded = decode(data)
    except LimelightError as error:
        assert error.message.endswith(".")
    else:
        decoded.text.decode()
        assert b"\r" not in decoded.text
        assert b"\0" not in decoded.text


@given(st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs", "Cc"]), max_size=200), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_text_with_a_mark_or_in_utf8_survives(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    if encoding == "utf-8" and data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return  # a text that itself begins with a mark loses it
    assert decode(data).text.decode() == text
