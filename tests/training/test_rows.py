"""Which rows a run learns from and is judged on: no row twice, the sealed ones sealed, the same each time."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.dataset.schema import Part, SplitBy, Task
from core.errors import BadSettings
from core.recipes import make_spec
from core.recipes.like import spec_like
from core.runs.repeats import fold_specs, share_specs
from core.runs.run import Run
from core.training.control import continued
from core.training.judge import judge, predictions_of
from core.training.material import Material
from core.training.rows import rows_of_run
from core.workspace import Workspace
from tests.training.conftest import make_dataset


class Constant:
    """A network that always answers the same."""

    def predict(self, inputs: dict[str, np.ndarray], **_how: object) -> np.ndarray:
        return np.full((len(next(iter(inputs.values()))), 1), 0.7, np.float32)


@pytest.fixture
def workspace(clean_home: object) -> Workspace:
    return Workspace.local()


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return make_dataset(workspace)


def test_an_ordinary_run_takes_the_parts_of_its_dataset(dataset: Dataset) -> None:
    rows = rows_of_run(dataset, make_spec(dataset.info))
    assert all(np.array_equal(rows.of(part), dataset.rows_of(part)) for part in Part)


def test_folds_judge_every_open_row_once_and_no_sealed_one(dataset: Dataset) -> None:
    sealed, judged = dataset.rows_of(Part.TEST), []
    for spec in fold_specs(make_spec(dataset.info), 5):
        rows = rows_of_run(dataset, spec)
        together = np.concatenate([rows.train, rows.validation, rows.test])
        assert len(np.unique(together)) == len(together) == dataset.info.rows - len(sealed)
        assert not np.isin(together, sealed).any()
        assert len(rows.validation) == pytest.approx((len(rows.train) + len(rows.validation)) / 7, abs=2)
        judged.append(rows.test)
    assert np.array_equal(np.sort(np.concatenate(judged)), np.flatnonzero(dataset.split() != Part.TEST.number))


def test_another_dealing_has_other_folds_and_another_seed_the_same(dataset: Dataset) -> None:
    spec = make_spec(dataset.info)
    first, *_, again = fold_specs(spec, 4, repeats=2)
    assert not np.array_equal(rows_of_run(dataset, first).test, rows_of_run(dataset, again.model_copy(update={"fold": 0})).test)
    other = first.model_copy(update={"seed": 9})
    assert all(np.array_equal(rows_of_run(dataset, first).of(part), rows_of_run(dataset, other).of(part)) for part in Part)


def test_a_share_is_part_of_the_training_rows_and_leaves_the_test_rows_sealed(dataset: Dataset) -> None:
    before = np.zeros(0, np.int64)
    for spec in share_specs(make_spec(dataset.info), [0.1, 0.5])[:-1]:
        rows = rows_of_run(dataset, spec)
        assert len(rows.train) == int(np.ceil(spec.train_share * 168)) and not len(rows.test)
        assert np.isin(before, rows.train).all() and np.isin(rows.train, dataset.rows_of(Part.TRAIN)).all()
        assert np.array_equal(rows.validation, dataset.rows_of(Part.VALIDATION))
        before = rows.train


def test_copies_and_groups_stay_together(workspace: Workspace) -> None:
    lines = "".join(f"c{i // 6},{i % 50},{'yes' if i % 3 else 'no'}\n" for i in range(600))
    dataset = ingest(f"customer,age,bought\n{lines}".encode(), workspace, file_name="t.csv", target="bought", split=SplitBy.parse("group:customer"))
    customers = dataset.table(("customer",))["customer"].to_numpy()
    for spec in [*fold_specs(make_spec(dataset.info), 3), share_specs(make_spec(dataset.info), [0.4])[0]]:
        rows = rows_of_run(dataset, spec)
        parts = [set(customers[rows.of(part)]) for part in Part]
        assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]


def test_time_is_not_dealt_into_folds(workspace: Workspace) -> None:
    lines = "".join(f"2026-{1 + i // 28:02d}-{1 + i % 28:02d},{i % 7},{'yes' if i % 3 else 'no'}\n" for i in range(300))
    dataset = ingest(f"day,age,bought\n{lines}".encode(), workspace, file_name="t.csv", target="bought", split=SplitBy.parse("time:day"))
    with pytest.raises(BadSettings, match="learn from the future"):
        rows_of_run(dataset, fold_specs(make_spec(dataset.info), 5)[0])
    early = rows_of_run(dataset, share_specs(make_spec(dataset.info), [0.5])[0])  # a share of the past is still the past
    assert early.train.max() < dataset.rows_of(Part.VALIDATION).min()


def test_too_few_rows_for_so_many_folds(workspace: Workspace) -> None:
    small = make_dataset(workspace, rows=20)
    with pytest.raises(BadSettings, match="20 folds need at least 40"):
        rows_of_run(small, fold_specs(make_spec(small.info), 20)[0])


def test_the_preprocessing_knows_only_what_the_run_learns_from(dataset: Dataset, workspace: Workspace) -> None:
    """What the other rows hold may be anything."""
    spec = share_specs(make_spec(dataset.info), [0.1])[0]
    material = Material.of(Run.create(workspace.runs_folder, spec))
    assert len(material.inputs(Part.TRAIN)["table"]) == len(material.rows.train) == 17
    table, drawn = dataset.table(), np.isin(np.arange(dataset.info.rows), material.rows.train)
    table.with_columns(first=np.where(drawn, table["first"], 1e6), kind=pl.Series(np.where(drawn, table["kind"], "grey"))).write_parquet(dataset.folder / "table.parquet")
    assert rows_of_run(dataset, spec).train.tolist() == material.rows.train.tolist()
    assert Material.of(Run.create(workspace.runs_folder, spec)).preprocessor == material.preprocessor


def test_a_fold_is_judged_on_its_fold_and_a_share_on_the_validation_rows(dataset: Dataset, workspace: Workspace) -> None:
    fold, share = fold_specs(make_spec(dataset.info), 5)[2], share_specs(make_spec(dataset.info), [0.5])[0]
    for spec, parts in ((fold, {"validation", "test"}), (share, {"validation"})):
        run = Run.create(workspace.runs_folder, spec)
        material = Material.of(run)
        predictions, _raw = predictions_of(Constant(), material)
        headline = judge(run, predictions)
        told = json.loads(run.path("evaluation.json").read_text())
        assert set(told) == parts and headline["value"] == told["test" if "test" in told else "validation"]["metrics"]["accuracy"]["value"]
        assert not np.isin(predictions.rows, dataset.rows_of(Part.TEST)).any()
        assert np.array_equal(predictions.of(Part.TEST).rows, material.rows.test)


def test_the_same_with_one_change_and_more_epochs_keep_the_rows(dataset: Dataset, workspace: Workspace) -> None:
    for spec in (fold_specs(make_spec(dataset.info), 3, repeats=2)[-1], share_specs(make_spec(dataset.info), [0.2])[0]):
        run = Run.create(workspace.runs_folder, spec)
        run.path("checkpoint.npz").write_bytes(b"")
        for state in ("starting", "running", "finished"):
            run.update(state=state)
        for other in (spec_like(spec, dataset.info, {"epochs": 3}), continued(run, 5)):
            assert all(np.array_equal(rows_of_run(dataset, spec).of(part), rows_of_run(dataset, other).of(part)) for part in Part)


@pytest.mark.parametrize("task", [Task.MULTICLASS, Task.REGRESSION])
def test_other_tasks_are_dealt_too(workspace: Workspace, task: Task) -> None:
    dataset = make_dataset(workspace, task=task)
    for spec in (fold_specs(make_spec(dataset.info), 4)[1], share_specs(make_spec(dataset.info), [0.3])[0]):
        rows = rows_of_run(dataset, spec)
        assert len(rows.train) and len(rows.validation)
