"""The laws of the house, held by machine: who may import what, what is forbidden, what every file needs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = sorted((ROOT / "core").rglob("*.py"))
PRODUCT = [*CORE, *sorted((ROOT / "pages").rglob("*.py")), *sorted((ROOT / "ui").rglob("*.py")), ROOT / "streamlit_app.py"]

KERAS = {"keras", "tensorflow", "jax", "tf2onnx"}
KERAS_ALLOWED = {"core/recipes/network.py", "core/why/gradients.py"}  # and the worker side of core/training
SCIKIT = {"sklearn", "scipy"}
FORBIDDEN_IMPORTS = {"pickle", "marshal", "shelve", "tarfile", "dill", "joblib", "cloudpickle", "yaml"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_METHODS = {"extractall", "read_pickle", "to_pickle"}
FORBIDDEN_SWITCHES = ("shell", "unsafe_allow_html", "allow_pickle")
LONGEST_FILE = 330  # lines


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path, *, top_level_only: bool = False) -> set[str]:
    """First words of all modules that a file imports, in functions too unless told otherwise."""
    nodes = ast.iter_child_nodes(tree_of(path)) if top_level_only else ast.walk(tree_of(path))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def importing(forbidden: set[str], paths: Iterable[Path]) -> dict[str, set[str]]:
    """What each of the files imports of what it must not; files that keep the law are left out."""
    return {name(path): found for path in paths if (found := imports(path) & forbidden)}


def calls_that_run_data(path: Path) -> list[str]:
    """Calls in a file that run code from data, or switch off a protection."""
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            called = node.func
            keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            forbidden = (isinstance(called, ast.Name) and called.id in FORBIDDEN_CALLS) or (isinstance(called, ast.Attribute) and called.attr in FORBIDDEN_METHODS)
            if forbidden or any(keywords.get(switch, "False") != "False" for switch in FORBIDDEN_SWITCHES):
                found.append(ast.unparse(node))
    return found


def test_there_are_files_to_look_at() -> None:
    assert len(CORE) > 80
    assert len(PRODUCT) > len(CORE) + 40


def test_core_knows_nothing_of_the_pages() -> None:
    assert importing({"streamlit", "pages", "ui"}, CORE) == {}


def test_only_the_worker_side_imports_keras() -> None:
    others = [path for path in PRODUCT if name(path) not in KERAS_ALLOWED and not name(path).startswith("core/training/")]
    assert importing(KERAS, others) == {}


def test_only_baselines_import_scikit_learn() -> None:
    assert importing(SCIKIT, [path for path in PRODUCT if not name(path).startswith("core/training/baseline")]) == {}


def test_nothing_that_runs_code_from_data() -> None:
    assert importing(FORBIDDEN_IMPORTS, PRODUCT) == {}
    assert {name(path): found for path in PRODUCT if (found := calls_that_run_data(path))} == {}


def test_every_module_says_why_it_exists() -> None:
    assert [name(path) for path in PRODUCT if not ast.get_docstring(tree_of(path))] == []


def test_files_stay_small() -> None:
    lines = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in PRODUCT}
    assert {path: count for path, count in lines.items() if count > LONGEST_FILE} == {}


@pytest.mark.parametrize("code", ["eval('1')", "frame.to_pickle('a')", "run('ls', shell=True)", "st.markdown(x, unsafe_allow_html=True)", "np.load(a, allow_pickle=b)"])
def test_the_laws_see_what_they_forbid(code: str, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(code)
    assert calls_that_run_data(file) == [code]


def test_web_process_modules_import_without_keras() -> None:
    """Everything that the pages call can be imported while Keras and scikit-learn are blocked."""
    modules = [
        name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in CORE
        if name(path) not in KERAS_ALLOWED and not imports(path, top_level_only=True) & (KERAS | SCIKIT)
        and path.name != "__main__.py"
    ]  # fmt: skip
    assert len(modules) > 20
    code = (
        "import sys\n"
        f"for blocked in {sorted(KERAS | SCIKIT | {'streamlit'})}: sys.modules[blocked] = None\n"
        "import importlib\n"
        f"for module in {modules}: importlib.import_module(module)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120)


def test_import_core_does_no_work() -> None:
    """`import core` pulls in nothing heavy; bench/imports.py measures the time."""
    code = "import sys, core; print(sorted({'numpy','polars','pydantic','plotly'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_nothing_names_a_developer_machine() -> None:
    """No text in the tree depends on a folder outside it."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60).stdout
    needle = "../" + "shared"
    for line in listed.splitlines():
        path = ROOT / line
        if path.suffix in {".py", ".md", ".toml", ".txt", ".js", ".css"} and path.exists():
            assert needle not in path.read_text(encoding="utf-8"), line
