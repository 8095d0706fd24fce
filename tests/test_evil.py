"""Every bad upload gets what tests/data/evil/EXPECTED.csv says, through the command line: a dataset or a sentence, soon, and nothing left behind."""

from __future__ import annotations

import csv
import json
import os
import re
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from core.__main__ import main
from core.settings import settings
from core.training import children
from tests.evil import KEPT, MADE, evil_file

LONGEST_S = 10.0
LARGEST_GROWTH_BYTES = 300_000_000
with (KEPT / "EXPECTED.csv").open(encoding="utf-8", newline="") as table:
    EXPECTED = list(csv.DictReader(table))
PREDICTED = {  # what prediction answers: exit code, what it says, rows (decision)
    "missing_column.csv": (1, "'age'", None),
    "extra_column.csv": (0, "does not use", None),
    "reordered_columns.csv": (0, "", None),
    "unseen_category.csv": (0, "never or hardly ever saw", None),
    "wrong_types.csv": (0, "could not be read and count as missing", None),
    "all_missing.csv": (0, "missing", None),  # predicts with what is typical, and says so
    "with_target.csv": (0, "not used", None),  # ignored as an input
    "empty_rows.csv": (1, "no rows", None),
}
DATASET_FILES = {"dataset.json", "table.parquet", "split.npy", "images.npy", "looks.json"}


def peak_bytes() -> int:
    """Highest resident memory since it was last forgotten."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def files_under(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} if folder.exists() else set()


def findings_of(document: dict[str, Any]) -> str:
    return "\n".join(f"{finding['code']}: {finding['message']}" for finding in document["findings"])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty LIMELIGHT_HOME, with the working and the temporary folder beside it."""
    for name in ("home", "here", "temporary", "made"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("LIMELIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.chdir(tmp_path / "here")
    settings.cache_clear()
    return tmp_path / "home"


def test_the_table_names_every_bad_file() -> None:
    kept = {str(path.relative_to(KEPT)) for path in KEPT.rglob("*") if path.is_file()}
    beside = {f"predict/{name}" for name in PREDICTED} | {"EXPECTED.csv"}
    assert {row["file"] for row in EXPECTED} == (kept | set(MADE)) - beside


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda row: row["file"][:60])
def test_ingest(expected: dict[str, str], home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = evil_file(expected["file"], home.parent / "made")
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest memory so far
    before, began = resident_bytes(), time.process_time()
    code = main(["ingest", str(file), "--json"])
    seconds, growth = time.process_time() - began, peak_bytes() - before
    said = capsys.readouterr()
    assert str(code) in expected["exit"].split("|"), said.err
    assert "Traceback" not in said.out + said.err
    if code == 0:
        document = json.loads(said.out)
        codes = {finding["code"] for finding in document["findings"]}
        assert set(expected["codes"].split()) <= codes, f"found {codes}"
        assert re.search(expected["says"], findings_of(document) + said.out), findings_of(document)
        assert expected["rows"] in ("", str(document["rows"]))
        assert expected["classes"] in ("", str(len(document["labels"])))
        kept = {path.split("/")[-1] for path in files_under(home / "workspaces")}
        assert kept <= DATASET_FILES, f"a stray file among {kept}"
    else:
        assert said.out == ""
        assert said.err.count("\n") == 1, "one line for the user"
        assert re.search(expected["says"], said.err), said.err
        assert not {path for path in files_under(home) if "dataset" in path}
    assert not files_under(home.parent / "here") | files_under(home.parent / "temporary"), "a stray file"
    assert seconds < LONGEST_S
    assert growth < LARGEST_GROWTH_BYTES


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> tuple[Path, str]:
    """A model of predict/train.csv: its LIMELIGHT_HOME and its run."""
    import contextlib
    import io

    home = tmp_path_factory.mktemp("trained")
    (home / "cache").symlink_to(compiled)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIMELIGHT_HOME", str(home))
        settings.cache_clear()
        outputs = []
        for command in (["ingest", str(KEPT / "predict" / "train.csv")], ["train", "", "--preset", "quick", "--epochs", "2"]):
            command[1] = command[1] or outputs[0]["dataset"]
            with contextlib.redirect_stdout(io.StringIO()) as out:
                assert main([*command, "--json"]) == 0
            outputs.append(json.loads(out.getvalue()))
    children.dismiss_spare()
    settings.cache_clear()
    return home, outputs[1]["run"]


@pytest.mark.training
@pytest.mark.parametrize("name", PREDICTED)
def test_predict(name: str, trained: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    home, run = trained
    monkeypatch.setenv("LIMELIGHT_HOME", str(home))
    settings.cache_clear()
    file = KEPT / "predict" / name
    code, says, _ = PREDICTED[name]
    assert main(["predict", run, str(file), "--json"]) == code
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    if code:
        assert said.out == ""
        assert re.search(says, said.err), said.err
        return
    document = json.loads(said.out)
    assert document["rows"] == len(file.read_text(encoding="utf-8").splitlines()) - 1
    assert re.search(says, " ".join(document["notices"])), document["notices"]


@pytest.mark.training
def test_the_order_of_the_columns_changes_nothing(trained: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, run = trained
    monkeypatch.setenv("LIMELIGHT_HOME", str(home))
    settings.cache_clear()
    shuffled = KEPT / "predict" / "reordered_columns.csv"
    rows = list(csv.DictReader(shuffled.read_text(encoding="utf-8").splitlines()))
    in_order = tmp_path / "in_order.csv"
    with in_order.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, sorted(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    answers = []
    for file in (shuffled, in_order):
        assert main(["predict", run, str(file), "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out)["predictions"])
    assert answers[0] == answers[1]
