import re
from pathlib import Path

import pytest

from core.dataset.dataset import Dataset
from core.dataset.schema import Column, ColumnType, DatasetInfo, SplitCounts, Task
from core.errors import NotFound, QuotaExceeded, UserError
from core.files import write_json
from core.runs.run import Run
from core.runs.spec import RunSpec
from core.runs.state import RunState
from core.settings import Settings
from core.workspace import Workspace, run_of_view

SPEC = RunSpec(dataset="d-1", inputs=("x",), target="y", task=Task.BINARY, recipe="mlp")


def add_dataset(workspace: Workspace, name: str, created: str = "2026-01-01") -> Dataset:
    folder = workspace.datasets_folder / name
    folder.mkdir()
    info = DatasetInfo(
        id=name, name=name, created=created, source={}, rows=1, columns=(Column(name="y", type=ColumnType.CATEGORY),), target="y",
        task=Task.BINARY, inputs=(), split=SplitCounts(train=1, validation=0, test=0),
    )  # fmt: skip
    write_json(folder / "dataset.json", info.model_dump(mode="json"))
    return Dataset(folder)


def test_the_local_workspace_is_always_the_same(clean_home: Path) -> None:
    assert Workspace.local() == Workspace.local()
    assert Workspace.local().folder == clean_home.resolve() / "workspaces" / "local"
    assert Workspace.local().home == clean_home.resolve()
    assert Workspace.local().folder.stat().st_mode & 0o777 == 0o700


def test_a_token_opens_its_workspace_and_is_written_nowhere(clean_home: Path) -> None:
    workspace, token = Workspace.create()
    assert re.fullmatch(r"[0-9a-f]{32}", token)
    assert Workspace.of_token(token) == workspace
    assert all(token not in path.as_posix() for path in clean_home.rglob("*"))


@pytest.mark.parametrize("token", ["", "local", "0" * 32, "../local", "A" * 32, "0" * 31])
def test_no_other_token_opens_anything(token: str) -> None:
    Workspace.local()
    Workspace.create()
    with pytest.raises(NotFound, match="opens no workspace"):
        Workspace.of_token(token)


def test_nobody_sees_the_things_of_another() -> None:
    (mine, _), (yours, _) = Workspace.create(), Workspace.create()
    dataset, run = add_dataset(mine, "d-1"), Run.create(mine.runs_folder, SPEC)
    assert ([d.id for d in mine.datasets()], [r.id for r in mine.runs()]) == ([dataset.id], [run.id])
    assert (yours.datasets(), yours.runs()) == ([], [])
    with pytest.raises(NotFound, match="no dataset 'd-1' in this workspace"):
        yours.dataset("d-1")
    with pytest.raises(NotFound, match="no run"):
        yours.run(run.id)


def test_lists_are_newest_first_and_a_damaged_folder_hides_only_itself() -> None:
    workspace = Workspace.local()
    for name, created in (("d-1", "2026-01-01"), ("d-3", "2026-03-01"), ("d-2", "2026-02-01")):
        add_dataset(workspace, name, created)
    add_dataset(workspace, "d-4").folder.joinpath("dataset.json").write_text("{")
    (workspace.datasets_folder / ".new-abc").mkdir()
    broken, good = Run.create(workspace.runs_folder, SPEC), Run.create(workspace.runs_folder, SPEC)
    broken.path("status.json").unlink()
    assert [dataset.id for dataset in workspace.datasets()] == ["d-3", "d-2", "d-1"]
    assert [run.id for run in workspace.runs()] == [good.id]


def test_a_view_shows_one_run_and_nothing_else(clean_home: Path) -> None:
    workspace = Workspace.local()
    run = Run.create(workspace.runs_folder, SPEC)
    token = workspace.share(run)
    assert workspace.share(run) == token
    assert run_of_view(token) == run
    with pytest.raises(NotFound):
        Workspace.of_token(token)
    assert all(token not in path.as_posix() for path in clean_home.rglob("*"))


@pytest.mark.parametrize("damaged", ["{", "[]", '{"token": "00"}', '{"tokem": 1}'])
def test_a_damaged_view_gets_a_new_token(damaged: str) -> None:
    workspace = Workspace.local()
    run = Run.create(workspace.runs_folder, SPEC)
    old = workspace.share(run)
    run.path("view.json").write_text(damaged)
    token = workspace.share(run)
    assert token != old and workspace.share(run) == token and run_of_view(token) == run


@pytest.mark.parametrize("token", ["", "0" * 32, "../../x", "f" * 33])
def test_no_other_view_shows_anything(token: str) -> None:
    with pytest.raises(NotFound, match="shows no run"):
        run_of_view(token)


def test_a_view_of_a_deleted_run_shows_nothing() -> None:
    workspace = Workspace.local()
    run = Run.create(workspace.runs_folder, SPEC)
    token = workspace.share(run)
    kept, other = Run.create(workspace.runs_folder, SPEC), Workspace.create()[0]
    token_of_kept = workspace.share(kept)
    (other.home / "views" / "broken.json").write_text("[1]")
    run.path("view.json").write_text("{")  # the record is found without it
    workspace.delete(run.id)
    with pytest.raises(NotFound):
        run_of_view(token)
    assert run_of_view(token_of_kept) == kept
    assert len(list((workspace.home / "views").iterdir())) == 2  # that of the other run, and the broken one


def test_deleting_says_what_it_was() -> None:
    workspace = Workspace.local()
    add_dataset(workspace, "d-1")
    run = Run.create(workspace.runs_folder, SPEC)
    assert workspace.delete(run.id) == "run"
    assert workspace.delete("d-1") == "dataset"
    with pytest.raises(NotFound, match="no dataset or run 'd-1'"):
        workspace.delete("d-1")
    assert list(workspace.runs_folder.iterdir()) == list(workspace.datasets_folder.iterdir()) == []


@pytest.mark.parametrize("name", ["..", "../runs", "a/b", ""])
def test_only_identifiers_are_deleted(name: str) -> None:
    with pytest.raises(NotFound):
        Workspace.local().delete(name)
    assert Workspace.local().folder.is_dir()


@pytest.mark.parametrize("kind", ["run", "dataset"])
def test_what_a_worker_uses_is_not_deleted(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    workspace = Workspace.local()
    add_dataset(workspace, "d-1")
    run = Run.create(workspace.runs_folder, SPEC)
    monkeypatch.setattr(Run, "is_locked", lambda self: True)
    with pytest.raises(UserError, match="Stop the run first") as caught:
        workspace.delete(run.id if kind == "run" else "d-1")
    assert caught.value.code == "busy"
    assert run.folder.is_dir()


def test_each_quota_names_what_is_used_and_the_variable() -> None:
    workspace = Workspace.local()
    run = Run.create(workspace.runs_folder, SPEC)
    run.update(state=RunState.STARTING)
    run.update(state=RunState.RUNNING, seconds=30.0)
    workspace.check_quota(new_bytes=10, new_runs=1, limits=Settings(workspace_bytes=10**6, workspace_runs=2, workspace_training_s=31))
    for limits, variable in (
        (Settings(workspace_bytes=1000), "LIMELIGHT_WORKSPACE_BYTES"),
        (Settings(workspace_runs=1), "LIMELIGHT_WORKSPACE_RUNS"),
        (Settings(workspace_training_s=29), "LIMELIGHT_WORKSPACE_TRAINING_S"),
    ):
        with pytest.raises(QuotaExceeded, match=variable):
            workspace.check_quota(new_bytes=10_000, new_runs=1, limits=limits)


def test_zero_switches_a_quota_off() -> None:
    off = Settings(workspace_bytes=0, workspace_runs=0, workspace_training_s=0)
    Workspace.local().check_quota(new_bytes=10**15, new_runs=10**6, limits=off)


def test_the_server_counts_all_workspaces_only_where_strangers_share_it() -> None:
    (mine, _), (yours, _) = Workspace.create(), Workspace.create()
    for _ in range(2):
        Run.create(yours.runs_folder, SPEC)
    mine.check_quota(new_runs=1, limits=Settings(server_runs=2, shared=False))
    with pytest.raises(QuotaExceeded, match=r"This server may use 2 runs.*LIMELIGHT_SERVER_RUNS"):
        mine.check_quota(new_runs=1, limits=Settings(server_runs=2, shared=True))
