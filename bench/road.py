"""Is the default model any good? The whole road on the command line, with our own baselines as referee.

    python -m bench.road                         the templates that we ship
    python -m bench.road FILE[:TARGET] ...       files of your own

For each: ingest, train with default settings, compare with the baselines on the same test rows. The
default model passes when it is not worse than the linear baseline by more than one standard error
(classification: sqrt(p(1-p)/n) of the accuracy; numbers: the width of the 95 % interval ÷ 3.92).
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def core(home: Path, *words: str) -> Any:
    """One command of the command line, its JSON document parsed."""
    environment = {**os.environ, "LIMELIGHT_HOME": str(home)}
    command = [sys.executable, "-m", "core", *words, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: exit code {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def road(home: Path, file: Path, target: str | None) -> dict[str, Any]:
    """Walk one file from upload to verdict; returns one row of the table."""
    data = core(home, "ingest", str(file), *(["--target", target] if target else []))
    start = time.perf_counter()
    run = core(home, "train", data["dataset"])
    seconds = time.perf_counter() - start
    verdict = core(home, "compare", run["run"], "--with-baselines")
    name = "rmse" if data["task"] == "regression" else "accuracy"
    values = {model["name"]: model["metrics"][name]["value"] for model in verdict["models"]}
    ours = verdict["models"][0]["metrics"][name]
    error = standard_error(ours, verdict["rows_judged"], name)
    linear = next(model["metrics"][name]["value"] for model in verdict["models"] if model["run"] == "linear")
    worse = (linear - ours["value"]) if name == "accuracy" else (ours["value"] - linear)
    return {
        "file": file.name, "rows": data["rows"], "judged": verdict["rows_judged"], "metric": name,
        "values": values, "standard_error": error, "train_s": run["seconds"], "total_s": seconds,
        "backend": run["backend"], "passes": worse <= error,
    }  # fmt: skip


def standard_error(metric: dict[str, float], rows: int, name: str) -> float:
    """One standard error of the metric on the test rows."""
    if name == "accuracy":
        return math.sqrt(metric["value"] * (1 - metric["value"]) / rows)
    return (metric["high"] - metric["low"]) / (2 * 1.96)


def main(words: list[str]) -> int:
    """Print one block a file; the exit code is 1 when a default model fails."""
    pairs = [(Path(file), target or None) for file, _, target in (word.partition(":") for word in words)] or templates()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for file, target in pairs:
            row = road(Path(folder), file, target)
            failed += not row["passes"]
            verdict = "passes" if row["passes"] else "FAILS"
            print(f"{row['file']}: {verdict}; {row['judged']} test rows, {row['metric']}, one standard error {row['standard_error']:.4f}")  # fmt: skip
            print("   " + ", ".join(f"{model} {value:.4f}" for model, value in row["values"].items()))
            print(f"   trained in {row['train_s']:.1f} s on {row['backend']}, command {row['total_s']:.1f} s", flush=True)
    return int(failed > 0)


def templates() -> list[tuple[Path, str | None]]:
    """The files that we ship, with their targets."""
    from core.dataset.samples import TEMPLATES

    return [(template.file, template.target) for template in TEMPLATES]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
