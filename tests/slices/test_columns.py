"""Slices of a real dataset folder: every kind of column, and the whole document for the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.dataset.schema import Part
from core.dataset.some_rows import some_rows
from core.errors import BadSettings, Damaged
from core.evaluation.compare import Comparison, compare
from core.evaluation.model import Model
from core.evaluation.predictions import Predictions
from core.slices.columns import cut_by, cuts_of, sliceable
from core.slices.findings import slice_findings, slices_json
from core.workspace import Workspace
from tests.dataset.made import zip_bytes

ODD = "<b>town</b> | `x`"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Six columns of all kinds; the name of one and a cell of another are hostile."""
    rng = np.random.default_rng(1)
    lines = [f"id,age,{ODD},joined,review,plan,churn"]
    for row in range(900):
        day = f"2024-{row % 12 + 1:02d}-{row % 27 + 1:02d}"
        review = " ".join(rng.choice(["good", "bad", "slow", "very", "kind", "never", "again"], rng.integers(3, 20)))
        town = "<script>alert(1)</script>" if row % 9 == 0 else rng.choice(["Bern", "Rom"])
        lines.append(f"user-{row:05d},{rng.integers(18, 80)},{town},{day},{review},{rng.choice(['a', 'b'])},{rng.choice(['no', 'yes'])}")
    content = "\n".join(lines).encode()
    return ingest(content, Workspace.local(tmp_path_factory.mktemp("people")), file_name="people.csv", target="churn", types={"review": "text"})


@pytest.fixture(scope="module")
def comparison(people: Dataset) -> Comparison:
    rng = np.random.default_rng(2)
    rows = people.rows_of(Part.TEST)
    truth = np.array([people.info.labels.index(label) for label in people.table(("churn",), rows)["churn"]])

    def model(name: str, kind: str = "run") -> Model:
        score = np.clip(0.5 + (truth - 0.5) * 0.6 + rng.normal(size=len(rows)) * 0.3, 0, 1)
        p = Predictions(people.info.task, people.info.labels, rows, np.full(len(rows), Part.TEST.number), truth, np.c_[1 - score, score])
        return Model(name, name, p, kind)  # type: ignore[arg-type]

    return compare([model("a"), model("b"), model("majority", "baseline")])


def test_each_kind_of_column_is_cut_in_its_way(people: Dataset) -> None:
    rows = people.rows_of(Part.TEST)
    kinds = {name: cut_by(people, rows, name) for name in sliceable(people.info, target=True)}
    assert {name: cut.kind for name, cut in kinds.items()} == {
        "age": "number", ODD: "category", "joined": "time", "review": "text length", "plan": "category", "churn": "class",
    }  # fmt: skip
    for cut in kinds.values():
        assert len(cut.codes) == len(rows) and cut.counts.sum() == len(rows)
    values = people.table(("plan",), rows)["plan"].to_numpy()
    for number, (label,) in enumerate(kinds["plan"].labels):
        assert np.array_equal(kinds["plan"].member(number), values == label)
    lengths = people.table(("review",), rows)["review"].str.len_chars().to_numpy()
    limit = int(kinds["review"].labels[0][0].removeprefix("up to ").removesuffix(" characters"))
    assert np.array_equal(kinds["review"].member(0), lengths <= limit)


def test_what_names_a_row_is_no_slice(people: Dataset) -> None:
    assert "id" not in sliceable(people.info) and "churn" not in sliceable(people.info)
    assert [cut.columns[0] for cut in cuts_of(people, people.rows_of(Part.TEST))] == list(sliceable(people.info))
    with pytest.raises(BadSettings, match="cannot be cut by 'id'"):
        cut_by(people, people.rows_of(Part.TEST), "id")


def test_pictures_are_cut_by_brightness(clean_home: Path) -> None:
    members = {}
    for row in range(60):
        stream = io.BytesIO()
        Image.new("RGB", (8, 8), (row, 2 * row, 3 * row)).save(stream, "PNG")
        members[f"{'ab'[row % 2]}/{row}.png"] = stream.getvalue()
    dataset = ingest(zip_bytes(members), Workspace.local())
    (cut,) = cuts_of(dataset, np.arange(dataset.info.rows))
    expected = np.asarray(dataset.images()).reshape(60, -1, dataset.images().shape[3]).mean(axis=1) @ ([0.299, 0.587, 0.114] if dataset.images().shape[3] == 3 else [1])
    assert cut.kind == "brightness" and len(cut.labels) == 5 and cut.labels[4][0].startswith("of brightness over ")
    assert expected[cut.member(0)].max() < expected[cut.member(4)].min()


def test_the_document_of_the_command_line(people: Dataset, comparison: Comparison) -> None:
    found = json.loads(json.dumps(slices_json(comparison, people, ["plan"]), allow_nan=False))
    assert list(found) == ["columns", "slices", "fairness", "weakest"]
    assert list(found["slices"]) == ["a", "b", "majority"] and list(found["weakest"]) == ["a", "b"]
    assert sum(one["rows"] for one in found["slices"]["a"]) == comparison.rows_judged
    assert found["fairness"]["a"]["column"] == "plan"
    assert found["weakest"]["a"]["columns"] == 5


def test_two_columns_and_none(people: Dataset, comparison: Comparison) -> None:
    both = slice_findings(comparison, people, ("plan", ODD))
    assert {len(one.conditions) for one in both.slices["a"]} == {2}
    assert slice_findings(comparison, people).slices == {}
    assert slice_findings(comparison, people, ("churn",)).fairness == {}  # the answer is no group
    for columns in (("plan", "plan"), ("plan", "age", "joined")):
        with pytest.raises(BadSettings, match="one column or by two"):
            slice_findings(comparison, people, columns)


def test_some_rows_in_the_order_wanted_and_cut(people: Dataset) -> None:
    rows = np.array([700, 3, 3, 41])
    found = some_rows(people, rows, (ODD, "review"), 10)
    whole = people.table((ODD, "review"), rows)
    assert found[ODD].to_list() == [text if len(text) <= 10 else text[:10] + "…" for text in whole[ODD]]
    assert found["review"].to_list() == [text if len(text) <= 10 else text[:10] + "…" for text in whole["review"]]
    assert some_rows(people, np.zeros(0, np.int64), ("age",)).shape == (0, 1)


def test_a_column_may_be_called_row_and_a_broken_table_is_said(clean_home: Path) -> None:
    lines = "\n".join(f"{number},{number % 7},{'ab'[number % 2]}" for number in range(60))
    dataset = ingest(f"row,row_,y\n{lines}".encode(), Workspace.local(), target="y", types={"row": "number", "row_": "number"})
    names = dataset.table().columns[:2]
    assert some_rows(dataset, np.array([5]), names)[names[1]].to_list() == [5.0]
    (dataset.folder / "table.parquet").write_bytes(b"no")
    with pytest.raises(Damaged, match="upload the file again"):
        some_rows(dataset, np.array([5]), names)
