"""Threads change neither order nor memory."""

import threading

import pytest

from core.dataset.ahead import in_order


def test_results_come_in_the_order_of_the_items() -> None:
    gate = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            gate.wait(10)  # the first one ends last
        else:
            gate.set()
        return item * item

    assert list(in_order(work, range(20))) == [item * item for item in range(20)]


def test_no_more_wait_than_are_being_made() -> None:
    taken: list[int] = []

    def items() -> object:
        for item in range(50):
            taken.append(item)
            yield item

    for seen, _ in enumerate(in_order(str, items(), at_once=3), 1):  # type: ignore[call-overload]
        assert len(taken) <= seen + 3


def test_what_the_work_raises_is_raised_and_nothing_goes_on() -> None:
    done: list[int] = []

    def work(item: int) -> int:
        done.append(item)
        return 1 // (3 - item)

    with pytest.raises(ZeroDivisionError):
        list(in_order(work, range(1000)))
    assert len(done) < 10
