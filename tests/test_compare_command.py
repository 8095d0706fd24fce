"""The command compare: what is asked, what is counted, what is written, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.arguments import parser
from core.compare_command import Question, compare
from core.compare_console import compared
from core.dataset.dataset import Dataset
from core.errors import BadSettings, NotFound, NotReady, UserError
from core.judging_arguments import share
from core.recipes import make_spec
from core.runs.run import Run
from core.seal import looks
from core.training import baselines
from core.workspace import Workspace
from tests.pages import results_made as made
from tests.test_compare_docs import table


@pytest.fixture
def data(clean_home: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setattr(baselines, "compute", lambda dataset: None if (dataset.folder / "baselines").exists() else made.baselines(dataset))
    return table(Workspace.local(), ("no", "yes"))


def run_of(dataset: Dataset, name: str = "First", seed: int = 0, skill: float = 0.5) -> Run:
    return made.model(Workspace.local(), dataset, name=name, seed=seed, skill=skill)


def test_the_reference_by_id_by_name_or_of_the_simple_ones(data: Dataset) -> None:
    first, second = run_of(data, "First"), run_of(data, "Second", 1)
    names = [first.id, second.id]
    assert compare(names, question=Question(reference="Second"))["reference"] == second.id
    assert compare(names, question=Question(reference=first.id))["reference"] == first.id
    with_simple = compare(names, question=Question(reference="linear"))  # they come along without being asked for
    assert with_simple["reference"] == "linear" and [model["kind"] for model in with_simple["models"]].count("baseline") == 2
    with pytest.raises(BadSettings, match="nobody"):
        compare(names, question=Question(reference="nobody"))


def test_metric_and_margin_reach_the_verdict(data: Dataset) -> None:
    names = [run_of(data, "First").id, run_of(data, "Second", 1).id]
    found = compare(names, question=Question(metric="roc_auc", margin=0.02))["verdict"]
    assert found["metric"] == "roc_auc" and found["margin"] == 0.02 and found["verdicts"][0]["test"] == "delong"
    with pytest.raises(BadSettings):
        compare(names, question=Question(metric="beauty"))


def test_every_question_is_a_look_and_the_same_one_is_no_new_look(data: Dataset) -> None:
    names = [run_of(data).id]
    compare(names)
    compare(names)
    assert [look.what for look in looks(data)] == ["verdict"]
    asked = Question(threshold="0.3", value="tp=80,fp=-10", slices=("kind",))
    assert compare(names, question=asked)["test_looks"]["by_kind"] == {"verdict": 1, "threshold": 1, "worth": 1, "slices": 1}
    assert compare(names, question=Question(threshold="0.4"))["test_looks"]["count"] == 5


def test_the_page_is_written_and_counted(data: Dataset, tmp_path: Path) -> None:
    page = tmp_path / "报告.html"
    found = compare([run_of(data, "<b>First</b>").id], question=Question(html=page, language="zh_CN"))
    html = page.read_text(encoding="utf-8")
    assert found["html"] == str(page) and "<b>First</b>" not in html and "&lt;b&gt;First" in html
    assert looks(data)[-1].what == "export"
    with pytest.raises(NotFound, match="folder"):
        compare([run_of(data).id], question=Question(html=tmp_path / "none" / "page.html"))


def test_what_cannot_be_compared_is_refused(data: Dataset) -> None:
    waiting = Run.create(Workspace.local().runs_folder, make_spec(data.info))
    with pytest.raises(NotReady):
        compare([waiting.id])
    with pytest.raises(NotFound):
        compare(["r20200101-00000000"])
    other = table(Workspace.local(), ("ant", "bee"))
    with pytest.raises(UserError, match="different datasets"):
        compare([run_of(data).id, run_of(other).id])
    many = [run_of(data, f"Run {seed}", seed).id for seed in range(13)]
    with pytest.raises(BadSettings, match="At most 12"):
        compare(many)


def test_values_of_numbers(clean_home: Path) -> None:
    run = run_of(table(Workspace.local(), ()))
    assert compare([run.id], question=Question(value="over=2,under=5,currency=CHF"))["error_cost"]["prices"]["currency"] == "CHF"
    for text in ("tp=1,fp=2", "over=x", "over"):
        with pytest.raises(BadSettings, match="over=2"):
            compare([run.id], question=Question(value=text))


def test_what_a_person_reads(data: Dataset) -> None:
    names = [run_of(data, "Weak", 1, 0.2).id, run_of(data, "Strong", 2, 1.5).id]
    found = compare(names, with_baselines=True, question=Question(threshold="recall>=0.5", value="tp=80,fp=-10", slices=("kind",)))
    lines = list(compared(json.loads(json.dumps(found))))
    assert lines[0] == found["verdict"]["sentence"] and "“Strong” is better" in lines[0]
    text = "\n".join(lines)
    for words in ("135 test rows", "Threshold for yes", "recall 0.", "a month", "By kind: Strong", "kind is a", "Looks at the sealed test rows: 4"):
        assert words in text


def test_the_words_of_the_commands() -> None:
    words = ["compare", "r1", "r2", "--reference", "r1", "--margin", "2%", "--slice", "a", "--slice", "b", "--value", "tp=1,fp=-2", "--html", "x.html"]
    choice = parser().parse_args(words)
    assert (choice.runs, choice.margin, choice.slices, choice.html) == (["r1", "r2"], 0.02, ["a", "b"], Path("x.html"))
    assert parser().parse_args(["evaluate", "a.csv", "b.csv"]).files == [Path("a.csv"), Path("b.csv")]
    assert parser().parse_args(["why", "r1", "--row", "3"]).row == 3
    assert share("0.5") == 0.5
    with pytest.raises(SystemExit):
        parser().parse_args(["compare", "r1", "--margin", "much"])
