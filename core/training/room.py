"""Memory and disk that a run needs, estimated before it starts, and the batch that would fit.

An allocation that fails inside a library ends a process without a word, and on a small machine the kernel
may end the web server instead. So the need is worked out from what is known without a row being read:
parameters, optimizer, what each layer makes of a batch, the rows, and the libraries themselves. The factors
were measured (`python -m bench.room` repeats it, docs/decisions.md has the table); they err on the high side.
"""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from core.dataset.schema import DatasetInfo
from core.errors import NoRoom
from core.language import N_
from core.recipes.plan import GATES, Layer, Plan
from core.runs.spec import RunSpec
from core.settings import settings
from core.training.backend import EngineName, choose_backend
from core.training.cards import next_card_bytes
from core.training.device import device_kind, free_memory_bytes

if TYPE_CHECKING:
    from core.dataset.dataset import Dataset

__all__ = ["RESERVE_BYTES", "WAITING", "Room", "check_continued", "check_worker", "room_for", "room_of", "size", "smaller_batches", "spare_limit_bytes"]

MB = 10**6
NUMBER = 4  # bytes of a float32
SLOTS = {"adam": 2, "adamw": 2, "sgd": 1, "rmsprop": 1}  # numbers that the optimizer keeps for each parameter
VALIDATION_BATCH = 256  # rows, as in `core.training.trainer.engine`
HELD_BACK = 0.5  # of a forward pass is alive at once where nothing is kept for the way back
RESERVE_BYTES = 300 * MB  # pages that are open, files being read
FIXED_DISK_BYTES = 64 * MB  # events, log, evaluation, compiled code
WAITING = N_("waiting for memory")  # the phase of a run that has a process and too little memory
PATIENCE_S = 15.0  # the web server looks at its spare every five seconds
RETRY_S = 0.5


@dataclass(frozen=True)
class Engine:
    """What one engine costs, measured as peak resident memory of a worker on two cores (November 2026).

    Attributes:
        fixed_bytes: libraries, and compiling a small network.
        activations: peak of a training step as a multiple of all layers' outputs.
        copies: of the parameters beside weights and optimizer slots and their copy in a checkpoint: gradients,
            best weights, temporaries of a step.
        export_bytes: the process that converts the model while this one still holds everything (0: this one does it).
        export_copies: how often the conversion to ONNX holds the parameters.
    """

    fixed_bytes: int
    activations: float
    copies: float
    export_bytes: int
    export_copies: float


ENGINES: dict[EngineName, Engine] = {
    "jax": Engine(fixed_bytes=560 * MB, activations=4.5, copies=4.0, export_bytes=780 * MB, export_copies=50),
    "tensorflow": Engine(fixed_bytes=830 * MB, activations=1.3, copies=6.0, export_bytes=0, export_copies=64),
}


@dataclass(frozen=True)
class Room:
    """What a run needs and what there is.

    Attributes:
        memory_needed_bytes, memory_free_bytes: of the machine.
        disk_needed_bytes, disk_free_bytes: under LIMELIGHT_HOME.
        batch_that_fits: the largest smaller batch (rows) that would fit; None where it fits as it is, or none would.
        sentence: empty where it fits.
        card_needed_bytes, card_free_bytes: of the graphics processor; both 0 where the run uses none, or it does not tell.
    """

    memory_needed_bytes: int
    memory_free_bytes: int
    disk_needed_bytes: int
    disk_free_bytes: int
    batch_that_fits: int | None = None
    sentence: str = ""
    card_needed_bytes: int = 0
    card_free_bytes: int = 0

    @property
    def short(self) -> tuple[int, int] | None:
        """What is needed and what is free of the memory that is too small; None where it is enough."""
        both = (self.memory_needed_bytes, self.memory_free_bytes), (self.card_needed_bytes, self.card_free_bytes)
        return next(((needed, free) for needed, free in both if needed > free), None)

    def check(self) -> None:
        """Refuse a run that does not fit.

        Raises:
            NoRoom: with the sentence.
        """
        if self.sentence:
            raise NoRoom(self.sentence)


def room_for(spec: RunSpec, info: DatasetInfo, plan: Plan, *, held_bytes: int = 0, free_bytes: int | None = None) -> Room:
    """Whether a run fits into this machine now.

    Args:
        spec: batch size, optimizer, backend.
        info: rows of the dataset.
        plan: the network, from `core.recipes.plan_of`.
        held_bytes: memory in use now that this run will use or that is given back before it starts: a warm spare's,
            the worker's own.
        free_bytes: free memory; default: what the machine says.

    Returns:
        The estimate. `Room.check` raises where it does not fit.
    """
    backend, batch = choose_backend(spec), spec.training.batch_size
    on_card = device_kind(backend) == "gpu"
    free = (free_memory_bytes() if free_bytes is None else free_bytes) + held_bytes
    card_free = next_card_bytes(settings().home) if on_card else None
    disk, disk_free = _disk_bytes(spec, info, plan), _disk_free(settings().home)

    def with_batch(rows: int) -> Room:
        needed, card = _memory_bytes(spec, info, plan, backend, rows, on_card=on_card), _card_bytes(spec, info, plan, backend, rows) if card_free is not None else 0
        return Room(needed, free, disk, disk_free, card_needed_bytes=card, card_free_bytes=card_free or 0)

    room, smaller, sentence = with_batch(batch), None, ""
    if room.short is not None:
        smaller = next((rows for rows in smaller_batches(batch) if with_batch(rows).short is None), None)
        sentence = _too_little_memory(*room.short, batch, smaller, on_card=room.memory_needed_bytes <= free)
    elif disk > disk_free:
        sentence = N_("This run needs about {disk} on the disk, and {disk_free} is free. Delete runs or datasets that you no longer need.").format(disk=size(disk), disk_free=size(disk_free))
    return replace(room, batch_that_fits=smaller, sentence=sentence)


def spare_limit_bytes(backend: EngineName) -> int:
    """Free memory below which no spare worker is kept: what a small run needs in all, and a reserve for the web process.

    Example:
        >>> spare_limit_bytes("jax") < 1_700 * MB
        True
    """
    return ENGINES[backend].fixed_bytes + ENGINES[backend].export_bytes + RESERVE_BYTES


def room_of(dataset: Dataset, spec: RunSpec, *, held_bytes: int = 0) -> Room:
    """The same for a dataset; the network is planned here.

    Raises:
        BadSettings: the settings exclude each other, or do not fit the data.
    """
    from core.preprocess.shapes import input_shapes
    from core.recipes import options_of, plan_of

    plan = plan_of(spec, input_shapes(dataset, spec, options_of(spec)), len(dataset.info.labels))
    return room_for(spec, dataset.info, plan, held_bytes=held_bytes)


def check_continued(dataset: Dataset, spec: RunSpec, *, held_bytes: int = 0) -> None:
    """Refuse a run that goes on where another one ended and does not fit now; its batch cannot be changed.

    Raises:
        NoRoom: what fitted when the first run was made does not fit now.
    """
    room = room_of(dataset, spec, held_bytes=held_bytes)
    if room.short is None or room.batch_that_fits is None:
        room.check()
        return
    needed, free = map(size, room.short)
    raise NoRoom(
        N_("This run needs about {needed} of memory and {free} is free. It keeps its batch of {batch} rows. Close other programs, or train a new run with batches of at most {smaller} rows.").format(
            needed=needed, free=free, batch=spec.training.batch_size, smaller=room.batch_that_fits
        )
    )


def check_worker(dataset: Dataset, spec: RunSpec, say: Callable[[str], None]) -> None:
    """Look again in the worker, before anything is built: time may have passed in the queue.

    Memory that is short is waited for a little: the worker before may be leaving, and the spare of a web server is sent
    away where a run waits (`core.training.children`).

    Args:
        dataset, spec: of the run.
        say: told the phase of the run at each look while it must wait.

    Raises:
        NoRoom: what fitted when the run was made does not fit now.
    """
    deadline = time.monotonic() + PATIENCE_S
    while (room := _workers_room(dataset, spec)).short is not None and time.monotonic() < deadline:
        say(WAITING)
        time.sleep(RETRY_S)
    room.check()


def _workers_room(dataset: Dataset, spec: RunSpec) -> Room:
    return room_of(dataset, spec, held_bytes=int(psutil.Process().memory_info().rss))


def _memory_bytes(spec: RunSpec, info: DatasetInfo, plan: Plan, backend: EngineName, batch: int, *, on_card: bool = False) -> int:
    """Peak memory of the worker and of the process that exports its model; what a step took is not given back by then.

    On a graphics processor the steps are taken there. What its libraries hold of this memory was not measured.
    """
    engine = ENGINES[backend]
    data = _raw_bytes(info) + _rows_bytes(info, plan, copies=2)
    step = 0 if on_card else _step_bytes(plan, engine, batch)
    export = engine.export_bytes + engine.export_copies * NUMBER * plan.parameters
    return round(engine.fixed_bytes + data + _network_bytes(spec, plan, engine) + step + export)


def _card_bytes(spec: RunSpec, info: DatasetInfo, plan: Plan, backend: EngineName, batch: int) -> int:
    """Memory on a graphics processor: no libraries, one copy of the rows; the factors are those of a processor."""
    engine = ENGINES[backend]
    return round(_rows_bytes(info, plan, copies=1) + _network_bytes(spec, plan, engine) + _step_bytes(plan, engine, batch))


def _raw_bytes(info: DatasetInfo) -> int:
    """The table as it is read, before it is encoded; pictures stay on the disk."""
    return 0 if info.image_shape else int(info.source.get("bytes") or 0)


def _rows_bytes(info: DatasetInfo, plan: Plan, copies: int) -> int:
    """Encoded training and validation rows: the arrays, and the engine's copy of them."""
    row = sum(math.prod(tensor.shape) * (1 if tensor.dtype == "uint8" else NUMBER) for tensor in plan.inputs)
    return copies * (info.split.train + info.split.validation) * (row + 2 * NUMBER)


def _network_bytes(spec: RunSpec, plan: Plan, engine: Engine) -> float:
    """Weights and optimizer slots, both once more in a checkpoint, and what a step needs beside them."""
    return NUMBER * plan.parameters * (2 * (1 + SLOTS[spec.training.optimizer]) + engine.copies)


def _step_bytes(plan: Plan, engine: Engine, batch: int) -> float:
    """What the layers make of a batch: all of it for the way back, less of it for a larger batch of validation rows."""
    row = NUMBER * sum(_numbers(layer) for layer in plan.layers if layer.kind != "input")
    return engine.activations * row * max(batch, HELD_BACK * max(batch, VALIDATION_BATCH))


def _numbers(layer: Layer) -> int:
    """Numbers that a layer makes of one row, those inside of it included.

    Example:
        >>> _numbers(Layer("r", "recurrent", (), (10, 32), settings={"cell": "gru"}))  # output, and twice its three gates
        2240
    """
    outputs = math.prod(layer.shape)
    if layer.kind == "recurrent":
        return outputs * (1 + 2 * GATES[layer.settings["cell"]])
    if layer.kind == "attention":  # question, key, value; and how much each word says to each other word, twice
        return 4 * outputs + 2 * int(layer.settings["heads"]) * int(layer.shape[0]) ** 2
    return outputs


def _disk_bytes(spec: RunSpec, info: DatasetInfo, plan: Plan) -> int:
    """Checkpoint (weights, best weights, optimizer; twice while it is replaced), model, its export, predictions."""
    slots = SLOTS[spec.training.optimizer]
    network = NUMBER * plan.parameters * (2 * (2 + slots) + (1 + slots) + 2)
    outputs = plan.layer(plan.output).shape[-1]
    return network + (info.split.validation + info.split.test) * (outputs + 4) * 8 + FIXED_DISK_BYTES


def smaller_batches(batch: int) -> list[int]:
    """Powers of two below a batch size, the largest first."""
    return [2**power for power in range((batch - 1).bit_length() - 1, -1, -1)] if batch > 1 else []


def _too_little_memory(needed: int, free: int, batch: int, smaller: int | None, *, on_card: bool) -> str:
    short = N_("This run needs about {needed} of memory on the graphics processor and {free} is free.") if on_card else N_("This run needs about {needed} of memory and {free} is free.")
    short = short.format(needed=size(needed), free=size(free))
    if smaller is not None:
        fits = N_("{short_words} A batch of 1 row instead of {batch} would fit.") if smaller == 1 else N_("{short_words} A batch of {smaller} rows instead of {batch} would fit.")
        return fits.format(short_words=short, smaller=smaller, batch=batch)
    return N_("{short_words} A smaller batch would not be enough: choose a smaller network, use fewer rows or columns, or close other programs.").format(short_words=short)


def size(size_bytes: int) -> str:
    """A size for people.

    Example:
        >>> size(2_345_000_000), size(85_400_000)
        ('2.3 GB', '85 MB')
    """
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / MB:.0f} MB"


def _disk_free(home: Path) -> int:
    place = home.resolve()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free
