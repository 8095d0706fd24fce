"""A few pictures of each class, as one strip a class: one file for the browser where single pictures would be dozens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from core.language import _, plural

if TYPE_CHECKING:
    import numpy as np

__all__ = ["picture_strips", "strip"]

CLASSES = 20
HEIGHT = 64  # pixels on the screen


def picture_strips(samples: Mapping[str, np.ndarray]) -> None:
    """Draw one strip a class.

    Args:
        samples: class → (n, height, width, channels) uint8, a few pictures each.
    """
    with st.grid("auto", min_column_width=300, gap="small"):
        for label, pictures in list(samples.items())[:CLASSES]:
            with st.container(gap="xxsmall"):
                st.text(label)
                image = strip(pictures)
                st.image(image, width=HEIGHT * image.shape[1] // image.shape[0], alt=_("{n} examples of the class {label}").format(n=len(pictures), label=label))
    if len(samples) > CLASSES:
        st.caption(plural("… and {n} more class.", "… and {n} more classes.", len(samples) - CLASSES))


def strip(pictures: np.ndarray) -> np.ndarray:
    """Pictures side by side, enlarged without blurring when they are small.

    Args:
        pictures: (n, height, width, channels) uint8; channels 1 or 3.

    Returns:
        (height, n × width, 3) or (height, n × width) uint8.

    Example:
        >>> import numpy as np
        >>> strip(np.zeros((3, 28, 28, 1), np.uint8)).shape
        (84, 252)
    """
    import numpy as np

    times = max(1, round(HEIGHT * 1.25 / pictures.shape[1]))
    row = np.concatenate(list(pictures), axis=1)
    large = np.repeat(np.repeat(row, times, axis=0), times, axis=1)
    return large[..., 0] if large.shape[-1] == 1 else large
