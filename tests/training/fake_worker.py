"""A worker that learns nothing: it takes its run, waits for a file, and ends. For tests of the launcher.

    <home>/go       every worker ends well      <home>/deaf     workers ignore Stop and SIGTERM
    RUN/starts      one line for each process that really held the run
    RUN/rate        the learning rate that it was told last
    RUN/date        what `time.time` told it last, where <home>/clock makes it jump (tests.training.jumping_clock)
    <home>/abort    native code ends the process, as an allocator does that gets no memory      <home>/crash    … or reads where nothing is

It pauses and resumes, leaves a checkpoint (a file of three bytes) at once, and says at which epoch it is: 3.
"""

from __future__ import annotations

import ctypes
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

sys.path.append(str(Path(__file__).parent))  # it is started by its path

import jumping_clock  # noqa: E402

COMMAND = (sys.executable, __file__)


def main(folder: Path) -> int:
    home = folder.parents[3]
    jumping_clock.install(home)
    if deaf := (home / "deaf").exists():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    claim = Claim.take(Run(folder))
    if claim is None:
        return 0
    with (folder / "starts").open("a") as file:
        file.write(f"{os.getpid()}\n")
    claim.recorder.state(RunState.RUNNING, phase="training")
    claim.recorder.event("epoch", epoch=3, step=30, loss=0.5, val_loss=0.6, metric=0.7, val_metric=0.8, best=True, time_left_s=4.0)
    claim.recorder.status(epoch=3)
    (folder / "checkpoint.npz").write_bytes(b"npz")
    paused = False
    while not (stopped := claim.run.stop_requested and not deaf) and not (home / "go").exists():
        if claim.run.pause_requested is not paused:
            paused = not paused
            claim.recorder.state(RunState.PAUSED if paused else RunState.RUNNING)
        if rate := claim.run.learning_rate_requested:
            (folder / "rate").write_text(str(rate))
        if (home / jumping_clock.FILE).exists():
            (folder / "date").write_text(str(time.time()))
        if (home / "abort").exists():
            os.abort()
        if (home / "crash").exists():
            ctypes.string_at(0)
        time.sleep(0.01)
    claim.recorder.state(RunState.STOPPED if stopped else RunState.FINISHED)
    claim.release()
    children.COMMAND = COMMAND
    Launcher(home).pump()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
