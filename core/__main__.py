"""The command line: everything that the pages do, without a browser.

    python -m core ingest FILE [--target COL] [--name NAME] [--type COL=TYPE]... [--input COL]... [--drop COL]...
                               [--repair CODE[:COL]]... [--split stratified|time:COL|group:COL|given:COL] [--seed N]
                               [--encoding E] [--delimiter D] [--sheet S] [--header-row N] [--dry-run]
    python -m core recipes [--task TASK]
    python -m core train (DATASET | --like RUN) [--recipe NAME] [--preset NAME] [--set key=value]... [--epochs N]
                                 [--seed N] [--backend auto|jax|tensorflow] [--follow] [--detach]
                                 [--seeds N | --folds K [--repeats R] | --shares S,S,… [--repeats R]]
    python -m core series [SERIES]
    python -m core race DATASET [--preset NAME]... [--recipe NAME]... [--seed N]... [--set key=value]... [--epochs N] [--detach]
    python -m core stop|pause|resume|status RUN
    python -m core continue RUN [--epochs N]
    python -m core watch RUN [--follow]
    python -m core learning-rate RUN X
    python -m core note RUN [TEXT]
    python -m core queue [--move RUN PLACE]
    python -m core runs
    python -m core compare RUN... [--with-baselines] [QUESTION]
    python -m core evaluate PREDICTIONS.csv... [--many-labels] [--label-thresholds X|LABEL=X,..|GOAL] [QUESTION]
        QUESTION: [--reference MODEL] [--metric NAME] [--margin X] [--threshold X|GOAL] [--slice COL]... [--value tp=..,fp=..]
                  [--positive CLASS] [--html FILE] [--lang LANGUAGE]
    python -m core why (RUN | DATASET --baseline NAME) [--row N] [--again]
    python -m core predict RUN FILE [--out FILE]
    python -m core delete (RUN | DATASET)

Each takes `--json`: one JSON document on stdout and nothing else there; `--follow` prints events as JSON lines on
stderr. Exit codes: 0 done, 1 an error that the user can fix (one line on stderr), 2 wrong usage, 3 a failed run
or machine (`train` and `watch`: the run ended without a model). Ctrl-C stops what `train` trains and keeps its
best weights; it only ends the watching of `watch`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from core.errors import LimelightError, UserError, is_panic

DONE, USER_ERROR, USAGE_ERROR, MACHINE_ERROR = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: words of the command line; default: those of this process.

    Returns:
        The exit code. (Wrong usage leaves by `SystemExit(2)`, as argparse does.)
    """
    choice = _choice(arguments)
    try:
        _print(choice, _run(choice))
    except LimelightError as error:
        return _fail(error.message, USER_ERROR if isinstance(error, UserError) else MACHINE_ERROR)
    except KeyboardInterrupt:
        return _fail("Cancelled.", USER_ERROR)
    except BrokenPipeError:  # the reader of our output left: nothing to say, nobody to say it to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except BaseException as error:  # last resort: one line, never a traceback
        if os.environ.get("LIMELIGHT_DEBUG") or not (isinstance(error, Exception) or is_panic(error)):
            raise
        reason = f"{type(error).__name__}: {error}"
        return _fail(f"Something failed on our side ({reason}). Set LIMELIGHT_DEBUG=1 to see more.", MACHINE_ERROR)
    return DONE


def _choice(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The words, understood; what argparse cannot say about two words together is said here."""
    from core.arguments import parser

    grammar = parser()
    choice = grammar.parse_args(arguments)
    if choice.command == "train":
        if (choice.dataset is None) == (choice.like is None):
            grammar.error("train needs either a DATASET or --like RUN, which brings its own")
        if choice.like is not None and (choice.recipe or choice.preset):
            grammar.error("--like takes recipe and preset from the run; change single settings with --set")
        several = [word for word in ("seeds", "folds", "shares") if getattr(choice, word) is not None]
        if len(several) > 1 or (several and choice.follow):
            grammar.error(f"--{several[0]} trains several runs, so it goes with none of --seeds, --folds, --shares and --follow")
        if choice.repeats != 1 and several not in (["folds"], ["shares"]):
            grammar.error("--repeats goes with --folds or --shares")
        if choice.detach and choice.follow:
            grammar.error("--detach returns at once, so there is nothing to --follow; use watch RUN --follow")
    if choice.command == "queue" and choice.move and not (isinstance(choice.move[1], int) and choice.move[1] > 0):
        grammar.error(f"PLACE must be a whole number from 1, but it is {choice.move[1]!r}")
    return choice


def _run(choice: argparse.Namespace) -> Any:
    from core import commands, run_commands

    match choice.command:
        case "ingest":
            return _run_ingest(choice)
        case "recipes":
            return commands.recipes(choice.task)
        case "train":
            changes = dict(choice.changes) | ({} if choice.epochs is None else {"epochs": choice.epochs})
            spec = commands.spec_of(choice.dataset, choice.like, choice.recipe, choice.preset, changes, choice.seed, choice.backend)
            if any(getattr(choice, word) is not None for word in ("seeds", "folds", "shares")):
                return _run_series(choice, spec)
            return commands.start(spec) if choice.detach else commands.train(spec, _on_event(choice))
        case "series":
            from core.series_command import series

            return series(choice.series)
        case "race":
            return _run_race(choice)
        case "compare" | "evaluate":
            return _run_judging(choice)
        case "why":
            from core.why_command import why

            return why(choice.run, choice.row, baseline=choice.baseline, again=choice.again)
        case "predict":
            return commands.predict(choice.run, choice.file, choice.out)
        case "delete":
            return commands.delete(choice.id)
        case "runs":
            return commands.runs()
        case "continue":
            return run_commands.continue_run(choice.run, choice.epochs)
        case "watch":
            return _run_watch(choice)
        case "learning-rate":
            return run_commands.learning_rate(choice.run, choice.rate)
        case "note":
            return run_commands.note(choice.run, choice.text)
        case "queue":
            return run_commands.queue(*(choice.move or ()))
        case name:
            return run_commands.SIMPLE[name](choice.run)


def _run_watch(choice: argparse.Namespace) -> Any:
    """Follow a run; a person is told first how long it will be silent."""
    from core import console, run_commands

    if not (choice.json or choice.follow) and (place := run_commands.status(choice.run)["place"]):
        print(console.safe(f"It waits, number {place} in the queue."), flush=True)
    return run_commands.watch(choice.run, _on_event(choice))


def _run_judging(choice: argparse.Namespace) -> Any:
    from core.compare_command import Question, compare, evaluate

    asked = Question(
        reference=choice.reference, metric=choice.metric, margin=choice.margin, threshold=choice.threshold,
        slices=None if choice.slices is None else tuple(choice.slices), value=choice.value, positive=choice.positive, html=choice.html, language=choice.lang,
    )  # fmt: skip
    if choice.command == "evaluate":
        return evaluate(choice.files, asked, many_labels=choice.many_labels, label_thresholds=choice.label_thresholds)
    return compare(choice.runs, with_baselines=choice.with_baselines, question=asked)


def _run_series(choice: argparse.Namespace, spec: Any) -> Any:
    from core.series_command import shares_of, train_series

    shares = None if choice.shares is None else shares_of(choice.shares)
    return train_series(spec, choice.seeds, choice.folds, shares, choice.repeats, detach=choice.detach)


def _run_race(choice: argparse.Namespace) -> Any:
    from core.race_command import race

    changes = dict(choice.changes) | ({} if choice.epochs is None else {"epochs": choice.epochs})
    return race(choice.dataset, choice.recipes, choice.presets, choice.seeds, changes, choice.backend, detach=choice.detach)


def _run_ingest(choice: argparse.Namespace) -> Any:
    from core import commands

    reading = {name: getattr(choice, name) for name in ("encoding", "delimiter", "sheet", "header_row")}
    with _progress() as progress:
        return commands.ingest(
            choice.file, choice.target, choice.name, types=dict(choice.types), inputs=choice.inputs, left_out=choice.drop, repairs=choice.repair,
            split=choice.split, seed=choice.seed, reading=reading, dry_run=choice.dry_run, progress=progress,
        )  # fmt: skip


def _progress() -> contextlib.AbstractContextManager[Any]:
    """A line that says how far it is, where somebody looks."""
    from core import console

    return console.progress_line() if sys.stderr.isatty() else contextlib.nullcontext()


def _on_event(choice: argparse.Namespace) -> Callable[[dict[str, Any]], None] | None:
    """What is done with each event: a JSON line, a line an epoch for a person who watches, or nothing."""
    if choice.follow:
        return _follow
    if choice.command == "watch" and not choice.json:
        from core.watch_console import EpochLines

        return EpochLines()
    return None


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


def _streams() -> None:
    """Make stdout and stderr take names of any language; closed ones become a bin, or the next file opened would be taken for them."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]


if __name__ == "__main__":
    try:
        _streams()
        raise SystemExit(main())
    except KeyboardInterrupt:  # once more, while the first one was being answered
        raise SystemExit(USER_ERROR) from None
