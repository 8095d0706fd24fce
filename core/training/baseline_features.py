"""What the baselines see of a dataset: its split, its default inputs as one matrix, its target as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from core.dataset.dataset import Dataset
from core.dataset.schema import ColumnType, DatasetInfo, Part
from core.evaluation.predictions import Predictions
from core.preprocess.number import logarithms

__all__ = ["SEED", "BaselineData", "BaselineFeatures"]

SEED = 0
MAX_PIXELS = 1_024  # values of a picture after averaging neighbours
MAX_WORDS = 100_000
MAX_DEVIATIONS = 10  # a number further from the mean than this counts as this far


@dataclass(frozen=True, eq=False)
class BaselineData:
    """The rows of a dataset as the baselines need them."""

    info: DatasetInfo
    table: pl.DataFrame  # inputs, all rows
    images: np.ndarray | None
    target: np.ndarray  # (rows,) class numbers or values
    train: np.ndarray
    judged: np.ndarray  # validation and test rows, ascending
    split: np.ndarray

    @classmethod
    def read(cls, dataset: Dataset) -> BaselineData:
        info = dataset.info
        target = dataset.table((info.target,)).to_series()
        if info.task.is_classification:
            numbers = {label: number for number, label in enumerate(info.labels)}
            target = target.cast(pl.String).replace_strict(numbers, return_dtype=pl.Int64)
        images = dataset.images() if info.of_type(ColumnType.IMAGE) else None
        split = np.asarray(dataset.split())
        train, judged = dataset.rows_of(Part.TRAIN), np.flatnonzero(split != Part.TRAIN.number)
        return cls(info, dataset.table(info.inputs), images, target.to_numpy(), train, judged, split)

    def rows(self, numbers: np.ndarray) -> pl.DataFrame:
        """The inputs of these rows, in the order wanted."""
        return self.table[numbers]

    def pictures(self, numbers: np.ndarray) -> np.ndarray | None:
        """The pictures of these rows, (n, height, width, channels) uint8; None where the dataset has none."""
        return None if self.images is None else self.images[numbers]

    def sample(self, most: int) -> tuple[np.ndarray, str]:
        """At most so many training rows, by chance, and the note that says so."""
        if len(self.train) <= most:
            return self.train, ""
        rows = np.random.default_rng(SEED).choice(self.train, most, replace=False)
        return np.sort(rows), f"Trained on {most:,} of {len(self.train):,} training rows."

    def predictions(self, scores: np.ndarray) -> Predictions:
        rows = self.judged
        return Predictions(self.info.task, self.info.labels, rows, self.split[rows], self.target[rows], scores)

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes; empty for a regression."""
        return self.info.labels

    @property
    def classes(self) -> int:
        return max(len(self.info.labels), 1)


class BaselineFeatures:
    """Columns → matrix, fitted on training rows: sparse and scaled for lines, dense and raw for trees.

    Numbers: median and a missing flag, standardised, cut at ±10 deviations (lines); as they are (trees).
    Categories: one-hot of the 100 most frequent; ordinal of the 250 most frequent. Text: TF-IDF of words
    and pairs, or of characters and pairs where the script has no spaces; its 50 main directions for trees.
    Pictures: pixels, neighbours averaged to 1,024 values; their 50 main directions for trees.
    """

    def __init__(self, data: BaselineData, rows: np.ndarray, *, dense: bool) -> None:
        self.data, self.dense = data, dense
        info = data.info
        self.numbers = info.of_type(ColumnType.NUMBER, ColumnType.TIME)
        self.categories = info.of_type(ColumnType.CATEGORY)
        self.texts = info.of_type(ColumnType.TEXT)
        self.models: dict[str, Any] = {}
        first = self.blocks(data.rows(rows), data.pictures(rows), fit=True)
        widths = {name: block.shape[1] for name, block in first.items()}
        self.starts = dict(zip(widths, np.cumsum([0, *widths.values()]).tolist(), strict=False))  # of each block in the matrix
        self.owners = np.concatenate([self._owners(name, width) for name, width in widths.items()])
        self.categorical = [name == "categories" for name, width in widths.items() for _ in range(width)]
        self.width = len(self.owners)

    def of(self, table: pl.DataFrame, images: np.ndarray | None = None) -> Any:
        """The features of rows, (n, features), dense or sparse.

        Args:
            table: (n, columns) the inputs, typed.
            images: (n, height, width, channels) uint8, where the dataset has pictures.
        """
        blocks = list(self.blocks(table, images).values())
        if not any(hasattr(block, "tocsr") for block in blocks):
            return np.hstack(blocks)
        from scipy.sparse import hstack

        return hstack(blocks, format="csr")

    def blocks(self, table: pl.DataFrame, images: np.ndarray | None = None, *, fit: bool = False) -> dict[str, Any]:
        """The features of rows, those of one kind of column together, (n, features of the block) each, in the order of the matrix."""
        blocks: dict[str, Any] = {}
        if self.numbers:
            blocks["numbers"] = self._apply("numbers", numbers_of(table.select(self.numbers), self.data.info.log_offsets), fit)
        if self.categories:
            values = table.select(pl.col(self.categories).cast(pl.String).fill_null("")).to_numpy().astype(object)
            blocks["categories"] = self._apply("categories", values, fit)
        for name in self.texts:
            texts = table[name].cast(pl.String).fill_null("").to_list()
            blocks[f"text {name}"] = self._apply(f"text {name}", texts, fit)
        if images is not None:
            blocks["images"] = self._apply("images", pixels_of(images), fit)
        return blocks or {"nothing": np.zeros((len(table), 1))}

    def _owners(self, block: str, width: int) -> np.ndarray:
        """The input column, by its place in the dataset's inputs, that each feature of a block comes from; -1 for none."""
        places = {name: place for place, name in enumerate(self.data.info.inputs)}
        model: Any = self.models.get(block)
        if block == "numbers":  # after the numbers themselves, a flag for each of those that are missing somewhere
            flags = [] if self.dense else model.named_steps["simpleimputer"].indicator_.features_
            return np.array([places[self.numbers[at]] for at in [*range(len(self.numbers)), *flags]])
        if block == "categories":
            heads = self.categories if self.dense else [self.categories[int(name.partition("_")[0])] for name in model.get_feature_names_out([str(at) for at in range(len(self.categories))])]
            return np.array([places[name] for name in heads])
        if block == "images":
            return np.full(width, places[self.data.info.of_type(ColumnType.IMAGE)[0]])
        return np.full(width, places.get(block.removeprefix("text "), -1))

    def _apply(self, name: str, values: Any, fit: bool) -> Any:
        if fit:
            self.models[name] = self._model(name.split()[0], values)
            return self.models[name].fit_transform(values)
        return self.models[name].transform(values)

    def _model(self, kind: str, values: Any) -> Any:
        from sklearn.decomposition import PCA, TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.impute import SimpleImputer
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

        if kind == "numbers":
            steps = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler()
            return FunctionTransformer() if self.dense else make_pipeline(*steps, FunctionTransformer(_cut))
        if kind == "categories":
            ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=250)
            return ordinal if self.dense else OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=100)
        if kind == "images":
            return PCA(min(50, *values.shape), random_state=SEED) if self.dense else FunctionTransformer()
        words = TfidfVectorizer(
            analyzer="char" if is_unspaced(values) else "word", ngram_range=(1, 2), max_features=MAX_WORDS,
            min_df=2 if len(values) > 1_000 else 1, sublinear_tf=True, dtype=np.float32,
        )  # fmt: skip
        try:
            known = len(words.fit(values).vocabulary_)
        except ValueError:  # not one word twice: the column says nothing
            return FunctionTransformer(_nothing)
        return make_pipeline(words, TruncatedSVD(min(50, known), random_state=SEED)) if self.dense else words


def _cut(values: np.ndarray) -> np.ndarray:
    cut: np.ndarray = np.clip(values, -MAX_DEVIATIONS, MAX_DEVIATIONS)
    return cut


def _nothing(texts: list[str]) -> np.ndarray:
    return np.zeros((len(texts), 1))


def numbers_of(table: pl.DataFrame, offsets: Mapping[str, float] | None = None) -> np.ndarray:
    """Numbers as they are (of a skewed scale their logarithms), times as seconds since 1970; missing and infinite become NaN, (n, columns)."""
    numbers = table.select(
        pl.col(name).dt.epoch("s").cast(pl.Float64) if kind.is_temporal() else pl.col(name).cast(pl.Float64)
        for name, kind in table.schema.items()
    )
    values: np.ndarray = numbers.to_numpy().astype(np.float64)
    for name, offset in (offsets or {}).items():
        if name in numbers.columns:
            values[:, numbers.columns.index(name)] = logarithms(values[:, numbers.columns.index(name)], offset)
    usable: np.ndarray = np.where(np.isfinite(values) & (np.abs(values) < 1e150), values, np.nan)
    return usable


def pixels_of(images: np.ndarray) -> np.ndarray:
    """Pictures as (n, values) float32 from 0 to 1, neighbouring pixels averaged until few are left."""
    height, width, channels = images.shape[1:]
    step = 1
    while -(-height // step) * -(-width // step) * channels > MAX_PIXELS:
        step += 1
    pixels = images.astype(np.float32) / 255
    padding = ((0, 0), (0, -height % step), (0, -width % step), (0, 0))
    pixels = np.pad(pixels, padding, mode="edge")
    shape = (len(images), pixels.shape[1] // step, step, pixels.shape[2] // step, step, channels)
    averaged: np.ndarray = pixels.reshape(shape).mean((2, 4)).reshape(len(images), -1)
    return averaged


def is_unspaced(texts: list[str]) -> bool:
    """True for Chinese, Japanese and Thai: more than a third of the letters stand in scripts without spaces."""
    letters = [letter for text in texts[:500] for letter in text[:500] if letter.isalpha()]
    unspaced = sum("\u0e00" <= letter <= "\u0e7f" or "\u3040" <= letter <= "\u9fff" for letter in letters)
    return unspaced * 3 > len(letters)
