"""The words of the commands that judge: `compare` for runs of ours, `evaluate` for predictions from elsewhere, `why` for reasons."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.identity import BASELINES
from core.language import LANGUAGES

__all__ = ["add_judging", "share"]


def add_judging(commands: Any, command: Callable[[Any, str, str], argparse.ArgumentParser]) -> None:
    """Add the three commands.

    Args:
        commands: argparse's subparsers.
        command: makes one with the words that all commands share.
    """
    compare = command(commands, "compare", "judge runs side by side on the same test rows: which is better, is it real, what is it worth")
    compare.add_argument("runs", nargs="+", metavar="RUN")
    compare.add_argument("--with-baselines", action="store_true", help="beside the simple models of the dataset")
    _add_question(compare)

    evaluate = command(commands, "evaluate", "judge predictions that come from elsewhere, one file a model")
    evaluate.add_argument("files", nargs="+", type=Path, metavar="PREDICTIONS.csv", help="columns: row id, truth, one score column a class; see docs/compare.md")
    evaluate.add_argument("--many-labels", action="store_true", help="a row may carry none, one or several labels: in one cell of the truth with ; or | between, or in columns truth:LABEL of 0 and 1")
    evaluate.add_argument("--label-thresholds", metavar="X | LABEL=X,.. | GOAL", help="of many labels: the score from which on a label is given, or a goal for each label on the validation rows, such as f1; 0.5 if left out")
    _add_question(evaluate)

    why = command(commands, "why", "explain a model: which columns matter, where it looks, which words; or its answer for one row")
    why.add_argument("run", metavar="RUN | DATASET")
    why.add_argument("--baseline", choices=BASELINES, help="a simple model of that dataset (or of the run's) instead; trained where it is not there yet")
    why.add_argument("--row", type=int, metavar="N", help="the answer for this row of the dataset, from 0; the model as a whole if left out")
    why.add_argument("--again", action="store_true", help="explain it once more, though it was explained before")


def share(text: str) -> float:
    """A share, as 0.01 or as 1%.

    Example:
        >>> share("1%"), share("0.005")
        (0.01, 0.005)
    """
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number such as 0.01 or 1%, received {text!r}") from None


def _add_question(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reference", metavar="MODEL", help="compare each with this one (id, or name where it is the only one); the best simple model if left out")
    parser.add_argument("--metric", metavar="NAME", help="of the verdict; accuracy, or rmse for numbers, if left out")
    parser.add_argument("--margin", type=share, default=0.01, metavar="X", help="a difference below it does not matter; 0.01 (1 point) if left out")
    parser.add_argument("--threshold", metavar="X | GOAL", help="every metric at this score, or at the one that reaches a goal such as 'recall>=0.9' on the validation rows")
    parser.add_argument("--slice", action="append", metavar="COL", dest="slices", help="numbers for each part of the rows; once or twice, and the weakest parts are searched")
    parser.add_argument("--value", metavar="tp=..,fp=..", help="money a month: tp, fp, fn, tn, cases, rate, currency; for numbers over, under, cases, currency")
    parser.add_argument("--positive", metavar="CLASS", help="the class that a model says yes to, for --threshold and --value; of many labels one of them")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the whole comparison as one page that works offline")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="of the sentences and of the page")
