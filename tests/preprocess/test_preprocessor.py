"""The whole preprocessing: training rows only, each row by itself, the same after save and load."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.dataset.dataset import Dataset
from core.dataset.schema import ColumnType, Repair, Task
from core.errors import BadInput, Damaged
from core.files import write_json
from core.preprocess.preprocessor import PreprocessOptions, Preprocessor
from tests.preprocess.made import dataset, spec_of

OPTIONS = PreprocessOptions(vocabulary=50, max_length=6, ngrams=2, max_categories=3)
SCHEMA = {"n": pl.Float64, "c": pl.String, "d": pl.Datetime("us"), "t": pl.String}
ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.floats()),
        st.one_of(st.none(), st.sampled_from(["a", "b", "z"]), st.text(max_size=4)),
        st.one_of(st.none(), st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1))),
        st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["good film", "这本书"])),
    ),
    min_size=1,
    max_size=8,
)


def mixed(folder: Path, parts: list[int] | None = None) -> Dataset:
    generator = np.random.default_rng(0)
    return dataset(
        folder,
        {
            "n": (ColumnType.NUMBER, [None, *generator.normal(3, 2, 19)]),
            "c": (ColumnType.CATEGORY, [None, *generator.choice(["a", "b", "c", "d"], 19).tolist()]),
            "d": (ColumnType.TIME, [None, *[datetime(2026, 1 + i % 12, 1 + i, i) for i in range(19)]]),
            "t": (ColumnType.TEXT, [None, *["good film", "bad film", "这本书很好"] * 6, "end"]),
        },
        ["no", "yes"] * 10,
        parts=parts,
    )


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Preprocessor:
    data = mixed(tmp_path_factory.mktemp("data") / "d")
    return Preprocessor.fit(data, spec_of(data), OPTIONS)


@given(ROWS)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_rows_encode_alone_as_together_and_finite(fitted: Preprocessor, rows: list[tuple[object, ...]]) -> None:
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    together = fitted.encode(table)
    for shape in fitted.shapes:
        array = together[shape.name]
        assert array.shape == (len(rows), *shape.shape)
        assert array.dtype == shape.dtype
        assert np.isfinite(array).all()
        alone = [fitted.encode(table[i])[shape.name] for i in range(len(rows))]
        np.testing.assert_array_equal(np.concatenate(alone), array)


@given(ROWS)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_saved_and_loaded_encodes_identically(fitted: Preprocessor, tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]]) -> None:
    path = tmp_path_factory.mktemp("run") / "preprocess.json"
    fitted.save(path)
    again = Preprocessor.load(path)
    assert again == fitted
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    for name, array in fitted.encode(table).items():
        np.testing.assert_array_equal(again.encode(table)[name], array)


def test_only_training_rows_are_learned_from(tmp_path: Path) -> None:
    parts = [0] * 14 + [1] * 3 + [2] * 3
    data = mixed(tmp_path / "d", parts)
    before = Preprocessor.fit(data, spec_of(data), OPTIONS)
    table = data.table()
    held_out = pl.Series(parts) > 0
    table.with_columns(
        n=pl.when(held_out).then(1e9).otherwise("n"),
        c=pl.when(held_out).then(pl.lit("other")).otherwise("c"),
        t=pl.when(held_out).then(pl.lit("spam spam")).otherwise("t"),
        d=pl.when(held_out).then(datetime(1990, 1, 1)).otherwise("d"),
    ).write_parquet(data.folder / "table.parquet")
    assert Preprocessor.fit(data, spec_of(data), OPTIONS) == before


def test_columns_may_come_in_any_order_and_with_others(fitted: Preprocessor) -> None:
    table = pl.DataFrame({"n": [1.0], "c": ["a"], "d": [datetime(2026, 2, 3)], "t": ["good"]}, schema=SCHEMA)
    for name, array in fitted.encode(table.select("t", "n", pl.lit(1).alias("extra"), "d", "c")).items():
        np.testing.assert_array_equal(array, fitted.encode(table)[name])


def test_a_missing_column_is_named(fitted: Preprocessor) -> None:
    with pytest.raises(BadInput, match="the columns 'n', 'd'"):
        fitted.encode(pl.DataFrame({"c": ["a"], "t": ["x"]}))


def test_pictures_are_asked_for_and_counted(tmp_path: Path) -> None:
    data = dataset(
        tmp_path / "d", {"p": (ColumnType.IMAGE, ["1", "2"]), "n": (ColumnType.NUMBER, [1.0, 2.0])}, ["no", "yes"], images=np.zeros((2, 4, 4, 1), np.uint8)
    )
    fitted = Preprocessor.fit(data, spec_of(data), OPTIONS)
    with pytest.raises(BadInput, match="reads pictures"):
        fitted.encode(data.table())
    with pytest.raises(BadInput, match="2 rows but 1 pictures"):
        fitted.encode(data.table(), data.images()[:1])
    assert fitted.encode(data.table(), data.images())["image_0"].shape == (2, 4, 4, 1)


def test_labels_and_task_are_the_datasets(tmp_path: Path) -> None:
    data = dataset(tmp_path / "d", {"n": (ColumnType.NUMBER, [1.0, 2.0, 3.0])}, ["b", "a", "c"], task=Task.MULTICLASS)
    fitted = Preprocessor.fit(data, spec_of(data), OPTIONS)
    assert (fitted.task, fitted.labels) == (Task.MULTICLASS, ("a", "b", "c"))
    assert fitted.encode_target(data.table()["y"]).tolist() == [1, 0, 2]


@pytest.mark.parametrize("change", [{"version": 3}, {"repairs": [{}]}, {"columns": []}, {"encoders": [{}]}, {"target": None}])
def test_a_broken_file_is_damaged(fitted: Preprocessor, tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "preprocess.json"
    fitted.save(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(Damaged, match="cannot be read"):
        Preprocessor.load(path)


def test_a_missing_file_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match=r"preprocess\.json is missing"):
        Preprocessor.load(tmp_path / "preprocess.json")


def with_repairs(data: Dataset, *repairs: Repair) -> Dataset:
    """The same dataset folder, with these repairs in its description."""
    write_json(data.folder / "dataset.json", data.info.model_copy(update={"repairs": repairs}).model_dump(mode="json"))
    return Dataset(data.folder)


def test_repairs_of_values_of_the_inputs_travel_with_the_preprocessing(tmp_path: Path) -> None:
    limits = Repair(code="outliers", column="n", decided={"low": 0.0, "high": 9.0})
    others = (
        Repair(code="duplicate_rows", decided={"columns": ["n"]}), Repair(code="possible_leak", column="n"),
        Repair(code="near_identical_labels", column="y", decided={"spellings": {"yes": "yes"}}), Repair(code="mixed_types", column="n", decided={"style": ""}),
    )  # fmt: skip
    data = with_repairs(dataset(tmp_path / "d", {"n": (ColumnType.NUMBER, [1.0, 2.0])}, ["no", "yes"]), *others, limits)
    fitted = Preprocessor.fit(data, spec_of(data), OPTIONS)
    assert fitted.repairs == (limits,)
    fitted.save(tmp_path / "p.json")
    assert Preprocessor.load(tmp_path / "p.json") == fitted


def test_a_file_from_before_there_were_repairs_still_loads(fitted: Preprocessor, tmp_path: Path) -> None:
    path = tmp_path / "preprocess.json"
    fitted.save(path)
    old = json.loads(path.read_text())
    del old["repairs"]
    for encoder in old["encoders"]:
        encoder.pop("offset", None)
    path.write_text(json.dumps({**old, "version": 1}))
    assert Preprocessor.load(path) == fitted


def test_a_skewed_scale_is_seen_as_its_logarithm(tmp_path: Path) -> None:
    values = [0.0, np.e - 1, np.e**2 - 1, np.e**3 - 1]
    data = with_repairs(
        dataset(tmp_path / "d", {"n": (ColumnType.NUMBER, values), "m": (ColumnType.NUMBER, values)}, ["no", "yes"] * 2),
        Repair(code="skewed_scale", column="n", decided={"offset": 0.0}),
    )
    fitted = Preprocessor.fit(data, spec_of(data), OPTIONS)
    fitted.save(tmp_path / "p.json")
    seen = Preprocessor.load(tmp_path / "p.json").encode(data.table())["table"]
    logarithms, plain = np.array([0.0, 1.0, 2.0, 3.0]), np.array(values)
    np.testing.assert_allclose(seen[:, 0], (logarithms - 1.5) / 0.5, rtol=1e-6)  # mean and deviation of 1, 1, 2, 2: the ends are drawn in
    np.testing.assert_allclose(seen[:, 1], (plain - plain[1:3].mean()) / plain[1:3].std(), rtol=1e-6)
