"""Every page in Chinese: no English sentence is left on it, whatever stands there but names, code and file formats."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from core.dataset.dataset import Dataset
from core.runs.state import RunState
from core.workspace import Workspace
from tests.pages import results_made as made
from tests.pages.conftest import Visit, literal, trained

WORDS = re.compile(r"[A-Za-z][A-Za-z'’]+(?:[ ,;:.]+[A-Za-z][A-Za-z'’]+){2,}")
NAMES = re.compile(r"Fashion-MNIST, Zalando Research|VADER, C\. J\. Hutto and E\. Gilbert")
ICONS = re.compile(r":[a-z]+/[a-z_]+:")
NO_WORDS = frozenset({"id", "element_id", "icon", "spec", "json", "url", "data", "marshalled_data", "figure", "config", "columns", "form_id", "fragment_id", "mime", "html_content", "css_content", "js_content"})
CODED = frozenset({"code", "bidi_component", "page_link", "skeleton"})


def strings(message: object) -> Iterator[str]:
    """Every text of an element as the browser gets it: labels, help, spoken descriptions."""
    for field, value in message.ListFields():  # type: ignore[attr-defined]
        if field.name in NO_WORDS:
            continue
        for one in value if field.is_repeated else (value,):
            if isinstance(one, str):
                yield one
            elif hasattr(one, "ListFields"):
                yield from strings(one)


def english(app: AppTest) -> list[str]:
    """What has three English words in a row."""
    found = []
    for node in app._tree:
        proto = getattr(node, "proto", None)
        if getattr(node, "type", "") in CODED or not hasattr(proto, "ListFields"):
            continue
        found += [text for text in map(literal, strings(proto)) if WORDS.search(NAMES.sub("", ICONS.sub(" ", text)))]
    return found


def test_it_would_be_seen(visit: Visit) -> None:
    assert any("Drop a file" in text for text in english(visit("start")))


@pytest.mark.parametrize("page", ["start", "data", "model", "train", "compare", "stage"])
def test_an_empty_page(visit: Visit, page: str) -> None:
    assert english(visit(page, lang="zh_CN")) == []


@pytest.mark.parametrize("page", ["start", "data", "model"])
def test_a_page_with_data(visit: Visit, workspace: Workspace, people: Dataset, page: str) -> None:
    trained(workspace, people)
    assert english(visit(page, dataset=people.id, lang="zh_CN")) == []


@pytest.mark.parametrize("state", [RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED])
def test_a_run(visit: Visit, workspace: Workspace, people: Dataset, state: RunState) -> None:
    run = trained(workspace, people, state=state)
    run.update(message="All 20 epochs are done; the weights of epoch 7, the best on the validation rows, were kept.")
    assert english(visit("train", run=run.id, lang="zh_CN")) == []


def test_a_waiting_file(visit: Visit) -> None:
    assert english(visit("data", draft="template-titanic", lang="zh_CN")) == []


def test_the_stage(visit: Visit, workspace: Workspace, people: Dataset) -> None:
    run = made.model(workspace, people)
    assert english(visit("stage", run=run.id, lang="zh_CN")) == []
