"""`python -m core.why RUN_FOLDER… [--row N]`: explain runs, one after the other, and leave the answers in their folders."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

from core.runs.run import Run
from core.why.explain import explain
from core.why.job import carry_out

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Entry of the process; 0 when every run was explained."""
    parser = argparse.ArgumentParser(prog="python -m core.why", description="Explain trained models.")
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN_FOLDER")
    parser.add_argument("--row", type=int, metavar="N", help="only the answer for this row of the dataset, from 0")
    given = parser.parse_args(arguments)
    with contextlib.suppress(OSError):
        os.nice(10)
    return carry_out([Run(folder) for folder in given.runs if folder.is_dir()], given.row, explain)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
