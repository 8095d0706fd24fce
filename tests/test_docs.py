"""The documents are true: every setting, error and file is in them, and nothing else."""

from __future__ import annotations

import re
import subprocess
from dataclasses import fields
from pathlib import Path

from core.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(LIMELIGHT_\w+)`", text, re.MULTILINE)) - {"LIMELIGHT_DEBUG"}
    assert documented == {f"LIMELIGHT_{field.name.upper()}" for field in fields(Settings)}


def test_readme_tree_is_the_tree() -> None:
    """Each Python file of the product has its line in the README's tree, and each line its file."""
    tree = re.search(r"```text tree\n(.*?)```", README, re.DOTALL)
    assert tree
    paths: list[str] = []
    folders: list[str] = []
    for line in tree.group(1).splitlines():
        if match := re.match(r"^( *)([\w.\-]+/?)(?: |$)", line):
            depth = len(match.group(1)) // 4
            folders[depth:] = [match.group(2)]
            paths.append("".join(folders))
    named = {path for path in paths if path.endswith(".py")}
    listed = subprocess.run(["git", "ls-files", "core", "ui", "pages", "streamlit_app.py"], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)  # fmt: skip
    files = {path for path in listed.stdout.split() if path.endswith(".py") and not path.endswith("__init__.py")}
    assert named == files


def test_every_promise_has_its_tests() -> None:
    """Each line of the list of promises names test files that exist, and in them tests that exist."""
    text = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")
    rows = [row for row in text.partition("## Promises")[2].splitlines() if row.startswith("|")][2:]
    assert len(rows) > 10
    for row in rows:
        files = re.findall(r"`(tests/[\w/]+\.py)`: ((?:`\w+`(?:, )?)+)", row)
        assert files, row
        for file, tests in files:
            there = set(re.findall(r"^def (test_\w+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE))
            assert set(re.findall(r"`(\w+)`", tests)) <= there, (file, tests)


def test_readme_commands_exist() -> None:
    """Every `make` target and every `python -m core` command that the README names is real."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake ([a-z]+)\b", README):
        assert f"\n{target}:" in makefile, target
    usage = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "core").glob("*arguments.py"))
    for command in re.findall(r"python -m core (\w+)", README):
        assert f'"{command}"' in usage, command


def test_make_targets_have_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^([a-z]+):", makefile, re.MULTILINE):
        assert re.search(rf"^{target}:.*## \S", makefile, re.MULTILINE), target
