"""What all tests share: an empty LIMELIGHT_HOME, no settings of the developer's machine, the real data we ship."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

hypothesis_settings.register_profile("limelight", deadline=None, derandomize=True)  # a busy machine is no failure
hypothesis_settings.load_profile("limelight")

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # `core`, `ui` and the pages are imported from the checkout


@pytest.fixture(autouse=True)
def clean_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Each test has its own LIMELIGHT_HOME and none of the developer's LIMELIGHT_ variables."""
    from core.settings import settings

    for name in [name for name in os.environ if name.startswith("LIMELIGHT_") and name != "LIMELIGHT_CHROMIUM"]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    monkeypatch.setenv("LIMELIGHT_HOME", str(home))
    settings.cache_clear()
    yield home
    settings.cache_clear()
