"""No page ever shows a traceback: errors of ours become their sentence, all others one sentence and a log entry."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import DiskFull, LimelightError, NotReady, QuotaExceeded, is_panic
from core.language import _
from core.retelling import retold
from ui.words import plain

__all__ = ["guarded", "log", "show_error", "show_unexpected"]

log = logging.getLogger("limelight")


@contextmanager
def guarded() -> Iterator[None]:
    """Turn what goes wrong inside into a designed message; also usable as a decorator, on a fragment for example.

    Streamlit steers with exceptions that are no `Exception` (rerun, stop, switch of page): they pass. A panic of a library is none either, and does not.

    Example:
        >>> with guarded():
        ...     pass
    """
    try:
        yield
    except LimelightError as error:
        log.info("%s: %s", error.code, error)
        show_error(error)
    except BaseException as error:
        if not (isinstance(error, Exception) or is_panic(error)):
            raise
        show_unexpected(error)


def show_error(error: LimelightError) -> None:
    """The sentence of an error of ours, in the weight that it deserves."""
    text = plain(retold(error.message), limit=1000)
    if isinstance(error, NotReady):
        st.info(text, icon=":material/hourglass_empty:")
    elif isinstance(error, DiskFull | QuotaExceeded):
        st.warning(text, icon=":material/database_off:")
    else:
        st.error(text, icon=":material/error:")


def show_unexpected(error: BaseException, *, logged: bool = False) -> None:
    """One sentence with a number under which the log has the traceback.

    Args:
        error: what nobody foresaw.
        logged: Streamlit has already written the traceback; only the number is added.
    """
    number = secrets.token_hex(3)
    log.error("error %s: %r", number, error, exc_info=None if logged else error)
    st.error(
        _("Something went wrong on our side. What you stored is safe. Reload the page and try once more; if it happens again, the log has the details under {number}.").format(number=number),
        icon=":material/error:",
    )
