"""Which rows a model is explained on: neither learned from nor sealed, for a run of a fold and of a share too."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pytest

from core.dataset.dataset import Dataset
from core.dataset.progress import Progress
from core.dataset.schema import Part
from core.runs.run import Run
from core.seal import looks
from core.training.rows import rows_of_run
from core.why.explain import explain_model, explain_row
from core.why.subject import OF_A_FOLD, Subject
from core.workspace import Workspace
from tests.why import made


def run_with(**changes: Any) -> tuple[Run, Dataset]:
    """The known model, as if it came from other rows of the same dataset."""
    workspace = Workspace.local()
    first, data = made.priced(workspace)
    run = Run.create(workspace.runs_folder, first.spec.model_copy(update=changes))
    for name in ("model.onnx", "preprocess.json"):
        shutil.copy(first.path(name), run.path(name))
    return run, data


def test_an_ordinary_run_is_explained_on_the_validation_rows() -> None:
    run, data = run_with()
    subject = Subject.open(run)
    np.testing.assert_array_equal(subject.open_rows, data.rows_of(Part.VALIDATION))
    np.testing.assert_array_equal(subject.learned, data.rows_of(Part.TRAIN))
    assert subject.notes == ()


def test_a_run_of_a_fold_is_explained_on_its_fold() -> None:
    run, data = run_with(fold=1, folds=4)
    subject, rows = Subject.open(run), rows_of_run(data, run.spec)
    np.testing.assert_array_equal(subject.open_rows, rows.test)
    np.testing.assert_array_equal(subject.sample().numbers, rows.test)
    np.testing.assert_array_equal(subject.learned, rows.train)
    assert not set(subject.open_rows) & (set(rows.train) | set(rows.validation) | set(data.rows_of(Part.TEST)))
    found = explain_model(subject, Progress())
    assert (found.rows, found.rows_there, found.notes) == (len(rows.test), len(rows.test), (OF_A_FOLD,))


def test_the_part_of_a_row_is_the_one_it_plays_for_this_run() -> None:
    run, data = run_with(fold=1, folds=4)
    subject, rows, sealed = Subject.open(run), rows_of_run(data, run.spec), data.rows_of(Part.TEST)
    parts = np.asarray(data.split())
    learned_here = next(row for row in rows.train if parts[row] == Part.VALIDATION.number)  # a validation row of the dataset
    judged_here = next(row for row in rows.test if parts[row] == Part.TRAIN.number)  # a training row of the dataset
    assert [explain_row(subject, int(row), Progress()).part for row in (learned_here, judged_here)] == [Part.TRAIN, Part.VALIDATION]
    assert not looks(data)
    assert explain_row(subject, int(sealed[0]), Progress()).part is Part.TEST
    assert len(looks(data)) == 1


@pytest.mark.parametrize("seed", [0, 1])
def test_a_run_of_a_share_learned_from_its_share_only(seed: int) -> None:
    run, data = run_with(train_share=0.5, seed=seed)
    subject = Subject.open(run)
    np.testing.assert_array_equal(subject.open_rows, data.rows_of(Part.VALIDATION))
    assert len(subject.learned) < 0.6 * len(data.rows_of(Part.TRAIN))
    left_out = next(row for row in data.rows_of(Part.TRAIN) if row not in subject.learned)
    assert explain_row(subject, int(left_out), Progress()).part is Part.VALIDATION
