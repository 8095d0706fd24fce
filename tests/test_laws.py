"""The laws of the house, held by machine: who may import what, what is forbidden, what every file needs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = sorted((ROOT / "core").rglob("*.py"))
PRODUCT = [*CORE, *sorted((ROOT / "pages").rglob("*.py")), *sorted((ROOT / "ui").rglob("*.py")), ROOT / "streamlit_app.py"]

KERAS = {"keras", "tensorflow", "jax", "tf2onnx"}
KERAS_ALLOWED = {"core/recipes/network.py"}  # and the worker side of core/training
SCIKIT = {"sklearn", "scipy"}
FORBIDDEN_IMPORTS = {"pickle", "marshal", "shelve", "tarfile", "dill", "joblib", "cloudpickle", "yaml"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_METHODS = {"extractall", "read_pickle", "to_pickle"}


def imports(path: Path, *, top_level_only: bool = False) -> set[str]:
    """First words of all modules that a file imports, in functions too unless told otherwise."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.iter_child_nodes(tree) if top_level_only else ast.walk(tree)
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", CORE, ids=name)
def test_core_knows_nothing_of_the_pages(path: Path) -> None:
    assert not imports(path) & {"streamlit", "pages", "ui"}


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_only_the_worker_side_imports_keras(path: Path) -> None:
    if name(path) not in KERAS_ALLOWED and not name(path).startswith("core/training/"):
        assert not imports(path) & KERAS


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_only_baselines_import_scikit_learn(path: Path) -> None:
    if not name(path).startswith("core/training/baseline"):
        assert not imports(path) & SCIKIT


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_nothing_that_runs_code_from_data(path: Path) -> None:
    assert not imports(path) & FORBIDDEN_IMPORTS
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            assert not (isinstance(called, ast.Name) and called.id in FORBIDDEN_CALLS), ast.unparse(node)
            assert not (isinstance(called, ast.Attribute) and called.attr in FORBIDDEN_METHODS), ast.unparse(node)
            keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            assert keywords.get("shell", "False") == "False", ast.unparse(node)
            assert keywords.get("unsafe_allow_html", "False") == "False", ast.unparse(node)
            assert keywords.get("allow_pickle", "False") == "False", ast.unparse(node)


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_every_module_says_why_it_exists(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{name(path)} has no docstring"


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 330


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
