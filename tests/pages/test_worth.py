"""What it is worth, on the page: a preset fills everything, the sentence moves with the dial, thresholds are chosen on validation rows."""

from __future__ import annotations

import pytest

from core.seal import looks
from core.training import baselines
from core.workspace import Workspace
from tests.pages import results_made as made
from tests.pages.conftest import EVIL, Visit, assert_sound, everything, raw
from tests.pages.test_compare import charts, table


@pytest.fixture(autouse=True)
def nothing_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "start", lambda dataset: None)


def pitch(app: object) -> str:
    """The sentence on top."""
    return str(app.subheader[0].value).replace("\\", "").replace("\xa0", " ")  # type: ignore[attr-defined]


def test_the_dial_moves_the_sentence(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    run = made.model(workspace, dataset, name="Strong", skill=0.9)
    app = visit("compare", run=run.id, look="worth")
    first = pitch(app)
    assert "Strong" in first and "€" in first and "95 % interval" in first and "2,000 cases a month" in first
    text = everything(app)
    for said in ("sealed test row", "Break-even", "outside your data", "does not know whether your values", "Price of a point", "validation rows"):
        assert said in text, said
    assert app.number_input(key="worth_tp").value == 60 and len(charts(app)) == 2
    app.button_group(key="worth_preset").set_value("fraud").run()
    assert_sound(app)
    assert app.number_input(key="worth_fn").value == -120 and "50,000 cases" in pitch(app) and pitch(app) != first
    app.number_input(key="worth_rate").set_value(2.0).run()
    assert_sound(app)
    assert "for a share of 2.0 %" in everything(app).replace("\\", "").replace("\xa0", " ")
    app.number_input(key="worth_cases").set_value(None).run()
    assert_sound(app)
    assert "50,000 cases" in pitch(app)  # an empty field is the example's number, not the smallest one
    app.number_input(key="worth_tp").set_value(None).run()
    assert_sound(app)
    assert "000,000,000" not in pitch(app) and app.number_input(key="worth_tp").value is None
    app.selectbox(key="worth_currency").set_value("CHF").run()
    assert_sound(app)
    assert "CHF " in pitch(app)
    for part in ("numbers", "worth"):
        app.button_group(key="look_part").set_value(part).run()
        assert_sound(app)
    assert "CHF " in pitch(app) and app.number_input(key="worth_fn").value == -120  # what was entered stays while the visitor looks elsewhere


def test_the_last_point_inside_a_training_has_a_price(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    runs = [made.model(workspace, dataset, name=f"Net {EVIL}", skill=0.9), made.model(workspace, dataset, name="Silent", skill=0.8, seed=1)]
    made.history(runs[0], [0.70, 0.78, 0.80, 0.79], joules=40.0)
    app = visit("compare", run=runs[0].id, look="worth")
    assert_sound(app)
    text = everything(app).replace("\\", "").replace("\xa0", " ")
    assert "Inside each training" in text and "The last point of Accuracy cost" in text and "luck is in it" in text
    last = next(one.value for one in app.table if "Time of the last point" in one.value.columns)
    assert len(last) == 1 and "0.5 s" in last["Time of the last point"][0] and "12" in last["Time of the last point"][0]
    assert "20 J" in last["Energy of the last point"][0] and "epoch 3 of 4" in last["Best on validation rows"][0]
    app.number_input(key="price_hour").set_value(7_200.0).run()
    assert_sound(app)
    last = next(one.value for one in app.table if "Time of the last point" in one.value.columns)
    assert "€1" in last["Money of the last point"][0]


def test_goals_are_solved_and_looks_are_counted(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    run = made.model(workspace, dataset, name="Strong", skill=0.9)
    app = visit("compare", run=run.id, look="worth")
    assert not [look for look in looks(dataset) if look.what == "threshold"]  # the usual threshold is no new question
    app.selectbox(key="threshold_aim").set_value("recall").run()
    assert_sound(app)
    assert any("Goal on the test rows" in one.value.columns for one in app.table)
    assert [look.detail["metric"] for look in looks(dataset) if look.what == "threshold"] == ["recall"]
    app.selectbox(key="threshold_aim").set_value("own").run()
    app.session_state["threshold_own_kept"] = 0.2  # where the slider was left; the browser test drags it
    app.run()
    assert_sound(app)
    assert "a look at the test rows, not a choice" in everything(app)
    assert {look.detail.get("given") for look in looks(dataset) if look.what == "threshold"} >= {0.2}
    app.selectbox(key="threshold_aim").set_value("alarm_share").run()
    assert_sound(app)
    assert app.number_input(key="threshold_alarms").value == 50


def test_one_of_more_classes_is_acted_on(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace, ("ant", EVIL.replace(",", ""), "cat"))
    made.baselines(dataset)
    run = made.model(workspace, dataset, name="Only")
    app = visit("compare", run=run.id, look="worth")
    assert "All other answers count as the rest" in everything(app) and "<img" not in raw(app).replace("\\<img", "")
    box = app.selectbox(key=f"worth_class_{dataset.id}")
    box.set_value("ant").run()
    assert_sound(app)
    assert "ant" in everything(app)
    app.button_group(key="worth_way").set_value("matrix").run()
    assert_sound(app)
    assert "Only" in pitch(app) and "always answering" in pitch(app) and "Decides by value" in everything(app)


def test_classes_may_have_other_shares_in_real_life(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace, ("ant", EVIL.replace(",", ""), "cat"))
    made.baselines(dataset)
    run = made.model(workspace, dataset, name="Only")
    app = visit("compare", run=run.id, look="worth")
    app.button_group(key="worth_way").set_value("matrix").run()
    as_in_data = pitch(app)
    app.toggle(key=f"matrix_shifted_{dataset.id}").set_value(True).run()
    assert_sound(app)
    share = [app.number_input(key=f"matrix_share_{dataset.id}_{place}") for place in range(3)]
    assert sum(field.value for field in share) == pytest.approx(100) and "<img" not in raw(app).replace("\\<img", "")
    assert "Counted for your shares" in everything(app)
    share[0].set_value(1.0).run()
    assert_sound(app)
    said = everything(app).replace("\\", "")
    assert "together they must be 100" in said and "Counted for your shares" not in said and "always answering" not in said
    assert app.session_state[f"report_matrix_{dataset.id}"] is None  # nothing unsound is taken along
    share[1].set_value(2.0).run()
    share[2].set_value(97.0).run()
    assert_sound(app)
    assert "Only" in pitch(app) and pitch(app) != as_in_data
    assert app.session_state[f"report_matrix_{dataset.id}"].rates.tolist() == pytest.approx([0.01, 0.02, 0.97])
    assert [look.detail["rates"] for look in looks(dataset) if look.what == "worth" and "rates" in look.detail][-1] == [0.01, 0.02, 0.97]


def test_numbers_have_no_threshold_but_errors_cost(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace, ())
    made.baselines(dataset)
    run = made.model(workspace, dataset, name="Only")
    app = visit("compare", run=run.id, look="worth")
    assert "no threshold" in everything(app) and "a month" in pitch(app) and "Only" in pitch(app)
    before = pitch(app)
    app.number_input(key="cost_under").set_value(9.0).run()
    assert_sound(app)
    assert pitch(app) != before
    app.number_input(key="cost_under").set_value(0.0).run()
    app.number_input(key="cost_over").set_value(0.0).run()
    assert_sound(app)
    assert "one of them above 0" in everything(app)
