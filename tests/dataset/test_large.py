"""A table that is read in tiny blocks gives the dataset that one block gives."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from core.dataset.dataset import Dataset
from core.dataset.draft import Draft
from core.dataset.ingest import inspect, store
from core.dataset.kept import keep, kept
from core.dataset.progress import Progress, Step
from core.dataset.readers import blocks, table
from core.dataset.readers.options import ReadOptions
from core.dataset.readers.read import read
from core.dataset.readers.source import Source
from core.dataset.readers.table import RawTable, read_table
from core.dataset.schema import ColumnType, DatasetInfo, Repair, SplitBy
from core.errors import BadTarget, Cancelled, LimitExceeded
from core.settings import settings
from core.workspace import Workspace
from tests.dataset.made import csv_bytes, people

ROWS = 1200


def shop(rows: int = ROWS, seed: int = 0) -> dict[str, list[Any]]:
    """All kinds of columns, with everything that a file may hold: gaps, blanks, quotes, line ends, Chinese, copies."""
    random = np.random.default_rng(seed)
    made: dict[str, list[Any]] = {**people(rows, seed)}
    words = np.array(["good", "slow, but fine", 'a "quoted" word', "two\nlines", "很好", "N/A", " spaced  out ", ""])
    made["note"] = [" ".join(random.choice(words, 6)) if i % 9 else random.choice(words) for i in range(rows)]
    made["city"] = random.choice(["Paris", " paris ", "北京", "-", "Rome"], rows).tolist()
    made["id"] = [f"c-{i:05d}" for i in range(rows)]
    made["sum"] = [f"{value:,.2f}" if i % 3 else "n/a" for i, value in enumerate(random.normal(3000, 900, rows))]
    made["when"] = [f"2026-{1 + i % 12:02d}-{1 + i % 28:02d}" if i % 7 else "" for i in range(rows)]
    made["income"] = [f"{value:.2f}" if i % 11 else "" for i, value in enumerate(made["income"])]
    made["churn"] = ["rare" if i < 2 else " yes " if value == "yes" and i % 2 else value if i % 50 else "" for i, value in enumerate(made["churn"])]
    made["age"][10] = 900
    for i in range(0, 300, 3):  # copies far from each other
        for name, values in made.items():
            if name != "id":
                values[rows - 1 - i] = values[i + 2]
    return made


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 8,000 bytes; the sample holds all rows, so that only the way of reading differs."""
    for module in (blocks, table):
        monkeypatch.setattr(module, "BLOCK_BYTES", 8000)
    monkeypatch.setattr(blocks, "PLACE_BYTES", 1500)


def both(monkeypatch: pytest.MonkeyPatch, data: bytes, **choices: object) -> tuple[Dataset, Dataset, Draft]:
    """The dataset of one block, that of many, and the draft of the second."""
    one = inspect(data, "shop.csv")
    first = store(one.with_choices(**choices) if choices else one, Workspace.create()[0])  # type: ignore[arg-type]
    for module in (blocks, table):
        monkeypatch.setattr(module, "BLOCK_BYTES", 8000)
    monkeypatch.setattr(blocks, "PLACE_BYTES", 1500)
    many = inspect(data, "shop.csv")
    assert many.raw.whole is not None
    many = many.with_choices(**choices) if choices else many  # type: ignore[arg-type]
    return first, store(many, Workspace.create()[0]), many


def told(info: DatasetInfo) -> dict[str, object]:
    """What `dataset.json` says, without name, moment, and the notes about the sample."""
    said = info.model_dump(mode="json")
    findings = [finding for finding in said.pop("findings") if finding["code"] != "sampled"]
    return {key: value for key, value in said.items() if key not in ("id", "created", "sampled_rows")} | {
        "findings": sorted((finding["code"], finding["column"] or "", finding["message"]) for finding in findings)
    }


CHOICES: list[dict[str, object]] = [
    {},
    {"target": "income"},
    {"types": {"age": "category", "when": "category"}},
    {"types": {"note": "category", "income": "text"}, "seed": 3},
    {"split": SplitBy.parse("time:when")},
    {"split": SplitBy.parse("group:city")},
    {"repairs": [Repair.parse("duplicate_rows")]},
    {"repairs": [Repair.parse("conflicting_duplicates"), Repair.parse("outliers:age")]},
]


@pytest.mark.parametrize("choices", CHOICES, ids=str)
def test_many_blocks_give_the_dataset_of_one(clean_home: Path, monkeypatch: pytest.MonkeyPatch, choices: dict[str, object]) -> None:
    one, many, draft = both(monkeypatch, csv_bytes(shop()), **choices)
    assert one.table().equals(many.table())
    assert np.array_equal(one.split(), many.split())
    assert told(one.info) == told(many.info)
    assert many.info.sampled_rows == len(draft.raw.frame) == ROWS
    assert "sampled" in [finding.code for finding in many.info.findings]


@pytest.mark.parametrize(
    ("encoding", "end"),
    [("utf-8", "\n"), ("utf-8", "\r\n"), ("utf-8", "\r"), ("utf-8-sig", "\n"), ("gb18030", "\r\n"), ("utf-16", "\r\n"), ("utf-32-le", "\n")],
)
def test_any_encoding_and_line_end_is_read_block_by_block(monkeypatch: pytest.MonkeyPatch, tiny: None, encoding: str, end: str) -> None:
    text = csv_bytes(shop()).decode()
    found = read_table(text.replace("\n", end).encode(encoding))
    for module in (blocks, table):
        monkeypatch.setattr(module, "BLOCK_BYTES", 10_000_000)
    once = read_table(text.encode())
    assert found.whole is not None
    assert as_text(found).equals(once.frame)
    assert found.whole.numbers.tolist() == once.rows.tolist()


def as_text(raw: RawTable) -> pl.DataFrame:
    """All rows of a large table as they stand in the file."""
    from core.dataset.readers.sample import as_text as text_of

    assert raw.whole is not None
    forms = raw.whole.forms
    return pl.concat(raw.whole.batches(rows=500)).select([text_of(values, forms.get(values.name, "")) for values in pl.read_parquet(raw.whole.file)])


def test_rows_that_do_not_fit_keep_their_lines_and_numbers(monkeypatch: pytest.MonkeyPatch, tiny: None) -> None:
    lines = csv_bytes({name: values for name, values in shop().items() if name != "note"}).decode().splitlines()
    for line in (5, 300, 777, 1100):
        lines[line] += ",too,many"
    lines[900] = "too,few"
    lines.insert(400, "")
    lines.insert(500, '5" of rain,' + ",".join("x" * 8))
    data = "\n".join(lines).encode()
    found = read_table(data)
    for module in (blocks, table):
        monkeypatch.setattr(module, "BLOCK_BYTES", 10_000_000)
    once = read_table(data)
    assert found.whole is not None
    assert as_text(found).equals(once.frame)
    assert found.whole.numbers.tolist() == once.rows.tolist()
    assert found.notices == once.notices


def test_a_column_that_turns_out_to_be_text_loses_nothing(monkeypatch: pytest.MonkeyPatch, tiny: None) -> None:
    """The sample sees only plain numbers and dates; one cell far below says otherwise."""
    values = shop()
    values["age"][1003], values["when"][1009], values["income"][1001] = "old", "some day", "12345678901234567"
    monkeypatch.setattr(blocks, "PLACES", 1)
    found = read_table(csv_bytes(values))
    assert found.whole is not None
    schema = pl.read_parquet_schema(found.whole.file)
    assert (schema["age"], schema["when"], schema["income"]) == (pl.String, pl.String, pl.String)
    assert as_text(found)["age"][1003] == "old"
    assert as_text(found)["when"][1009] == "some day"
    assert as_text(found)["income"][1001] == "12345678901234567"


def test_a_bad_byte_after_many_blocks_is_noticed_where_it_is(tiny: None) -> None:
    lines = csv_bytes(people(2000)).splitlines(keepends=True)
    lines[1800] = lines[1800].replace(b"nurse", "infirmière".encode("latin-1")).replace(b"cook", b"caf\xe9").replace(b"smith", b"s\xe9")
    found = read_table(b"".join(lines))
    assert found.whole is not None
    assert [finding.code for finding in found.notices] == ["encoding_guessed"]
    assert "�" not in "".join(as_text(found)["job"].unique())


def test_decimal_commas_are_read_block_by_block(tiny: None) -> None:
    values = shop()
    data = csv_bytes({"a": [v.replace(".", ",") for v in values["income"]], "b": values["age"], "y": values["job"]}, delimiter=";")
    found = read_table(data)
    assert found.whole is not None
    assert pl.read_parquet_schema(found.whole.file)["a"] == pl.Float64
    assert [finding.code for finding in found.notices] == ["decimal_commas"]
    assert as_text(found)["a"].drop_nulls().cast(pl.Float64).to_list() == [float(v) for v in values["income"] if v != ""]


def test_the_sample_is_spread_over_the_file(monkeypatch: pytest.MonkeyPatch, tiny: None) -> None:
    monkeypatch.setenv("LIMELIGHT_SAMPLE_ROWS", "100")
    settings.cache_clear()
    found = inspect(csv_bytes(people(2000)), "people.csv")
    assert (len(found.raw.frame), found.raw.total) == (100, 2000)
    assert max(np.diff(found.raw.rows)) <= 40
    (said,) = [finding for finding in found.findings if finding.code == "sampled"]
    assert "100 of 2,000 rows" in said.message
    assert found.raw.frame["age"].to_list() == [str(people(2000)["age"][i - 1]) for i in found.raw.rows]


def test_what_the_sample_did_not_see_is_counted_when_it_is_stored(monkeypatch: pytest.MonkeyPatch, tiny: None, clean_home: Path) -> None:
    monkeypatch.setenv("LIMELIGHT_SAMPLE_ROWS", "100")
    settings.cache_clear()
    values = people(2000)
    for i in (700, 701, 1203):
        values["churn"][i] = "perhaps"
    values["churn"][50] = ""
    dataset = store(inspect(csv_bytes(values), "people.csv"), Workspace.local())
    info = dataset.info
    assert (info.rows, info.dropped_rows, info.sampled_rows) == (1999, 1, 100)
    assert info.labels == ("no", "perhaps", "yes")
    assert sum(counts.train + counts.validation + counts.test for counts in info.class_counts.values()) == 1999
    assert info.column("age").minimum == min(values["age"])


@pytest.mark.parametrize("stage", ["Reading", "Looking at the columns", "Storing", "Counting", "Sharing out the rows", "Looking for traps"])
def test_cancelled_anywhere_nothing_remains(monkeypatch: pytest.MonkeyPatch, tiny: None, clean_home: Path, stage: str) -> None:
    steps: list[Step] = []
    progress = Progress(steps.append, lambda: all(step.stage != stage for step in steps))
    with pytest.raises(Cancelled):
        store(inspect(csv_bytes(people(2000)), "people.csv", progress=progress), Workspace.local(), progress=progress)
    assert [path for path in clean_home.rglob("*") if path.is_file() or path.name.startswith(".new")] == []


def test_what_stops_only_the_whole_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tiny: None, clean_home: Path) -> None:
    monkeypatch.setenv("LIMELIGHT_SAMPLE_ROWS", "100")
    monkeypatch.setenv("LIMELIGHT_MAX_CLASSES", "2")
    settings.cache_clear()
    values = people(2000)
    for i in (700, 701, 1203):
        values["churn"][i] = "perhaps"
    found = inspect(csv_bytes(values), "people.csv")
    assert found.ready
    with pytest.raises((LimitExceeded, BadTarget)):
        store(found, Workspace.local())
    assert list(Workspace.local().datasets_folder.iterdir()) == []


def test_a_read_file_is_kept_and_taken_up_again(tiny: None, tmp_path: Path, clean_home: Path) -> None:
    source = Source.of(csv_bytes(shop()), "shop.csv")
    found = read(source, ReadOptions(), Progress())
    keep(tmp_path / "read", found)
    again = kept(tmp_path / "read")
    assert found.raw.whole is not None
    assert again.raw.whole is not None
    assert again.raw.frame.equals(found.raw.frame)
    assert (again.raw.total, again.raw.whole.forms, again.raw.notices) == (found.raw.total, found.raw.whole.forms, found.raw.notices)
    del found
    assert [path for path in (clean_home / "reading").rglob("*") if path.is_file()] == []  # moved, and the hidden folder is gone
    assert len(pl.concat(again.raw.whole.batches())) == ROWS


def test_a_packed_file_is_read_block_by_block(tiny: None) -> None:
    plain = read(Source.of(csv_bytes(shop()), "shop.csv"), ReadOptions(), Progress()).raw
    packed = read(Source.of(gzip.compress(csv_bytes(shop())), "shop.csv.gz"), ReadOptions(), Progress()).raw
    assert packed.whole is not None
    assert as_text(packed).equals(as_text(plain))
    assert packed.frame.equals(plain.frame)


def test_types_are_those_of_the_file(tiny: None) -> None:
    found = read_table(csv_bytes(shop()))
    assert found.whole is not None
    schema = pl.read_parquet_schema(found.whole.file)
    assert (schema["age"], schema["income"], schema["when"]) == (pl.Float64, pl.Float64, pl.Datetime("us"))
    assert (schema["sum"], schema["id"], schema["note"]) == (pl.String, pl.String, pl.String)
    assert inspect(csv_bytes(shop()), "shop.csv").guesses["sum"] == ColumnType.NUMBER


def test_rows_that_typing_does_not_change_are_written_once(monkeypatch: pytest.MonkeyPatch, tiny: None, clean_home: Path) -> None:
    found = inspect(csv_bytes(people(2000)), "people.csv")
    dataset = store(found, Workspace.local())
    assert found.raw.whole is not None
    assert (dataset.folder / "table.parquet").samefile(found.raw.whole.file)
    for module in (blocks, table):
        monkeypatch.setattr(module, "BLOCK_BYTES", 10_000_000)
    once = store(inspect(csv_bytes(people(2000)), "people.csv"), Workspace.create()[0])
    assert dataset.table().equals(once.table())
    assert told(dataset.info) == told(once.info)


def test_a_cell_beyond_the_sample_that_typing_changes_is_stored_typed(monkeypatch: pytest.MonkeyPatch, tiny: None, clean_home: Path) -> None:
    """The sample promises that the file is what is stored; one padded category far below breaks the promise."""
    monkeypatch.setenv("LIMELIGHT_SAMPLE_ROWS", "100")
    settings.cache_clear()
    values = people(2000)
    values["job"][1203] = " cook "
    found = inspect(csv_bytes(values), "people.csv")
    assert found.raw.whole is not None and 1204 not in found.raw.rows
    dataset = store(found, Workspace.local())
    assert not (dataset.folder / "table.parquet").samefile(found.raw.whole.file)
    assert dataset.table()["job"].to_list() == [str(job).strip() for job in values["job"]]
    assert {value for value, _ in dataset.info.column("job").values} == {"cook", "smith", "nurse"}


def test_progress_shows_shares_from_the_first_byte_to_the_last_check(tiny: None, clean_home: Path) -> None:
    steps: list[Step] = []
    progress = Progress(steps.append)
    store(inspect(csv_bytes(people(2000)), "people.csv", progress=progress), Workspace.local(), progress=progress)
    stages = list(dict.fromkeys(step.stage for step in steps))
    assert stages == ["Reading", "Looking at the columns", "Looking for traps", "Storing", "Counting", "Sharing out the rows"]
    assert all(step.total for step in steps if step.stage != "Sharing out the rows")
    assert all(step.done <= step.total for step in steps if step.total)


@pytest.mark.parametrize("blank", ["", " ", "\t ", "\u00a0", "\u2003", "\u3000\u3000", "\x85"])
def test_blank_cells_are_empty_whatever_they_are_blank_with(tiny: None, blank: str) -> None:
    values = people(2000)
    values["job"][700] = blank
    values["job"][701] = "厨师"
    found = read_table(csv_bytes(values))
    assert found.whole is not None
    jobs = as_text(found)["job"]
    assert (jobs[700], jobs[701], jobs.null_count()) == (None, "厨师", 1)
