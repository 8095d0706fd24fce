"""The command line: everything that the pages do, without a browser.

    python -m core ingest FILE [--target COL] [--name NAME] [--type COL=TYPE]... [--input COL]... [--drop COL]...
                               [--repair CODE[:COL]]... [--split stratified|time:COL|group:COL|given:COL] [--seed N]
                               [--encoding E] [--delimiter D] [--sheet S] [--header-row N] [--dry-run]
    python -m core recipes [--task TASK]
    python -m core train DATASET [--recipe NAME] [--preset NAME] [--set key=value]... [--epochs N]
                                 [--seed N] [--backend auto|jax|tensorflow] [--follow]
    python -m core runs
    python -m core compare RUN... [--with-baselines]
    python -m core predict RUN FILE [--out FILE]
    python -m core delete (RUN | DATASET)

Each takes `--json`: one JSON document on stdout and nothing else there. Exit codes: 0 done, 1 an error
that the user can fix (one line on stderr), 2 wrong usage, 3 a failed run or machine.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import LimelightError, UserError

DONE, USER_ERROR, USAGE_ERROR, MACHINE_ERROR = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: words of the command line; default: those of this process.

    Returns:
        The exit code. (Wrong usage leaves by `SystemExit(2)`, as argparse does.)
    """
    choice = _parser().parse_args(arguments)
    try:
        _print(choice, _run(choice))
    except LimelightError as error:
        return _fail(error.message, USER_ERROR if isinstance(error, UserError) else MACHINE_ERROR)
    except KeyboardInterrupt:
        return _fail("Cancelled.", USER_ERROR)
    except BrokenPipeError:  # the reader of our output left: nothing to say, nobody to say it to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # last resort: one line, never a traceback
        if os.environ.get("LIMELIGHT_DEBUG"):
            raise
        reason = f"{type(error).__name__}: {error}"
        return _fail(f"Something failed on our side ({reason}). Set LIMELIGHT_DEBUG=1 to see more.", MACHINE_ERROR)
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description="From a file to a judged model.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    _add_ingest(_command(commands, "ingest", "store a file as a dataset"))

    recipes = _command(commands, "recipes", "list the recipes with their settings as a JSON schema")
    recipes.add_argument("--task", choices=["binary", "multiclass", "regression"], help="only those for this task")

    train = _command(commands, "train", "train a model and judge it")
    train.add_argument("dataset", metavar="DATASET")
    train.add_argument("--recipe", metavar="NAME", help="kind of network; the fitting one if left out")
    train.add_argument("--preset", default="balanced", metavar="NAME", help="quick, balanced or thorough")
    train.add_argument("--set", action="append", default=[], type=_setting, metavar="key=value", dest="changes")
    train.add_argument("--epochs", type=int, metavar="N", help="how often each row is seen")
    train.add_argument("--seed", type=int, default=0, metavar="N", help="decides every random choice")
    train.add_argument("--backend", default="auto", choices=["auto", "jax", "tensorflow"])
    train.add_argument("--follow", action="store_true", help="print each event as a JSON line on stderr")

    _command(commands, "runs", "list the runs")

    compare = _command(commands, "compare", "judge runs side by side on the same test rows")
    compare.add_argument("runs", nargs="+", metavar="RUN")
    compare.add_argument("--with-baselines", action="store_true", help="beside the simple models of the dataset")

    predict = _command(commands, "predict", "predict the rows of a file")
    predict.add_argument("run", metavar="RUN")
    predict.add_argument("file", type=Path, metavar="FILE", help="a table, or a zip of pictures")
    predict.add_argument("--out", type=Path, metavar="FILE", help="write the predictions here as CSV")

    delete = _command(commands, "delete", "delete a run or a dataset for good")
    delete.add_argument("id", metavar="RUN | DATASET")
    return parser


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


def _run(choice: argparse.Namespace) -> Any:
    from core import commands

    match choice.command:
        case "ingest":
            reading = {name: getattr(choice, name) for name in ("encoding", "delimiter", "sheet", "header_row")}
            with _progress() as progress:
                return commands.ingest(
                    choice.file, choice.target, choice.name, types=dict(choice.types), inputs=choice.inputs, left_out=choice.drop, repairs=choice.repair,
                    split=choice.split, seed=choice.seed, reading=reading, dry_run=choice.dry_run, progress=progress,
                )  # fmt: skip
        case "recipes":
            return commands.recipes(choice.task)
        case "train":
            changes = dict(choice.changes) | ({} if choice.epochs is None else {"epochs": choice.epochs})
            on_event = _follow if choice.follow else None
            return commands.train(
                choice.dataset, choice.recipe, choice.preset, changes, choice.seed, choice.backend, on_event
            )
        case "runs":
            return commands.runs()
        case "compare":
            return commands.compare(choice.runs, with_baselines=choice.with_baselines)
        case "predict":
            return commands.predict(choice.run, choice.file, choice.out)
        case _:
            return commands.delete(choice.id)


def _progress() -> contextlib.AbstractContextManager[Any]:
    """A line that says how far it is, where somebody looks."""
    from core import console

    return console.progress_line() if sys.stderr.isatty() else contextlib.nullcontext()


def _follow(event: dict[str, Any]) -> None:
    print(json.dumps(event, ensure_ascii=False), file=sys.stderr, flush=True)


def _print(choice: argparse.Namespace, result: dict[str, Any]) -> None:
    if choice.json:
        print(json.dumps(result, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace").decode("utf-8"))
        return
    from core import console

    console.show(choice.command, result)


def _fail(sentence: str, code: int) -> int:
    from core import console

    print(console.safe(" ".join(sentence.split())), file=sys.stderr)
    return code


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # names of any language, on any terminal
    raise SystemExit(main())
