"""How long a run has learned: pauses, waiting for a turn, compiling and the time without a worker do not count.

What a watch shows never goes down. A run that goes on from a checkpoint has the seconds of that moment again, as it has
its steps: what was learned after it is learned once more.
"""

from __future__ import annotations

import time

__all__ = ["Stopwatch"]


class Stopwatch:
    """Counts seconds while it runs.

    Args:
        seconds: what it shows at first; a resumed run goes on where it was.

    Example:
        >>> watch = Stopwatch(2.0)
        >>> watch.seconds
        2.0
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self._counted = seconds
        self._since: float | None = None

    @property
    def seconds(self) -> float:
        """Seconds counted so far."""
        return self._counted + (0.0 if self._since is None else time.monotonic() - self._since)

    def start(self) -> None:
        """Go on; nothing happens if it runs."""
        if self._since is None:
            self._since = time.monotonic()

    def stop(self) -> None:
        """Hold; nothing happens if it stands."""
        self._counted, self._since = self.seconds, None
