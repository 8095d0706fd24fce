"""The comparison: nothing to compare, two and more classes, numbers, runs that cannot be read, simple models on their way."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.files import write_json
from core.recipes import make_spec
from core.runs.run import Run
from core.seal import looks
from core.training import baselines
from core.workspace import Workspace
from tests.pages import results_made as made
from tests.pages.conftest import EVIL, Visit, assert_sound, everything, literal, param, raw
from ui import class_table, numbers, settings_table

PARTS = ("verdict", "numbers", "curves", "rows", "worth", "why", "more", "take")


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of datasets whose baselines were started; no process is."""
    ids: list[str] = []
    monkeypatch.setattr(baselines, "start", lambda dataset: ids.append(dataset.id))
    return ids


def table(workspace: Workspace, classes: tuple[str, ...] = ("no", "yes"), rows: int = 400) -> Dataset:
    """Two inputs that say nothing about the target; without classes the target is a number."""
    chance = np.random.default_rng(5)
    answers = chance.choice(classes, rows) if classes else np.round(chance.gamma(3, 40, rows), 3)
    lines = "".join(f"{chance.random():.4f},{'ab'[i % 2]},{answer}\n" for i, answer in enumerate(answers))
    return ingest(f"x,kind,answer\n{lines}".encode(), workspace, file_name="table.csv", target="answer")


def chosen(app: AppTest) -> list[str]:
    """Labels of the models that are compared."""
    return next(group.value for group in app.button_group if str(group.key).startswith("compared_"))


def cells(row: Any) -> list[str]:
    return [literal(str(cell)) for cell in row]


def charts(app: AppTest) -> list[str]:
    """What a screen reader says about the charts."""
    return [chart.proto.alt for chart in app.get("plotly_chart")]


def test_without_data_it_says_what_comes_here(visit: Visit) -> None:
    app = visit("compare")
    assert "first they need data" in everything(app).lower() and app.button(key="empty_next").label


def test_without_a_model_it_leads_to_one(visit: Visit, workspace: Workspace, started: list[str]) -> None:
    app = visit("compare", dataset=table(workspace).id)
    assert "None has been trained" in everything(app) and not charts(app) and not started


def test_the_verdict_comes_first(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    weak, strong = made.model(workspace, dataset, name="Weak", skill=0.3), made.model(workspace, dataset, name="Strong", skill=0.9, seed=1)
    app = visit("compare", run=strong.id)
    assert sorted(chosen(app)) == ["Strong", "Weak"]
    assert "“Strong” is better than “Linear model”" in literal(app.header[0].value)
    assert "looked at" in everything(app)  # the seal
    assert all(charts(app))
    app.button_group(key=f"compared_{dataset.id}").set_value(["Weak"]).run()
    assert_sound(app)
    assert "Weak" in app.header[0].value and "Strong" not in everything(app)
    app.button_group(key=f"compared_{dataset.id}").set_value([]).run()
    assert "at least one" in app.info[0].value and not charts(app)
    assert weak.folder.exists()


def test_each_part_is_one_click_away_and_in_the_address(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    for seed in range(2):
        made.model(workspace, dataset, name=f"Run {seed}", skill=seed + 0.3, seed=seed)
    app = visit("compare", dataset=dataset.id)
    assert app.button_group(key="look_part").options == ["Verdict", "Numbers", "Curves", "Rows", "Worth", "Why", "More data", "Take along"]
    assert param(app, "look") == "verdict"
    for part in reversed(PARTS):
        app.button_group(key="look_part").set_value(part).run()
        assert_sound(app)
        assert param(app, "look") == part and not app.error
    app.query_params["look"] = "worth"  # a link, or the back button
    app.run()
    assert app.button_group(key="look_part").value == "worth"
    app.query_params["look"] = "nowhere"
    app.run()
    assert_sound(app)
    assert app.button_group(key="look_part").value == "verdict"
    assert {look.what for look in looks(dataset)} >= {"verdict", "numbers", "curves", "rows"}


def test_all_numbers_of_two_classes(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    strong = made.model(workspace, dataset, name="Strong", skill=0.9, seed=1)
    made.model(workspace, dataset, name="Weak", skill=0.3)
    app = visit("compare", dataset=dataset.id, look="numbers")
    shown = json.loads(strong.path("evaluation.json").read_text())["test"]["metrics"]["accuracy"]
    numbers = app.table[0].value
    first = cells(numbers.iloc[0])
    assert "Strong" in first[0] and f"{shown['value'] * 100:.1f}" in first[1] and f"{shown['low'] * 100:.1f}–{shown['high'] * 100:.1f}" in first[1]
    assert "reference" in " ".join(cells(numbers[numbers.iloc[:, 0].str.contains("Linear")].iloc[0]))
    assert {"Accuracy", "F1", "ROC AUC", "Log loss", "Training", "Size", "One answer"} <= set(numbers.columns)
    for term in ("Log loss", "Interval", "Difference", "All settings are the same"):
        assert term in everything(app)
    app.selectbox(key=f"reference_{dataset.id}").select(strong.id).run()
    assert_sound(app)
    assert param(app, "reference") == strong.id
    assert all("green" not in cell for row in app.table[0].value.itertuples() for cell in map(str, row))  # nothing is better than the best
    app.button_group(key="numbers_columns_binary").set_value(["mcc", "brier"]).run()
    assert_sound(app)
    assert list(app.table[0].value.columns) == ["Model", "MCC", "Brier score"]
    app.selectbox(key="numbers_by").select("brier").run()
    values = [float(row[2].split("**")[1]) for row in app.table[0].value.itertuples(index=False)]
    assert values == sorted(values)  # the best first, and less is better


def test_on_a_phone_the_numbers_are_cards(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (numbers, class_table, settings_table):
        monkeypatch.setattr(module, "is_narrow", lambda: True)
    dataset = table(workspace)
    made.baselines(dataset)
    made.model(workspace, dataset, name="Only")
    made.finish(Run.create(workspace.runs_folder, make_spec(dataset.info, name="Other", changes={"layers": 1})), dataset, 0.3, 4)
    app = visit("compare", dataset=dataset.id, look="numbers")
    text = everything(app)
    assert "Only" in text and "Accuracy" in text and len(app.table) == 0
    assert "**yes** · :small[Test rows: " in text and ":small[Hidden layers] **1**" in text  # the classes and the settings too


def test_numbers_of_a_regression(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace, ())
    made.baselines(dataset)
    made.model(workspace, dataset, name="Prices")
    app = visit("compare", dataset=dataset.id, look="numbers")
    assert {"RMSE", "MAE", "R²", "Median error"} <= set(app.table[0].value.columns) and "ROC" not in everything(app)


def test_folds_and_shares_are_not_compared_here(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    made.model(workspace, dataset, name="Whole")
    part = made.model(workspace, dataset, name="Part")
    write_json(part.path("spec.json"), part.spec.model_dump(mode="json") | {"train_share": 0.5})
    app = visit("compare", dataset=dataset.id)
    assert "Whole" in everything(app) and "Part" not in everything(app)


def test_simple_models_are_started_and_added_by_themselves(visit: Visit, workspace: Workspace, started: list[str]) -> None:
    dataset = table(workspace)
    made.model(workspace, dataset)
    app = visit("compare", dataset=dataset.id)
    assert started == [dataset.id]
    assert "being trained" in everything(app) and "No simple model stands beside it yet" in everything(app)
    app.run()
    assert started == [dataset.id]  # once for a visit
    made.baselines(dataset)
    app.run()
    assert_sound(app)
    assert "being trained" not in everything(app) and "Linear model" in everything(app)


def test_no_better_without_a_clear_difference(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset, skill=0.6)
    made.model(workspace, dataset, name="Even", skill=0.6)
    app = visit("compare", dataset=dataset.id)
    assert "cannot tell" in app.header[0].value and "cannot tell yet" in everything(app)


def test_a_model_that_is_worse_is_called_so(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset, skill=2.0)
    made.model(workspace, dataset, name="Poor", skill=0.0)
    app = visit("compare", dataset=dataset.id)
    assert "“Poor” is worse than “Linear model”" in literal(app.header[0].value) and "Use the other one" in everything(app)


def test_a_damaged_run_hides_only_itself(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    whole, broken = made.model(workspace, dataset, name="Whole"), made.model(workspace, dataset, name="Broken")
    broken.path("predictions.parquet").write_bytes(b"no parquet")
    app = visit("compare", dataset=dataset.id)
    assert broken.id in app.warning[0].value.replace("\\", "") and "“Whole”" in app.header[0].value
    whole.path("predictions.parquet").unlink()
    whole.update(epoch=1)  # written again, so that nothing old is shown
    app.run()
    assert_sound(app)
    assert len(app.warning) == 2 and not app.header


def test_damaged_simple_models_get_a_sentence(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    (dataset.folder / "baselines" / "linear.parquet").write_bytes(b"")
    made.model(workspace, dataset)
    app = visit("compare", dataset=dataset.id)
    assert "damaged" in app.error[0].value


def test_a_dataset_that_is_not_here(visit: Visit) -> None:
    app = visit("compare", dataset="d0000000000000000")
    assert "no dataset" in app.error[0].value


def test_models_of_one_name_are_told_apart(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    runs = [made.model(workspace, dataset, name="Same", seed=seed) for seed in range(2)]
    app = visit("compare", dataset=dataset.id)
    assert sorted(chosen(app)) == sorted(f"Same · {run.id[-4:]}" for run in runs)
    assert all(f"Same · {run.id[-4:]}" in everything(app) for run in runs)


def test_what_differs_stands_beside_models_of_one_name(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    runs = []
    for place, (layers, seed) in enumerate(((1, 7), (2, 7))):
        spec = make_spec(dataset.info, name=EVIL, changes={"layers": layers}, seed=seed)
        runs.append(made.finish(Run.create(workspace.runs_folder, spec), dataset, 0.5, place))
    made.model(workspace, dataset, name="Another", seed=5)
    app = visit("compare", dataset=dataset.id)
    for run, layers in zip(runs, (1, 2), strict=True):
        line = next(caption.value for caption in app.caption if caption.value.startswith(f"{run.id[-4:]}:"))
        assert f"**{layers}**" in line and "Seed" not in line
    assert sum("Dropout" in caption.value for caption in app.caption) == 0


def test_a_model_that_cannot_be_read_is_called_by_its_name(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    made.model(workspace, dataset, name="Fine")
    broken = made.model(workspace, dataset, name="Torn <b>", seed=1)
    broken.path("predictions.parquet").write_bytes(b"rubbish")
    app = visit("compare", dataset=dataset.id)
    assert any(literal(box.value).startswith("Torn <b> is left out") for box in app.warning)


def test_four_are_chosen_at_first_the_one_in_the_address_among_them(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    runs = [made.model(workspace, dataset, name=f"Run {number}", seed=number) for number in range(6)]
    app = visit("compare", run=runs[0].id)
    assert len(chosen(app)) == 4 and "Run 0" in chosen(app)


def test_further_seeds_of_a_network_do_not_crowd_out_the_others(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    for place, name in enumerate(("Wide", "Deep")):
        made.model(workspace, dataset, name=name, seed=place)
    for seed in range(1, 5):
        made.finish(Run.create(workspace.runs_folder, make_spec(dataset.info, name=f"Deep · seed {seed}", seed=seed)), dataset, 0.4, seed)
    app = visit("compare", dataset=dataset.id)
    assert {"Wide", "Deep"} < set(chosen(app)) and len(chosen(app)) == 4


def test_next_leads_to_the_stage(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    run = made.model(workspace, dataset)
    app = visit("compare", run=run.id)
    app.button(key="compare_next").click().run()
    assert_sound(app)
    assert param(app, "run") == run.id and app.title[0].value == "Put it on stage"


def test_names_of_an_enemy_stay_text(visit: Visit, workspace: Workspace, evil: Dataset) -> None:
    made.baselines(evil)
    made.model(workspace, evil, name=EVIL[:100])
    made.model(workspace, evil, name=EVIL[:99])
    app = visit("compare", dataset=evil.id)
    assert EVIL[:30] in everything(app)
    for part in PARTS:
        app.button_group(key="look_part").set_value(part).run()
        assert_sound(app)
        written = "".join(element.value for element in app.header) + "".join(str(found.value.to_dict()) for found in app.table)
        sources = raw(app) + re.sub(r"\\.", "", written.replace("\\\\", "\\"))
        for markup in ("<img", "](javascript", ":red[y", ":tada:", "$a$", "**b**"):
            assert markup not in sources, part
        assert "<img" not in "".join(chart.proto.spec for chart in app.get("plotly_chart"))
