"""What surrounds every page: the road with its marks, links that keep the place, views for an audience."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.workspace import Workspace
from tests.ui import live_made as made
from tests.ui.app_opened import opened
from ui.road import STEPS

pytestmark = pytest.mark.usefixtures("warm_process")


@pytest.fixture
def people(clean_home: Path) -> Dataset:
    rows = "".join(f"{20 + i % 40},{'yes' if i % 40 > 18 else 'no'}\n" for i in range(100))
    return ingest(f"age,churn\n{rows}".encode(), Workspace.local(), file_name="people.csv", target="churn")


def road(app: AppTest) -> dict[str, tuple[str, str, bool]]:
    """Step → (mark, explanation, can be entered)."""
    links = [link.proto for link in app.get("page_link")][: len(STEPS)]
    titles = [link.label.replace("*", "").split("  \n:small[") for link in links]
    return {title: (mark.rstrip("]"), link.help, not link.disabled) for (title, mark), link in zip(titles, links, strict=True)}


def test_road_without_data_says_why_not() -> None:
    steps = road(opened())
    assert list(steps) == [step.title for step in STEPS]
    assert steps["Start"][0] == "here"
    assert steps["Data"] == ("open", STEPS[1].what, True)
    assert steps["Model"] == ("not yet", "Not yet: choose data first", False)
    assert not steps["Stage"][2]


def test_road_with_data_marks_what_is_done_and_keeps_the_place(people: Dataset) -> None:
    app = opened("start", dataset=people.id)
    steps = road(app)
    assert steps["Data"][0] == "done"
    assert steps["Model"] == ("open", STEPS[2].what, True)
    assert not steps["Train"][2]
    assert all(people.id in link.proto.query_string for link in app.get("page_link"))


def test_page_run_by_itself_becomes_the_whole_app(people: Dataset) -> None:
    """AppTest behaves like a host that runs plain scripts: a link to a page comes before `st.navigation` was called."""
    app = opened("data", dataset=people.id)
    assert road(app)["Data"][0] == "here"
    assert app.title[0].value == "Your data"


def test_wrong_view_shows_nothing_of_the_workspace(people: Dataset) -> None:
    app = opened("start", view="0" * 32, dataset=people.id)
    assert "shows no run" in app.error[0].value
    assert not app.get("page_link")
    assert not app.button


def test_an_audience_may_change_its_language_and_nothing_else(people: Dataset) -> None:
    run, token = made.made_run(name="On stage")
    made.begin(run)
    with made.worked_on(run):
        app = opened("start", view=token, lang="zh_CN")
        assert "你正在观看（只读）" in "".join(block.value for block in app.markdown)
        assert [button.key for button in app.button] == ["language"] and not app.get("page_link")
        app.button(key="language").click().run()
    assert "read-only" in "".join(block.value for block in app.markdown)
    assert {key: app.query_params[key] for key in app.query_params} == {"view": token}
    assert [button.key for button in app.button] == ["language"] and not app.get("page_link")


@pytest.mark.parametrize("page", [step.name for step in STEPS])
def test_every_page_has_an_empty_state_that_leads_on(page: str) -> None:
    app = opened(page)
    assert app.title
    assert [button for button in app.button if not button.disabled]
