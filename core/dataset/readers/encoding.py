"""From bytes of an unknown encoding to UTF-8, so that Chinese stays Chinese.

A byte order mark or the pattern of zero bytes decides for UTF-16 and UTF-32, validity decides for
UTF-8. What remains is judged line by line: a line that is not UTF-8 is read in the East Asian encoding
that yields the most *frequent* characters (a wrong one yields rare ones), and as Western European last.
So a file glued together from two encodings is read whole.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

import polars as pl

from core.dataset.readers.east_asian import guess_east_asian
from core.dataset.readers.rectangle import NEWLINE, count_byte
from core.dataset.schema import Finding, Severity
from core.errors import BadFile
from core.language import N_

__all__ = ["Decoded", "Decoder", "decode", "encoding_of", "refuse_binary"]

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
TITLES = {
    "gb18030": "GB18030 (Chinese)", "big5hkscs": "Big5 (traditional Chinese)", "cp932": "Shift-JIS (Japanese)",
    "cp1252": "Windows-1252 (Western European)", "latin-1": "Latin-1 (Western European)",
}  # fmt: skip
SAMPLE_BYTES = 200_000
FIRST_BYTES = 1024 * 1024  # so much of a file, and its end may lie beyond: a character may be cut there
CONTROL_SHARE = 0.01  # more control characters than this, and it is not text
WIDE_SHARE = 0.1  # share of zero bytes at one place that speaks for UTF-16
SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")  # half a character of UTF-16, as no encoding but broken UTF-8 has it
CONTROLS = bytes(b for b in range(32) if b not in b"\t\n\r\x0b\x0c") + b"\x7f"


@dataclass(frozen=True)
class Decoded:
    """The text of a file.

    Attributes:
        text: UTF-8 without mark and zero bytes, lines ended by "\\n" alone.
        encoding: what the file was written in, Python's name.
        notices: findings about how it was read.
    """

    text: bytes
    encoding: str
    notices: tuple[Finding, ...] = ()


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """Find the encoding of a text file and bring it to UTF-8.

    Args:
        data: of the file.
        encoding: Python's name of the encoding; default: found from the content.

    Raises:
        BadFile: it is not text.

    Example:
        >>> decode("姓名,城市,好\\r\\n".encode("gb18030")).text.decode()
        '姓名,城市,好\\n'
    """
    found, skipped = encoding_of(data, encoding)
    decoded = _bytewise(data[skipped:]) if found is None else _one_encoding(data[skipped:], found)
    refuse_binary(decoded.text)
    return decoded


def encoding_of(data: bytes, encoding: str | None = None) -> tuple[str | None, int]:
    """What the beginning of a file says about its encoding.

    Args:
        data: the beginning of a file, or all of it.
        encoding: given by the user; decides.

    Returns:
        Python's name, None where each line must be judged alone (`Decoder`); and the length of the mark that is no text.

    Example:
        >>> encoding_of("a".encode("utf-16"))
        ('utf-16-le', 2)
    """
    if encoding is not None:
        return encoding, 0
    marked = next((item for item in MARKS if data.startswith(item[0])), None)
    if marked:
        return (None if marked[1] == "utf-8" else marked[1]), len(marked[0])
    return (_wide_encoding(data) if b"\0" in data else None), 0


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, told by where the zero bytes stand."""
    head = data[: 4 * 4096]
    quarters = [head[i::4].count(0) / max(1, len(head[i::4])) for i in range(4)]
    even, odd = (quarters[0] + quarters[2]) / 2, (quarters[1] + quarters[3]) / 2
    guesses = (
        ("utf-32-le", quarters[3] > 0.99 and quarters[2] > 0.9 and quarters[0] < 0.1),
        ("utf-32-be", quarters[0] > 0.99 and quarters[1] > 0.9 and quarters[3] < 0.1),
        ("utf-16-le", odd > WIDE_SHARE and even < odd / 10),
        ("utf-16-be", even > WIDE_SHARE and odd < even / 10),
    )
    return next((name for name, fits in guesses if fits and _begins(data, name)), None)


def _begins(data: bytes, encoding: str) -> bool:
    """Whether it can be read, the last character perhaps cut."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(data, final=len(data) < FIRST_BYTES)
    except UnicodeDecodeError:
        return False
    return True


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        if encoding == "utf-8" and len(data) > FIRST_BYTES:  # Polars validates twice as fast as Python decodes
            pl.Series([data], dtype=pl.Binary).cast(pl.String)
        else:
            data.decode(encoding)
    except (UnicodeDecodeError, pl.exceptions.PolarsError):
        return False
    return True


def _one_encoding(data: bytes, encoding: str) -> Decoded:
    decoder = Decoder(encoding)
    text = decoder.feed(data, final=True)
    return Decoded(text, encoding, decoder.notices)


def _bytewise(data: bytes) -> Decoded:
    """UTF-8 or an encoding in which every line can be judged alone."""
    decoder = Decoder()
    text = decoder.feed(data, final=True)
    return Decoded(text, decoder.encoding, decoder.notices)


class Decoder:
    """Decodes a file piece by piece; what one piece shows about the encoding is remembered for the next.

    Attributes:
        encoding: Python's name, as far as known.
    """

    def __init__(self, encoding: str | None = None) -> None:
        """Args: encoding: of the whole file; default: UTF-8 or whatever a line that is not UTF-8 turns out to be."""
        self.encoding = encoding or "utf-8"
        self._steps = _Incremental(encoding) if encoding is not None else None
        self._foreign = False  # the whole file is in another encoding than UTF-8
        self._guess: str | None = None
        self._familiar = False  # UTF-8 beyond ASCII was seen
        self._zeros = self._damaged = self._lines = self._bytes = self._odd_lines = 0
        self._first_odd: tuple[int, int] | None = None  # line and byte
        self._after_return = False

    def feed(self, data: bytes, *, final: bool) -> bytes:
        """Decode the next piece.

        Args:
            data: of the file; whole lines, where no encoding was given.
            final: whether it is the last piece.

        Returns:
            UTF-8 without zero bytes, lines ended by "\\n" alone.
        """
        if self._steps is not None:
            text, self._damaged = self._steps.feed(data, final), self._steps.damaged
            clean = self._without_zeros(text.encode("utf-8", errors="replace"))
        else:
            clean = self._without_zeros(data)
        if self._after_return and clean.startswith(b"\n"):  # the second half of a line end
            clean = clean[1:]
        self._after_return = clean.endswith(b"\r")
        lines = _one_line_end(clean)
        return lines if self._steps is not None else self._judged(lines)

    @property
    def settled(self) -> bool:
        """Whether text beyond ASCII was seen, so that what it is written in is known."""
        return self._familiar or self._foreign or self._first_odd is not None

    @property
    def notices(self) -> tuple[Finding, ...]:
        """Findings about all pieces so far."""
        found = []
        if self._steps is not None and self._damaged:
            found.append(_about_damage(self._damaged, self.encoding))
        if self._zeros:
            message = N_("{_zeros} zero bytes were removed; they do not belong in a text file. Check that the file was copied whole.").format(_zeros=f"{self._zeros:,}")
            found.append(Finding(code="zero_bytes", severity=Severity.LOOK, message=message, count=self._zeros))
        if self._foreign:
            message = (
                N_("The text is not UTF-8. It was read as {TITLES}. If words look wrong, choose another encoding.").format(TITLES=TITLES[self.encoding])
            )
            found.append(Finding(code="encoding_guessed", severity=Severity.NOTE, message=message))
            found += [_about_damage(self._damaged, TITLES[self.encoding])] if self._damaged else []
        elif self._first_odd is not None:
            found.append(self._about_odd_lines(*self._first_odd))
        return tuple(found)

    def _about_odd_lines(self, line: int, byte: int) -> Finding:
        how = f"read as {TITLES[self._guess]}" if self._guess else "shown with � where a character was unreadable"
        message = (
            f"The file is UTF-8, except in {self._odd_lines:,} line{'s' if self._odd_lines > 1 else ''} (first in line {line}, at byte {byte:,}), "
            f"{how}. Check that text, or save the whole file as UTF-8 and upload it again."
        )
        return Finding(code="encoding_guessed", severity=Severity.LOOK, message=message, count=self._odd_lines)

    def _without_zeros(self, data: bytes) -> bytes:
        if 0 not in data:
            return data
        self._zeros += data.count(0)
        return data.replace(b"\0", b"")

    def _judged(self, lines: bytes) -> bytes:
        """The piece as UTF-8, lines in another encoding included."""
        if lines.isascii() or _decodes(lines, "utf-8"):
            self._familiar = self._familiar or not (self._foreign or lines.isascii())
            text = lines
        else:
            text = self._in_encoding(lines) if self._foreign else self._not_utf8(lines)
        if self._first_odd is None or not self._foreign:
            self._lines += count_byte(lines, NEWLINE)
            self._bytes += len(lines)
        return text

    def _not_utf8(self, data: bytes) -> bytes:
        lines = data.split(b"\n")
        odd = [i for i, line in enumerate(lines) if not line.isascii() and not _decodes(line, "utf-8")]
        familiar = sum(not line.isascii() for line in lines) - len(odd)
        guess = guess_east_asian(b"\n".join(lines[i] for i in odd)[:SAMPLE_BYTES].rsplit(b"\n", 1)[0])
        broken = guess is None and SURROGATE.search(data) is not None  # UTF-8 that a bad program wrote
        if not self._familiar and self._first_odd is None and familiar < len(odd) / 10 and not broken:
            self._foreign, self.encoding = True, guess or ("cp1252" if _decodes(data, "cp1252") else "latin-1")
            return self._in_encoding(data)
        self._guess = self._guess or guess
        self._odd_lines += len(odd)
        if self._first_odd is None:
            self._first_odd = self._lines + odd[0] + 1, self._bytes + sum(len(line) + 1 for line in lines[: odd[0]])
        for i in odd:
            lines[i] = lines[i].decode(self._guess or "utf-8", errors="replace").encode("utf-8")
        return b"\n".join(lines)

    def _in_encoding(self, data: bytes) -> bytes:
        text = data.decode(self.encoding, errors="replace")
        self._damaged += 0 if _decodes(data, self.encoding) else text.count("\ufffd")
        return text.encode("utf-8", errors="replace")


class _Incremental:
    """Decodes pieces that may end in the middle of a character; counts what cannot be read."""

    def __init__(self, encoding: str) -> None:
        self.strict = codecs.getincrementaldecoder(encoding)("strict")
        self.lenient = codecs.getincrementaldecoder(encoding)("replace")
        self.damaged = 0
        self.started = False

    def feed(self, data: bytes, final: bool) -> str:
        before = self.strict.getstate()
        try:
            text = self.strict.decode(data, final)
        except UnicodeDecodeError:
            self.lenient.setstate(before)
            text = self.lenient.decode(data, final)
            self.strict.setstate(self.lenient.getstate())
            self.damaged += text.count("\ufffd")
        text = text if self.started or not text else text.removeprefix("\ufeff")
        self.started = self.started or bool(text)
        return text


def _about_damage(count: int, encoding: str) -> Finding:
    message = N_("{count} characters could not be read as {encoding} and are shown as �. Choose another encoding, or save the file as UTF-8 and upload it again.").format(count=f"{count:,}", encoding=encoding)
    return Finding(code="damaged_text", severity=Severity.LOOK, message=message, count=count)


def _one_line_end(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def refuse_binary(text: bytes) -> None:
    """Stop at what is no text.

    Raises:
        BadFile: more control characters than a text holds.
    """
    controls = len(text) - len(text.translate(None, CONTROLS))
    if controls > CONTROL_SHARE * len(text):
        raise BadFile(N_("This file is binary data, not a text table. Upload a CSV file, or a zip of pictures in one folder for each class."))
