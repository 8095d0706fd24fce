"""What an explanation says, as it crosses from the worker to page, report and command line: frozen, JSON in both directions."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from core.dataset.schema import Part, Task

__all__ = ["Contribution", "Dependence", "Importance", "Look", "RowWhy", "Why", "Word"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Importance(_Frozen):
    """How much worse the model becomes when some columns are shuffled together (Breiman 2001; Fisher, Rudin, Dominici 2019).

    `value` is in the unit of the metric and positive where the columns help; `low` and `high` are 95 % limits, None
    where the rows cannot tell. `alone` is False for columns that were shuffled together because they move together.
    """

    columns: tuple[str, ...]
    value: float
    low: float | None = None
    high: float | None = None
    alone: bool = True
    grouped: bool = False  # this column is also part of a group


class Dependence(_Frozen):
    """How the answer changes with one column, all others left as they are (Friedman 2001; Goldstein et al. 2015).

    `mean[class][point]` is the average answer, `low` and `high` the middle 80 % of single rows.
    For a regression there is one line.
    """

    column: str
    kind: Literal["number", "category", "time"]
    points: tuple[float | str, ...]  # of a time: ISO 8601
    labels: tuple[str, ...]
    mean: tuple[tuple[float, ...], ...]
    low: tuple[tuple[float, ...], ...]
    high: tuple[tuple[float, ...], ...]


class Word(_Frozen):
    """What one word does to the probability of a class (or to the value), averaged over the texts in which it stands."""

    label: str
    word: str
    texts: int
    value: float
    low: float | None = None
    high: float | None = None


class Look(_Frozen):
    """Where the model looks in one picture; `file` is an image in the folder `why` of the run."""

    row: int
    truth: str
    said: str
    share: float | None  # probability of what it said; None for a regression
    file: str


class Why(_Frozen):
    """`why.json`: what matters to one model.

    Attributes:
        run: its id.
        part: the rows that it was computed on.
        rows: how many of them; `rows_there` are there.
        metric, score: by which importance is measured, and the model's own value on these rows.
        shuffles: how often each column was shuffled.
        importance: strongest first; empty where the model reads one text or one picture.
        dependence: of the strongest columns.
        words: of text columns.
        looks: of pictures.
        notes: sentences about what was left out.
        seconds: it took.
    """

    version: Literal[1] = 1
    run: str
    part: Part = Part.VALIDATION
    task: Task
    labels: tuple[str, ...] = ()
    rows: int
    rows_there: int
    metric: str
    score: float | None = None
    shuffles: int = 0
    seed: int = 0
    importance: tuple[Importance, ...] = ()
    dependence: tuple[Dependence, ...] = ()
    words: tuple[Word, ...] = ()
    looks: tuple[Look, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


class Contribution(_Frozen):
    """What one column, or one piece of a text, added to the answer for a row (a Shapley value).

    `values[class]`, and `errors[class]` the standard error of sampling, 0 where it is exact. `start` and `end` are the
    characters of the text that it stands for.
    """

    name: str
    shown: str = ""  # the value of the column in this row
    values: tuple[float, ...]
    errors: tuple[float, ...]
    start: int | None = None
    end: int | None = None


class RowWhy(_Frozen):
    """`row-<n>.json`: why the model answers so for one row. `base` and the contributions add up to `answer`, class by class.

    Attributes:
        row: of the dataset, from 0; `part` says to which part it belongs.
        said: the class that it chose, or the value as text.
        base: the average answer for the rows it is compared with.
        exact: all coalitions were tried; else they were sampled, and `errors` says how well.
        compared_with: how many other rows stand for "the column is not known".
        text: the text that `pieces` are cut of.
        pieces: the words of a model that reads one text.
        look: for pictures.
    """

    version: Literal[1] = 1
    run: str
    row: int
    part: Part
    task: Task
    labels: tuple[str, ...] = ()
    truth: str
    said: str
    base: tuple[float, ...]
    answer: tuple[float, ...]
    exact: bool
    compared_with: int
    contributions: tuple[Contribution, ...] = ()
    text: str = ""
    pieces: tuple[Contribution, ...] = ()
    look: Look | None = None
    seconds: float = 0.0
