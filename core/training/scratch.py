"""Temporary files of a run lie in the run's own folder, so that they go with its process, however that ends.

TensorFlow writes each function that it translates for its graph into a temporary file, and removes it when the
interpreter ends in the usual way: a worker never ends so, and a killed one cannot. In `/tmp` such files would pile
up for as long as the server lives. In the run's folder the next who holds the run removes what a killed process left.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from core.files import FOLDER_MODE

__all__ = ["SCRATCH", "Scratch", "remove_scratch"]

SCRATCH = "tmp"  # in the run's folder
VARIABLE = "TMPDIR"  # children inherit it


class Scratch:
    """The folder for temporary files of this process and its children, from now until `close`.

    Args:
        folder: of the run. On a full disk nothing changes: a temporary file is no reason to refuse a run.

    Example:
        >>> with tempfile.TemporaryDirectory() as run:
        ...     scratch = Scratch(Path(run))
        ...     inside = Path(tempfile.gettempdir()).name
        ...     scratch.close()
        ...     inside, os.listdir(run)
        ('tmp', [])
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._before = os.environ.get(VARIABLE), tempfile.tempdir
        remove_scratch(folder)
        with contextlib.suppress(OSError):
            place = folder.resolve() / SCRATCH
            place.mkdir(mode=FOLDER_MODE)
            os.environ[VARIABLE] = tempfile.tempdir = str(place)

    def close(self) -> None:
        """Remove the folder, and let this process use the one that it had before."""
        variable, tempfile.tempdir = self._before
        os.environ.pop(VARIABLE, None)
        if variable is not None:
            os.environ[VARIABLE] = variable
        remove_scratch(self._folder)


def remove_scratch(folder: Path) -> None:
    """Remove what the processes of a run left; for whoever holds its lock."""
    shutil.rmtree(folder / SCRATCH, ignore_errors=True)
