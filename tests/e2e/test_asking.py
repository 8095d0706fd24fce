"""The browser asks Python for one thing after another, so that no answer is overtaken by the next question."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from ui import live_chart

pytestmark = [pytest.mark.browser]
ASKING = (live_chart.HERE / "asking.js").read_text(encoding="utf-8")


@pytest.fixture
def asked(new_page: Callable[..., Page]) -> Callable[[str], list[dict[str, Any]]]:
    """Runs lines of JavaScript on an `Asking` with a clock that stands still; returns what was sent to Python."""

    def run(lines: str) -> list[dict[str, Any]]:
        page = new_page()
        page.clock.install()
        sent = page.evaluate(f"""() => {{
            {ASKING}
            const sent = [];
            const asking = new Asking();
            const answer = (number) => asking.update((needs) => sent.push({{ ...needs }}), number);
            {lines}
            return JSON.stringify(sent);
        }}""")
        return list(json.loads(sent))

    return run


@pytest.mark.parametrize(
    ("lines", "sent"),
    [
        ("asking.ask({ hidden: true });", []),  # not known yet how
        ("asking.ask({ hidden: true }); answer(0);", [{"hidden": True, "number": 1}]),
        ("answer(0); asking.ask({ hidden: true }); asking.ask({ hidden: false });", [{"hidden": True, "number": 1}]),
        ("answer(0); asking.ask({ hidden: true }); asking.ask({ hidden: false }); answer(0);", [{"hidden": True, "number": 1}]),  # another run of the script
        (
            "answer(0); asking.ask({ hidden: true }); asking.ask({ hidden: false }); asking.ask({ feed: 'polling' }); answer(1); answer(2);",
            [{"hidden": True, "number": 1}, {"hidden": False, "feed": "polling", "number": 2}],
        ),
        ("answer(7); asking.ask({ hidden: true });", [{"hidden": True, "number": 8}]),  # another chart stood here before
    ],
)  # fmt: skip
def test_one_thing_after_another(asked: Callable[[str], list[dict[str, Any]]], lines: str, sent: list[dict[str, Any]]) -> None:
    assert asked(lines) == sent


def test_it_says_whether_all_is_answered(asked: Callable[[str], list[dict[str, Any]]]) -> None:
    lines = "const seen = [asking.settled]; asking.ask({ hidden: true }); seen.push(asking.settled); answer(0); seen.push(asking.settled); answer(1); seen.push(asking.settled); sent.push(seen);"
    assert asked(lines)[-1] == [True, False, False, True]


def test_what_is_never_answered_is_asked_again_until_the_chart_is_gone(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.clock.install()
    page.evaluate(f"""() => {{
        {ASKING}
        window.sent = [];
        window.asking = new Asking();
        asking.update((needs) => sent.push(needs.number), 0);
        asking.ask({{ hidden: true }});
    }}""")
    assert page.evaluate("sent") == [1]
    page.clock.run_for(10_001)
    assert page.evaluate("sent") == [1, 2]
    page.evaluate("asking.end()")
    page.clock.run_for(60_000)
    assert page.evaluate("sent") == [1, 2]
