"""What pictures and texts look like: sizes, brightness, copies; lengths, languages, the words of each class.

All of it was counted by the process that read the file (core.dataset.looks); the page only draws it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from ui.balance import bars_chart, ranges_chart
from ui.pictures import picture_strips
from ui.words import count, percent, plain, plural

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
        st.subheader("The pictures", anchor=False)
        _pictures(looks.pictures, samples)
    elif samples:
        st.subheader("A few pictures", anchor=False)
        picture_strips(samples)
    for place, (name, texts) in enumerate(looks.texts.items()):
        if place < TEXTS:
            st.subheader(f"The texts in “{plain(name, 60)}”", anchor=False)
            _texts(texts, place)
        else:
            with st.expander(f"The texts in “{plain(name, 60)}”"):
                _texts(texts, place)


def _pictures(found: PictureLook, samples: Mapping[str, np.ndarray]) -> None:
    st.markdown(f"{plural(found.looked_at, 'training picture')}: " + " · ".join(_of_pictures(found)))
    picture_strips(samples)
    left, right = st.columns(2, gap="large")
    with left:
        if found.brightness:
            st.markdown(f"**{_brightness(found)}**")
            ranges_chart({label: (low, middle, high) for label, (_, low, middle, high) in found.brightness.items()}, "brightness, from black to white", WHITE, "brightness")
            st.caption("The mark is the median picture of a class, the band the middle half of its pictures. Where brightness alone tells the classes apart, a model may learn no more than that.")
    with right:
        if len(found.side_bars) > 1:
            st.markdown("**Sizes differ: all pictures are brought to one size for training**")
            bars_chart(found.side_bars, "pictures", "longer side in pixels", "sides")


def _of_pictures(found: PictureLook) -> list[str]:
    """What is to be known of all pictures, in short phrases; Markdown of ours."""
    sizes = {name: f"{width} × {height}" for name, width, height in found.sizes}
    said = []
    if len(set(sizes.values())) == 1:
        said.append(f"all **{next(iter(sizes.values()))}** pixels in the file")
    elif sizes:
        said.append("from " + " to ".join(f"**{size}**" for name, size in sizes.items() if name != "middle") + " pixels in the file")
    said.append("none in colour" if found.grey_share == 1 else f"{percent(found.grey_share)} without colour" if found.grey_share else "all in colour")
    for value, one, many in (
        (found.copies, "exact copy", "exact copies"),
        (found.near_copies or 0, "near copy", "near copies"),
        (found.blank, "blank picture", "blank pictures"),
        (found.tiny, "tiny picture", "tiny pictures"),
    ):
        if value:
            said.append(plural(value, one, many))
    return said


def _brightness(found: PictureLook) -> str:
    """What the chart of brightness shows; Markdown of ours."""
    ordered = sorted(found.brightness.items(), key=lambda pair: pair[1][2])
    (dark, low), (bright, high) = ordered[0], ordered[-1]
    if len(ordered) < 2 or high[2] - low[2] < 0.1 * WHITE:
        return "The classes are about equally bright"
    return f"“{plain(dark, 30)}” is the darkest class, “{plain(bright, 30)}” the brightest"


def _texts(found: TextLook, place: int) -> None:
    if not found.characters:
        st.caption("There is no text in it.")
        return
    st.markdown(" · ".join(_of_texts(found)))
    left, right = st.columns(2, gap="large")
    with left:
        _words(found)
    with right:
        if len(found.character_bars) > 1:
            st.markdown("**How long they are**")
            bars_chart(found.character_bars, "texts", "characters", f"characters_{place}")
    empty = f", {count(found.empty)} of them without text" if found.empty else ""
    st.caption(f"Counted on {plural(found.looked_at, 'training row')}{empty}.")


def _of_texts(found: TextLook) -> list[str]:
    """Lengths and languages in short phrases; Markdown of ours."""
    from core.dataset.languages import TITLES

    words = dict(found.words)
    said = []
    if words:
        said.append(f"half have up to **{plural(words.get('middle', 0), 'word')}**, the longest {count(words.get('longest', 0))}")
    known = {str(TITLES.get(key, key)): share for key, share in found.languages[:LANGUAGES] if share >= SEEN}
    languages = [f"{plain(title, 30)} {percent(share)}" for title, share in known.items()]
    if known and (rest := 1 - sum(known.values())) > REST:
        languages.append(f"too short to tell {percent(rest)}")
    return [*said, *([", ".join(languages)] if languages else [])]


def _words(found: TextLook) -> None:
    """The words that speak for each class, or the most frequent ones."""
    speaking = {label: words for label, words in found.by_class.items() if words}
    if not speaking:
        st.markdown("**The most frequent words**")
        st.markdown(", ".join(f"{plain(word, 30)} :small[:gray[{count(times)}]]" for word, times in found.frequent) or "There are none.")
        return
    st.markdown("**Words that speak for a class**")
    cells = [", ".join(f"{plain(word, 30)} :small[:gray[×{times:.1f}]]" for word, times in words[:WORDS]) for words in speaking.values()]
    st.table({"Class": [plain(label, 40) for label in speaking], "Words": cells}, hide_index=True, border="horizontal", alt="Words that speak for each class")
    st.caption("×3: three times as frequent in this class as in the others.")
