"""All benches, one after the other: `make bench`. Each runs alone too, as `python -m bench.NAME`."""

from __future__ import annotations

import subprocess
import sys

BENCHES = ("imports", "speed", "start", "viewers", "history", "web", "ingest", "pictures", "room", "compare", "threshold", "slices", "significance", "many_labels", "road")


def main() -> int:
    """Run each in a process of its own; the exit code is the number that failed."""
    failed = 0
    for name in BENCHES:
        print(f"== {name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
