"""The real worker with little memory left once its network is built: the kernel refuses what is more. For tests of what it then says.

The environment variable LEFT_MB says how much that is.
"""

from __future__ import annotations

import os
import resource
import sys
from functools import cached_property
from typing import Any

import psutil

from core.training import worker
from core.training.preparation import Preparation

COMMAND = (sys.executable, __file__)
LEFT_BYTES = int(os.environ.get("LEFT_MB", "0")) * 1024 * 1024


def _starved(self: Preparation) -> Any:
    from core.training.trainer import trainer_of

    limit = psutil.Process().memory_info().vms + LEFT_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return trainer_of(self.model, self.lesson, self.spec)


if __name__ == "__main__":
    starved = cached_property(_starved)
    starved.__set_name__(Preparation, "trainer")
    Preparation.trainer = starved  # type: ignore[method-assign]
    code = worker.main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
