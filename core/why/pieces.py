"""The pieces of a text whose share in an answer is asked for: its words, and of a long text a few words at a time.

Words as people see them, not the model's tokens: Chinese is cut by the dictionary of jieba, else a model that reads
single characters would be explained by characters that mean nothing alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["pieces", "without"]

MOST_PIECES = 60
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
SINGLE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u2600-\u27bf\U0001f300-\U0001faff"  # no spaces, no dictionary here
WORD = re.compile(rf"[{HAN}]+|[{SINGLE}]|[^\W_{HAN}{SINGLE}]+(?:['\u2019-][^\W_{HAN}{SINGLE}]+)*")
IS_HAN = re.compile(rf"[{HAN}]")

Span = tuple[int, int]


def pieces(text: str, most: int = MOST_PIECES) -> list[Span]:
    """The places of the words of a text, in their order.

    Args:
        text: any text.
        most: pieces; of a text with more words some neighbours stand together in one.

    Returns:
        (start, end) of each piece in `text`; what is between them (spaces, marks) belongs to none.

    Example:
        >>> [ "Don't go!"[a:b] for a, b in pieces("Don't go!")]
        ["Don't", 'go']
    """
    words: list[Span] = []
    for found in WORD.finditer(text):
        if IS_HAN.match(found[0]):
            words += _cut(found[0], found.start())
        else:
            words.append(found.span())
    together = -(-len(words) // most)
    return [(words[at][0], words[min(at + together, len(words)) - 1][1]) for at in range(0, len(words), max(together, 1))]


def without(text: str, spans: Sequence[Span]) -> str:
    """The text with some of its pieces taken out.

    Example:
        >>> without("not good at all", [(0, 3)])
        ' good at all'
    """
    kept, at = [], 0
    for start, end in spans:
        kept.append(text[at:start])
        at = end
    return "".join((*kept, text[at:]))


def _cut(run: str, start: int) -> list[Span]:
    """The words of Chinese characters that stand together."""
    import rjieba  # its dictionary takes 30 MB: never in the web process

    spans = []
    for word in rjieba.cut(run):
        spans.append((start, start + len(word)))
        start += len(word)
    return spans
