"""A worker that learns nothing: it takes its run, waits for a file, and ends. For tests of the launcher.

    <home>/go       every worker ends well      <home>/deaf     workers ignore Stop and SIGTERM
    RUN/starts      one line for each process that really held the run
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from core.runs.run import Run
from core.runs.state import RunState
from core.training import children
from core.training.claim import Claim
from core.training.launcher import Launcher

COMMAND = (sys.executable, __file__)


def main(folder: Path) -> int:
    home = folder.parents[3]
    if deaf := (home / "deaf").exists():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    claim = Claim.take(Run(folder))
    if claim is None:
        return 0
    with (folder / "starts").open("a") as file:
        file.write(f"{os.getpid()}\n")
    claim.recorder.state(RunState.RUNNING, phase="training")
    while not (stopped := claim.run.stop_requested and not deaf) and not (home / "go").exists():
        time.sleep(0.01)
    claim.recorder.state(RunState.STOPPED if stopped else RunState.FINISHED)
    claim.release()
    children.COMMAND = COMMAND
    Launcher(home).pump()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
