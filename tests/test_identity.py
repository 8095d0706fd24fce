"""A run keeps its colour; siblings differ; no two of twelve models look alike; contrast on both grounds."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest

from core.dataset.schema import Task
from core.identity import BASELINES, COLOURS, GREY, LONGEST, apart, baseline_identity, identity, identity_of_number
from core.runs.run import Run
from core.runs.spec import RunSpec


def test_long_names_that_begin_alike_differ_where_they_are_cut() -> None:
    names = [f"{'a name pasted from a spreadsheet ' * 3}{number}" for number in range(9)]
    shown = apart([*names, "x" * 80], [f"r-{number:04d}" for number in range(10)])
    assert len({name[:LONGEST] for name in shown}) == 10 and all(len(name) <= LONGEST for name in shown[:9])
    assert shown[9] == "x" * 80  # nothing else looks like it
    assert apart(["模型", "模型"], ["r-0001", "r-0002"]) == ["模型 · 0001", "模型 · 0002"]


def new_run(folder: Path, dataset: str = "d1") -> Run:
    return Run.create(folder, RunSpec(dataset=dataset, inputs=("x",), target="y", task=Task.BINARY, recipe="mlp"))


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_siblings_get_the_first_free_number(tmp_path: Path) -> None:
    runs = [new_run(tmp_path) for _ in range(4)]
    assert [identity(run) for run in runs] == [identity_of_number(number) for number in range(4)]


def test_deleting_a_run_repaints_no_other_and_frees_its_colour(tmp_path: Path) -> None:
    first, second, third = (new_run(tmp_path) for _ in range(3))
    kept = [identity(run) for run in (first, second, third)]
    shutil.rmtree(second.folder)
    assert [identity(first), identity(third)] == [kept[0], kept[2]]
    assert identity(new_run(tmp_path)) == kept[1]


def test_runs_of_other_datasets_do_not_count(tmp_path: Path) -> None:
    identity(new_run(tmp_path, "d1"))
    assert identity(new_run(tmp_path, "d2")) == identity_of_number(0)


def test_a_copied_run_keeps_its_identity(tmp_path: Path) -> None:
    runs = tmp_path / "one"
    _, second = new_run(runs), new_run(runs)
    for run in (Run(path) for path in sorted(runs.iterdir())):
        identity(run)
    elsewhere = shutil.copytree(second.folder, tmp_path / "two" / second.id)
    assert identity(Run(elsewhere)) == identity(second)


@pytest.mark.parametrize("content", ["", "[]", '{"number": -3}', '{"number": "red"}'])
def test_a_damaged_number_is_given_anew(tmp_path: Path, content: str) -> None:
    run = new_run(tmp_path)
    run.path("identity.json").write_text(content)
    assert identity(run) == identity_of_number(0)
    assert identity(run) == identity_of_number(0)


def test_a_damaged_sibling_hides_only_itself(tmp_path: Path) -> None:
    broken, run = new_run(tmp_path), new_run(tmp_path)
    identity(broken)
    broken.path("spec.json").write_text("{")
    assert identity(run) == identity_of_number(0)


def test_a_read_only_folder_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, value: object) -> None:
        raise OSError(errno.EROFS, "read-only file system")

    run = new_run(tmp_path)
    monkeypatch.setattr("core.identity.write_json", refuse)
    assert identity(run) == identity_of_number(0)
    assert not run.path("identity.json").exists()


def test_42_models_differ_in_colour_and_marker() -> None:
    looks = [identity_of_number(number) for number in range(42)]
    assert len({(look.colour, look.marker) for look in looks}) == 42
    assert len({(look.colour, look.dash) for look in looks[:12]}) == 12


def test_baselines_are_grey_and_differ_otherwise() -> None:
    looks = [baseline_identity(name) for name in (*BASELINES, "another")]
    assert {look.colour for look in looks} == {GREY}
    assert len({look.dash for look in looks}) == len({look.marker for look in looks}) == 4


@pytest.mark.parametrize("colour", [*COLOURS, GREY])
def test_every_colour_stands_out_on_both_grounds(colour: str) -> None:
    """Lines and markers are 3 pixels and more and also differ in form; 3 : 1 on dark, 2.2 : 1 on white."""
    light, dark = luminance("#ffffff"), luminance("#111110")
    assert (light + 0.05) / (luminance(colour) + 0.05) > 2.2
    assert (luminance(colour) + 0.05) / (dark + 0.05) > 3
