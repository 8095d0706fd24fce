"""The whole app, opened as a visitor opens it."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

__all__ = ["opened"]

ROOT = Path(__file__).parents[2]


def opened(page: str = "start", **params: str) -> AppTest:
    """The app at a page, after its first run.

    Args:
        page: its file in `pages/`, without the ending.
        params: of the address.
    """
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    if page != "start":
        app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app
