"""Files whose rows may carry several labels: how they are told from others, what they may look like, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from core.arguments import parser
from core.compare_command import Question, evaluate
from core.compare_console import compared
from core.dataset.schema import Part, Task
from core.errors import BadFile, BadSettings
from core.evaluation.outside import read_outside
from core.evaluation.predictions import Predictions
from tests.evaluation.made import many_labels

LABELS = ("billing", "spam", "问题")


def file(tmp_path: Path, text: str, name: str = "ours.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def read(tmp_path: Path, text: str, **how: bool) -> Predictions:
    return read_outside([file(tmp_path, text)], **how).models[0].predictions


def tags(rows: int = 120, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Labels and scores as a file has them, rounded."""
    truth, scores = many_labels(np.random.default_rng(1), rows, 3)
    return truth, np.clip(scores + noise * np.random.default_rng(2).normal(size=scores.shape), 0, 1).round(4)


def csv(truth: np.ndarray, scores: np.ndarray, between: str = ";", extra: tuple[str, ...] = ()) -> str:
    head = ",".join(("row id", "truth", *LABELS, *(("part",) if extra else ())))
    lines = (
        ",".join([f"m{i}", between.join(label for label, so in zip(LABELS, truth[i], strict=True) if so), *(f"{score}" for score in scores[i]), *extra[i : i + 1]])
        for i in range(len(truth))
    )
    return "\n".join((head, *lines)) + "\n"


def test_numbers_are_those_of_scikit_learn(tmp_path: Path) -> None:
    truth, scores = tags()
    found = evaluate([file(tmp_path, csv(truth, scores))])
    (model,) = found["models"]
    assert (found["task"], found["labels"], found["metric"]) == ("many_labels", list(LABELS), "f1_micro")
    assert model["metrics"]["f1_micro"]["value"] == pytest.approx(f1_score(truth, scores >= 0.5, average="micro"))
    assert model["per_class"]["spam"]["roc_auc"]["value"] == pytest.approx(roc_auc_score(truth[:, 1], scores[:, 1]))
    assert model["class_rows"] == dict(zip(LABELS, truth.sum(0).tolist(), strict=True))
    assert model["confusion"] is None and found["label_differences"] is None
    assert set(found["curves"]["ours"]["classes"]) == set(LABELS) and found["curves"]["ours"]["averages"]["micro"] is not None


@pytest.mark.parametrize("between", [";", "|", " ; ", "；", "| "])
def test_every_separator_says_the_same(between: str, tmp_path: Path) -> None:
    truth, scores = tags(20)
    p = read(tmp_path, csv(truth, scores, between))
    assert p.task is Task.MANY_LABELS and p.labels == LABELS
    np.testing.assert_array_equal(p.truth, truth)
    np.testing.assert_array_equal(p.scores, scores)


def test_empty_cells_and_their_words_are_no_label(tmp_path: Path) -> None:
    p = read(tmp_path, "row,truth,a,b\n1,a;b,0.9,0.8\n2,,0.1,0.1\n3,no label,0.1,0.1\n4,None,0.1,0.1\n5,a;;a; ,0.9,0.1\n")
    assert p.truth.tolist() == [[1, 1], [0, 0], [0, 0], [0, 0], [1, 0]]


def test_one_column_a_label(tmp_path: Path) -> None:
    p = read(tmp_path, "row,truth:spam,truth:a;b,score:a;b,score:spam,weight\n1,1,0,0.1,0.9,0.3\n2,yes,TRUE,0.9,0.8,0.4\n3,no,false,0,0,0.5\n")
    assert p.labels == ("a;b", "spam") and p.truth.tolist() == [[0, 1], [1, 1], [0, 0]] and p.scores[0].tolist() == [0.1, 0.9]


def test_files_of_one_class_a_row_stay_what_they_are(tmp_path: Path) -> None:
    """A class may have the separator in its name, and scores alone do not say that there are several labels."""
    assert read(tmp_path, "row,truth,a;b,c\n1,a;b,0.9,0.1\n2,c,0.2,0.8\n").task is Task.BINARY
    assert read(tmp_path, "row,truth,a,b,a;b\n1,a;b,0.1,0.1,0.8\n2,a,0.8,0.1,0.1\n3,b,0.1,0.9,0\n").task is Task.MULTICLASS
    with pytest.raises(BadFile, match="add up to 1.700, and must add up to 1.*--many-labels"):
        read(tmp_path, "row,truth,a,b\n1,a,0.9,0.8\n2,b,0.2,0.8\n")
    with pytest.raises(BadFile, match="has no true answer.*--many-labels"):
        read(tmp_path, "row,truth,a,b\n1,a,0.9,0.1\n2,,0.2,0.8\n3,b,0.2,0.8\n")


def test_what_no_cell_says_the_reader_may_say(tmp_path: Path) -> None:
    text = "row,truth,a,b\n1,a,0.9,0.8\n2,,0.2,0.1\n3,b,0.2,0.8\n"
    p = read(tmp_path, text, many_labels=True)
    assert p.truth.tolist() == [[1, 0], [0, 0], [0, 1]] and p.scores[0].tolist() == [0.9, 0.8]


def test_one_file_of_several_labels_says_it_of_all(tmp_path: Path) -> None:
    several, single = "row,truth,a,b\n1,a;b,0.9,0.8\n2,b,0.2,0.8\n", "row,truth,a,b\n2,b,0.3,0.7\n3,a,0.8,0.2\n"
    found = read_outside([file(tmp_path, single, "one.csv"), file(tmp_path, several, "two.csv")])
    assert [model.predictions.task for model in found.models] == [Task.MANY_LABELS] * 2


def test_rows_are_joined_by_id_and_labels_by_name(tmp_path: Path) -> None:
    ours = file(tmp_path, "row,truth,a,b\n1,a;b,0.9,0.8\n2,b,0.2,0.8\n3,,0.1,0.3\n")
    theirs = file(tmp_path, "row,score:b,truth,score:a\n3,0.4,,0.2\n1,0.6,b|a,0.7\n", "theirs.csv")
    found = evaluate([ours, theirs])
    assert found["rows_judged"] == 2
    assert [model["metrics"]["subset_accuracy"]["value"] for model in found["models"]] == [1.0, 1.0]


def test_thresholds_of_all_labels_or_of_each(tmp_path: Path) -> None:
    truth, scores = tags()
    path = file(tmp_path, csv(truth, scores))
    found = evaluate([path], label_thresholds="spam=0.3,问题=20%")
    assert found["label_thresholds"] == {"ours": {"billing": 0.5, "spam": 0.3, "问题": 0.2}}
    expected = f1_score(truth, scores >= np.array([0.5, 0.3, 0.2]), average="micro")
    assert found["models"][0]["metrics"]["f1_micro"]["value"] == pytest.approx(expected)
    assert set(evaluate([path], label_thresholds="0.4")["label_thresholds"]["ours"].values()) == {0.4}
    for text, words in (("many", "no threshold for labels"), ("spam=2", "no threshold for labels"), ("ham=0.2", "no label “ham”")):
        with pytest.raises(BadSettings, match=words):
            evaluate([path], label_thresholds=text)
    with pytest.raises(BadSettings, match="Use --threshold here"):
        evaluate([file(tmp_path, "row,truth,no,yes\n1,no,0.9,0.1\n2,yes,0.1,0.9\n", "two.csv")], label_thresholds="0.4")


def test_one_label_has_a_threshold_and_a_worth_and_rows_are_cut(tmp_path: Path) -> None:
    truth, scores = tags(200)
    parts = tuple("validation" if i % 3 == 0 else "test" for i in range(200))
    path = file(tmp_path, csv(truth, scores, extra=parts))
    assert len(read_outside([path]).models[0].predictions.of(Part.VALIDATION)) == 67
    asked = Question(threshold="recall>=0.8", value="tp=80,fp=-10", positive="spam", slices=())
    found = evaluate([path, file(tmp_path, csv(*tags(200, 0.3), extra=parts), "theirs.csv")], asked)
    judged = np.array(parts) == "test"
    counts = found["threshold"]["models"][0]["counts"]
    assert found["threshold"]["positive"] == "spam" and counts["tp"] + counts["fn"] == truth[judged, 1].sum()
    assert found["worth"]["positive"] == "spam" and found["slices"]["fairness"] == {}
    assert set(found["label_differences"]) == {"theirs"} and found["reference"] == "ours"


def test_what_a_person_reads(tmp_path: Path) -> None:
    found = evaluate([file(tmp_path, csv(*tags())), file(tmp_path, csv(*tags(noise=0.5)), "theirs.csv")], Question(reference="theirs"))
    lines = list(compared(found))
    assert lines[0].startswith("“ours” is better than “theirs”: +") and "F1 over all labels" in lines[0]
    at = lines.index("F1 by label: ours")
    assert lines[at + 2].startswith("   spam     0.") and "difference" in lines[at + 2]
    assert "difference" not in lines[lines.index("F1 by label: theirs") + 2]


def test_the_words_of_the_command_line() -> None:
    choice = parser().parse_args(["evaluate", "a.csv", "--many-labels", "--label-thresholds", "spam=0.4"])
    assert choice.many_labels and choice.label_thresholds == "spam=0.4"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("truth,a,b\na;b,0.5,0.5\n", "needs a column “row id”"),
        ("row,a,b\n1,0.5,0.5\n", "needs to say which labels each row has"),
        ("row,truth,a,b\n1,a;b;c,0.5,0.5\n", "no column of scores for the label “c”"),
        ("row,truth,a,b\n1,a;b,1.5,0.5\n", "from 0 to 1"),
        ("row,truth,a,b\n1,a;b,x,0.5\n", "not a number: “x”"),
        ("row,truth,a,b,c\n1,a;b,0.5,0.5,0.3\n2,a,0.5,0.5,0.4\n", "“c” holds numbers from 0 to 1, but no row has such a label"),
        ("row,truth,truth:a,a\n1,a,1,0.5\n", "both a column “truth” and columns"),
        ("row,truth:a,score:a\n1,maybe,0.5\n", "says “maybe”"),
        ("row,truth:a,score:a\n1,,0.5\n", "Write 1 where the row has the label"),
        ("row,truth:a,score:a,score:b\n1,1,0.5,0.5\n", "no column “truth:b”"),
        ("row,truth:a,truth:b,a\n1,1,1,0.5\n", "no column of scores for the label “b”"),
        ("row,truth,x,y\n1,,0.5,0.5\n2,,0.4,0.4\n", "no label in any row"),
        ("row,truth,a,b\n1,a;b,0.5,0.5\n1,a,0.5,0.5\n", "more than once"),
    ],
    ids=["row id", "no truth", "no scores", "range", "text", "unknown scores", "both ways", "maybe", "empty flag", "no flag", "no column", "no label", "twice"],
)  # fmt: skip
def test_what_cannot_be_understood_gets_a_sentence(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=words):
        read(tmp_path, text, many_labels=True)


def test_a_feature_beside_the_scores_is_no_score(tmp_path: Path) -> None:
    found = read_outside([file(tmp_path, "row,truth,score:a,score:b,discount,vip\n1,a;b,0.9,0.8,0.3,1\n2,b,0.2,0.8,0.4,0\n")])
    assert found.models[0].predictions.labels == ("a", "b")
    assert [column.name for column in found.rows.info.columns] == ["discount", "vip", "truth"]
