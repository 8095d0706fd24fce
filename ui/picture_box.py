"""A picture for the model: a real test picture, an upload, or the camera; shown as the model sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import BadFile
from core.language import N_, _
from core.retelling import retold
from ui.guard import show_error
from ui.words import plain

if TYPE_CHECKING:
    import numpy as np

__all__ = ["fitted", "picture_box"]

SOURCES = {"test": N_("Test picture"), "upload": N_("Upload"), "camera": N_("Camera")}
TYPES = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]
LIMIT_MB = 20
SHOWN_PX = 280


def picture_box(key: str, known: np.ndarray | None, shape: tuple[int, int, int] | None) -> np.ndarray | None:
    """Let the visitor give a picture.

    Args:
        key: base of the widget keys.
        known: a real test picture, if there is one.
        shape: (height, width, channels) that the model reads.

    Returns:
        (height, width, channels) uint8; None while there is no picture.
    """
    if shape is None:
        return None
    kinds = [kind for kind in SOURCES if kind != "test" or known is not None]
    if st.session_state.get(f"{key}_from") not in kinds:
        st.session_state[f"{key}_from"] = kinds[0]
    chosen = st.segmented_control(
        _("Picture"), kinds, format_func=lambda kind: _(SOURCES[kind]), key=f"{key}_from", required=True, persist_state="session"
    )
    given = None
    if chosen == "camera":  # the browser asks for the camera only now
        given = st.camera_input(_("Take a picture"), key=f"{key}_camera", label_visibility="collapsed")
    elif chosen == "upload":
        given = st.file_uploader(_("A picture"), TYPES, max_upload_size=LIMIT_MB, key=f"{key}_upload", label_visibility="collapsed")
    try:
        picture = known if chosen == "test" else fitted(given.getvalue(), shape) if given is not None else None
    except BadFile as error:
        show_error(BadFile(_("This picture cannot be used: {message}. Choose a PNG or JPEG picture.").format(message=plain(retold(error.message), 200))))
        return None
    if picture is not None:
        _as_the_model_sees_it(picture)
    return picture


def fitted(data: bytes, shape: tuple[int, int, int]) -> np.ndarray:
    """Decode a picture to the size and colours of the model, exactly as a zip of pictures is read.

    Args:
        data: the file's content.
        shape: (height, width, channels) wanted; channels 1 or 3.

    Raises:
        BadFile: it is no picture that can be read.
    """
    from core.dataset.readers.picture import picture_array, with_channels

    height, width, channels = shape
    return with_channels(picture_array(data, (width, height)), channels)


def _as_the_model_sees_it(picture: np.ndarray) -> None:
    import numpy as np

    times = max(1, SHOWN_PX // max(picture.shape[:2]))
    large = np.repeat(np.repeat(picture, times, axis=0), times, axis=1)
    st.image(large[..., 0] if large.shape[2] == 1 else large, width=SHOWN_PX, alt=_("The picture as the model sees it"))
    sentence = _("This is what the model sees: {width} × {height} pixels.") if picture.shape[2] == 3 else _("This is what the model sees: {width} × {height} pixels in grey.")
    st.caption(sentence.format(width=picture.shape[1], height=picture.shape[0]))
