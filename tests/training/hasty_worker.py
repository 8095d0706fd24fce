"""The real worker in a hurry: checkpoints as often as the disk can, and no conversion to ONNX. For tests that kill it.

    <home>/export   with the conversion      <home>/calm    checkpoints as seldom as in production
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from core.training import checkpoint_writer, worker

sys.path.append(str(Path(__file__).parent))  # it is started by its path

import jumping_clock  # noqa: E402

COMMAND = (sys.executable, __file__)


def _no_export(*_: Any) -> Any:
    return subprocess.Popen(["true"])


if __name__ == "__main__":
    home = Path(os.environ["LIMELIGHT_HOME"])
    jumping_clock.install(home)
    if not (home / "calm").exists():
        checkpoint_writer.INTERVAL_S, checkpoint_writer.SHARE = 0.05, 1
    if not (home / "export").exists():
        from core.training import export

        worker._start_export = _no_export
        export.export_onnx = export.verify = lambda *_: 0.0  # type: ignore[assignment]
    code = worker.main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
