"""Limits of a container, both versions of control groups, against files made by hand."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from core.training import container
from core.training.container import ProcessorMeter, cores, free_memory_bytes, processor_quota

MACHINE_FREE = 10**9


class Machine:
    """A /sys/fs/cgroup and /proc/self/cgroup of our own."""

    def __init__(self, folder: Path) -> None:
        self.root, self.own = folder / "cgroup", folder / "own"
        self.root.mkdir()
        self.own.write_text("")

    def write(self, place: str, **files: object) -> None:
        (self.root / place).mkdir(parents=True, exist_ok=True)
        for name, value in files.items():
            (self.root / place / name.replace("__", ".", 1)).write_text(f"{value}\n")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    monkeypatch.setattr(container, "ROOT", made.root)
    monkeypatch.setattr(container, "OWN", made.own)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=MACHINE_FREE))
    monkeypatch.setattr(container, "_affinity", lambda: {0, 1, 2, 3})
    return made


def test_without_limits_the_machine_counts(machine: Machine) -> None:
    assert (cores(), processor_quota(), free_memory_bytes()) == (4, None, MACHINE_FREE)


@pytest.mark.parametrize(("limit", "used", "expected"), [("max", "5", MACHINE_FREE), ("1000", "400", 600), ("1000", "2000", 0), ("?", "1", MACHINE_FREE)])
def test_a_limit_of_version_2(machine: Machine, limit: str, used: str, expected: int) -> None:
    machine.own.write_text("0::/\n")
    machine.write("", memory__max=limit, memory__current=used)
    assert free_memory_bytes() == expected


def test_the_tightest_of_nested_limits_counts_and_copies_of_files_are_free(machine: Machine) -> None:
    machine.own.write_text("0::/kube/pod/box\n")
    machine.write("kube/pod/box", memory__max=5000, memory__current=1000)
    machine.write("kube/pod", memory__max=3000, memory__current=2500, memory__stat="anon 100\ninactive_file 1200\nactive_file 600\n")
    machine.write("other", memory__max=1, memory__current=1)
    assert free_memory_bytes() == 3000 - (2500 - 1200 - 300)


def test_a_limit_of_version_1(machine: Machine) -> None:
    machine.own.write_text("8:memory:/box\n1:cpu,cpuacct:/box\n")
    machine.write("memory/box", memory__limit_in_bytes=4000, memory__usage_in_bytes=3000, memory__stat="total_inactive_file 500\ninactive_file 1\n")
    machine.write("memory", memory__limit_in_bytes=9223372036854771712, memory__usage_in_bytes=3000)
    machine.write("cpu,cpuacct/box")
    machine.write("cpu/box", cpu__cfs_quota_us=150_000, cpu__cfs_period_us=100_000)
    assert (free_memory_bytes(), processor_quota(), cores()) == (1500, 1.5, 2)


def test_a_group_that_is_not_mounted_here_still_has_its_root(machine: Machine) -> None:
    machine.own.write_text("0::/docker/123\n")  # the path as the host sees it
    machine.write("", memory__max=700, memory__current=100, cpu__max="50000 100000")
    assert (free_memory_bytes(), cores(), processor_quota()) == (600, 1, 0.5)


@pytest.mark.parametrize(("text", "quota"), [("max 100000", None), ("200000 100000", 2.0), ("900000 100000", 9.0), ("0 0", None), ("", None)])
def test_a_quota_of_processors(machine: Machine, text: str, quota: float | None) -> None:
    machine.own.write_text("0::/\n")
    machine.write("", cpu__max=text)
    assert processor_quota() == quota
    assert cores() == (4 if quota is None else min(4, int(quota)))


def test_the_share_of_a_quota(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [10.0]
    monkeypatch.setattr(container.time, "monotonic", lambda: clock[0])
    machine.own.write_text("0::/\n")
    machine.write("", cpu__max="200000 100000", cpu__stat="usage_usec 1000000\n")
    meter = ProcessorMeter()
    assert meter.percent() is None  # no time has passed
    clock[0] = 12.0
    machine.write("", cpu__stat="usage_usec 2000000\nuser_usec 1\n")
    assert meter.percent() == 25.0  # 1 s used of 2 s × 2 cores
    clock[0] = 13.0
    machine.write("", cpu__stat="usage_usec 9000000\n")
    assert meter.percent() == 100.0  # a burst beyond the quota


def test_without_a_quota_only_the_own_cores_count(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    times = [[SimpleNamespace(idle=0.0, busy=0.0), SimpleNamespace(idle=0.0, busy=0.0)], [SimpleNamespace(idle=1.0, busy=3.0), SimpleNamespace(idle=4.0, busy=0.0)]]
    monkeypatch.setattr(container, "_affinity", lambda: {0})
    monkeypatch.setattr(psutil, "cpu_times", lambda percpu: [Times(one.idle, one.busy) for one in times[0]])
    meter = ProcessorMeter()
    times.pop(0)
    assert meter.percent() == 75.0


class Times(tuple[float, ...]):
    """As psutil gives them: a tuple with names."""

    def __new__(cls, idle: float, busy: float) -> Times:
        return super().__new__(cls, (idle, busy))

    @property
    def idle(self) -> float:
        return self[0]


def test_this_machine_answers() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)
    assert 0 < free_memory_bytes() <= psutil.virtual_memory().total
