"""What pictures and texts look like: sizes, brightness, copies; lengths, languages, the words of each class.

All of it was counted by the process that read the file (core.dataset.looks); the page only draws it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from core.language import _, plural
from ui.balance import bars_chart, ranges_chart
from ui.pictures import picture_strips
from ui.words import count, percent, plain

if TYPE_CHECKING:
    import numpy as np

    from core.dataset.looks import Looks, PictureLook, TextLook

__all__ = ["show_looks"]

TEXTS = 3  # columns of texts that stand open
WORDS = 8
LANGUAGES = 5
SEEN = 0.005  # a smaller share of the texts is more likely a wrong guess than a language
REST = 0.03  # a share of the texts whose language is not known that is worth a word
WHITE = 255.0


def show_looks(looks: Looks, samples: Mapping[str, np.ndarray]) -> None:
    """Draw what there is to draw; nothing for a plain table.

    Args:
        looks: what was counted.
        samples: class → (n, height, width, channels) uint8, a few pictures each.
    """
    if looks.pictures is not None:
        st.subheader(_("The pictures"), anchor=False)
        _pictures(looks.pictures, samples)
    elif samples:
        st.subheader(_("A few pictures"), anchor=False)
        picture_strips(samples)
    for place, (name, texts) in enumerate(looks.texts.items()):
        if place < TEXTS:
            st.subheader(_("The texts in “{name}”").format(name=plain(name, 60)), anchor=False)
            _texts(texts, place)
        else:
            with st.expander(_("The texts in “{name}”").format(name=plain(name, 60))):
                _texts(texts, place)


def _pictures(found: PictureLook, samples: Mapping[str, np.ndarray]) -> None:
    st.markdown(" · ".join([plural("{n} training picture", "{n} training pictures", found.looked_at), *_of_pictures(found)]))
    picture_strips(samples)
    left, right = st.columns(2, gap="large")
    with left:
        if found.brightness:
            st.markdown(f"**{_brightness(found)}**")
            ranges_chart({label: (low, middle, high) for label, (_least, low, middle, high) in found.brightness.items()}, _("brightness, from black to white"), WHITE, "brightness")
            st.caption(_("The mark is the median picture of a class, the band the middle half of its pictures. Where brightness alone tells the classes apart, a model may learn no more than that."))
    with right:
        if len(found.side_bars) > 1:
            st.markdown(f"**{_('Sizes differ: all pictures are brought to one size for training')}**")
            bars_chart(found.side_bars, _("pictures"), _("longer side in pixels"), "sides")


def _of_pictures(found: PictureLook) -> list[str]:
    """What is to be known of all pictures, in short phrases; Markdown of ours."""
    sizes = {name: f"{width} × {height}" for name, width, height in found.sizes}
    said = []
    if len(set(sizes.values())) == 1:
        said.append(_("all **{size}** pixels in the file").format(size=next(iter(sizes.values()))))
    elif sizes:
        ends = [size for name, size in sizes.items() if name != "middle"]
        said.append(_("from **{low}** to **{high}** pixels in the file").format(low=ends[0], high=ends[-1]))
    said.append(_("none in colour") if found.grey_share == 1 else _("{share} without colour").format(share=percent(found.grey_share)) if found.grey_share else _("all in colour"))
    counted = (
        (found.copies, plural("{n} exact copy", "{n} exact copies", found.copies)),
        (found.near_copies, plural("{n} near copy", "{n} near copies", found.near_copies or 0)),
        (found.blank, plural("{n} blank picture", "{n} blank pictures", found.blank)),
        (found.tiny, plural("{n} tiny picture", "{n} tiny pictures", found.tiny)),
    )
    return [*said, *(words for value, words in counted if value)]


def _brightness(found: PictureLook) -> str:
    """What the chart of brightness shows; Markdown of ours."""
    ordered = sorted(found.brightness.items(), key=lambda pair: pair[1][2])
    (dark, low), (bright, high) = ordered[0], ordered[-1]
    if len(ordered) < 2 or high[2] - low[2] < 0.1 * WHITE:
        return _("The classes are about equally bright")
    return _("“{dark}” is the darkest class, “{bright}” the brightest").format(dark=plain(dark, 30), bright=plain(bright, 30))


def _texts(found: TextLook, place: int) -> None:
    if not found.characters:
        st.caption(_("There is no text in it."))
        return
    st.markdown(" · ".join(_of_texts(found)))
    left, right = st.columns(2, gap="large")
    with left:
        _words(found)
    with right:
        if len(found.character_bars) > 1:
            st.markdown(f"**{_('How long they are')}**")
            bars_chart(found.character_bars, _("texts"), _("characters"), f"characters_{place}")
    rows = plural("{n} training row", "{n} training rows", found.looked_at)
    if found.empty:
        st.caption(_("Counted on {rows}, {empty} of them without text.").format(rows=rows, empty=count(found.empty)))
    else:
        st.caption(_("Counted on {rows}.").format(rows=rows))


def _of_texts(found: TextLook) -> list[str]:
    """Lengths and languages in short phrases; Markdown of ours."""
    from core.dataset.languages import TITLES

    words = dict(found.words)
    said = []
    if words:
        said.append(_("half have up to **{words}**, the longest {longest}").format(words=plural("{n} word", "{n} words", words.get("middle", 0)), longest=count(words.get("longest", 0))))
    known = {_(str(TITLES.get(key, key))): share for key, share in found.languages[:LANGUAGES] if share >= SEEN}
    languages = [f"{plain(title, 30)} {percent(share)}" for title, share in known.items()]
    if known and (rest := 1 - sum(known.values())) > REST:
        languages.append(_("too short to tell {share}").format(share=percent(rest)))
    return [*said, *([", ".join(languages)] if languages else [])]


def _words(found: TextLook) -> None:
    """The words that speak for each class, or the most frequent ones."""
    speaking = {label: words for label, words in found.by_class.items() if words}
    if not speaking:
        st.markdown(f"**{_('The most frequent words')}**")
        st.markdown(", ".join(f"{plain(word, 30)} :small[:gray[{count(times)}]]" for word, times in found.frequent) or _("There are none."))
        return
    st.markdown(f"**{_('Words that speak for a class')}**")
    cells = [", ".join(f"{plain(word, 30)} :small[:gray[×{times:.1f}]]" for word, times in words[:WORDS]) for words in speaking.values()]
    st.table({_("Class"): [plain(label, 40) for label in speaking], _("Words"): cells}, hide_index=True, border="horizontal", alt=_("Words that speak for each class"))
    st.caption(_("×3: three times as frequent in this class as in the others."))
