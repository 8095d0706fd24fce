"""How long `import core` takes, against an empty Python: `python -m bench.imports`."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

REPEATS = 15
CODES = {"empty Python": "pass", "import core": "import core", "import core.workspace": "import core.workspace"}


def measure() -> dict[str, float]:
    """Median seconds of each code over interleaved repeats, the first one thrown away."""
    times: dict[str, list[float]] = {name: [] for name in CODES}
    for _ in range(REPEATS + 1):
        for name, code in CODES.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values[1:]) for name, values in times.items()}


def main() -> None:
    """Print the table; the target is 0.3 s for `import core` above an empty Python."""
    medians = measure()
    empty = medians["empty Python"]
    for name, seconds in medians.items():
        print(f"{name:24} {seconds:.3f} s   (+{seconds - empty:.3f} s)")


if __name__ == "__main__":
    main()
