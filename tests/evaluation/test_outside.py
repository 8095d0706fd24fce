"""Predictions from elsewhere: what a file may look like, what is told apart, and what is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

from core.compare_command import Question, evaluate
from core.dataset.schema import Part, Task
from core.errors import BadFile, BadSettings, NotFound
from core.evaluation.outside import read_outside


def file(tmp_path: Path, text: str, name: str = "vendor.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def churn(rows: int = 120, seed: int = 0, skill: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Truth and the probability of `yes`, rounded as a file has it."""
    truth = np.random.default_rng(1).integers(0, 2, rows)
    scores = 1 / (1 + np.exp(-(np.random.default_rng(seed).normal(0, 1, rows) + skill * (truth - 0.5))))
    return truth, scores.round(4)


def csv(truth: np.ndarray, scores: np.ndarray, order: np.ndarray | None = None) -> str:
    places = np.arange(len(truth)) if order is None else order
    return "row id,truth,no,yes\n" + "".join(f"c{i},{'yes' if truth[i] else 'no'},{1 - scores[i]:.4f},{scores[i]:.4f}\n" for i in places)


def test_numbers_are_those_of_scikit_learn(tmp_path: Path) -> None:
    truth, scores = churn()
    (model,) = evaluate([file(tmp_path, csv(truth, scores))])["models"]
    assert model["metrics"]["accuracy"]["value"] == pytest.approx(accuracy_score(truth, scores >= 0.5))
    assert model["metrics"]["roc_auc"]["value"] == pytest.approx(roc_auc_score(truth, scores))
    assert model["metrics"]["log_loss"]["value"] == pytest.approx(log_loss(truth, scores))
    assert model["run"] == model["name"] == "vendor"


def test_files_are_joined_by_row_id_and_not_by_place(tmp_path: Path) -> None:
    truth, ours = churn(seed=2, skill=3.0)
    _, theirs = churn(seed=3, skill=0.2)
    shuffled = np.random.default_rng(5).permutation(len(truth))[:100]  # another order, and 20 rows fewer
    found = evaluate([file(tmp_path, csv(truth, ours), "ours.csv"), file(tmp_path, csv(truth, theirs, shuffled), "theirs.csv")], Question(reference="theirs"))
    assert found["rows_judged"] == 100
    assert found["models"][0]["metrics"]["accuracy"]["value"] == pytest.approx(accuracy_score(truth[shuffled], ours[shuffled] >= 0.5))
    assert found["verdict"]["verdicts"][0]["finding"] == "better"
    assert found["test_looks"] is None


def test_one_column_is_enough_for_two_classes(tmp_path: Path) -> None:
    found = read_outside([file(tmp_path, "id;label;yes\n1;yes;0,9\n2;no;0,2\n".replace(",", "."))])
    p = found.models[0].predictions
    assert (p.task, p.labels) == (Task.BINARY, ("no", "yes"))
    assert p.scores.tolist() == [[pytest.approx(0.1), 0.9], [0.8, 0.2]] and p.truth.tolist() == [1, 0]


def test_a_class_that_no_row_has_keeps_its_scores(tmp_path: Path) -> None:
    p = read_outside([file(tmp_path, "row,truth,ant,bee,cat\n1,ant,0.5,0.3,0.2\n2,bee,0.1,0.6,0.3\n")]).models[0].predictions
    assert p.labels == ("ant", "bee", "cat") and p.scores.shape == (2, 3)


def test_classes_that_are_numbers_stand_in_their_order(tmp_path: Path) -> None:
    p = read_outside([file(tmp_path, "row,truth,10,9\n1,10,0.7,0.3\n2,9,0.4,0.6\n")]).models[0].predictions
    assert p.labels == ("9", "10") and p.scores[0].tolist() == [0.3, 0.7]


def test_predicted_numbers(tmp_path: Path) -> None:
    found = evaluate([file(tmp_path, "row,actual,prediction,region\n1,10,12,north\n2,20,17,south\n3,30,30,north\n")])
    (model,) = found["models"]
    assert found["task"] == "regression"
    assert model["metrics"]["rmse"]["value"] == pytest.approx(np.sqrt((4 + 9 + 0) / 3))
    assert model["metrics"]["mae"]["value"] == pytest.approx(5 / 3)


def test_rows_may_be_validation_rows_on_which_thresholds_are_chosen(tmp_path: Path) -> None:
    truth, scores = churn()
    lines = csv(truth, scores).splitlines()
    text = "\n".join([lines[0] + ",part", *(f"{line},{'val' if place % 2 else 'test'}" for place, line in enumerate(lines[1:]))])
    path = file(tmp_path, text)
    assert len(read_outside([path]).models[0].predictions.of(Part.VALIDATION)) == 60
    found = evaluate([path], Question(threshold="recall>=0.9"))
    assert found["rows_judged"] == 60
    assert found["threshold"]["models"][0]["chosen_on"] == "validation"


def test_further_columns_cut_the_rows(tmp_path: Path) -> None:
    truth, scores = churn()
    lines = csv(truth, scores).splitlines()
    text = "\n".join([lines[0] + ",plan", *(f"{line},{'basic' if place % 3 else '专业版'}" for place, line in enumerate(lines[1:]))])
    found = evaluate([file(tmp_path, text)], Question(slices=("plan",)))
    parts = {part["conditions"][0]["is"]: part["rows"] for part in found["slices"]["slices"]["vendor"]}
    assert parts == {"basic": 80, "专业版": 40}


def test_numbers_beside_the_scores_need_a_prefix(tmp_path: Path) -> None:
    p = read_outside([file(tmp_path, "row,truth,score:0,score:1,1\n1,0,0.7,0.3,55\n2,1,0.4,0.6,77\n")]).models[0].predictions
    assert p.labels == ("0", "1") and p.scores[1].tolist() == [0.4, 0.6]


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    truth, scores = churn()
    (tmp_path / "a").mkdir()
    paths = [file(tmp_path, csv(truth, scores)), file(tmp_path / "a", csv(truth, scores))]
    assert [model.id for model in read_outside(paths).models] == ["vendor", "vendor (2)"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "row id"),
        ("row,truth,no,yes\n1,no,0.5,0.5\n1,yes,0.5,0.5\n", "more than once"),
        ("row,truth,no,yes\n1,no,0.9,0.9\n2,yes,0.5,0.5\n", "add up to 1.8"),
        ("row,truth,no,yes\n1,no,1.2,-0.2\n2,yes,0.5,0.5\n", "from 0 to 1"),
        ("row,truth,no,yes\n1,no,x,0.1\n2,yes,0.5,0.5\n", "not a number: “x”"),
        ("row,truth,no,yes\n1,maybe,0.5,0.5\n2,yes,0.5,0.5\n", "“maybe”"),
        ("row,truth,no,yes\n1,,0.5,0.5\n2,yes,0.5,0.5\n3,no,0.5,0.5\n", "no true answer"),
        ("row,truth,no,yes,part\n1,no,0.5,0.5,train\n2,yes,0.5,0.5,test\n", "“train”"),
        ("row,truth,other\n1,no,0.5\n2,yes,0.5\n", "named like one of them"),
        ("row,truth,a,b\n1,1.5,2,3\n2,2.5,2,3\n", "“prediction”"),
    ],
    ids=["no columns", "twice", "sum", "range", "text", "class", "empty", "part", "no scores", "which number"],
)  # fmt: skip
def test_what_cannot_be_understood_gets_a_sentence(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=words):
        read_outside([file(tmp_path, text)])


def test_files_of_different_truth_or_none(tmp_path: Path) -> None:
    truth, scores = churn()
    first, other = file(tmp_path, csv(truth, scores), "a.csv"), file(tmp_path, csv(1 - truth, scores), "b.csv")
    with pytest.raises(BadSettings, match="different answers"):
        evaluate([first, other])
    with pytest.raises(NotFound):
        evaluate([tmp_path / "none.csv"])
