"""What is done once for the whole web process, not for each visitor.

Imports are made warm, runs that an earlier server left are taken up again, and the garbage collector is
told to leave the modules alone: Streamlit collects after every rerun, and one collection costs about
0.1 s once Polars and Plotly are loaded; with 30 viewers that stops the server (docs/decisions.md).
"""

from __future__ import annotations

import gc
import importlib
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.settings import settings

if TYPE_CHECKING:
    from core.training.launcher import Launcher

__all__ = ["launcher", "prepare"]

WARM = ("numpy", "polars", "core.workspace", "core.dataset.ingest", "core.recipes", "core.training.launcher")
FIRST_PAGE_S = 2.0  # the first visitor is served before anything is imported in advance
PUMP_EVERY_S = 5.0  # a run whose process died is noticed at most this long after, though nobody looks

_lock = threading.Lock()
_ready = False


def prepare() -> None:
    """Start what this process does beside serving pages; the first call works, the others return at once."""
    global _ready
    with _lock:
        if not _ready:
            _ready = True
            _Caretaker().start()


def launcher() -> Launcher:
    """The one launcher of this process for the present `LIMELIGHT_HOME`."""
    return _launcher(settings().home.resolve())


@cache
def _launcher(home: Path) -> Launcher:
    from core.training.launcher import Launcher

    return Launcher(home)


class _Caretaker(threading.Thread):
    """Warms the process up, then starts runs whose turn has come while nobody looks; ends with the process."""

    def __init__(self) -> None:
        super().__init__(name="caretaker", daemon=True)
        self._ended = threading.Event()

    def run(self) -> None:
        from ui.guard import log

        self._ended.wait(FIRST_PAGE_S)
        for name in WARM:
            importlib.import_module(name)
        from core.training.children import rearm_spare, review_spare

        gc.collect()
        gc.freeze()
        look = launcher().repair  # first what an earlier server left, then what happens
        while True:
            try:
                look()
                review_spare()
                rearm_spare()
                look = launcher().pump
            except Exception:
                log.exception("The launcher could not look after its runs; it will try again.")
            if self._ended.wait(PUMP_EVERY_S):
                return
