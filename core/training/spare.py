"""A process that is ready before it is needed: libraries loaded, and the run that a page shows rehearsed.

It reads orders from its standard input, one JSON document a line:

    {"rehearse": {"workspace": FOLDER, "spec": {…}}}    somebody looks at these settings: get ready for them
    {"run": FOLDER}                                      this is the run; the last order

A newer order breaks a rehearsal off at the next stage. The end of input, or half an hour without an order,
ends the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import threading
import traceback
from pathlib import Path

from core.runs.run import Run
from core.runs.spec import RunSpec
from core.training.claim import Claim
from core.training.compiled import keep_newest
from core.training.preparation import Preparation
from core.workspace import Workspace

__all__ = ["rehearsal_order", "run_order", "wait_for_run"]

IDLE_S = 30 * 60.0  # a spare that nobody needs ends after this time
Order = Preparation | Claim | None  # a rehearsal, a run, or a run that somebody else has


def rehearsal_order(workspace: Workspace, spec: RunSpec) -> bytes:
    """The line that asks a spare to get ready for a run which nobody has started yet.

    Args:
        workspace: of the run.
        spec: the settings that a page shows.
    """
    return _line({"rehearse": {"workspace": str(workspace.folder), "spec": spec.model_dump(mode="json")}})


def run_order(run: Run) -> bytes:
    """The line that gives a spare its run.

    Example:
        >>> from pathlib import Path
        >>> run_order(Run(Path("/home/runs/r-1")))
        b'{"run": "/home/runs/r-1"}\\n'
    """
    return _line({"run": str(run.folder.resolve())})


def wait_for_run() -> tuple[Claim | None, Preparation | None]:
    """Load the libraries, rehearse what is asked for, and wait for a run; it is claimed at once, even in the middle of loading.

    Returns:
        The run, None where another process has it; and what was rehearsed, None where that was for other settings.
    """
    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), name="listener", daemon=True).start()
    on_processor = False
    with contextlib.suppress(Exception):  # it will be met again, and explained, where the run is worked on
        on_processor = _load(orders)
    ready: Preparation | None = None
    while isinstance(order := orders.get(), Preparation):
        if on_processor and orders.empty():
            ready = order if _rehearse(order, orders) else None
    if order is None or ready is None or not ready.fits(order.run.folder.parent.parent, order.spec):
        return order, None
    print("Rehearsed before it was started.", flush=True)  # in the run's log
    return order, ready


def _load(orders: queue.SimpleQueue[Order]) -> bool:
    """Load what every run needs; returns whether the engine works on the processor."""
    from core.training.backend import import_keras

    import_keras()
    import core.evaluation.evaluate  # noqa: F401
    import core.preprocess.preprocessor
    import core.recipes.network
    import core.training.driver
    import core.training.learn  # noqa: F401
    from core.training.device import device_kind
    from core.training.warm import warm_up

    if device_kind(os.environ.get("KERAS_BACKEND")) != "cpu":  # the engine would take all cards before the run has its own
        return False
    warm_up(lambda: not orders.empty())
    return True


def _rehearse(order: Preparation, orders: queue.SimpleQueue[Order]) -> bool:
    """Stage by stage, until there is a newer order; False where a piece is not as it must be."""
    try:
        with contextlib.closing(order.rehearse()) as stages:
            for _ in stages:
                if not orders.empty():
                    break
        keep_newest(order.workspace.home)  # each setting that somebody looks at leaves code
    except Exception:  # it will be met again, and explained, where the run is worked on
        return False
    return True


def _listen(orders: queue.SimpleQueue[Order]) -> None:
    """Turn lines into orders until a run comes."""
    while True:
        idle = threading.Timer(IDLE_S, os._exit, (0,))
        idle.daemon = True
        idle.start()
        line = sys.stdin.readline().strip()
        idle.cancel()
        if not line:  # whoever needed us is gone
            os._exit(0)
        order = json.loads(line)
        if "run" in order:
            orders.put(_claimed(Run(Path(order["run"]))))
            return
        with contextlib.suppress(Exception):  # settings that are refused will be refused again when they are started
            wish = order["rehearse"]
            orders.put(Preparation(Workspace(Path(wish["workspace"])), RunSpec.model_validate(wish["spec"])))


def _claimed(run: Run) -> Claim | None:
    """Take the run at once, and write to its log from now on."""
    try:
        with run.path("log.txt").open("ab") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        return Claim.take(run)
    except Exception:
        traceback.print_exc()
        return None


def _line(order: dict[str, object]) -> bytes:
    return json.dumps(order).encode() + b"\n"
