"""Pages under test: the real entry, a home of its own, a launcher that only takes note."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

import ui
from core.dataset import job
from core.dataset.dataset import Dataset
from core.dataset.ingest import ingest
from core.recipes import make_spec
from core.runs.run import Run, Status
from core.runs.spec import RunSpec
from core.runs.state import RunState
from core.training import baselines
from core.workspace import Workspace
from ui import process
from ui.words import JOINER, NO_BREAK

ROOT = Path(__file__).parents[2]
EVIL = "<img src=x onerror=alert(1)> [x](javascript:1) $a$ :red[y] :material/home: :tada: **b** `c`"

Visit = Callable[..., AppTest]


@dataclass
class NotingLauncher:
    """Stands for the launcher: no process is started."""

    submitted: list[str] = field(default_factory=list)
    warmed: list[str] = field(default_factory=list)
    drafts: list[tuple[object, ...]] = field(default_factory=list)  # what the spare is to rehearse

    def submit(self, run: Run) -> None:
        self.submitted.append(run.id)

    def start(self, workspace: Workspace, spec: RunSpec) -> Run:
        workspace.check_quota(new_runs=1)
        run = Run.create(workspace.runs_folder, spec)
        self.submit(run)
        return run

    def submit_made(self, make: Callable[[], tuple[Any, Sequence[Run]]]) -> Any:
        made, runs = make()
        self.submitted.extend(run.id for run in runs)
        return made

    def warm(self, backend: str, *draft: object) -> None:
        self.warmed.append(backend)
        self.drafts.append(draft)

    def pump(self) -> int:
        return 0

    def state(self, run: Run) -> Status:
        return run.status


@pytest.fixture(autouse=True)
def no_old_discovery(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest switches Streamlit's old discovery of `pages/` on before every run; a server has it off (ui/server.py)."""
    make = PagesManager.__init__

    def make_and_switch_off(self: PagesManager, *args: object, **kwargs: object) -> None:
        make(self, *args, **kwargs)  # type: ignore[arg-type]
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", make_and_switch_off)


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A waiting file is read in this process, so that no test waits for another one."""
    monkeypatch.setattr(job, "_spawn", lambda folder, place: job.main(folder))


@pytest.fixture
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The real launcher, but no training begins: no run finds room."""
    from core.settings import settings

    monkeypatch.setenv("LIMELIGHT_MAX_PARALLEL_RUNS", "0")
    settings.cache_clear()
    yield
    settings.cache_clear()


def words(app: AppTest) -> str:
    """All that stands on the page in sentences."""
    kinds = (app.title, app.markdown, app.caption, app.error, app.warning, app.info, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind)


def labels(app: AppTest) -> dict[str, bool]:
    """Buttons by key: whether they can be pressed."""
    return {button.key: not button.disabled for button in app.button}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of datasets whose baselines were started; no process is."""
    ids: list[str] = []
    monkeypatch.setattr(baselines, "start", lambda dataset: ids.append(dataset.id))
    return ids


@pytest.fixture
def launcher(monkeypatch: pytest.MonkeyPatch) -> NotingLauncher:
    """The launcher that every page gets."""
    for module in pkgutil.iter_modules(ui.__path__, "ui."):  # whoever imports the launcher by name must have the real one before it is replaced
        importlib.import_module(module.name)
    noting = NotingLauncher()
    monkeypatch.setattr(process, "launcher", lambda: noting)
    monkeypatch.setattr(process, "_ready", True)
    return noting


@pytest.fixture
def visit(launcher: NotingLauncher) -> Visit:
    """Open a page of the road as a visitor would: `visit("data", dataset=ID)`."""

    def open_page(name: str = "start", **params: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
        for key, value in params.items():
            app.query_params[key] = value
        if name != "start":
            app.switch_page(f"pages/{name}.py")
        app.run()
        assert_sound(app)
        return app

    return open_page


@pytest.fixture
def workspace(clean_home: Path) -> Workspace:
    """The visitor's workspace."""
    return Workspace.local()


@pytest.fixture
def people(workspace: Workspace) -> Dataset:
    """A small stored table: numbers, a category, two classes."""
    rows = "".join(f"{20 + i % 40},{'cook' if i % 3 else 'smith'},{'yes' if i % 40 > 18 else 'no'}\n" for i in range(200))
    return ingest(f"age,job,churn\n{rows}".encode(), workspace, file_name="people.csv", target="churn", name="People")


@pytest.fixture
def evil(workspace: Workspace) -> Dataset:
    """A stored table whose names and labels try to be markup."""
    return ingest(evil_csv(), workspace, file_name=f"{EVIL}.csv", target=EVIL, name=EVIL)


def evil_csv() -> bytes:
    """A table whose columns and classes are named by an enemy."""
    rows = "".join(f'{i % 17},"{EVIL}{i % 2}"\n' for i in range(120))
    return f'"number {EVIL}","{EVIL}"\n{rows}'.encode()


def trained(workspace: Workspace, dataset: Dataset, *, name: str = "First", state: RunState = RunState.FINISHED) -> Run:
    """A run that is over, as far as a list can see."""
    run = Run.create(workspace.runs_folder, make_spec(dataset.info, name=name))
    for step in (RunState.STARTING, RunState.RUNNING, state):
        run.update(state=step)
    run.update(seconds=12.5, headline={"name": "roc_auc", "value": 0.842, "low": 0.821, "high": 0.861})
    return run


def assert_sound(app: AppTest) -> None:
    """No exception element, and nothing went wrong that a page did not foresee."""
    assert not app.exception, app.exception
    assert not [box.value for box in app.error if "Something went wrong" in box.value]


def param(app: AppTest, name: str) -> str:
    """A parameter of the URL."""
    value = app.query_params[name]
    return value[0] if isinstance(value, list) else value


def literal(markdown: str) -> str:
    """What a reader sees of text that went through `ui.words.plain`."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown.replace(JOINER, "").replace(NO_BREAK, " "))


def everything(app: AppTest) -> str:
    """All text that the page wrote, as a reader sees it."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.text, app.error, app.warning, app.info)
    return "\n".join(literal(element.value) for kind in kinds for element in kind)


def raw(app: AppTest) -> str:
    """All Markdown source that the page wrote, without what is escaped: what could take effect."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.warning, app.info)
    sources = [element.value for kind in kinds for element in kind] + [button.label for button in app.button]
    ours = re.compile(r"!\[\]\(data:image/svg\+xml;base64,[\w+/=]*\)")  # pictures that the page draws itself
    return re.sub(r"\\.", "", ours.sub("", "\n".join(sources)))
