"""Words on paper: the fonts that every PDF reader has, and text of strangers set in them.

Nothing is embedded, so a PDF stays small: Latin letters are Helvetica, Chinese is STSong (a CID font that each reader
brings itself), Korean HYSMyeongJo. A character that none of them has, such as an emoji or Arabic, becomes □.
"""

from __future__ import annotations

from functools import cache
from itertools import groupby
from xml.sax.saxutils import escape

from core.report.text import one_line

__all__ = ["BOLD", "PLAIN", "drawn_text", "marked_up", "register_fonts"]

PLAIN, BOLD, CHINESE, KOREAN = "Helvetica", "Helvetica-Bold", "STSong-Light", "HYSMyeongJo-Medium"
OTHERWISE = {"−": "–", "≈": "~", "→": "→", "\u2009": " ", "▸": "›", "◂": "‹"}  # what these fonts lack, and what says the same
MISSING = "□"


@cache
def register_fonts() -> None:
    """Make the fonts known, once for the process."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    for name in (CHINESE, KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))


@cache
def _font(char: str) -> str:
    """The font that has a character; "" where none does."""
    for encoding, font in (("cp1252", PLAIN), ("gbk", CHINESE), ("euc-kr", KOREAN)):
        try:
            char.encode(encoding)
        except UnicodeEncodeError:
            continue
        return font
    return ""


def _runs(text: str, limit: int) -> list[tuple[str, str]]:
    kept = [OTHERWISE.get(char, char) for char in one_line(text, limit)]
    known = [(char, _font(char)) for char in kept]
    pairs = [(char, font) if font else (MISSING, CHINESE) for char, font in known]
    return [(font, "".join(char for char, _font_name in run)) for font, run in groupby(pairs, key=lambda pair: pair[1])]


def marked_up(text: str, limit: int = 2_000) -> str:
    """For a paragraph: runs of one font each, with nothing in it that reportlab would read as markup.

    Example:
        >>> marked_up("A <b> 准确率")
        'A &lt;b&gt; <font name="STSong-Light">准确率</font>'
    """
    return "".join(escape(run) if font == PLAIN else f'<font name="{font}">{escape(run)}</font>' for font, run in _runs(text, limit))


def drawn_text(text: str, limit: int = 60) -> tuple[str, str]:
    """For a drawing, where one string has one font: the font and the text in it.

    Example:
        >>> drawn_text("Accuracy"), drawn_text("A · 准")[0]
        (('Helvetica', 'Accuracy'), 'STSong-Light')
    """
    runs = _runs(text, limit)
    font = next((font for font, _text in runs if font != PLAIN), PLAIN)
    return font, "".join(run for _font_name, run in runs)
