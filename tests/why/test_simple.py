"""Simple models are asked as networks are: trained again to the same answers, taken apart exactly, explained beside them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from core import latency, why
from core.dataset.dataset import Dataset
from core.dataset.progress import Progress, Step
from core.dataset.schema import ColumnType, Part, Task
from core.errors import NotReady
from core.evaluation.predictions import Predictions
from core.files import new_folder
from core.seal import looks
from core.training import baselines
from core.training.baseline_features import BaselineData
from core.why import job
from core.why.__main__ import main
from core.why.covered import covered
from core.why.dependence import dependence
from core.why.explain import STAGES, explain, explain_model, explain_row
from core.why.model import SimpleModel, model_at, path_of, place_of
from core.why.simple import Linear, opened
from core.why.subject import READS_NOTHING, TRAINED_AGAIN, Subject
from core.workspace import Workspace
from tests.preprocess.made import dataset
from tests.why import made

TREES = "gradient_boosted_trees"


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "ROUNDS", 20)
    monkeypatch.setattr(latency, "ANSWERS", 2)


@pytest.fixture
def workspace() -> Workspace:
    return Workspace.local()


def compute(data: Dataset) -> Dataset:
    baselines.compute(data)
    return data


def mixed(workspace: Workspace, task: Task) -> Dataset:
    """Numbers with gaps, a category, a text; of three classes, two, or a number."""
    chance = np.random.default_rng(7)
    x, z = chance.normal(size=(2, 240))
    kind, word = chance.choice(["red", "green", "blue"], 240), chance.choice(["good", "bad", "fair"], 240)
    score = 2 * x + (kind == "red") + 2.0 * (word == "good") + chance.normal(size=240) / 4
    answers: list[object] = list(np.round(score, 4))
    if task is not Task.REGRESSION:
        limits = [0.5] if task is Task.BINARY else [-0.5, 1.5]
        answers = [("low", "mid", "top")[at] for at in np.digitize(score, limits)]
    columns = {
        "x": (ColumnType.NUMBER, [None if n % 11 == 5 else value for n, value in enumerate(x.tolist())]), "z": (ColumnType.NUMBER, z.tolist()),
        "kind": (ColumnType.CATEGORY, kind.tolist()), "text": (ColumnType.TEXT, [f"the room was {one} and quiet" for one in word]),
    }  # fmt: skip
    return dataset(workspace.datasets_folder / f"d-mixed-{task.value}", columns, answers, task=task, parts=[n % 3 for n in range(240)])


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS, Task.REGRESSION])
@pytest.mark.parametrize("name", ["linear", TREES])
def test_taken_apart_it_answers_as_scikit_learn_does(workspace: Workspace, task: Task, name: str) -> None:
    data = mixed(workspace, task)
    asked = opened(SimpleModel(data, name))
    assert isinstance(asked, Linear) == (name == "linear")
    rows = np.arange(40)
    table = data.table(data.info.inputs, rows)
    encoded = asked.encode(table, None)
    theirs = asked.trained.model.predict_proba if task is not Task.REGRESSION else asked.trained.model.predict
    expected = theirs(asked.trained.features.of(table))  # type: ignore[union-attr]  # both read features
    np.testing.assert_allclose(asked.answer(encoded), expected.reshape(40, -1), atol=1e-9)
    assert asked.row_bytes == encoded["table"][0].nbytes
    for column in asked.columns:  # a column alone stands where it stands in the whole row, and nowhere else
        place = asked.places[column.name].features
        np.testing.assert_allclose(asked.encode_column(column, table[column.name]), encoded["table"][:, place], atol=1e-12)
        changed = ~np.isclose(asked.encode(table.with_columns(table[column.name].reverse()), None)["table"], encoded["table"], equal_nan=True)
        assert set(np.flatnonzero(changed.any(axis=0))) <= set(np.asarray(place).tolist())


def test_the_linear_model_is_explained_by_its_own_formula(workspace: Workspace) -> None:
    _run, data = made.priced(workspace)
    subject = Subject.open(SimpleModel(compute(data), "linear"))
    row = int(data.rows_of(Part.VALIDATION)[4])
    steps: list[Step] = []
    found = explain_row(subject, row, Progress(steps.append))
    assert found.exact
    assert {step.stage for step in steps} <= set(STAGES)
    others = subject.sample(found.compared_with)
    mine, theirs = subject.rows(np.array([row])).inputs["table"][0], others.inputs["table"]
    expected = dict(zip(data.info.inputs, mine - theirs.mean(axis=0), strict=True))  # of a sum each term less its mean: Shapley (1953), additivity
    for entry in found.contributions:
        assert entry.values[0] == pytest.approx(expected[entry.name], abs=1e-4)
    assert found.base[0] + sum(entry.values[0] for entry in found.contributions) == pytest.approx(found.answer[0], rel=1e-4)


def test_what_matters_to_a_simple_model_is_what_the_data_say(workspace: Workspace) -> None:
    run, data = made.priced(workspace)
    compute(data)
    network = explain_model(Subject.open(run), Progress())
    for name in ("linear", TREES):
        found = explain_model(Subject.open(SimpleModel(data, name)), Progress())
        assert (found.run, found.rows, found.metric, found.notes) == (name, network.rows, network.metric, ())  # side by side on the same rows
        by_name = {one.columns: one for one in found.importance}
        assert found.importance[0].columns == ("a", "twin")
        assert (by_name[("a", "twin")].low or 0) > 2 * abs(by_name[("c",)].value)
        assert abs(by_name[("colour",)].value) < 0.1 < by_name[("a", "twin")].value
        assert {one.columns for one in found.importance} == {one.columns for one in network.importance}


def test_dependence_is_the_mean_answer_with_one_value_for_all(workspace: Workspace) -> None:
    data = mixed(workspace, Task.MULTICLASS)
    subject = Subject.open(SimpleModel(compute(data), TREES))
    rows = subject.sample(60)
    for name in ("x", "kind"):
        found = dependence(subject, rows, name)
        assert found is not None
        for at, point in list(enumerate(found.points))[::5]:
            table = rows.table.with_columns(pl.lit(point, dtype=rows.table.schema[name]).alias(name))
            expected = subject.asked.trained.answer(table).mean(axis=0)  # type: ignore[attr-defined]  # through all of its own preparation
            np.testing.assert_allclose([line[at] for line in found.mean], expected, rtol=1e-4, atol=1e-6)


def test_words_move_a_simple_model_too(workspace: Workspace) -> None:
    _run, data = made.reviewed(workspace)
    compute(data)
    subject = Subject.open(SimpleModel(data, "linear"))
    found = explain_model(subject, Progress())
    assert found.importance == ()  # one text alone
    words = {word.word: word.value for word in found.words}
    assert words["good"] > 0.05
    assert words["bad"] < -0.05
    row = int(data.rows_of(Part.VALIDATION)[1])
    for name in ("linear", TREES):
        one = explain_row(Subject.open(SimpleModel(data, name)), row, Progress())
        assert [piece.name for piece in one.pieces] == one.text.split()
        assert one.base[1] + sum(piece.values[1] for piece in one.pieces) == pytest.approx(one.answer[1], abs=1e-4)
        if name == "linear":
            assert max(one.pieces, key=lambda piece: abs(piece.values[1])).name in {"good", "bad"}


def test_pictures_are_covered_part_by_part(workspace: Workspace) -> None:
    _run, data = made.pictured(workspace)
    model = SimpleModel(compute(data), "linear")
    found = job.explained_here(model, None, explain)
    assert isinstance(found, why.Why) and len(found.looks) > 3
    assert all((place_of(model) / look.file).exists() for look in found.looks)
    look = next(look for look in found.looks if look.truth == look.said == "left")
    subject = Subject.open(model)
    (seen,) = covered(subject, subject.rows(np.array([look.row])))
    assert seen.shape == (8, 8)
    assert seen.max() == 1.0
    assert seen[2:5, 0:3].sum() > 0.9 * seen.sum()  # where the bright square is: what is covered elsewhere costs nothing


def test_the_majority_reads_nothing_and_says_so(workspace: Workspace) -> None:
    _run, data = made.priced(workspace)
    subject = Subject.open(SimpleModel(compute(data), "majority"))
    found = explain_model(subject, Progress())
    assert (found.importance, found.dependence, found.words, found.notes) == ((), (), (), (READS_NOTHING,))
    one = explain_row(subject, 4, Progress())
    assert one.base == one.answer
    assert one.contributions == ()


def test_answers_that_changed_meanwhile_are_said(workspace: Workspace) -> None:
    _run, data = made.priced(workspace)
    model = SimpleModel(compute(data), "linear")
    assert Subject.open(model).notes == ()
    stored = Predictions.load(path_of(model))
    replace(stored, scores=stored.scores * 1.01).save(path_of(model))
    assert Subject.open(model).notes == (TRAINED_AGAIN,)


def test_one_that_is_not_there_or_cannot_be_trained_is_not_ready(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    _run, data = made.priced(workspace)
    model = SimpleModel(data, "linear")
    with pytest.raises(NotReady, match="not trained yet"):
        Subject.open(model)
    assert why.load(model) is None
    assert why.standing(model).state == "idle"
    assert model_at(path_of(model)) is None

    def fail(data: BaselineData) -> None:
        raise ValueError("the lines cross")

    monkeypatch.setattr(baselines, "_linear", fail)
    with pytest.raises(NotReady, match="could not be trained"):
        opened(model)


def test_the_process_explains_runs_and_simple_models_beside_their_files(workspace: Workspace) -> None:
    run, data = made.priced(workspace)
    model = SimpleModel(compute(data), "linear")
    assert [model_at(path_of(one)) for one in (run, model)] == [run, model]
    assert main([str(path_of(run)), str(path_of(model))]) == 0
    assert [one.run for one in (why.load(run), why.load(model)) if one] == [run.id, "linear"]
    assert main([str(path_of(model)), "--row", "4"]) == 0
    one = why.load_row(model, 4)
    assert one is not None and (one.run, one.row, one.part) == ("linear", 4, Part.VALIDATION)
    assert [entry.name for entry in baselines.load(data)] == ["majority", "linear", TREES]  # nothing of theirs was touched
    row = int(data.rows_of(Part.TEST)[0])
    assert explain(model, row, Progress()).part is Part.TEST
    assert [look.detail for look in looks(data) if look.what == "why"] == [{"row": row}]


def test_a_file_of_another_kind_is_no_model(workspace: Workspace) -> None:
    with new_folder(workspace.datasets_folder / "d1" / "baselines") as folder:
        (folder / "strange.parquet").write_text("")
    assert model_at(workspace.datasets_folder / "d1" / "baselines" / "strange.parquet") is None
