"""Work on many pieces, a few at the same time, the results in the order of the pieces."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["in_order"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(work: Callable[[Item], Result], items: Iterable[Item], at_once: int = 2) -> Iterator[Result]:
    """`map` with threads; no more results wait than are being made, so memory stays bounded.

    Args:
        work: called in a thread; Polars and NumPy let others run meanwhile.
        items: what to work on.
        at_once: threads, 1 or more.

    Example:
        >>> list(in_order(len, ["a", "bc", ""]))
        [1, 2, 0]
    """
    waiting: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(at_once)
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > at_once:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
