"""The part Rows of the comparison: each of its views ends at rows, and nothing of a stranger's text becomes markup."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.evaluation.predictions import Predictions
from core.seal import looks
from core.training import baselines
from core.workspace import Workspace
from tests.dataset.made import zip_bytes
from tests.pages import results_made as made
from tests.pages.conftest import EVIL, Visit, assert_sound, everything, literal, raw
from ui.clicks import clicked, clicked_custom


@pytest.fixture(autouse=True)
def no_baselines(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started."""
    monkeypatch.setattr(baselines, "start", lambda dataset: None)


def table(workspace: Workspace, classes: tuple[str, ...] = ("no", "yes"), rows: int = 600) -> Dataset:
    chance = np.random.default_rng(5)
    answers = chance.choice(classes, rows) if classes else np.round(chance.gamma(3, 40, rows), 3)
    lines = "".join(f"{chance.random():.4f},{'ab'[i % 2]},{answer}\n" for i, answer in enumerate(answers))
    return ingest(f"x,kind,answer\n{lines}".encode(), workspace, file_name="table.csv", target="answer")


def at(visit: Visit, dataset: Dataset, view: str = "mistakes") -> AppTest:
    app = visit("compare", dataset=dataset.id, look="rows")
    if view != "mistakes":
        app.button_group(key="rows_view").set_value(view).run()
        assert_sound(app)
    return app


def choose(app: AppTest, label: str, value: Any) -> None:
    next(box for box in app.selectbox if box.label == label).set_value(value).run()
    assert_sound(app)


def test_mistakes_are_rows_of_the_data(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.model(workspace, dataset, name="Weak", skill=0.3)
    app = at(visit, dataset)
    shown = app.dataframe[0].value
    values = dataset.table()
    for _place, row in shown.iterrows():
        assert values["answer"][int(row["Row"]) - 1] == row["In truth"] != row["Weak"].split(" ·")[0]
        assert values["x"][int(row["Row"]) - 1] == row["x"]
    assert "the worst first" in everything(app)
    next(button for button in app.button if button.label == "Show more rows").click().run()
    assert len(app.dataframe[0].value) > len(shown) == 12


def test_every_place_has_its_rows(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    weak = made.model(workspace, dataset, name="Weak", skill=0.3)
    made.model(workspace, dataset, name="Strong", skill=0.9, seed=1)
    app = at(visit, dataset)
    choose(app, "Model", weak.id)
    for place in ("threshold", "bin", "apart", "cell"):
        choose(app, "Which rows", place)
        assert len(app.dataframe[0].value), place
        assert place != "apart" or app.dataframe[0].value["Models disagree"].all()
    assert app.get("plotly_chart")[0].proto.alt.startswith("Confusion matrix")


def test_the_columns_of_the_model_and_one_of_that_name_are_told_apart(visit: Visit, workspace: Workspace) -> None:
    lines = "".join(f"{i % 7},{i % 3},{'ab'[i % 2]}\n" for i in range(200))
    dataset = ingest(f"Row,First,y\n{lines}".encode(), workspace, target="y", types={"Row": "number", "First": "number"})
    made.model(workspace, dataset, name="First", skill=0.2)
    shown = at(visit, dataset).dataframe[0].value
    assert {"Row", "Row (2)", "First", "First (2)"} <= set(shown.columns)


def test_the_weakest_slice_is_told_with_its_search(visit: Visit, workspace: Workspace) -> None:
    """Chance first, then a model that is wrong wherever kind is b."""
    dataset = table(workspace)
    made.model(workspace, dataset, name="Weak", skill=0.5)
    app = at(visit, dataset, "weakest")
    assert "No slice is clearly weaker" in everything(app) and "at least 30 test rows" in everything(app)
    assert "2 columns and their pairs" in everything(app)
    run = made.model(workspace, dataset, name="Half", skill=0.5)
    found = Predictions.load(run.path("predictions.parquet"))
    odd = dataset.table(("kind",), found.rows)["kind"].to_numpy() == "b"
    scores = np.eye(2)[np.where(odd, 1 - found.truth, found.truth)]
    Predictions(found.task, found.labels, found.rows, found.parts, found.truth, scores).save(run.path("predictions.parquet"))
    app = at(visit, dataset, "weakest")
    choose(app, "Model", run.id)
    text = everything(app)
    assert "kind is b" in text and "100 %" in text.replace("\xa0", " ") and "p < 0.001" in text
    next(toggle for toggle in app.toggle if toggle.label == "Show its rows").set_value(True).run()
    assert_sound(app)
    assert set(app.dataframe[0].value["kind"]) == {"b"}


def test_slices_of_a_column_and_of_two(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.model(workspace, dataset, name="Weak", skill=0.5)
    app = at(visit, dataset, "slices")
    choose(app, "Cut the test rows by", "kind")
    assert "kind is b" in literal(app.get("plotly_chart")[0].proto.alt) and "where kind is" in everything(app)
    assert len(app.dataframe[0].value)
    choose(app, "and by", "x")
    assert "kind is" in everything(app) and "x is" in everything(app)
    assert [look.detail["columns"] for look in looks(dataset) if look.what == "slices"][-2:] == [["kind"], ["kind", "x"]]  # each cut is a look
    app.toggle[0].set_value(False).run()
    assert_sound(app)


def test_groups_have_four_gaps(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.model(workspace, dataset, name="Weak", skill=0.5)
    app = at(visit, dataset, "groups")
    choose(app, "Cut the test rows by", "kind")
    text = everything(app)
    for measure in ("Demographic parity", "Equal opportunity", "Equalised odds", "Predictive parity"):
        assert measure in text
    assert "cannot all be equal at once" in text


def test_numbers_have_no_groups_but_slices(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace, classes=())
    made.model(workspace, dataset, name="Line", skill=0.5)
    app = at(visit, dataset)
    assert "groups" not in app.button_group(key="rows_view").options
    assert len(app.dataframe[0].value)
    choose(app, "Which rows", "bin")
    for view in ("slices", "weakest"):
        app.button_group(key="rows_view").set_value(view).run()
        assert_sound(app)


def test_a_strangers_text_stays_text(visit: Visit, workspace: Workspace) -> None:
    lines = "".join(f'{i % 17},"{EVIL}{i % 2}","{EVIL} {"x" * 5_000 if i % 3 else i}","{EVIL}{(i // 2) % 2}"\n' for i in range(240))
    content = f'"number {EVIL}","kind {EVIL}","text {EVIL}","{EVIL}"\n{lines}'.encode()
    dataset = ingest(content, workspace, file_name="evil.csv", target=EVIL, types={f"text {EVIL}": "text"})
    made.model(workspace, dataset, name=EVIL, skill=0.2)
    app = at(visit, dataset)
    for view in ("mistakes", "weakest", "slices", "groups"):
        app.button_group(key="rows_view").set_value(view).run()
        assert_sound(app)
        assert "x" * 1_000 not in everything(app)
        assert "<img" not in raw(app) and "<script" not in raw(app)


def test_pictures_are_shown_as_pictures(visit: Visit, workspace: Workspace) -> None:
    members = {}
    for row in range(120):
        stream = io.BytesIO()
        Image.new("L", (8, 8), row).save(stream, "PNG")
        members[f"{'ab'[row % 2]}/{row}.png"] = stream.getvalue()
    dataset = ingest(zip_bytes(members), workspace)
    made.model(workspace, dataset, name="Eye", skill=0.2)
    app = at(visit, dataset)
    assert not app.dataframe and 0 < everything(app).count(", row ") <= 12


class Event:
    """What `st.plotly_chart` returns."""

    def __init__(self, *customs: Any) -> None:
        self.selection = type("Selection", (), {"points": [{"customdata": custom} for custom in customs]})()


def test_a_click_is_read_and_what_is_no_click_is_not() -> None:
    from core.slices.rows_behind import Cell

    assert clicked(Event(["cell", 1, 0, "a"])) == ("a", Cell(1, 0))
    assert clicked(Event({"0": "cell", "1": 1, "2": 0, "3": "a"})) == ("a", Cell(1, 0))
    assert clicked_custom(Event(["slice", 1, "a"])) == ["slice", 1, "a"]
    for event in (None, Event(), Event(None), Event({"x": 1}), Event("cell")):
        assert clicked(event) is None
