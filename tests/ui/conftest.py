"""What tests of the whole app share: a warm process, and Streamlit as a fresh process has it afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.runtime.pages_manager import PagesManager

from ui import process


@pytest.fixture
def warm_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process is warm; afterwards Streamlit's discovery of `pages/` is as a fresh process has it."""
    monkeypatch.setattr(process, "_ready", True)
    yield
    PagesManager.uses_pages_directory = None
