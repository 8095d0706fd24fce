"""Which language a text is in: by its script, and where many languages share one, by the small words that each uses.

A page says “93 % English, 5 % German”, so a guess must be right far more often than it must be made: what is unsure is `other`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import polars as pl

from core.dataset.stop_words import STOP_WORDS
from core.language import N_

__all__ = ["OTHER", "TITLES", "language_of", "languages_of", "shares"]

OTHER: Final = "other"
TITLES: Final = {
    "zh-Hans": N_("Chinese (simplified)"), "zh-Hant": N_("Chinese (traditional)"), "ja": N_("Japanese"), "ko": N_("Korean"), "en": N_("English"), "de": N_("German"),
    "fr": N_("French"), "es": N_("Spanish"), "pt": N_("Portuguese"), "it": N_("Italian"), "nl": N_("Dutch"), "pl": N_("Polish"), "sv": N_("Swedish"), "tr": N_("Turkish"),
    "id": N_("Indonesian"), "vi": N_("Vietnamese"), "ru": N_("Russian"), "uk": N_("Ukrainian"), "ar": N_("Arabic"), "fa": N_("Persian"), "ur": N_("Urdu"),
    "hi": N_("Hindi"), "mr": N_("Marathi"), "th": N_("Thai"), OTHER: N_("other or unsure"),
}  # fmt: skip

READ_CHARACTERS = 400  # of a text; more make the guess no surer
KANA_SHARE = 0.1  # of the letters of a Japanese text; Chinese has none
DENSE = 2  # one Chinese character says as much as two Latin letters
SURE_WEIGHT = 0.9  # a small word that one language has to itself counts 1, one of two languages a half for each
LETTER_WEIGHT = 0.5  # of a word of one letter, which may be an initial or a size
SURE_LEAD = 1.25  # times the weight of the next language
TELLING_WEIGHT = 0.6  # of a letter that few languages have
TELLING_LETTERS = 5  # so many of them at most are counted
BEYOND = 0x30000  # code points from here on have no script that we know

_SCRIPTS: Final = ("none", "han", "simplified", "traditional", "kana", "hangul", "thai", "devanagari", "arabic", "cyrillic", "latin", "unknown")
_HAN: Final = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FFFF))
_RANGES: Final = {
    "kana": ((0x3041, 0x3096), (0x30A1, 0x30FA), (0x31F0, 0x31FF)), "hangul": ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF)),
    "thai": ((0x0E01, 0x0E5B),), "devanagari": ((0x0900, 0x097F),), "arabic": ((0x0620, 0x06FF), (0x0750, 0x077F)), "cyrillic": ((0x0400, 0x052F),),
    "latin": ((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x24F), (0x1E00, 0x1EFF)),
    "unknown": ((0x0370, 0x03FF), (0x0530, 0x05FF), (0x0700, 0x074F), (0x0980, 0x0DFF), (0x0E80, 0x10FF), (0x1200, 0x18AF)),
}  # fmt: skip
# the same words, written the short and the long way
_SHORT = "这个们来为国说时会对过发种经学现当没动还进样开从实军无与长机产业问应战头体见关将两间话给门东声员论义认条气题尔变总电数报结务场计资许统区队决马书则听达强难权设记类据边张该规万术领确传师观让识带导争运岁车请钱买卖价宾馆厅饭网评单货订标签满贵页键线盘"  # fmt: skip
_LONG = "這個們來為國說時會對過發種經學現當沒動還進樣開從實軍無與長機產業問應戰頭體見關將兩間話給門東聲員論義認條氣題爾變總電數報結務場計資許統區隊決馬書則聽達強難權設記類據邊張該規萬術領確傳師觀讓識帶導爭運歲車請錢買賣價賓館廳飯網評單貨訂標籤滿貴頁鍵線盤"  # fmt: skip

_ADDRESS: Final = r"(https?://|www\.)[!-~]+|[!-~]+@[!-~]+"
_WORD: Final = r"[\p{L}\p{M}]+(?:'\p{L}+)*"
_RIVALS: Final = {
    "latin": ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "sv", "tr", "id", "vi"), "cyrillic": ("ru", "uk"),
    "arabic": ("ar", "fa", "ur"), "devanagari": ("hi", "mr"),
}  # fmt: skip
_TELLING: Final = {
    "de": "ß", "es": "ñ¿¡", "pt": "ãõ", "pl": "łąęśźż", "sv": "å", "tr": "ğış", "vi": "đơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
    "ru": "ыэъё", "uk": "їєґі", "fa": "پچژگ", "ur": "ٹڈڑںےہ", "ar": "ةىأإ", "mr": "ळ",
}  # fmt: skip


def language_of(text: str) -> str:
    """The language of one text, as a key of `TITLES`.

    Example:
        >>> language_of("Das Frühstück war gut, aber das Zimmer nicht."), language_of("房间很干净，这个价格很值")
        ('de', 'zh-Hans')
        >>> language_of("Zgxq 17")
        'other'
    """
    return languages_of(pl.Series([text]))[0]


def languages_of(texts: pl.Series) -> list[str]:
    """The language of each text; a Chinese text that is written the same the short and the long way goes with the majority.

    Args:
        texts: (rows,) String, null allowed.

    Returns:
        (rows,) keys of `TITLES`; `other` where there is no text.
    """
    read = texts.str.head(READ_CHARACTERS).fill_null("").str.replace_all(_ADDRESS, " ")
    read = read.str.normalize("NFKC").str.head(READ_CHARACTERS).str.to_lowercase().str.replace_all("\u2019", "'", literal=True)
    counts = _letters(read)
    found = np.full(len(texts), OTHER, dtype=object)
    script = _main_script(counts)
    found[script == "hangul"], found[script == "thai"] = "ko", "th"
    kana, han = counts["kana"], counts["han"]
    japanese = np.isin(script, ("han", "kana")) & (kana > KANA_SHARE * (kana + han))
    found[japanese] = "ja"
    chinese = (script == "han") & ~japanese
    lead = counts["simplified"] - counts["traditional"]
    majority = "zh-Hant" if (lead[chinese] < 0).sum() > (lead[chinese] > 0).sum() else "zh-Hans"
    found[chinese] = np.where(lead[chinese] > 0, "zh-Hans", np.where(lead[chinese] < 0, "zh-Hant", majority))
    for name, rivals in _RIVALS.items():
        rows = np.flatnonzero(script == name)
        found[rows] = _by_words(read[rows], rivals)
    return [str(language) for language in found]


def shares(languages: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Share of each language, the most frequent first, `other` last.

    Example:
        >>> shares(["en", "other", "de", "en"])
        (('en', 0.5), ('de', 0.25), ('other', 0.25))
    """
    counts = Counter(languages)
    ordered = sorted(counts, key=lambda language: (language == OTHER, -counts[language], language))
    return tuple((language, counts[language] / len(languages)) for language in ordered)


@cache
def _script_of() -> np.ndarray:
    """(code points,) uint8: the place of each character's script in `_SCRIPTS`."""
    table = np.zeros(BEYOND + 1, dtype=np.uint8)
    for name, ranges in {"han": _HAN, **_RANGES}.items():
        for first, last in ranges:
            table[first : last + 1] = _SCRIPTS.index(name)
    for name, own, others in (("simplified", _SHORT, _LONG), ("traditional", _LONG, _SHORT)):
        table[[ord(c) for c in set(own) - set(others)]] = _SCRIPTS.index(name)
    return table


def _letters(texts: pl.Series) -> dict[str, np.ndarray]:
    """Script → (rows,) how many letters of it each text has; `han` with the simplified and the traditional ones."""
    codes = np.frombuffer("".join(texts.to_list()).encode("utf-32-le"), dtype=np.uint32)
    rows = np.repeat(np.arange(len(texts)), texts.str.len_chars().to_numpy())
    places = rows * len(_SCRIPTS) + _script_of()[np.minimum(codes, BEYOND)]
    table = np.bincount(places, minlength=len(texts) * len(_SCRIPTS)).reshape(len(texts), len(_SCRIPTS))
    counts = {name: table[:, place] for place, name in enumerate(_SCRIPTS)}
    return {**counts, "han": counts["han"] + counts["simplified"] + counts["traditional"]}


def _main_script(counts: dict[str, np.ndarray]) -> np.ndarray:
    """(rows,) the script that most of each text is written in; `none` where there is no letter."""
    names = ("none", "han", "kana", "hangul", "thai", "devanagari", "arabic", "cyrillic", "latin", "unknown")
    dense = ("han", "kana", "hangul")
    weights = np.stack([counts[name] * (DENSE if name in dense else 0 if name == "none" else 1) for name in names], axis=1)
    return np.asarray(np.array(names)[weights.argmax(axis=1)])


def _by_words(texts: pl.Series, rivals: tuple[str, ...]) -> list[str]:
    """The language of each text whose small words it uses, where one leads clearly."""
    words = pl.DataFrame({"row": range(len(texts)), "word": texts.str.extract_all(_WORD)}).explode("word")
    by_word = words.join(_weights(rivals), on="word").select("row", "language", "weight")
    totals = pl.concat([by_word, _by_letters(texts, rivals)]).group_by("row", "language").agg(pl.col("weight").sum())
    ranked = totals.sort("row", "weight", "language", descending=[False, True, False]).group_by("row", maintain_order=True)
    best = ranked.agg(pl.col("language").first(), pl.col("weight").first(), pl.col("weight").get(1, null_on_oob=True).fill_null(0.0).alias("next"))
    sure = best.filter((pl.col("weight") >= SURE_WEIGHT) & (pl.col("weight") >= SURE_LEAD * pl.col("next")))
    found = dict(sure.select("row", "language").iter_rows())
    return [found.get(row, OTHER) for row in range(len(texts))]


@cache
def _weights(rivals: tuple[str, ...]) -> pl.DataFrame:
    """word, language, weight."""
    owners = Counter(word for language in rivals for word in STOP_WORDS[language])
    rows = [(word, language, (1 if len(word) > 1 else LETTER_WEIGHT) / owners[word]) for language in rivals for word in sorted(STOP_WORDS[language])]
    return pl.DataFrame(rows, schema={"word": pl.String, "language": pl.String, "weight": pl.Float64}, orient="row")


def _by_letters(texts: pl.Series, rivals: tuple[str, ...]) -> pl.DataFrame:
    """row, language, weight of letters that few languages have."""
    rows = np.flatnonzero((texts.str.len_bytes() != texts.str.len_chars()).to_numpy())
    found = []
    for language in rivals:
        if telling := _TELLING.get(language):
            weight = texts[rows].str.count_matches(f"[{telling}]").clip(0, TELLING_LETTERS) * TELLING_WEIGHT
            found.append(pl.DataFrame({"row": rows, "language": [language] * len(rows), "weight": weight}).filter(pl.col("weight") > 0))
    schema = pl.Schema({"row": pl.Int64, "language": pl.String, "weight": pl.Float64})
    return pl.concat([frame.cast(schema) for frame in found]) if found else pl.DataFrame(schema=schema)
