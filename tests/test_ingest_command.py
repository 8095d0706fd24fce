"""The options of `ingest` reach everything that the page can do; a wrong one gets a sentence, never a traceback."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import core.__main__
from core.__main__ import main
from tests.dataset.made import class_folders, csv_bytes, people

Ingest = Callable[..., Any]
LEAST = 20  # rows that are enough to be stored


@pytest.fixture
def ingest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ingest:
    """Run `ingest` on a file with this content: its document, or what it says on stderr."""

    def run(content: bytes, *words: str, code: int = 0, name: str = "data.csv") -> Any:
        file = tmp_path / name
        file.write_bytes(content)
        found = main(["ingest", str(file), "--json", *words])
        captured = capsys.readouterr()
        assert found == code, captured.err
        if code == 0:
            assert captured.err == ""
            return json.loads(captured.out)
        assert captured.out == ""
        assert captured.err.count("\n") == 1
        return captured.err

    return run


def table(**more: list[Any]) -> bytes:
    """120 people, with more columns before the answer `churn`."""
    columns = people(120)
    return csv_bytes({**{name: values for name, values in columns.items() if name != "churn"}, **more, "churn": columns["churn"]})


def types(document: Any) -> dict[str, str]:
    return {column["name"]: column["type"] for column in document["columns"]}


def test_the_document_says_everything(ingest: Ingest) -> None:
    document = ingest(table(), "--name", "People", "--seed", "3")
    assert set(document) == {
        "dataset", "name", "rows", "dropped_rows", "sampled_rows", "columns", "target", "task", "labels", "inputs", "findings", "repairs",
        "split", "split_by", "spans", "class_counts",
    }  # fmt: skip
    assert (document["name"], document["target"], document["rows"], document["split_by"]) == ("People", "churn", 120, "stratified")
    assert {label: sum(counts.values()) for label, counts in document["class_counts"].items()}.keys() == {"no", "yes"}
    assert sum(sum(counts.values()) for counts in document["class_counts"].values()) == sum(document["split"].values()) == 120


def test_a_finding_names_its_evidence_and_its_repair(ingest: Ingest) -> None:
    document = ingest(table(debt=[-999 if i % 10 == 0 else i % 37 for i in range(120)]))
    (finding,) = [finding for finding in document["findings"] if finding["code"] == "sentinel_values"]
    assert {"code", "severity", "column", "message", "evidence", "repair", "apply"} <= set(finding)
    assert (finding["apply"], finding["column"], finding["count"]) == ("sentinel_values:debt", "debt", 12)
    assert finding["evidence"]


def test_repairs_are_applied_in_their_order(ingest: Ingest) -> None:
    debt = [-999 if i % 10 == 0 else i % 37 for i in range(120)]
    words = ["--repair", "sentinel_values:debt", "--repair", "high_cardinality:job", "--repair", "duplicate_rows"]
    document = ingest(table(debt=debt), *words)
    assert [(repair["code"], repair["column"]) for repair in document["repairs"]] == [("sentinel_values", "debt"), ("high_cardinality", "job"), ("duplicate_rows", None)]
    assert document["repairs"][0]["decided"]["values"] == [-999.0]
    (column,) = [column for column in document["columns"] if column["name"] == "debt"]
    assert (column["missing"], column["minimum"]) == (12, 0)
    assert "job" not in document["inputs"]
    assert "sentinel_values" not in {finding["code"] for finding in document["findings"]}


def test_a_repair_that_is_not_there_names_those_that_are(ingest: Ingest) -> None:
    content = table(debt=[-999 if i % 10 == 0 else i % 37 for i in range(120)])
    said = ingest(content, "--repair", "magic", code=1)
    assert "There is no repair 'magic'" in said
    assert "This file has: sentinel_values:debt" in said
    assert "has: " in ingest(content, "--repair", "outliers:nowhere", code=1)
    assert "outliers:COLUMN" in ingest(content, "--repair", "outliers", code=1)
    assert "nothing to repair" in ingest(table(), "--repair", "outliers:age", code=1)


def test_a_dry_run_stores_nothing(ingest: Ingest, clean_home: Path) -> None:
    document = ingest(table(), "--dry-run")
    assert document["dataset"] is None
    assert document["rows"] == 120
    assert [path for path in clean_home.rglob("*") if path.is_file()] == []


def test_a_dry_run_tells_what_would_stop_it(ingest: Ingest) -> None:
    content = csv_bytes({"a": list(range(40)), "y": ["same"] * 40})
    assert "stops training" in {finding["severity"] for finding in ingest(content, "--dry-run")["findings"]}
    ingest(content, code=1)


def test_the_same_file_with_the_same_options_is_one_dataset(ingest: Ingest) -> None:
    names = [ingest(table(), *words)["dataset"] for words in ([], [], ["--seed", "1"], ["--drop", "job"], ["--split", "group:job"])]
    assert names[0] == names[1]
    assert len(set(names)) == 4


def test_types_are_chosen(ingest: Ingest) -> None:
    document = ingest(table(), "--type", "age=category", "--type", "job=text")
    assert (types(document)["age"], types(document)["job"]) == ("category", "text")


def test_a_column_with_any_name_can_be_named(ingest: Ingest) -> None:
    numbers = [i % 7 for i in range(120)]
    names = ["姓名", "a=b", "a:b", "c:d=e", "two words", "-x", "“x”", "number"]
    content = table(**dict.fromkeys(names, numbers))
    words = [word for name in names for word in (f"--type={name}=category",)]
    assert {types(ingest(content, *words))[name] for name in names} == {"category"}
    left = ingest(content, *[f"--drop={name}" for name in names])["inputs"]
    assert left == ["age", "income", "job"]
    assert ingest(content, *[f"--input={name}" for name in names])["inputs"] == names
    assert ingest(content, "--repair", "possible_leak:c:d=e")["repairs"][0]["column"] == "c:d=e"
    assert ingest(content, "--split", "group:a:b")["split_by"] == "group:a:b"
    assert ingest(content, "--target", "a=b")["target"] == "a=b"
    assert ingest(content, "--target", " two  words ")["target"] == "two words"


def test_columns_are_dropped_or_chosen(ingest: Ingest) -> None:
    assert ingest(table(), "--drop", "job", "--drop", "age")["inputs"] == ["income"]
    assert ingest(table(), "--input", "job", "--input", "age")["inputs"] == ["age", "job"]


def test_the_split_is_chosen(ingest: Ingest) -> None:
    days = [f"2026-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(120)]
    parts = ["train"] * 80 + ["val"] * 20 + ["test"] * 20
    content = table(day=days, fold=parts, shop=[f"s{i // 4}" for i in range(120)])
    by_time = ingest(content, "--split", "time:day")
    assert by_time["split_by"] == "time:day"
    assert by_time["spans"]["train"][1] < by_time["spans"]["test"][0]
    assert ingest(content, "--split", "given:fold")["split"] == {"train": 80, "validation": 20, "test": 20}
    assert "shop" not in ingest(content, "--split", "group:shop")["inputs"]
    assert ingest(content, "--split", "stratified")["split_by"] == "stratified"


def test_how_the_text_is_read_is_chosen(ingest: Ingest) -> None:
    rows = people(LEAST)
    text = csv_bytes({"姓名": [f"客{i % 4}" for i in range(LEAST)], **rows}, delimiter="\t").decode()
    assert types(ingest(text.encode("gb18030"), "--encoding", "gb18030", "--delimiter", "\\t"))["姓名"] == "category"
    assert types(ingest(text.encode(), "--delimiter", "tab"))["age"] == "number"
    assert "encoding" in ingest(text.encode(), "--encoding", "klingon", code=1)
    assert "delimiter" in ingest(text.encode(), "--delimiter", "ab", code=1)
    above = b"Report of 2026\nmade by hand\n" + csv_bytes(rows)
    assert set(types(ingest(above, "--header-row", "3"))) == set(rows)
    headless = csv_bytes(rows).split(b"\n", 1)[1]
    assert len(types(ingest(headless, "--header-row", "0", "--target", "column_4"))) == 4


BAD = {
    "no such target": (["--target", "nowhere"], "nowhere"),
    "empty target": (["--target", " "], "Name a column"),
    "no such type": (["--type", "age=colour"], "colour"),
    "type of no column": (["--type", "nowhere=number"], "nowhere"),
    "dates in no dates": (["--type", "job=time"], "dates"),
    "no such column to drop": (["--drop", "nowhere"], "nowhere"),
    "no such input": (["--input", "nowhere"], "nowhere"),
    "the target as input": (["--input", "churn"], "target"),
    "no such split": (["--split", "random"], "stratified, time:COLUMN"),
    "split without a column": (["--split", "time"], "time:COLUMN"),
    "split by no column": (["--split", "group:nowhere"], "nowhere"),
    "split by time without dates": (["--split", "time:job"], "dates"),
    "negative seed": (["--seed", "-1"], "seed"),
    "huge seed": (["--seed", "9" * 60], "seed"),
    "negative header row": (["--header-row", "-1"], "header row"),
    "header row beyond the file": (["--header-row", "999"], "999"),
    "repair of the target": (["--repair", "possible_leak:churn"], "predicted"),
    "empty repair": (["--repair", ""], "no repair ''"),
}


@pytest.mark.parametrize("case", BAD)
def test_an_option_that_does_not_fit_gets_a_sentence(case: str, ingest: Ingest) -> None:
    words, said = BAD[case]
    assert said in ingest(table(), *words, code=1)


@pytest.mark.parametrize("words", [["--type", "age"], ["--type", "=number"], ["--seed", "x"], ["--seed", "9" * 5000], ["--header-row", "1.5"], ["--repair"], ["--colour", "red"]])
def test_wrong_usage_leaves_with_2(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["ingest", str(tmp_path / "a.csv"), *words])
    assert left.value.code == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("path", ["", "none.csv", "a\0b", "x" * 5000, "/dev/null", "/dev/stdin/x"])
def test_a_path_that_cannot_be_is_a_sentence(path: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["ingest", path, "--json"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err) < 500
    assert captured.err.count("\n") == 1


def test_a_file_name_that_is_no_text_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = os.fsencode(tmp_path) + "/客户".encode("gbk") + b".csv"
    Path(os.fsdecode(file)).write_bytes(table())
    assert main(["ingest", os.fsdecode(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"].startswith("?")


def test_a_folder_is_read_as_a_zip_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str], clean_home: Path) -> None:
    folder = tmp_path / "宠物"
    for name, content in class_folders(per_class=12).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    assert main(["ingest", str(folder), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["name"], document["rows"], document["labels"]) == ("宠物", 24, ["cat", "dog"])
    assert not list(clean_home.rglob("*.zip"))
    (tmp_path / "empty").mkdir()
    assert main(["ingest", str(tmp_path / "empty"), "--json"]) == 1
    assert "no files" in capsys.readouterr().err


def test_a_person_reads_what_to_type(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(table(**{"my debt": [-999 if i % 10 == 0 else i % 37 for i in range(120)]}))
    assert main(["ingest", str(file)]) == 0
    out = capsys.readouterr().out
    assert "--repair 'sentinel_values:my debt'" in out
    assert main(["ingest", str(file), "--repair", "sentinel_values:my debt"]) == 0
    assert "repaired  sentinel_values:my debt" in capsys.readouterr().out


def test_somebody_who_looks_sees_progress(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(table())
    monkeypatch.setattr(core.__main__.sys.stderr, "isatty", lambda: True, raising=False)
    assert main(["ingest", str(file), "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err.endswith("\r\x1b[K")
    assert json.loads(captured.out)["rows"] == 120


def test_ctrl_c_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, clean_home: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(table())

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.dataset.ingest.write_json", interrupted)
    assert main(["ingest", str(file), "--json"]) == 1
    assert capsys.readouterr().err == "Cancelled.\n"
    assert [path for path in clean_home.rglob("*") if path.is_file()] == []


NAME = st.one_of(st.text(max_size=30), st.sampled_from(["", "age", ":", "=", "a:b=c", "\0", "\x1b[2J", "\udcff", "../x", "-", "--", "x" * 3000, "{age}", "%s"]))
OPTION = st.one_of(
    st.tuples(st.sampled_from(["--target", "--drop", "--input", "--name", "--encoding", "--delimiter", "--sheet", "--repair", "--split"]), NAME),
    st.tuples(st.just("--type"), st.tuples(NAME, st.sampled_from(["=", "=number", "=time", "=category", "=x", ""])).map("".join)),
    st.tuples(st.just("--repair"), st.tuples(st.sampled_from(["outliers", "possible_leak", "duplicate_rows", "time_order", "mixed_types", "x"]), NAME).map(":".join)),
    st.tuples(st.just("--split"), st.tuples(st.sampled_from(["time", "group", "given", "stratified", ""]), NAME).map(":".join)),
    st.tuples(st.sampled_from(["--seed", "--header-row"]), st.one_of(st.integers(), st.integers(-(10**400), 10**400)).map(str)),
)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(OPTION, min_size=1, max_size=3))
def test_whatever_somebody_types_gets_a_document_or_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[tuple[str, str]]) -> None:
    file = tmp_path / "a.csv"
    if not file.exists():
        rows = io.StringIO()
        csv.writer(rows).writerows([["age", "day", "y"], *[[i % 5, f"2026-01-{1 + i % 28:02d}", "ab"[i % 2]] for i in range(30)]])
        file.write_text(rows.getvalue(), encoding="utf-8")
    try:
        code = main(["ingest", str(file), "--json", "--dry-run", *[f"{name}={value}" for name, value in options]])
    except SystemExit as left:
        assert left.code == 2  # argparse
        capsys.readouterr()
        return
    captured = capsys.readouterr()
    assert code in (0, 1), captured.err
    if code == 0:
        assert json.loads(captured.out)["rows"] == 30
    else:
        assert captured.err.count("\n") == 1
        assert "\x1b" not in captured.err
        assert captured.err[:-1].strip()
