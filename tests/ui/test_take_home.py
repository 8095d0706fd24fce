"""What is taken along holds what was entered elsewhere on the page, in the language of the file, whatever the page speaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.dataset.ingest import ingest
from core.errors import RunFailed
from core.evaluation.compare import compare
from core.evaluation.model import model_of_baseline, model_of_run
from core.language import speaking
from core.report import tables_latex
from core.report.content import Section, Sentence
from core.seal import looks
from core.training.baselines import load
from core.workspace import Workspace
from core.worth.cost_matrix import CostMatrix
from core.worth.rates import Rates
from tests.pages import results_made as made
from ui import take_home
from ui.comparison import Compared
from ui.take_home import _findings

CLASSES = ("ant", "bee", "cat")


@pytest.fixture
def found(clean_home: object) -> Compared:
    workspace = Workspace.local()
    rows = "".join(f"{place % 40},{'mf'[place % 2]},{CLASSES[place % 3]}\n" for place in range(600))
    dataset = ingest(f"x,sex,kind\n{rows}".encode(), workspace, file_name="animals.csv", target="kind")
    made.baselines(dataset)
    run = made.model(workspace, dataset, name="Net", skill=0.8)
    made.history(run, [0.5, 0.7, 0.72])
    with speaking("zh_CN"):  # the page speaks Chinese
        comparison = compare([model_of_run(run), *(model_of_baseline(one) for one in load(dataset))])
    return Compared("key", comparison, (), dataset, (run,))


def told(parts: list[Section]) -> str:
    return " ".join(block.text for part in parts for block in part.blocks if isinstance(block, Sentence))


def test_a_file_that_cannot_be_made_is_said_in_a_sentence(found: Compared, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_findings: object) -> bytes:
        raise OSError("/secret/place")

    given: dict[str, Any] = {}
    monkeypatch.setattr(take_home.st, "download_button", lambda label, **settings: given.update(settings))
    monkeypatch.setattr(take_home, "_told", lambda _: {})
    take_home._button(found, "PDF", "a.pdf", "application/pdf", "picture_as_pdf", broken, "zh_CN", "The same on paper.")
    with pytest.raises(RunFailed, match="^The file could not be made. Reload the page and try again"):  # in the language of the page
        given["data"]()


def test_everything_entered_is_in_the_file_and_simple_models_are_called_in_its_language(found: Compared) -> None:
    assert found.comparison is not None and found.comparison.models[2].model.name != "Linear model"
    field = found.comparison.field
    assert field is not None
    matrix = CostMatrix(np.array([[5.0, -1, -1], [-1, 5, -1], [-1, -1, 5]]), "CHF", 100, np.array([0.1, 0.2, 0.7]))
    asked = {
        "question": (None, field.metric, field.margin), "workspace": Workspace.local(), "values": None, "matrix": matrix, "prices": None,
        "rates": Rates(hour=7_200, currency="CHF"), "aim": 0.5, "positive": None,
    }  # fmt: skip
    findings = _findings(found, dict(asked))
    titles = [part.title for part in findings.extras]
    assert {"The threshold", "What it is worth", "Price of a point", "Groups of people"} <= set(titles)
    text = told(list(findings.extras))
    assert "CHF" in text and "always answering" in text and "The last point of Accuracy cost Net" in text
    page = tables_latex(findings)
    assert "Linear model" in page and found.comparison.models[2].model.name not in page and found.comparison.models[1].model.name not in page
    assert findings.comparison.field is not None and "Linear model" in findings.comparison.field.verdicts[0].names
    assert findings.looks is not None and [look.what for look in findings.looks] == [look.what for look in looks(found.dataset)]  # those of the parts too
    assert {"export", "slices"} <= {look.what for look in findings.looks}
