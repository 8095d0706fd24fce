"""Process identity: a number alone is nobody."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from core.training.process import ProcessIdentity, signal_group
from tests.training.conftest import until


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    yield process
    process.kill()
    process.communicate(timeout=20)


def test_this_process_is_alive_and_knows_itself_from_json() -> None:
    me = ProcessIdentity.of(os.getpid())
    assert me is not None
    assert me.is_alive()
    assert ProcessIdentity.from_json(me.to_json()) == me


@pytest.mark.parametrize("record", [None, [], {}, {"pid": 1}, {"pid": "x", "started": 1, "boot": ""}])
def test_a_broken_record_is_nobody(record: object) -> None:
    assert ProcessIdentity.from_json(record) is None


def test_the_dead_and_their_remains_are_not_alive(child: subprocess.Popen[bytes]) -> None:
    identity = ProcessIdentity.of(child.pid)
    assert identity is not None
    child.kill()
    until(lambda: not identity.is_alive())  # a zombie already counts as dead
    child.wait(20)
    assert ProcessIdentity.of(child.pid) is None


@pytest.mark.parametrize("change", [{"started": -1}, {"boot": "another boot"}])
def test_no_signal_goes_to_another_owner_of_the_number(child: subprocess.Popen[bytes], change: dict[str, object]) -> None:
    identity = ProcessIdentity.of(child.pid)
    assert identity is not None
    assert not signal_group(dataclasses.replace(identity, **change), signal.SIGKILL)  # type: ignore[arg-type]
    assert child.poll() is None
    assert signal_group(identity, signal.SIGKILL)
    assert child.wait(20) == -signal.SIGKILL


def test_no_signal_goes_to_a_process_in_somebody_elses_group() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:  # in the group of the tests
        identity = ProcessIdentity.of(child.pid)
        assert identity is not None
        assert not signal_group(identity, signal.SIGKILL)
        assert child.poll() is None
        child.communicate(b"\n")


@pytest.mark.parametrize("pid", [0, -1])
def test_no_signal_goes_to_everybody(pid: int) -> None:
    assert not signal_group(ProcessIdentity(pid, 0, ""), signal.SIGKILL)
