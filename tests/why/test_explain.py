"""Explaining whole models whose reasons are known: a formula of numbers, a sum of words, a square in a picture."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence

from core.dataset.progress import Progress, Step
from core.dataset.schema import Part
from core.errors import BadInput, NotFound, NotReady, RunFailed
from core.files import remove_folder
from core.seal import looks
from core.why import explain as module
from core.why.dependence import dependence, points_of
from core.why.explain import STAGES, explain, explain_model, explain_row
from core.why.subject import Subject
from core.workspace import Workspace
from tests.why import made


@pytest.fixture
def workspace() -> Workspace:
    return Workspace.local()


def test_a_table(workspace: Workspace) -> None:
    run, data = made.priced(workspace)
    steps: list[Step] = []
    found = explain_model(Subject.open(run), Progress(steps.append))
    assert (found.run, found.part, found.metric) == (run.id, Part.VALIDATION, "rmse")
    assert found.rows == found.rows_there == len(data.rows_of(Part.VALIDATION))
    assert found.score == pytest.approx(0.0, abs=1e-4)
    by_name = {one.columns: one for one in found.importance}
    assert found.importance[0].columns in {("a",), ("a", "twin")}
    assert by_name[("a", "twin")].value == pytest.approx(by_name[("a",)].value, rel=0.05)  # the model reads one of the twins only
    assert by_name[("a",)].grouped
    assert by_name[("a",)].low is not None
    assert by_name[("a",)].low > 0
    assert by_name[("twin",)].value == by_name[("colour",)].value == 0.0
    assert by_name[("a",)].value > 4 * by_name[("c",)].value > 0
    assert [one.column for one in found.dependence][:2] == ["a", "c"]
    assert {step.stage for step in steps} <= set(STAGES)


def test_dependence_is_what_scikit_learn_says(workspace: Workspace) -> None:
    subject = Subject.open(made.priced(workspace)[0])
    rows = subject.sample()
    x = rows.table.select("a", "twin", "c").to_numpy()

    class Model(RegressorMixin, BaseEstimator):
        def fit(self, x: np.ndarray, y: np.ndarray) -> Model:
            self.fitted_ = True
            return self

        def predict(self, x: np.ndarray) -> np.ndarray:
            table = pl.DataFrame(x, schema=["a", "twin", "c"]).with_columns(colour=rows.table["colour"])
            return subject.answer(subject.asked.encode(table, None))[:, 0]

    ours = dependence(subject, rows, "a")
    assert ours is not None
    grid = np.array(ours.points, float)
    theirs = partial_dependence(Model().fit(x, x[:, 0]), x, [0], custom_values={0: grid}, kind="both", method="brute")
    np.testing.assert_allclose(ours.mean[0], theirs["average"][0], rtol=1e-4)
    np.testing.assert_allclose(ours.low[0], np.quantile(theirs["individual"][0], 0.1, axis=0), rtol=1e-4)
    np.testing.assert_allclose(np.polyfit(grid, ours.mean[0], 1), [3, ours.mean[0][0] - 3 * grid[0]], rtol=1e-2)  # the formula itself


def test_dependence_of_other_kinds(workspace: Workspace) -> None:
    subject = Subject.open(made.priced(workspace)[0])
    rows = subject.sample()
    colour = dependence(subject, rows, "colour")
    assert colour is not None
    assert sorted(map(str, colour.points)) == ["blue", "red"]
    assert np.ptp(colour.mean[0]) < 1e-4
    assert dependence(Subject.open(made.pictured(workspace)[0]), rows, "image") is None


@pytest.mark.parametrize(
    ("values", "points"),
    [
        (pl.Series([3.0, None, 1.0, 3.0]), [1.0, 3.0]),
        (pl.Series(["b", "a", "b", None]), ["b", "a"]),
        (pl.Series([None, None], dtype=pl.Float64), []),
        (pl.Series(range(1000), dtype=pl.Float64), 20),
        (pl.Series(range(1000)).cast(pl.Datetime("us")), 20),
    ],
    ids=["numbers", "categories", "nothing", "many", "times"],
)  # fmt: skip
def test_points(values: pl.Series, points: list[object] | int) -> None:
    found = points_of(values)
    assert found.dtype == values.dtype
    assert len(found) == points if isinstance(points, int) else found.to_list() == points
    assert found.to_list() == sorted(found.to_list(), key=lambda one: (isinstance(one, str), str(one) if isinstance(one, str) else one)) or values.dtype == pl.String


def test_a_row_of_a_linear_model(workspace: Workspace) -> None:
    """Shares in closed form: weight × (value − mean of the rows that it is compared with)."""
    run, data = made.priced(workspace)
    subject = Subject.open(run)
    row = int(data.rows_of(Part.VALIDATION)[3])
    found = explain_row(subject, row, Progress())
    table = data.table(("a", "c"))
    others = subject.sample(found.compared_with).numbers
    shares = {one.name: one.values[0] for one in found.contributions}
    assert found.exact
    assert shares["a"] == pytest.approx(3 * (table["a"][row] - table["a"][others].mean()), rel=0.01, abs=1e-3)
    assert shares["c"] == pytest.approx(0.5 * (table["c"][row] - table["c"][others].mean()), rel=0.02, abs=1e-3)
    assert abs(shares["twin"]) + abs(shares["colour"]) < 1e-4
    assert found.base[0] + sum(shares.values()) == pytest.approx(found.answer[0], rel=1e-4)
    assert found.contributions[0].name == max(shares, key=lambda name: abs(shares[name]))
    assert {one.name: one.shown for one in found.contributions}["colour"] in {"red", "blue"}
    assert not looks(data)  # a validation row is no look at the sealed ones


def test_a_look_at_a_test_row_is_counted(workspace: Workspace) -> None:
    run, data = made.priced(workspace)
    row = int(data.rows_of(Part.TEST)[0])
    assert explain_row(Subject.open(run), row, Progress()).part is Part.TEST
    assert [(one.what, one.models, one.detail) for one in looks(data)] == [("why", (run.id,), {"row": row})]


def test_a_text(workspace: Workspace) -> None:
    run, data = made.reviewed(workspace)
    found = explain_model(Subject.open(run), Progress())
    assert {(one.word, one.label, one.value > 0) for one in found.words} == {("good", "praise", True), ("bad", "praise", False)}
    good = next(one for one in found.words if one.word == "good")
    assert good.value == pytest.approx(1 / (1 + np.exp(-2)) - 0.5, abs=1e-6)  # the score of the word, taken out of texts in which it alone counts
    assert found.importance == found.dependence == ()
    row = next(int(row) for row in data.rows_of(Part.VALIDATION) if data.table(("y",))["y"][int(row)] == "praise")
    one = explain_row(Subject.open(run), row, Progress())
    assert one.text == data.table(("text",))["text"][row]
    assert [one.text[piece.start : piece.end] for piece in one.pieces] == one.text.split()
    shares = {piece.name: piece.values[1] for piece in one.pieces}
    assert max(shares, key=lambda word: abs(shares[word])) == "good"
    assert shares["good"] == pytest.approx(1 / (1 + np.exp(-2)) - 0.5, abs=1e-5)
    assert one.base[1] + sum(shares.values()) == pytest.approx(one.answer[1], abs=1e-5)
    assert one.exact


def test_pictures(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run, _data = made.pictured(workspace)
    run.path("why").mkdir()
    monkeypatch.setattr(module, "maps_of", lambda run, rows: np.ones((len(rows), 2, 2), np.float32))
    found = explain_model(Subject.open(run), Progress())
    assert len(found.looks) == module.PICTURES
    assert {look.truth for look in found.looks} == {"left", "none", "right"}
    assert all(look.said == look.truth and run.path("why").joinpath(look.file).read_bytes().startswith(b"\x89PNG") for look in found.looks)

    def broken(run: object, rows: object) -> np.ndarray:
        raise RunFailed("no")

    monkeypatch.setattr(module, "maps_of", broken)
    left = explain_model(Subject.open(run), Progress())
    assert left.looks == ()
    assert left.notes == (module.NO_PICTURES,)


def test_columns_stand_where_the_encoder_puts_them(workspace: Workspace) -> None:
    subject = Subject.open(made.priced(workspace)[0])
    rows = subject.sample()
    for column, place in subject.asked.places.items():
        other = rows.table.with_columns(pl.col(column).reverse())
        changed = subject.asked.encode(other, None)["table"] != rows.inputs["table"]
        touched = np.flatnonzero(changed.any(axis=0))
        assert place.features is not None
        assert set(touched.tolist()) <= set(range(place.features.start, place.features.stop))


def test_what_is_missing_is_said(workspace: Workspace) -> None:
    run, data = made.priced(workspace)
    with pytest.raises(BadInput, match="no row 9,999"):
        explain(run, 9_999, Progress())
    run.path("model.onnx").rename(run.path("elsewhere"))
    with pytest.raises(NotReady):
        explain(run, None, Progress())
    run.path("elsewhere").rename(run.path("model.onnx"))
    remove_folder(data.folder)
    with pytest.raises(NotFound):
        explain(run, None, Progress())
