"""What a dataset is made of: the words that every other part of Limelight uses about data.

These types cross every boundary (ingest → disk → page → worker → bundle), so they are pydantic
models: frozen, validated, and JSON in both directions.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.errors import BadSettings
from core.language import N_

__all__ = [
    "Column", "ColumnType", "DatasetInfo", "Finding", "Part", "Repair", "Severity", "SplitBy", "SplitCounts", "Task",
]  # fmt: skip


class ColumnType(StrEnum):
    """What the values of a column mean; decides its encoder."""

    NUMBER = "number"
    CATEGORY = "category"
    TEXT = "text"
    IMAGE = "image"
    TIME = "time"
    IDENTIFIER = "identifier"  # names one row; never an input
    EMPTY = "empty"  # nothing in it; never an input


class Task(StrEnum):
    """What is predicted; decides the head, the loss and the metrics."""

    BINARY = "binary"  # one of two classes
    MULTICLASS = "multiclass"  # one of three or more classes
    REGRESSION = "regression"  # a number
    MANY_LABELS = "many_labels"  # none, one or several labels a row; judged (predictions from elsewhere), not yet trained

    @property
    def is_classification(self) -> bool:
        """True for all but numbers."""
        return self is not Task.REGRESSION


class Part(StrEnum):
    """The three parts of the split. Stored as 0, 1, 2 in this order."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"

    @property
    def number(self) -> int:
        """The value in `split.npy`."""
        return list(Part).index(self)


class Severity(StrEnum):
    """How much a finding matters."""

    STOP = "stops training"
    LOOK = "look at this"
    NOTE = "good to know"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Finding(_Frozen):
    """One thing that the profile noticed, in a sentence for the user."""

    code: str  # stable name, lower_snake_case
    severity: Severity
    message: str  # one or two sentences, says what to do
    column: str | None = None
    rows: tuple[int, ...] = ()  # examples: row numbers as in the file, first row after the header is 1
    count: int | None = None  # how many rows, values or columns it concerns
    evidence: dict[str, Any] = Field(default_factory=dict)  # what it rests on: values, shares, scores; plain JSON, at most a few lines
    repair: str = ""  # what one click would do, as the words on the button; "" where nothing can be repaired by itself


class Repair(_Frozen):
    """One repair that the user accepted; its code is that of the finding which it answers.

    `decided` holds what was worked out when it was first applied (which labels became which, which limits), so that
    the same is done to the raw file again and to rows that come for a prediction.
    """

    code: str
    column: str | None = None
    decided: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Repair:
        """Read `CODE` or `CODE:COLUMN`.

        Example:
            >>> Repair.parse("possible_leak:boat").column
            'boat'
        """
        code, _, column = text.partition(":")
        return cls(code=code.strip(), column=column or None)


class SplitBy(_Frozen):
    """How the rows were shared out: see `core.dataset.split`."""

    kind: Literal["stratified", "time", "group", "given"] = "stratified"
    column: str | None = None  # the time, the group, or the column that names the part

    @classmethod
    def parse(cls, text: str) -> SplitBy:
        """Read `stratified`, `time:COLUMN`, `group:COLUMN` or `given:COLUMN`.

        Raises:
            BadSettings: it is none of these.

        Example:
            >>> SplitBy.parse("time:signup").column
            'signup'
        """
        kind, _, column = text.partition(":")
        if kind not in ("stratified", "time", "group", "given") or (kind == "stratified") != (not column):
            raise BadSettings(N_("{text} is no way to split. Use stratified, time:COLUMN, group:COLUMN or given:COLUMN.").format(text=repr(text[:80])))
        return cls(kind=kind, column=column or None)

    @property
    def text(self) -> str:
        """As `parse` reads it."""
        return self.kind if self.column is None else f"{self.kind}:{self.column}"


class Column(_Frozen):
    """One column of the table, with what the profile knows about it.

    `minimum`, `maximum`, `median` exist for numbers; `values` (most frequent first, at most 50, with
    their counts) for categories and for a classification target; `format` for times.
    """

    name: str
    type: ColumnType
    missing: int = 0  # rows without a value
    distinct: int = 0  # different values, missing not counted
    examples: tuple[str, ...] = ()  # up to three values, each cut to 80 characters
    minimum: float | None = None
    maximum: float | None = None
    median: float | None = None
    whole: bool = False  # number: all values are whole numbers
    values: tuple[tuple[str, int], ...] = ()
    bars: tuple[int, ...] = ()  # a small picture of the distribution: rows in each of at most 12 ranges, or of the 12 most frequent values
    format: str = ""  # time: how its text was read, so that a prediction reads it the same way


class SplitCounts(_Frozen):
    """Rows in each part."""

    train: int
    validation: int
    test: int


class DatasetInfo(_Frozen):
    """`dataset.json`: everything about a dataset except its rows.

    `inputs` are the columns that a model gets by default; `labels` the classes in the order of their
    numbers (empty for regression). Rows without a target are not in the dataset; `dropped_rows` says
    how many there were. The whole is enough to draw the data page without reading the table.
    """

    version: int = 1
    id: str
    name: str
    created: str  # ISO 8601, UTC
    source: dict[str, Any]  # file name as text (never a path), bytes, sha256, encoding, delimiter, seed
    rows: int
    dropped_rows: int = 0
    columns: tuple[Column, ...]  # as in the file, target included
    target: str
    task: Task
    labels: tuple[str, ...] = ()
    inputs: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    split: SplitCounts
    class_counts: dict[str, SplitCounts] = Field(default_factory=dict)  # label → rows in each part
    image_shape: tuple[int, int, int] | None = None  # (height, width, channels) of images.npy
    image_ranges: tuple[tuple[str, float, float], ...] = ()  # of pictures with more than 8 bits: kind, what became 0, what became 255
    repairs: tuple[Repair, ...] = ()  # in the order in which they were applied
    split_by: SplitBy = SplitBy()
    spans: dict[str, tuple[str, str]] = Field(default_factory=dict)  # part → first and last moment (ISO 8601), split by time only
    sampled_rows: int = 0  # what the findings were measured on, where the table was too long to look at whole; 0: all rows

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            KeyError: no such column.
        """
        return {column.name: column for column in self.columns}[name]

    def of_type(self, *types: ColumnType) -> tuple[str, ...]:
        """Names of the default inputs that have one of these types."""
        return tuple(name for name in self.inputs if self.column(name).type in types)

    @property
    def log_offsets(self) -> dict[str, float]:
        """Columns of a skewed scale whose logarithm models see, with what is taken off before it."""
        return {repair.column: float(repair.decided.get("offset", 0.0)) for repair in self.repairs if repair.code == "skewed_scale" and repair.column}
