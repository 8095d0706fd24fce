"""What all tests share: an empty LIMELIGHT_HOME, no settings of the developer's machine, the real data we ship."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

hypothesis_settings.register_profile("limelight", deadline=None, derandomize=True, max_examples=50)  # a busy machine is no failure
hypothesis_settings.register_profile("nightly", deadline=None, max_examples=1_000)  # and other examples every night
hypothesis_settings.load_profile("limelight")

if not Path("/dev/nvidiactl").exists():  # networks of a few weights: compiling them takes far longer than running them
    os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

ROOT = Path(__file__).parent.parent
BROWSER = "tests/e2e/"
WATCHED = ("test_compare.py", "test_live_chart.py", "test_race.py", "test_weak_line.py")  # those with a server that trains nothing
SLOW = ("recipes", "training", "faults", "test_main.py", "test_evil.py", "pages")  # under tests/, beside those in the browser
sys.path.insert(0, str(ROOT))  # `core`, `ui` and the pages are imported from the checkout


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first, so that none is left alone at the end."""
    files = dict.fromkeys(item.path for item in items)
    browser = [file for file in files if file.is_relative_to(ROOT / BROWSER)]
    slow = [file for name in SLOW for file in files if file.is_relative_to(ROOT / "tests" / name)]
    order = {file: place for place, file in enumerate(dict.fromkeys([*browser, *slow, *files]))}
    items.sort(key=lambda item: order[item.path])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file stays in one process, and so do the files in the browser that share a server: each process would start its own.

    xdist has marks for that (`--dist loadgroup`), which do nothing under pytest 9.2: it reads names that xdist 3.8 writes elsewhere.
    """
    from xdist.scheduler import LoadFileScheduling

    class ByServer(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = str(super()._split_scope(nodeid))
            return ("watched" if Path(file).name in WATCHED else "app") if file.startswith(BROWSER) else file

    return ByServer(config, log)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for what JAX compiles, shared by all tests of the session: `LIMELIGHT_HOME/cache` may point here."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "compiled"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def components() -> Iterator[None]:
    """What is installed is searched for Streamlit's components once; each `AppTest` would do it anew, for longer than most pages take."""
    from streamlit.components.v2 import manifest_scanner

    search = manifest_scanner.scan_component_manifests
    manifest_scanner.scan_component_manifests = functools.cache(search)
    yield
    manifest_scanner.scan_component_manifests = search


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
