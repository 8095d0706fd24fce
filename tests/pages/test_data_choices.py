"""What a visitor decides about a file before it is stored: target, reading, repairs, split, and where the columns are."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core.workspace import Workspace
from tests.pages.conftest import Visit, assert_sound, everything, param
from tests.pages.data_made import keep, leaky, table

pytestmark = pytest.mark.usefixtures("started")


def targets(app: AppTest) -> list[str]:
    """Columns that may be predicted."""
    (box,) = [box for box in app.selectbox if box.label == "What should be predicted?"]
    return list(box.options)


def test_draft_is_stored_with_its_choices(visit: Visit, workspace: Workspace, started: list[str]) -> None:
    source = keep(workspace, table())
    app = visit("data", draft=source.id)
    assert not app.button(key="use").disabled
    app.selectbox(key=f"target_{source.id}").set_value(1).run()
    app.text_input(key=f"name_{source.id}").set_value("Who cooks").run()
    app.button(key="use").click().run()
    assert not app.exception
    (dataset,) = workspace.datasets()
    assert dataset.info.target == "job"
    assert dataset.info.name == "Who cooks"
    assert param(app, "dataset") == dataset.id
    assert "draft" not in app.query_params
    assert started == [dataset.id]
    assert not source.path.exists()


def test_number_can_be_predicted_as_classes_or_as_a_number(visit: Visit, workspace: Workspace) -> None:
    source = keep(workspace, table())
    app = visit("data", draft=source.id)
    app.selectbox(key=f"target_{source.id}").set_value(0).run()
    control = app.get_by_key(f"as_{source.id}_0_a number")
    assert control.value == "a number"
    control.set_value("classes").run()
    assert "one of 40 classes" in everything(app)


def test_how_it_was_read_can_be_overruled(visit: Visit, workspace: Workspace) -> None:
    source = keep(workspace, "年龄;流失\n".encode("gbk") + "".join(f"{i % 50};{'是' if i % 2 else '否'}\n" for i in range(200)).encode("gbk"))
    app = visit("data", draft=source.id)
    assert "流失" in everything(app)
    app.selectbox(key=f"delimiter_{source.id}").set_value("|").run()
    assert_sound(app)
    assert "semicolon" not in [box.label for box in app.get("expander")][0]
    app.selectbox(key=f"delimiter_{source.id}").set_value(";").run()
    app.number_input(key=f"header_row_{source.id}").set_value(0).run()
    assert_sound(app)
    assert targets(app) == ["column_1", "column_2"]  # the first line is a row now
    assert not workspace.datasets()
    assert targets(app) == targets(visit("data", draft=source.id))


@pytest.mark.parametrize("value", [-1, 10**9])
def test_a_header_far_away_is_no_crash(visit: Visit, workspace: Workspace, value: int) -> None:
    source = keep(workspace, table())
    app = visit("data", draft=source.id)
    app.number_input(key=f"header_row_{source.id}").set_value(value).run()
    assert_sound(app)
    assert "200 rows" in everything(app)


def test_a_choice_that_fails_can_be_taken_back(visit: Visit, workspace: Workspace) -> None:
    source = keep(workspace, table())
    app = visit("data", draft=source.id)
    app.number_input(key=f"header_row_{source.id}").set_value(900).run()  # there are 201 lines
    assert app.error
    assert "use" not in [button.key for button in app.button]
    app.button(key="go_back").click().run()
    assert not app.error
    assert "200 rows" in everything(app)
    assert app.number_input(key=f"header_row_{source.id}_1").value is None


def test_a_leak_is_repaired_by_a_click_and_the_click_undone(visit: Visit, workspace: Workspace) -> None:
    source = keep(workspace, leaky(), "titanic.csv")
    app = visit("data", draft=source.id)
    (button,) = [button for button in app.button if (button.key or "").startswith("repair_possible_leak")]
    button.click().run()
    assert_sound(app)
    assert "Repaired" in everything(app)
    app = visit("data", draft=source.id)  # a reload keeps it
    assert not [button for button in app.button if (button.key or "").startswith("repair_possible_leak")]
    app.button(key="undo_0").click().run()
    assert [button for button in app.button if (button.key or "").startswith("repair_possible_leak")]
    app.button(key=button.key).click().run()
    app.button(key="use").click().run()
    (dataset,) = workspace.datasets()
    assert [(repair.code, repair.column) for repair in dataset.info.repairs] == [("possible_leak", "boat")]
    assert "boat" not in dataset.info.inputs
    assert "boat" in everything(visit("data", dataset=dataset.id))


def test_the_split_is_chosen(visit: Visit, workspace: Workspace) -> None:
    source = keep(workspace, leaky())
    app = visit("data", draft=source.id)
    way = next(control for control in app.segmented_control if control.label.startswith("How shall"))
    way.set_value("time").run()
    assert "2000-01-01" in everything(app)
    way = next(control for control in app.segmented_control if control.label.startswith("How shall"))
    way.set_value("group").run()
    assert_sound(app)
    by = next(box for box in app.selectbox if box.label == "Column")
    by.set_value(0).run()
    app.button(key="use").click().run()
    (dataset,) = workspace.datasets()
    assert dataset.info.split_by.kind == "group"
    assert "Training" in [metric.label for metric in visit("data", dataset=dataset.id).metric]


def test_the_seed_is_chosen(visit: Visit, workspace: Workspace) -> None:
    app = visit("data", draft=keep(workspace, table()).id)
    next(box for box in app.number_input if box.label == "Seed").set_value(7).run()
    app.button(key="use").click().run()
    (dataset,) = workspace.datasets()
    assert dataset.info.source["seed"] == 7


def test_many_columns_come_in_pages_and_are_searched(visit: Visit, workspace: Workspace) -> None:
    names = [f"column {i}" for i in range(300)]
    rows = "".join(",".join(str(i * 7 % (n + 50)) for i in range(300)) + f",{'yes' if n % 2 else 'no'}\n" for n in range(60))
    app = visit("data", draft=keep(workspace, (",".join([*names, "answer"]) + "\n" + rows).encode()).id)
    assert len(app.data_editor[0].value) == 20
    app.get_by_key("column_page_15").set_value(15).run()
    assert app.data_editor[0].value["name"].tolist()[-1] == "column 299"
    app.text_input(key="column_search").set_value("COLUMN 29").run()
    assert len(app.data_editor[0].value) == 11
    app.text_input(key="column_search").set_value("<img src=x>").run()
    assert "No column has that" in everything(app)
