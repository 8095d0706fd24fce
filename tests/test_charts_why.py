"""Charts of explanations: one mark a model and line, what they find in words, and hostile names as text."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from core.charts.style import Chart
from core.charts.why import Explained, contributions_chart, dependence_chart, importance_chart, words_chart
from core.dataset.schema import Part, Task
from core.identity import baseline_identity, identity_of_number
from core.why.result import Contribution, Dependence, Importance, RowWhy, Why, Word

EVIL = '<img src=x onerror=alert(1)> & "q"'


def explained(name: str, number: int, tenure: float = 0.1, *, task: Task = Task.BINARY) -> Explained:
    labels = () if task is Task.REGRESSION else ("no", EVIL)
    outputs = len(labels) or 1
    why = Why(
        run=f"r-{number}", task=task, labels=labels, rows=100, rows_there=100, metric="rmse" if task is Task.REGRESSION else "roc_auc", score=0.8, shuffles=5,
        importance=(
            Importance(columns=("tenure", EVIL, "charges"), value=2 * tenure, low=tenure, high=3 * tenure, alone=False),
            Importance(columns=("tenure",), value=tenure, low=0.0, high=2 * tenure, grouped=True),
            Importance(columns=("fee",), value=0.01),
        ),
        dependence=(
            Dependence(column="tenure", kind="number", points=(1.0, 2.0, 5.0), labels=labels[1:], mean=((0.5, 0.4, 0.1 + tenure),), low=((0.4, 0.3, 0.0),), high=((0.9, 0.8, 0.4),)),
            Dependence(column=EVIL, kind="category", points=("a", EVIL), labels=labels[1:], mean=((0.2, 0.6),), low=((0.1, 0.5),), high=((0.3, 0.7),)),
        ),
        words=tuple(Word(label=labels[-1] if labels else "", word=f"{EVIL}{at}", texts=9, value=0.3 - 0.05 * at, low=0.1 - 0.05 * at, high=0.4 - 0.05 * at) for at in range(12)),
    )  # fmt: skip
    row = RowWhy(
        run=f"r-{number}", row=3, part=Part.VALIDATION, task=task, labels=labels, truth="no", said=EVIL if labels else "3.1", base=(0.5,) * outputs, answer=(0.4,) * outputs, exact=True, compared_with=9,
        contributions=(Contribution(name="tenure", shown="12", values=(tenure,) * outputs, errors=(0.01,) * outputs), Contribution(name=EVIL, shown=EVIL, values=(-0.3,) * outputs, errors=(0.0,) * outputs)),
    )  # fmt: skip
    return Explained(name, identity_of_number(number), why, row)


def drawn(chart: Chart | None) -> tuple[Chart, str]:
    assert chart is not None
    return chart, json.dumps(chart.figure.to_plotly_json(), default=str)


MODELS = [explained("A", 0), explained(EVIL, 1, 0.05)]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("kind", ["importance", "alone", "dependence", "category", "row", "words"])
def test_names_stay_text_and_every_model_is_drawn(kind: str, dark: bool) -> None:
    chart, source = drawn({
        "importance": lambda: importance_chart(MODELS, dark=dark), "alone": lambda: importance_chart(MODELS, alone=True, dark=dark),
        "dependence": lambda: dependence_chart(MODELS, "tenure", dark=dark), "category": lambda: dependence_chart(MODELS, EVIL, EVIL, dark=dark),
        "row": lambda: contributions_chart(MODELS, EVIL, dark=dark), "words": lambda: words_chart(MODELS, dark=dark),
    }[kind]())  # fmt: skip
    assert "<img" not in source
    for number in (0, 1):
        assert identity_of_number(number).colour in source
        assert identity_of_number(number).marker in source
    assert "A: " in chart.alt or "A:" in chart.alt
    assert chart.title
    assert chart.figure.layout.height < 1_200


def test_columns_that_move_together_stand_as_one_or_alone() -> None:
    as_one, _ = drawn(importance_chart(MODELS))
    assert list(as_one.figure.layout.yaxis.ticktext) == ["tenure and 2 more", "fee"]
    assert as_one.title == "Every model relies most on “tenure and 2 more”"
    alone, _ = drawn(importance_chart(MODELS, alone=True))
    assert list(alone.figure.layout.yaxis.ticktext) == ["tenure", "fee"]
    assert alone.figure.data[0].error_x["array"] == (0.1, 0)


def test_models_that_disagree_are_named() -> None:
    chart, _ = drawn(importance_chart([explained("A", 0), explained("B", 1, -0.2)]))
    assert chart.title == "The models rely on different columns: A: “tenure and 2 more”; B: “fee”"


def test_the_row_says_what_speaks_for_and_against() -> None:
    against, _ = drawn(contributions_chart(MODELS[:1], EVIL))
    assert "speaks most against" in against.title
    assert list(against.figure.data[0].x) == [-30.0, 10.0]  # in points, the strongest first
    raised, _ = drawn(contributions_chart([explained("A", 0, 0.9, task=Task.REGRESSION)]))
    assert raised.title == "A: “tenure = 12” raises the answer most"


def test_dependence_says_how_far_the_answer_moves() -> None:
    chart, _ = drawn(dependence_chart(MODELS[:1], "tenure"))
    assert chart.title == "“tenure” alone moves the answer of A between 20 % and 50 %"
    assert dependence_chart(MODELS, "nothing") is None


def test_words_for_and_against() -> None:
    chart, _ = drawn(words_chart(MODELS[:1], EVIL))
    assert "speaks for" in chart.title
    assert len(chart.figure.layout.yaxis.ticktext) == 12


def test_nothing_to_draw() -> None:
    bare = Explained("A", identity_of_number(0))
    assert importance_chart([bare]) is dependence_chart([bare], "a") is contributions_chart([bare]) is words_chart([bare]) is None


def test_simple_models_stand_behind_the_trained_ones() -> None:
    simple = replace(explained("Linear", 0), identity=baseline_identity("linear"))
    nothing = Explained("Majority", baseline_identity("majority"), Why(run="majority", task=Task.BINARY, rows=100, rows_there=100, metric="roc_auc", score=0.5))
    beside, _ = drawn(dependence_chart([MODELS[0], simple, nothing], "tenure"))
    assert [trace.fill for trace in beside.figure.data].count("toself") == 1  # the band of the trained one only
    alone, _ = drawn(dependence_chart([simple], "tenure"))
    assert [trace.fill for trace in alone.figure.data].count("toself") == 1
    chart, _ = drawn(importance_chart([MODELS[0], simple, nothing]))
    assert {trace.name for trace in chart.figure.data} == {"A", "Linear"}  # what reads nothing takes no room


def test_many_models_are_grouped_by_the_column_that_leads() -> None:
    others = [replace(explained(name, place), why=explained(name, place).why.model_copy(update={"importance": (Importance(columns=("fee",), value=0.5),)})) for place, name in enumerate("BC", 2)]  # type: ignore[union-attr]
    three, _ = drawn(importance_chart([*(explained(name, place) for place, name in enumerate("XYZ", 4)), *others]))
    assert three.title == "The models rely on different columns: 3 models: “tenure and 2 more”; B, C: “fee”"
