"""How many steps the engine takes in one call: as many as keep the audience and the Stop button served.

A call has a cost of its own, so it should be long; but between calls alone can anybody be heard, so it
should be short. And an engine may return before its device is done: without a look at the device now and
then, calls would pile up and Stop would wait behind them. So the pace knows how fast the device was
between two looks, and says how long the next call may be and when it is time to look again.
"""

from __future__ import annotations

__all__ = ["Pace"]

BLOCK_S = 0.05  # one call takes about this long …
AHEAD_S = 0.1  # … and after this much work of the device somebody looks at it
GROWTH = 4  # a block becomes at most so many times longer or shorter at once: one hiccup says little


class Pace:
    """Block lengths for one training; the first call is one step, so that the first number comes at once.

    Example:
        >>> pace = Pace()
        >>> pace.steps(left=1000)
        1
        >>> pace.sent(1)
        >>> pace.is_due
        True
        >>> pace.looked(seconds=2.0)  # the first step was compiled, which says nothing about the next
        >>> pace.sent(pace.steps(left=1000))
        >>> pace.looked(seconds=0.001)
        >>> pace.steps(left=1000)
        4
    """

    def __init__(self) -> None:
        self._block = 1
        self._ahead = 0  # steps sent since the last look
        self._most_ahead = 1
        self._compiled = False

    def steps(self, left: int) -> int:
        """Steps of the next call.

        Args:
            left: in this epoch.
        """
        return min(left, self._block)

    def sent(self, steps: int) -> None:
        """So many steps were given to the engine."""
        self._ahead += steps

    @property
    def is_due(self) -> bool:
        """True when the device has enough to do and should be looked at before it gets more."""
        return self._ahead >= self._most_ahead

    def looked(self, seconds: float) -> None:
        """Everything sent is done.

        Args:
            seconds: since the last look, learning alone.
        """
        steps, self._ahead = self._ahead, 0
        if not self._compiled:
            self._compiled = steps > 0
        elif steps > 0 and seconds > 0:
            wanted = steps / seconds * BLOCK_S
            self._block = max(1, int(min(max(wanted, self._block / GROWTH), self._block * GROWTH)))
            self._most_ahead = max(1, int(min(wanted, self._block) * AHEAD_S / BLOCK_S))
