"""`python -m core.why MODEL… [--row N]`: explain models, one after the other, and leave the answers beside them."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

from core.why.explain import explain
from core.why.job import carry_out
from core.why.model import model_at

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Entry of the process; 0 when every model was explained."""
    parser = argparse.ArgumentParser(prog="python -m core.why", description="Explain trained models.")
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL", help="a run's folder, or DATASET_FOLDER/baselines/NAME.parquet")
    parser.add_argument("--row", type=int, metavar="N", help="only the answer for this row of the dataset, from 0")
    given = parser.parse_args(arguments)
    with contextlib.suppress(OSError):
        os.nice(10)
    return carry_out([model for path in given.models if (model := model_at(path)) is not None], given.row, explain)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
