"""The part Curves: each group of charts is drawn when it is chosen, with words beside it, and a click leads to rows."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.training import baselines
from core.workspace import Workspace
from tests.pages import results_made as made
from tests.pages.conftest import Visit, assert_sound, everything
from tests.pages.test_compare import charts, table


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "start", lambda dataset: None)


def opened(visit: Visit, workspace: Workspace, classes: tuple[str, ...]) -> AppTest:
    dataset = table(workspace, classes)
    made.baselines(dataset)
    first = made.model(workspace, dataset, name="Weak", skill=0.3)
    made.model(workspace, dataset, name="Strong", skill=0.9, seed=1)
    return visit("compare", run=first.id, look="curves")


def choose(app: AppTest, view: str) -> AppTest:
    group = next(group for group in app.button_group if str(group.key).startswith("curves_view"))
    app = group.set_value(view).run()
    assert_sound(app)
    return app


def test_two_classes(visit: Visit, workspace: Workspace) -> None:
    app = opened(visit, workspace, ("no", "yes"))
    assert [text.split(" for ")[0] for text in charts(app)] == ["Area under the ROC curve", "Average precision", "Equal error rate"]
    assert "DET curve" in everything(app)
    assert [text.split(" “")[0] for text in charts(choose(app, "top"))] == ["Share of", "Lift for"]
    shown = charts(choose(app, "truth"))
    assert shown[0].startswith("Calibration error for “yes”") and len(shown) == 3 and all("Scores of" in text for text in shown[1:])
    shown = charts(choose(app, "mix"))
    assert len(shown) == 3 and shown[-1].startswith("Difference of two confusion matrices")


def test_many_classes_have_averages(visit: Visit, workspace: Workspace) -> None:
    app = choose(opened(visit, workspace, ("a", "b", "c")), "classes")
    overall, each = charts(app)
    assert overall.startswith("Area under the ROC curve, every class alike") and each.startswith("Recall of ")
    assert any(box.label == "One class against the rest" for box in choose(app, "truth").selectbox)


def test_numbers(visit: Visit, workspace: Workspace) -> None:
    app = opened(visit, workspace, ())
    assert charts(app)[0].startswith("Mean error of ")
    assert "held" in everything(app) and "promises 9 of 10" in everything(app)
    assert len(charts(choose(app, "single"))) == 4
