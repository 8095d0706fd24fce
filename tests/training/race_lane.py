"""A lane that learns nothing: it holds its run as a worker does, takes its turns, and counts what it was given.

    RUN/learned   seconds of work so far, rewritten after each block       <home>/end   every lane leaves
"""

from __future__ import annotations

import fcntl
import sys
import time
from pathlib import Path

from core.runs.race import lanes_of, race_of
from core.runs.run import Run
from core.training.turns import Rhythm, Turn

BLOCK_S = 0.01
RHYTHM = Rhythm(slice_s=0.05, ready_s=20.0, stalled_s=0.5, gone_s=0.25, rest_s=0.02)


def main(folder: Path, block_s: float) -> int:
    run, home = Run(folder), folder.parents[3]
    race = race_of(run)
    assert race is not None
    turn = Turn(run, [lane for lane in lanes_of(race, folder.parent) if lane.id != run.id], rhythm=RHYTHM)
    with run.path("lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        learned = 0.0
        while not (home / "end").exists():
            turn.wait(give_up=lambda: (home / "end").exists())
            began = time.monotonic()
            time.sleep(block_s)  # a block of work; real work would only make the test depend on the machine
            spent = time.monotonic() - began
            learned += spent
            turn.pass_on(spent)
            run.path("learned").write_text(f"{learned}")
        turn.leave()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), float(sys.argv[2])))
