"""The words that the command line understands, and what each of them means; `python -m core --help` prints it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from core.judging_arguments import add_judging

__all__ = ["parser"]

MORE_EPOCHS = 10  # of `continue`, unless said otherwise


def parser() -> argparse.ArgumentParser:
    """The whole grammar."""
    whole = argparse.ArgumentParser(prog="python -m core", description="From a file to a judged model.")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    _add_ingest(_command(commands, "ingest", "store a file as a dataset"))

    recipes = _command(commands, "recipes", "list the recipes with their settings as a JSON schema")
    recipes.add_argument("--task", choices=["binary", "multiclass", "regression"], help="only those for this task")

    _add_train(_command(commands, "train", "train a model and judge it"))
    _command(commands, "series", "say how a series of --seeds, --folds or --shares stands, or list all").add_argument("series", nargs="?", metavar="SERIES")
    _add_race(_command(commands, "race", "train two to four models side by side, one for each combination of what is given"))
    _add_run_commands(commands)

    add_judging(commands, _command)

    predict = _command(commands, "predict", "predict the rows of a file")
    predict.add_argument("run", metavar="RUN")
    predict.add_argument("file", type=Path, metavar="FILE", help="a table, or a zip of pictures")
    predict.add_argument("--out", type=Path, metavar="FILE", help="write the predictions here as CSV")

    delete = _command(commands, "delete", "delete a run or a dataset for good")
    delete.add_argument("id", metavar="RUN | DATASET")
    return whole


def _add_train(train: argparse.ArgumentParser) -> None:
    train.add_argument("dataset", nargs="?", metavar="DATASET", help="may be left out with --like")
    train.add_argument("--like", metavar="RUN", help="data, recipe, settings and seed of this run, but for what --set says")
    train.add_argument("--recipe", metavar="NAME", help="kind of network; the fitting one if left out")
    train.add_argument("--preset", metavar="NAME", help="quick, balanced (if left out) or thorough")
    train.add_argument("--set", action="append", default=[], type=_setting, metavar="key=value", dest="changes")
    train.add_argument("--epochs", type=int, metavar="N", help="how often each row is seen")
    train.add_argument("--seed", type=int, metavar="N", help="decides every random choice; 0 if left out")
    train.add_argument("--seeds", type=int, metavar="N", help="train it with N seeds, from --seed on: how much of the result is luck")
    train.add_argument("--folds", type=int, metavar="K", help="cross-validate: K runs, each judged on the rows that it did not learn from; the test rows stay sealed")
    train.add_argument("--shares", metavar="S,S,…", help="learning curve: train on these shares of the rows, such as 0.1,0.25,0.5,1")
    train.add_argument("--repeats", type=int, default=1, metavar="R", help="of --folds: deal the rows R times; of --shares: R seeds a share")
    train.add_argument("--backend", choices=["auto", "jax", "tensorflow"])
    train.add_argument("--detach", action="store_true", help="print the run's id and return at once; it goes on without this terminal")
    train.add_argument("--follow", action="store_true", help="print each event as a JSON line on stderr")


def _add_race(race: argparse.ArgumentParser) -> None:
    race.add_argument("dataset", metavar="DATASET")
    race.add_argument("--recipe", action="append", metavar="NAME", dest="recipes", help="once for each; the fitting one if left out")
    race.add_argument("--preset", action="append", metavar="NAME", dest="presets", help="quick, balanced or thorough, once for each; balanced if left out")
    race.add_argument("--seed", action="append", type=int, metavar="N", dest="seeds", help="once for each; 0 if left out; with one all see the rows in the same order")
    race.add_argument("--set", action="append", default=[], type=_setting, metavar="key=value", dest="changes", help="the same for all")
    race.add_argument("--epochs", type=int, metavar="N", help="the same for all")
    race.add_argument("--backend", default="auto", choices=["auto", "jax", "tensorflow"])
    race.add_argument("--detach", action="store_true", help="print race and runs and return at once; it goes on without this terminal")


def _add_run_commands(commands: Any) -> None:
    """What can be done to a run; all but `watch` return at once."""
    _command(commands, "runs", "list the runs")
    for name, text in (
        ("stop", "stop a run and keep its best weights; one that waits leaves the queue"),
        ("pause", "let a run hold still; it keeps its memory and its place"),
        ("resume", "let a paused run go on, or an interrupted one from its last checkpoint"),
        ("status", "say how a run stands"),
    ):
        _command(commands, name, text).add_argument("run", metavar="RUN")

    more = _command(commands, "continue", "train on where a run ended, as a new run, and print its id")
    more.add_argument("run", metavar="RUN")
    more.add_argument("--epochs", type=int, default=MORE_EPOCHS, metavar="N", help=f"on top of those that it did; {MORE_EPOCHS} if left out")

    watch = _command(commands, "watch", "follow a run to its end, one line an epoch; Ctrl-C ends the watching, not the run")
    watch.add_argument("run", metavar="RUN")
    watch.add_argument("--follow", action="store_true", help="print each event as a JSON line on stderr")

    rate = _command(commands, "learning-rate", "change the learning rate of a run while it learns")
    rate.add_argument("run", metavar="RUN")
    rate.add_argument("rate", type=float, metavar="X", help="above 0, at most 1")

    note = _command(commands, "note", "write a note about a run, or print it")
    note.add_argument("run", metavar="RUN")
    note.add_argument("text", nargs="?", metavar="TEXT", help="an empty one removes the note; printed if left out")

    queue = _command(commands, "queue", "list the runs that wait, the next to start first")
    queue.add_argument("--move", nargs=2, type=_word_or_place, metavar=("RUN", "PLACE"), help="give a waiting run another place, from 1")


def _add_ingest(ingest: argparse.ArgumentParser) -> None:
    ingest.add_argument("file", type=Path, metavar="FILE", help="a table (CSV, Excel, Parquet, JSON lines), or pictures: a zip or a folder with one folder a class")
    ingest.add_argument("--target", metavar="COL", help="column to predict; guessed if left out")
    ingest.add_argument("--name", default="", help="name to show; the file's name if left out")
    ingest.add_argument("--type", action="append", default=[], type=_column_type, metavar="COL=TYPE", dest="types", help="number, category, text, time or identifier")
    ingest.add_argument("--input", action="append", metavar="COL", dest="inputs", help="give models this column and no others but those named so")
    ingest.add_argument("--drop", action="append", default=[], metavar="COL", help="do not give models this column")
    ingest.add_argument("--repair", action="append", default=[], metavar="CODE[:COL]", help="repair what a finding of that code says, in this order")
    ingest.add_argument("--split", metavar="WAY", help="stratified, time:COL, group:COL or given:COL; as the file says if left out")
    ingest.add_argument("--seed", type=int, default=0, metavar="N", help="of the split")
    ingest.add_argument("--encoding", metavar="E", help="of the text; found if left out")
    ingest.add_argument("--delimiter", metavar="D", help="between cells; \\t or tab for a tab; found if left out")
    ingest.add_argument("--sheet", metavar="S", help="of a workbook; the first with data if left out")
    ingest.add_argument("--header-row", type=int, metavar="N", help="line with the column names, from 1; 0: there is none")
    ingest.add_argument("--dry-run", action="store_true", help="say what is in the file and store nothing")


def _command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _word_or_place(text: str) -> str | int:
    return int(text) if text.isdigit() else text


def _setting(text: str) -> tuple[str, Any]:
    """Split `key=value`; the value is read as JSON where it is JSON, else as text."""
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"expected key=value, received {text!r}")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def _column_type(text: str) -> tuple[str, str]:
    """Split `COL=TYPE` at the last `=`; a column may have others in its name."""
    column, equals, kind = text.rpartition("=")
    if not column or not equals:
        raise argparse.ArgumentTypeError(f"expected COL=TYPE, received {text!r}")
    return column, kind.strip()
