"""The examples of modules that load an engine, in a process of their own: collected like all others, they would load TensorFlow into every process of the tests."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.test_laws import CORE, KERAS, ROOT, imports, name, tree_of

HEAVY = [path for path in CORE if imports(path, top_level_only=True) & KERAS]
PROGRAMS = {"trial.py", "contract.py", "look.py"}  # beside the tests, for processes of their own
WITH_EXAMPLES = [path for path in HEAVY if ">>>" in path.read_text(encoding="utf-8")]


def module(path: Path) -> str:
    return name(path).removesuffix(".py").replace("/", ".")


def imported_modules(path: Path) -> set[str]:
    """Full names of what a file imports from as soon as it is loaded, and of what it may mean by the names."""
    nodes = [node for node in tree_of(path).body if isinstance(node, ast.ImportFrom)]
    return {found for node in nodes for alias in node.names for found in (str(node.module), f"{node.module}.{alias.name}")}


def test_pytest_leaves_out_exactly_what_loads_an_engine() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]["addopts"].split()
    patterns = [option.split("=", 1)[1] for option in options if option.startswith("--ignore")]
    assert [name(path) for path in CORE if any(fnmatch(name(path), pattern) for pattern in patterns)] == [name(path) for path in HEAVY]


def test_no_test_loads_an_engine_when_it_is_collected() -> None:
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path.name not in PROGRAMS]
    assert len(tests) > 100
    assert [name(path) for path in tests if imports(path, top_level_only=True) & KERAS or imported_modules(path) & {module(heavy) for heavy in HEAVY}] == []


@pytest.mark.training
def test_the_examples_are_true() -> None:
    assert WITH_EXAMPLES
    modules = [module(path) for path in WITH_EXAMPLES]
    code = (
        "import doctest, importlib, sys\n"
        "from core.training.backend import import_keras\n"
        "import_keras()\n"
        f"results = [doctest.testmod(importlib.import_module(module)) for module in {modules}]\n"
        "sys.exit(any(result.failed or not result.attempted for result in results))\n"
    )
    quiet = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **quiet}, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
