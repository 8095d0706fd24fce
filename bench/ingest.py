"""How long does a large CSV take, and how much memory? Ours against DuckDB, Polars, PyArrow and pandas, on the same file.

    python -m bench.ingest                     5,000,000 rows, about 1 GB of CSV, two rounds
    python -m bench.ingest ROWS [ROUNDS]       another size

Each contender runs in a process of its own, one after the other, every round in the other direction. What each does:

    ours      reads, finds types and traps, profiles every row, splits, stores as Parquet (`inspect` and `store`)
    duckdb    converts to Parquet, then SUMMARIZE
    polars    scans with the types given, writes Parquet, then nulls, distinct values, least, greatest, mean of each column
    pyarrow   streams to Parquet, then counts nulls, least and greatest
    pandas    reads and describes; writes nothing (only with 1,000,000 rows or fewer: it needs many times the file in memory)
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

ROOT = Path(__file__).parent.parent
ROWS, ROUNDS = 5_000_000, 2
ROWS_AT_ONCE = 250_000
PANDAS_ROWS = 1_000_000
THREADS = 2
WORDS = ["good", "bad", "service", "quick", "slow", "price", "quality", "support", "would", "buy", "again", "never", "room", "staff", "clean", "food", "nice", "terrible"]
CITIES = ["Berlin", "Paris", "New York", "Shanghai", "北京", "São Paulo", "London", "Tokyo", "Lagos", "Sydney"]


def make(path: Path, rows: int) -> None:
    """A CSV of 20 columns: numbers, categories, a text, an e-mail address, a moment, an answer that two columns explain."""
    random = np.random.default_rng(0)
    with path.open("wb") as file:
        for start in range(0, rows, ROWS_AT_ONCE):
            _piece(random, start, min(ROWS_AT_ONCE, rows - start)).write_csv(file, include_header=start == 0)


def _piece(random: np.random.Generator, start: int, rows: int) -> pl.DataFrame:
    def pick(values: list[str]) -> pl.Series:
        return pl.Series(values)[random.integers(0, len(values), rows)]

    f1, f2 = random.normal(size=(2, rows))
    seconds = pl.Series(1_704_067_200 + random.integers(0, 600 * 86_400, rows)) * 1_000_000
    income = pl.Series(random.lognormal(10, 0.6, rows)).round(2)
    return pl.DataFrame({
        "order_id": np.arange(start, start + rows), "age": random.integers(18, 90, rows),
        "income": income.scatter(np.flatnonzero(random.random(rows) < 0.05), None),
        "balance": random.normal(0, 1000, rows).round(2), "score": random.random(rows).round(6), "visits": random.poisson(3, rows),
        "lat": random.uniform(-90, 90, rows).round(5), "lon": random.uniform(-180, 180, rows).round(5),
        "f1": f1.round(6), "f2": f2.round(6), "f3": random.normal(size=rows).round(6), "f4": random.normal(size=rows).round(6),
        "city": pick(CITIES), "plan": pick(["free", "basic", "pro", "enterprise"]), "device": pick(["ios", "android", "web"]),
        "segment": pick([f"seg_{i}" for i in range(500)]),
        "comment": pl.DataFrame([pick(WORDS).alias(str(i)) for i in range(8)]).select(pl.concat_str(pl.all(), separator=" ")).to_series(),
        "email": "user" + pl.Series(random.integers(0, 10**7, rows)).cast(pl.String) + "@example.com",
        "signup": seconds.cast(pl.Datetime("us")).dt.strftime("%Y-%m-%d %H:%M:%S"),
        "churn": pl.Series(["no", "yes"])[(random.random(rows) < 1 / (1 + np.exp(1 - f1 - f2))).astype(np.int64)],
    })  # fmt: skip


def ours(file: Path, folder: Path) -> None:
    """`inspect` and `store`, as a page or the command line does it."""
    os.environ["LIMELIGHT_HOME"] = str(folder)
    from core.dataset.ingest import inspect, store
    from core.workspace import Workspace

    store(inspect(file, file.name), Workspace.local())


def with_duckdb(file: Path, folder: Path) -> None:
    """To Parquet, then SUMMARIZE."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    connection.execute(f"COPY (SELECT * FROM read_csv('{file}')) TO '{folder / 'table.parquet'}' (FORMAT parquet)")
    connection.execute(f"SUMMARIZE SELECT * FROM '{folder / 'table.parquet'}'").fetchall()


def with_polars(file: Path, folder: Path) -> None:
    """To Parquet with the types that its own inference finds, then one query over all columns."""
    pl.scan_csv(file, try_parse_dates=True).sink_parquet(folder / "table.parquet", compression="lz4")
    every = pl.scan_parquet(folder / "table.parquet")
    numbers = pl.selectors.numeric()
    every.select(
        pl.all().null_count().name.suffix(" null"), pl.all().approx_n_unique().name.suffix(" distinct"), pl.all().min().name.suffix(" min"),
        pl.all().max().name.suffix(" max"), numbers.mean().name.suffix(" mean"),
    ).collect(engine="streaming")  # fmt: skip


def with_pyarrow(file: Path, folder: Path) -> None:
    """Streamed to Parquet, then nulls, least and greatest of each column."""
    import pyarrow as pa
    from pyarrow import compute, csv, parquet

    pa.set_cpu_count(THREADS)
    with csv.open_csv(file) as batches, parquet.ParquetWriter(folder / "table.parquet", batches.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    whole = parquet.ParquetFile(folder / "table.parquet")
    for name in whole.schema_arrow.names:
        column = whole.read([name]).column(0)
        compute.min_max(column), column.null_count  # noqa: B018


def with_pandas(file: Path, folder: Path) -> None:
    """Read and describe."""
    import pandas  # type: ignore[import-untyped]

    pandas.read_csv(file).describe(include="all")


CONTENDERS: dict[str, Callable[[Path, Path], None]] = {
    "ours": ours, "duckdb": with_duckdb, "polars": with_polars, "pyarrow": with_pyarrow, "pandas": with_pandas,
}  # fmt: skip


def one(name: str, file: Path) -> None:
    """Run a contender in this process; prints seconds and peak memory as JSON."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        start = time.perf_counter()
        CONTENDERS[name](file, Path(folder))
        seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def run(name: str, file: Path) -> tuple[float, float]:
    """Run a contender in a process of its own: seconds, peak megabytes."""
    environment = {**os.environ, "POLARS_MAX_THREADS": str(THREADS)}
    done = subprocess.run([sys.executable, "-m", "bench.ingest", "--one", name, str(file)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr.strip()[-2000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    return found["seconds"], found["mb"]


def main(words: list[str]) -> int:
    """Print a line a contender; the exit code is 1 when ours takes longer than DuckDB or more than 1.5 GB."""
    if words[:1] == ["--one"]:
        one(words[1], Path(words[2]))
        return 0
    rows, rounds = (*(int(word) for word in words), *(ROWS, ROUNDS)[len(words) :])
    names = [name for name in CONTENDERS if name != "pandas" or rows <= PANDAS_ROWS]
    times: dict[str, list[float]] = {name: [] for name in names}
    peaks: dict[str, float] = dict.fromkeys(names, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.csv"
        make(file, rows)
        print(f"{rows:,} rows, {file.stat().st_size / 1e6:,.0f} MB of CSV, {THREADS} threads, {rounds} rounds", flush=True)
        for turn in range(rounds):
            for name in names if turn % 2 == 0 else reversed(names):
                seconds, mb = run(name, file)
                times[name].append(seconds)
                peaks[name] = max(peaks[name], mb)
    best = {name: min(values) for name, values in times.items()}
    for name in names:
        print(f"{name:8} {best[name]:6.1f} s   ours takes {best['ours'] / best[name]:4.2f} times as long   peak {peaks[name]:6,.0f} MB", flush=True)
    return int(best["ours"] > best["duckdb"] or peaks["ours"] > 1500)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
