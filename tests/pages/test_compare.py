"""The comparison: nothing to compare, two and more classes, numbers, runs that cannot be read, simple models on their way."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.training import baselines
from core.workspace import Workspace
from tests.pages import results_made as made
from tests.pages.conftest import EVIL, Visit, assert_sound, everything, param, raw


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


def charts(app: AppTest) -> list[str]:
    """What a screen reader says about the charts."""
    return [chart.proto.alt for chart in app.get("plotly_chart")]


def test_without_data_it_says_what_comes_here(visit: Visit) -> None:
    app = visit("compare")
    assert "first they need data" in everything(app).lower() and app.button(key="empty_next").label


def test_without_a_model_it_leads_to_one(visit: Visit, workspace: Workspace, started: list[str]) -> None:
    app = visit("compare", dataset=table(workspace).id)
    assert "None has been trained" in everything(app) and not charts(app) and not started


def test_two_classes(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    weak, strong = made.model(workspace, dataset, name="Weak", skill=0.3), made.model(workspace, dataset, name="Strong", skill=0.9, seed=1)
    app = visit("compare", run=strong.id)
    assert sorted(app.button_group[0].value) == ["Strong", "Weak"]
    assert "“Strong” is ahead of the best simple model" in app.header[0].value
    text = everything(app)
    shown = json.loads(strong.path("evaluation.json").read_text())["test"]["metrics"]["accuracy"]
    assert f"{shown['value'] * 100:.1f}".removesuffix(".0") in text and f"{shown['low'] * 100:.1f}–{shown['high'] * 100:.1f}" in text
    for term in ("ROC AUC", "Avg. precision", "Log loss", "Balanced acc.", "ROC curve", "Confusion matrix", "Linear model", "Always the most frequent class"):
        assert term in text
    assert len(charts(app)) == 5 and all(charts(app))  # intervals, ROC, precision–recall, a confusion matrix for each run
    assert len(app.table[0].value) == 4  # two classes, two averages
    assert {button.key for button in app.download_button} == {"compare_csv", "compare_html"}
    app.button_group[0].set_value(["Weak"]).run()
    assert_sound(app)
    assert "Weak" in app.header[0].value and "Strong" not in everything(app)
    app.button_group[0].set_value([]).run()
    assert "at least one" in app.info[0].value and not charts(app)
    assert weak.folder.exists()


def test_more_classes_are_drawn_one_against_the_rest(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace, ("ant", "bee", "cat", "dog"))
    made.baselines(dataset)
    made.model(workspace, dataset, name="Only")
    app = visit("compare", dataset=dataset.id)
    assert not app.button_group and len(charts(app)) == 5
    assert "“ant”" in charts(app)[1]
    app.selectbox(key="curve_class").select("dog").run()
    assert_sound(app)
    assert "“dog”" in charts(app)[0] or "“dog”" in charts(app)[1]


def test_numbers(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace, ())
    made.baselines(dataset)
    made.model(workspace, dataset, name="Prices")
    app = visit("compare", dataset=dataset.id)
    text = everything(app)
    assert all(term in text for term in ("RMSE", "MAE", "R²", "Median error", "Residual")) and "ROC" not in text
    assert len(charts(app)) == 3 and not app.table


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
    assert "cannot be told apart" in app.header[0].value and "no clear difference" in everything(app)


def test_a_model_that_is_worse_is_called_so(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset, skill=2.0)
    made.model(workspace, dataset, name="Poor", skill=0.0)
    app = visit("compare", dataset=dataset.id)
    assert "“Poor” falls behind" in app.header[0].value and "Use the simple model" in everything(app)


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
    assert sorted(app.button_group[0].value) == sorted(f"Same · {run.id[-4:]}" for run in runs)
    assert all(f"Same · {run.id[-4:]}" in everything(app) for run in runs)


def test_four_are_chosen_at_first_the_one_in_the_address_among_them(visit: Visit, workspace: Workspace) -> None:
    dataset = table(workspace)
    made.baselines(dataset)
    runs = [made.model(workspace, dataset, name=f"Run {number}", seed=number) for number in range(6)]
    app = visit("compare", run=runs[0].id)
    assert len(app.button_group[0].value) == 4 and "Run 0" in app.button_group[0].value


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
    sources = raw(app) + re.sub(r"\\.", "", app.header[0].value + str(app.table[0].value))
    for markup in ("<img", "](javascript", ":red[y", ":tada:", "$a$", "**b**"):
        assert markup not in sources
    assert "<img" not in "".join(chart.proto.spec for chart in app.get("plotly_chart"))
