"""The visitor switches between English and Chinese, and the address keeps the choice on the way."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.app_opened import opened

pytestmark = pytest.mark.usefixtures("warm_process")


def road(app: AppTest) -> str:
    return " ".join(link.proto.label for link in app.get("page_link"))


def spoken(app: AppTest) -> str:
    """The language that the page tells the browser, for screen readers and fonts."""
    components = [json.loads(one.proto.json) for one in app.get("bidi_component") if one.proto.component_name.endswith("top")]
    return str(components[0]["language"])


def test_one_press_switches_and_one_more_switches_back() -> None:
    app = opened()
    assert "Compare" in road(app) and "对比" not in road(app)
    assert app.button(key="language").label == "**English** · 中文"
    app.button(key="language").click().run()
    assert app.query_params["lang"] in ("zh_CN", ["zh_CN"])
    assert "对比" in road(app) and "Compare" not in road(app)
    assert app.button(key="language").label == "English · **中文**"
    app.button(key="language").click().run()
    assert "lang" not in app.query_params and "Compare" in road(app)


def test_the_links_of_the_road_carry_the_language() -> None:
    assert all("lang=zh_CN" in link.proto.query_string for link in opened(lang="zh_CN").get("page_link"))
    assert not any("lang" in link.proto.query_string for link in opened().get("page_link"))


@pytest.mark.parametrize("text", ["fr", "<script>" + "x" * 3_000], ids=range(2))
def test_an_unknown_language_is_english(text: str) -> None:
    assert "Compare" in road(opened(lang=text))


def test_the_browser_is_told_the_language() -> None:
    assert spoken(opened(lang="zh_CN")) == "zh-CN" and spoken(opened()) == "en"
