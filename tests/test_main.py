"""The command line as its users meet it: forms, exit codes, one document on stdout, one line on stderr."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image
from polars.exceptions import PanicException

from core.__main__ import main
from core.files import FOLDER_MODE
from core.settings import settings

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def process(home: Path, *words: str | Path, timeout_s: float = 240) -> Done:
    """The command as a shell runs it."""
    environment = {**os.environ, "LIMELIGHT_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "core", *map(str, words)], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout_s
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def core(home: Path, *words: str | Path) -> Done:
    """The same without a process of its own, which would take a second to start."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.setenv("LIMELIGHT_HOME", str(home))
        settings.cache_clear()
        try:
            code = main([*map(str, words)])
        except SystemExit as left:
            assert isinstance(left.code, int)
            code = left.code
    settings.cache_clear()
    assert "Traceback" not in err.getvalue()
    return Done(code, out.getvalue(), err.getvalue())


def churn_csv(rows: int = 240) -> str:
    """A small table that can be learned: customers with few months and high fees leave."""
    generator = np.random.default_rng(7)
    months = generator.integers(0, 60, rows)
    fee = generator.normal(60, 20, rows).round(2)
    plan = generator.choice(["basic", "plus", "专业版"], rows)
    leaves = (months < 20) ^ (generator.random(rows) < 0.05)
    frame = pl.DataFrame({"months": months, "fee": fee, "plan": plan, "left": np.where(leaves, "yes", "no")})
    return frame.write_csv()


@dataclass(frozen=True)
class Road:
    """One trained run, made once for all tests that look at it."""

    home: Path
    file: Path
    data: Any
    run: Any
    followed: str


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> Road:
    """Data and run of two processes, as in a shell."""
    folder = tmp_path_factory.mktemp("road")
    file = folder / "customers 客户.csv"
    file.write_text(churn_csv(), encoding="utf-8")
    home = folder / "home"
    home.mkdir(mode=FOLDER_MODE)
    (home / "cache").symlink_to(compiled)
    data = process(home, "ingest", file, "--target", "left", "--name", "Customers", "--json")
    assert data.code == 0, data.err
    words = ["--preset", "quick", "--set", "units=16", "--epochs", "3", "--seed", "1", "--follow", "--json"]
    run = process(home, "train", data.json["dataset"], *words)
    assert run.code == 0, run.err
    return Road(home, file, data.json, run.json, run.err)


def test_usage_errors_leave_with_2(tmp_path: Path) -> None:
    for words in ([], ["fly"], ["ingest"], ["train", "d", "--epochs", "many"], ["train", "d", "--set", "x"], ["compare"]):
        done = core(tmp_path, *words)
        assert done.code == 2, words
        assert done.out == ""


@pytest.mark.parametrize(("words", "code"), [(["fly"], 2), (["predict", "r0", "x.csv", "--json"], 1), (["runs", "--json"], 0)], ids=str)
def test_a_process_leaves_with_the_code_and_output_of_its_command(words: list[str], code: int, tmp_path: Path) -> None:
    shell, here = process(tmp_path, *words), core(tmp_path, *words)
    assert shell.code == here.code == code
    assert shell.out == here.out
    assert shell.err.splitlines()[-1:] == here.err.splitlines()[-1:]


def test_recipes_are_a_json_schema(tmp_path: Path) -> None:
    recipes = core(tmp_path, "recipes", "--json").json["recipes"]
    assert {"mlp", "cnn", "text_pooling", "text_recurrent"} <= {recipe["name"] for recipe in recipes}
    for recipe in recipes:
        assert recipe["settings"]["type"] == "object"
        assert recipe["settings"]["properties"]
        assert {"quick", "balanced", "thorough"} <= set(recipe["presets"])
    assert core(tmp_path, "recipes", "--task", "regression", "--json").code == 0


def test_ingest_says_what_is_in_the_file(road: Road) -> None:
    data = road.data
    assert data["rows"] == 240
    assert data["target"] == "left"
    assert data["task"] == "binary"
    assert {column["name"]: column["type"] for column in data["columns"]} == {
        "months": "number", "fee": "number", "plan": "category", "left": "category",
    }  # fmt: skip
    assert sum(data["split"].values()) == 240
    assert all({"code", "severity", "message"} <= set(finding) for finding in data["findings"])


@pytest.mark.training
def test_train_gives_metrics_with_intervals(road: Road) -> None:
    assert road.run["state"] == "finished"
    assert road.run["epochs"] == 3
    assert road.run["backend"] in {"jax", "tensorflow"}
    for part in ("test", "validation"):
        accuracy = road.run["metrics"][part]["accuracy"]
        assert 0 <= accuracy["low"] <= accuracy["value"] <= accuracy["high"] <= 1


@pytest.mark.training
def test_follow_prints_events_as_json_lines(road: Road) -> None:
    events = [json.loads(line) for line in road.followed.splitlines()]
    kinds = [event["kind"] for event in events]
    assert kinds.count("epoch") == 3
    assert kinds.index("begin") < kinds.index("epoch") < kinds.index("end")
    steps = [event["step"] for event in events if event["kind"] == "step"]
    assert steps == sorted(steps)


@pytest.mark.training
def test_runs_lists_the_run(road: Road) -> None:
    (run,) = core(road.home, "runs", "--json").json["runs"]
    assert run["run"] == road.run["run"]
    assert run["headline"]["name"] == "accuracy"


@pytest.mark.training
def test_compare_with_baselines(road: Road) -> None:
    done = core(road.home, "compare", road.run["run"], "--with-baselines", "--json")
    assert done.code == 0, done.err
    assert done.json["rows_judged"] == road.data["split"]["test"]
    assert [model["kind"] for model in done.json["models"]] == ["run", "baseline", "baseline", "baseline"]
    for model in done.json["models"]:
        assert {"accuracy", "balanced_accuracy", "f1", "roc_auc", "average_precision", "log_loss"} <= set(model["metrics"])


@pytest.mark.training
def test_predict_keeps_the_order_of_the_rows(road: Road, tmp_path: Path) -> None:
    rows = pl.read_csv(road.file).drop("left")
    forward, backward = tmp_path / "a.csv", tmp_path / "b.csv"
    rows.write_csv(forward)
    rows.reverse().write_csv(backward)
    out = tmp_path / "out.csv"
    first = core(road.home, "predict", road.run["run"], forward, "--out", out, "--json").json["predictions"]
    second = core(road.home, "predict", road.run["run"], backward, "--json").json["predictions"]
    assert len(first) == 240
    assert [p["prediction"] for p in first] == [p["prediction"] for p in reversed(second)]
    for prediction in first:
        assert prediction["probability_no"] + prediction["probability_yes"] == pytest.approx(1, abs=1e-5)
    assert pl.read_csv(out)["prediction"].to_list() == [p["prediction"] for p in first]


@pytest.mark.training
def test_predict_names_a_missing_column(road: Road, tmp_path: Path) -> None:
    file = tmp_path / "no_fee.csv"
    pl.read_csv(road.file).drop("left", "fee").write_csv(file)
    done = core(road.home, "predict", road.run["run"], file, "--json")
    assert done.code == 1
    assert "fee" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.training
def test_refused_settings_are_one_line(road: Road) -> None:
    for words in (["--set", "units=-1"], ["--set", "wings=2"], ["--recipe", "magic"], ["--preset", "slow"], ["--recipe", "cnn"]):
        done = core(road.home, "train", road.data["dataset"], *words, "--json")
        assert done.code == 1, words
        assert done.err.count("\n") == 1, done.err
        assert done.out == ""


@pytest.mark.parametrize("words", [["train", "d0"], ["compare", "r0"], ["predict", "r0", "x.csv"], ["delete", "d0"], ["delete", "../x"], ["ingest", "none.csv"]])
def test_what_does_not_exist_is_one_line(words: list[str], tmp_path: Path) -> None:
    done = core(tmp_path, *words, "--json")
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert done.out == ""


@pytest.mark.parametrize("error", [KeyError("secret"), PanicException("secret")])
def test_what_nobody_foresaw_is_one_line_too(error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fails(choice: object) -> None:
        raise error

    monkeypatch.setattr("core.__main__._run", fails)
    assert main(["runs"]) == 3
    assert capsys.readouterr().err.splitlines() == [f"Something failed on our side ({type(error).__name__}: {error}). Set LIMELIGHT_DEBUG=1 to see more."]


def test_delete_removes_a_dataset(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(churn_csv(), encoding="utf-8")
    name = core(tmp_path / "home", "ingest", file, "--json").json["dataset"]
    assert core(tmp_path / "home", "delete", name, "--json").json == {"deleted": name, "kind": "dataset"}
    assert core(tmp_path / "home", "delete", name).code == 1


def pictures(broken: int = 0, folders: bool = True) -> bytes:
    """A zip of 2 × 20 small pictures, bright and dark."""
    generator = np.random.default_rng(1)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for label, low in (("dark", 0), ("bright", 150)):
            for number in range(20):
                picture = io.BytesIO()
                Image.fromarray(generator.integers(low, low + 100, (12, 12, 3), dtype=np.uint8)).save(picture, "PNG")
                data = picture.getvalue()[:40] if number < broken and label == "dark" else picture.getvalue()
                archive.writestr(f"{label}/{number}.png" if folders else f"{label}{number}.png", data)
    return content.getvalue()


def empty_text() -> bytes:
    return b"review,label\n" + b"".join(b",%s\n" % word for word in (b"good", b"bad") * 60)


BAD = {
    "empty file": ("a.csv", b"", ["empty"]),
    "blank lines": ("a.csv", b"\n\n  \n", ["blank"]),
    "header only": ("a.csv", b"a,b,target\n", ["row"]),
    "PNG named csv": ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(200), ["picture", "PNG"]),
    "one class": ("a.csv", b"x,target\n" + b"".join(b"%d,yes\n" % i for i in range(200)), ["target"]),
    "zip without folders": ("a.zip", pictures(folders=False), ["folder"]),
    "empty text": ("a.csv", empty_text(), ["review", "column", "input"]),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_bad_input_gets_a_sentence_and_stores_nothing(case: str, tmp_path: Path) -> None:
    file_name, content, words = BAD[case]
    file = tmp_path / file_name
    file.write_bytes(content)
    done = core(tmp_path / "home", "ingest", file, "--json")
    assert done.code == 1, done.out
    assert done.err.count("\n") == 1
    assert any(word in done.err for word in words), done.err
    left = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert left == []


def test_a_broken_picture_is_skipped_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(pictures(broken=2))
    data = core(tmp_path / "home", "ingest", file, "--json").json
    assert data["rows"] == 38
    (finding,) = [finding for finding in data["findings"] if finding["code"] == "pictures_skipped"]
    assert finding["count"] == 2
