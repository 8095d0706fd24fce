"""The part Why of Compare: asked for with one click, drawn for all models, and honest about which rows it looks at."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from core import why
from core.dataset.dataset import Dataset
from core.dataset.schema import Part
from core.runs.run import Run
from core.seal import looks
from core.training import baselines, own_process
from core.training.process import ProcessIdentity
from core.why import job
from core.why.explain import explain
from core.why.model import SimpleModel, place_of
from core.workspace import Workspace
from tests.pages import results_made
from tests.pages.conftest import Visit, everything, labels, raw
from tests.why import made


@pytest.fixture(autouse=True)
def explained_here(monkeypatch: pytest.MonkeyPatch, started: list[str]) -> None:
    """The models are explained in this process, and no simple models are trained."""

    def spawn(runs: Sequence[Run], row: int | None) -> None:
        job.carry_out(runs, row, explain)

    monkeypatch.setattr(job, "_spawn", spawn)


@pytest.fixture
def two(workspace: Workspace, people: Dataset) -> list[Run]:
    return [results_made.model(workspace, people, name=name, seed=seed) for seed, name in enumerate(("First", "Second"))]


def test_one_click_explains_all_models(visit: Visit, people: Dataset, two: list[Run]) -> None:
    app = visit("compare", dataset=people.id, look="why")
    assert "The test rows stay sealed" in everything(app)
    assert [why.load(run) for run in two] == [None, None]
    app.button(key="why_start").click().run()
    assert all(why.load(run) is not None for run in two)
    text = everything(app)
    assert "What matters to them" in text
    assert "Permutation importance" in text
    assert "Partial dependence" in text
    assert "why_start" not in labels(app)
    assert len(app.get("plotly_chart")) >= 2


def test_one_more_model_is_explained_by_itself(visit: Visit, workspace: Workspace, people: Dataset, two: list[Run]) -> None:
    job.carry_out(two, None, explain)
    results_made.model(workspace, people, name="Third", seed=5)
    app = visit("compare", dataset=people.id, look="why")
    assert app.button(key="why_start").label == "Explain 1 more model"


def test_a_row(visit: Visit, people: Dataset, two: list[Run]) -> None:
    job.carry_out(two, None, explain)
    app = visit("compare", dataset=people.id, look="why")
    app.button_group(key="why_row_kind").set_value("right").run()
    app.button(key="why_row_start").click().run()
    text = everything(app)
    assert "No model learned from this row" in text
    assert "Shapley values" in text
    assert "First says" in text
    assert "Second says" in text
    assert not [look for look in looks(people) if look.what == "why" and "row" in look.detail]


def test_a_test_row_is_a_counted_look(visit: Visit, people: Dataset, two: list[Run]) -> None:
    job.carry_out(two, None, explain)
    row = int(np.flatnonzero(np.asarray(people.split()) == Part.TEST.number)[0])
    app = visit("compare", dataset=people.id, look="why", row=str(row))
    assert "counts as a look at the test rows" in everything(app)
    assert app.number_input(key="why_row_number").value == row + 1  # counted from 1, as in the part Rows
    app.button(key="why_row_start").click().run()
    assert f"Row {row + 1}, truth" in everything(app) and "the look at it was counted" in everything(app)
    assert len([look for look in looks(people) if look.what == "why" and look.detail == {"row": row}]) == 2  # one for each model that answered


@pytest.mark.parametrize("row", ["x", "99999999"])
def test_a_row_of_a_stranger_is_no_error(visit: Visit, people: Dataset, two: list[Run], row: str) -> None:
    job.carry_out(two, None, explain)
    visit("compare", dataset=people.id, look="why", row=row)


def test_a_failure_gets_its_sentence_and_another_try(visit: Visit, people: Dataset, two: list[Run]) -> None:
    kept = two[0].path("predictions.parquet").read_bytes()
    app = visit("compare", dataset=people.id, look="why")
    for run in two:
        run.path("preprocess.json").rename(run.path("aside"))
    app.button(key="why_start").click().run()
    assert everything(app).count("could not be explained") == 2
    for run in two:
        run.path("aside").rename(run.path("preprocess.json"))
    assert two[0].path("predictions.parquet").read_bytes() == kept
    app.button(key="why_again_0").click().run()
    assert everything(app).count("could not be explained") == 1
    assert why.load(two[0]) is not None or why.load(two[1]) is not None


def test_work_shows_and_can_be_cancelled(visit: Visit, people: Dataset, two: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    class Living:
        """A child that never ends by itself."""

        pid, returncode = -1, None

        def poll(self) -> None:
            return None

        def wait(self, timeout: float) -> int:
            return 0

    monkeypatch.setattr(job, "_spawn", lambda runs, row: own_process.started.update({place_of(run): Living() for run in runs}))  # type: ignore[misc]
    monkeypatch.setattr(ProcessIdentity, "of", classmethod(lambda cls, pid: None))
    app = visit("compare", dataset=people.id, look="why")
    app.button(key="why_start").click().run()
    assert "being explained" in everything(app)
    assert "why_cancel" in labels(app)
    app.button(key="why_cancel").click().run()
    assert all(why.standing(run).state == "idle" for run in two)


def test_names_of_an_enemy_stay_text(visit: Visit, workspace: Workspace, evil: Dataset) -> None:
    run = results_made.model(workspace, evil, name=evil.info.target)
    job.carry_out([run], None, explain)
    row = int(evil.rows_of(Part.VALIDATION)[0])
    job.carry_out([run], row, explain)
    app = visit("compare", dataset=evil.id, look="why", row=str(row))
    assert "onerror" in everything(app)
    assert [mark for mark in ("<img", "](", "$a$", ":red[", ":tada:", "`c`") if mark in raw(app)] == []


def test_words(visit: Visit, workspace: Workspace) -> None:
    run, data = made.reviewed(workspace)
    job.carry_out([run], None, explain)
    row = int(data.rows_of(Part.VALIDATION)[1])
    job.carry_out([run], row, explain)
    app = visit("compare", dataset=data.id, look="why", row=str(row))
    text = everything(app)
    assert "Which words move them" in text
    assert ":blue-background[" in "".join(element.value for element in app.markdown)
    assert "an empty text gets" in text


def test_simple_models_are_explained_beside_the_runs(visit: Visit, people: Dataset, two: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "ROUNDS", 10)
    baselines.compute(people)
    job.carry_out(two, None, explain)
    app = visit("compare", dataset=people.id, look="why")
    assert app.button(key="why_start").label == "Explain 3 more models"
    assert "trained again for it, in the same way as before. That took" in everything(app)
    app.button(key="why_start").click().run()
    simple = [SimpleModel(people, one.name) for one in baselines.load(people)]
    assert all(why.load(model) is not None for model in simple)
    text = everything(app)
    assert "reads no column" in text
    assert "why_start" not in labels(app)
    app.button_group(key="why_row_kind").set_value("right").run()
    app.button(key="why_row_start").click().run()
    text = everything(app)
    assert "First says" in text and "Linear model says" in text and "Gradient-boosted trees says" in text
    names = {trace["name"] for chart in app.get("plotly_chart") for trace in json.loads(chart.proto.spec)["data"] if "name" in trace}
    assert {"First", "Second", "Linear model", "Gradient-boosted trees"} <= names
