"""Prediction without Keras: onnxruntime on a run's `model.onnx` with its fitted preprocessing.

The page, the command line and the bundle all predict here, from the run folder alone. One row takes
about a millisecond; the worker checks that the answers are those of the trained network.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.dataset.schema import ColumnType
from core.errors import BadInput, Damaged, NotReady
from core.language import N_
from core.preprocess.incoming import incoming
from core.preprocess.preprocessor import Preprocessor
from core.runs.run import Run

if TYPE_CHECKING:
    import onnxruntime
    import polars as pl

    from core.dataset.readers.source import Source
    from core.dataset.readers.table import RawTable

__all__ = ["Prediction", "Predictor", "predict_file"]

BATCH_ROWS = 512  # bounds the memory for activations
MOST_NOTICES = 20  # of a table that comes in pieces
THREADS = min(2, os.cpu_count() or 1)  # the web process must not starve a training run


@dataclass(frozen=True)
class Prediction:
    """The answers for some rows.

    Attributes:
        labels: the classes in the order of `scores`; empty for regression.
        scores: (rows, classes) probabilities, or (rows,) values in the target's unit; float64.
        notices: sentences about what did not fit in the given rows.
    """

    labels: tuple[str, ...]
    scores: np.ndarray
    notices: tuple[str, ...] = ()

    @property
    def values(self) -> list[str] | list[float]:
        """One answer a row: the most probable label, or the number."""
        if not self.labels:
            return [float(value) for value in self.scores]
        return [self.labels[place] for place in self.scores.argmax(axis=1)]

    def frame(self, rows: Sequence[int] | np.ndarray | None = None, names: Sequence[str] = ()) -> pl.DataFrame:
        """As a table: `row`, `name` if given, `prediction`, and `probability_<label>` for classes.

        Args:
            rows: the number of each row; default: from 1 in input order.
            names: the name of each picture.

        Example:
            >>> Prediction(("no", "yes"), np.array([[0.25, 0.75]])).frame().rows()
            [(1, 'yes', 0.25, 0.75)]
        """
        import polars as pl

        columns = {"row": pl.Series(range(1, len(self.scores) + 1) if rows is None else rows, dtype=pl.Int64)}
        if names:
            columns["name"] = pl.Series(names, dtype=pl.String)
        columns["prediction"] = pl.Series(self.values)
        for place, label in enumerate(self.labels):
            columns[f"probability_{label}"] = pl.Series(self.scores[:, place])
        return pl.DataFrame(columns)


@dataclass(frozen=True)
class Predictor:
    """A trained model, ready to answer. May be kept and shared between threads.

    Attributes:
        preprocessor: the fitted preprocessing; its `columns` are what a form must ask for.
        session: onnxruntime on the run's `model.onnx`.
    """

    preprocessor: Preprocessor
    session: onnxruntime.InferenceSession

    @classmethod
    def open(cls, run: Run) -> Predictor:
        """Load a run's model.

        Raises:
            NotReady: the run has no model (yet).
            Damaged: its model or preprocessing cannot be read.
        """
        if not run.path("model.onnx").exists():
            raise NotReady(N_("This run has no model to try yet. Wait until it has finished, or choose another run."))
        return cls(Preprocessor.load(run.path("preprocess.json")), _session(run.path("model.onnx")))

    def predict(self, table: pl.DataFrame | None = None, images: np.ndarray | None = None) -> Prediction:
        """Predict rows in their order; each row's answer depends on that row alone.

        Args:
            table: (rows, columns) as raw text or typed; may be left out when the model reads pictures only.
            images: (rows, height, width, channels) uint8 when it reads pictures.

        Returns:
            One answer a row, with notices about what was ignored, missing or unknown.

        Raises:
            BadInput: a column or the pictures are missing or do not fit, or there are no rows.
        """
        import polars as pl

        given = pl.DataFrame() if table is None else table
        if images is not None and len(images) == 0:
            raise BadInput(N_("There are no pictures to predict. Add at least one picture and try again."))
        typed, notices = incoming(self.preprocessor, given)
        inputs = self.preprocessor.encode(typed, images)
        return Prediction(self.preprocessor.labels, self.answer(inputs), notices)

    def answer(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Answer rows that are encoded already (`Preprocessor.encode`): (rows, classes) probabilities or (rows,) values, float64."""
        return self.preprocessor.scores(self._run(inputs))

    def predict_row(self, values: Mapping[str, object]) -> Prediction:
        """Predict one row.

        Args:
            values: by column name: a number, a text, a date and time, None for missing, or for a column of
                pictures an array (height, width, channels) uint8.

        Raises:
            BadInput: as `predict`.
        """
        import polars as pl

        pictures = [name for name, value in values.items() if isinstance(value, np.ndarray)]
        row = pl.DataFrame({name: [_plain(value)] for name, value in values.items() if name not in pictures}, strict=False)
        return self.predict(row, np.asarray(values[pictures[0]])[np.newaxis] if pictures else None)

    def picture(self, content: bytes) -> np.ndarray:
        """Turn a picture file (an upload, a camera) into what `predict_row` takes, as ingest would have.

        Returns:
            (height, width, channels) uint8, of the size that the model reads.

        Raises:
            BadInput: the model reads no pictures.
            BadFile: it is no picture that can be read.
        """
        from core.dataset.readers.picture import picture_array, with_channels

        if (shape := self.preprocessor.image_shape) is None:
            raise BadInput(N_("This model reads no pictures. Fill in its columns instead."))
        ranges = self.preprocessor.image_ranges
        values = (ranges[0][1], ranges[0][2]) if len(ranges) == 1 else None  # what a deep picture is scaled by
        return with_channels(picture_array(content, (shape[1], shape[0]), values), shape[2])

    def _run(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Network outputs, (rows, outputs) float32, computed in pieces."""
        rows = len(next(iter(inputs.values())))
        names = {node.name: node.name.split(":")[0] for node in self.session.get_inputs()}
        pieces = [
            self.session.run(None, {node: inputs[name][start : start + BATCH_ROWS] for node, name in names.items()})[0]
            for start in range(0, rows, BATCH_ROWS)
        ]
        return np.concatenate(pieces)


def predict_file(run: Run, source: Path | bytes, file_name: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Predict every row of a table, or every picture or text of a zip (class folders are not needed).

    Args:
        run: a run with a model.
        source: a table (CSV, Excel, Parquet, JSON lines, packed or not) or a zip: its path, or its content.
        file_name: to show in messages.

    Returns:
        One row for each input row in input order, as `Prediction.frame` (`row` is the number in the file,
        the first after the header being 1; `name` follows it for pictures). What could not be read has its
        row too, without an answer. And notices for the user.

    Raises:
        BadFile: the file is empty, or not what its content says.
        BadInput: it does not fit the model.
        NotReady, Damaged: as `Predictor.open`.
    """
    from core.dataset.progress import Progress
    from core.dataset.readers.options import ReadOptions
    from core.dataset.readers.read import office_kind, read
    from core.dataset.readers.source import Source

    predictor = Predictor.open(run)
    given = Source.of(source, file_name)
    kinds = {column.type for column in predictor.preprocessor.columns}
    if ColumnType.IMAGE in kinds and len(kinds) > 1:
        raise BadInput(N_("This model reads a picture together with other columns, which one file cannot hold. Try its rows one by one."))
    if ColumnType.IMAGE in kinds:
        return _predict_pictures(predictor, given)
    if given.is_zip and not office_kind(given):
        return _predict_texts(predictor, given)
    return _predict_table(predictor, read(given, ReadOptions(), Progress()).raw)


def _predict_table(predictor: Predictor, raw: RawTable) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Predict a table; one that is too long for memory comes piece by piece, and what is said of a piece is said once."""
    import polars as pl

    said = [notice.message for notice in raw.notices]
    if raw.whole is None:
        prediction = predictor.predict(raw.frame)
        return _with_gaps(prediction.frame(raw.rows)), (*said, *prediction.notices)
    frames, start = [], 1
    for batch in raw.whole.batches():
        prediction = predictor.predict(batch)
        frames.append(prediction.frame(range(start, start + len(batch))))
        said += [notice for notice in prediction.notices if notice not in said]
        start += len(batch)
    return pl.concat(frames), tuple(said[:MOST_NOTICES])


def _predict_texts(predictor: Predictor, given: Source) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Predict the texts of a zip, for a model that reads one text and nothing else."""
    import polars as pl

    from core.dataset.readers.texts import holds_texts, read_unlabelled

    columns = predictor.preprocessor.columns
    if len(columns) > 1 or columns[0].type is not ColumnType.TEXT or not holds_texts(given):
        raise BadInput(N_("This model reads a table, but {name} is a zip file. Choose a CSV with the columns of the model.").format(name=given.name))
    found = read_unlabelled(given)
    prediction = predictor.predict(pl.DataFrame({columns[0].name: found.texts}))
    frame = prediction.frame([place + 1 for place in found.places], found.names)
    return _with_gaps(frame, {place + 1: name for place, name in found.broken}), (*(notice.message for notice in found.notices), *prediction.notices)


def _plain(value: object) -> object:
    """A whole number of a form as the float that a number column holds; in a category 3.0 is read as 3."""
    return float(value) if type(value) is int and abs(value) < 2**53 else value


def _predict_pictures(predictor: Predictor, given: Source) -> tuple[pl.DataFrame, tuple[str, ...]]:
    from core.dataset.readers.pictures import read_unlabelled

    shape = predictor.preprocessor.image_shape
    if not given.is_zip or shape is None:
        raise BadInput(N_("This model reads pictures, but {name} is no zip file. Choose a zip of pictures.").format(name=given.name))
    found = read_unlabelled(given, shape, ranges=predictor.preprocessor.image_ranges)
    prediction = predictor.predict(images=found.images)
    frame = prediction.frame([place + 1 for place in found.places], found.names)
    return _with_gaps(frame, {place + 1: name for place, name in found.broken}), (*(notice.message for notice in found.notices), *prediction.notices)


def _with_gaps(frame: pl.DataFrame, names: Mapping[int, str] | None = None) -> pl.DataFrame:
    """The answers with an empty row for each input row that could not be read, so that rows still line up.

    Args:
        frame: answers, by `row`.
        names: row and name of each broken picture; default: the numbers that `row` leaves out.
    """
    import polars as pl

    answered = set(frame["row"])
    missing = dict(names) if names is not None else dict.fromkeys(set(range(1, max(answered) + 1)) - answered, "")
    if not missing:
        return frame
    empty = pl.DataFrame({"row": list(missing), **({"name": list(missing.values())} if "name" in frame.columns else {})})
    return pl.concat([frame, empty], how="diagonal").sort("row")


def _session(path: Path) -> onnxruntime.InferenceSession:
    """Open a model file; read as bytes, so that it can name no other file."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads burn no processor time
    try:
        return onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen unrelated classes for a bad file
        raise Damaged(N_("The model of run {name} cannot be read. Delete the run and train again.").format(name=path.parent.name)) from error
