"""Every limit and quota in one place, each overridable by an environment variable.

A refused upload names the limit and the variable that raises it, so an operator never has to search
the code. `LIMELIGHT_HOME` decides where data lives; `LIMELIGHT_SHARED=1` gives every visitor a
private workspace, and is the default on Community Cloud.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from core.errors import BadSettings
from core.language import N_

__all__ = ["Settings", "settings"]

MIB = 1024 * 1024
GIB = 1024 * MIB
COMMUNITY_CLOUD = Path("/mount/src")  # where Community Cloud checks every app out


@dataclass(frozen=True)
class Settings:
    """Limits, quotas and places. Each field is the variable `LIMELIGHT_<FIELD IN CAPITALS>`.

    Sizes are bytes and durations seconds. Booleans are 0 or 1.
    """

    home: Path = Path(".limelight")  # datasets, runs, queue: everything that is kept
    shared: bool = False  # strangers share this server: one private workspace for each visitor
    # one upload
    max_file_bytes: int = 1 * GIB
    max_path_bytes: int = 4 * GIB  # of a file that lies on the disk already: command line, inbox
    max_rows: int = 5_000_000
    max_columns: int = 10_000
    max_cell_bytes: int = 8 * MIB
    max_classes: int = 1_000
    sample_rows: int = 100_000  # looked at before a large table is stored; then all rows count
    # one zip
    max_zip_entries: int = 200_000
    max_zip_depth: int = 12  # folders inside one another
    max_inflated_bytes: int = 4 * GIB  # sum over all members; also of a .gz, and of Parquet, Excel and JSON as text
    max_member_bytes: int = 64 * MIB
    max_zip_ratio: int = 200  # inflated bytes for each stored byte of one member
    max_workbook_bytes: int = 1 * GIB  # of an Excel workbook, unpacked
    max_workbook_cells: int = 20_000_000  # rows times columns of its largest sheet: all of them are held in memory
    max_picture_pixels: int = 25_000_000
    picture_side: int = 64  # pictures are stored at most this many pixels wide and high
    # training
    max_parallel_runs: int = 1  # M of the launcher
    race_cores_a_lane: int = 2  # with fewer cores than this for each lane, a race takes turns; 0: never
    max_parameters: int = 20_000_000  # a larger network is refused before it is built
    # quotas of one workspace, then of the whole server (0 switches a quota off)
    workspace_bytes: int = 2 * GIB
    workspace_runs: int = 200
    workspace_training_s: int = 0
    server_bytes: int = 20 * GIB
    server_runs: int = 0
    server_training_s: int = 0

    @classmethod
    def from_environment(cls, environment: dict[str, str] | None = None) -> Settings:
        """Read the settings from environment variables.

        Args:
            environment: variables by name; default: those of this process.

        Returns:
            The defaults, with every `LIMELIGHT_...` variable that is set applied.

        Raises:
            BadSettings: a variable is not a number or not 0/1.

        Example:
            >>> Settings.from_environment({"LIMELIGHT_MAX_ROWS": "10"}).max_rows
            10
        """
        source = dict(os.environ) if environment is None else environment
        given: dict[str, Path | bool | int] = {}
        for field in fields(cls):
            variable = f"LIMELIGHT_{field.name.upper()}"
            if text := source.get(variable, "").strip():
                given[field.name] = _parse(variable, text, type(getattr(cls, field.name)))
        given.setdefault("shared", Path(__file__).is_relative_to(COMMUNITY_CLOUD))  # strangers share that one
        return cls(**given)  # type: ignore[arg-type]  # each value was parsed to its field's type

    def variable(self, field: str) -> str:
        """The environment variable that changes `field`, for messages."""
        return f"LIMELIGHT_{field.upper()}"


def _parse(variable: str, text: str, kind: type) -> Path | bool | int:
    if issubclass(kind, Path):
        return Path(text)
    if kind is bool and text.lower() in {"0", "1", "true", "false"}:
        return text.lower() in {"1", "true"}
    if kind is int and text.isdigit():
        return int(text)
    expected = "0 or 1" if kind is bool else "a whole number of 0 or more"
    raise BadSettings(N_("{variable} must be {expected}, but it is {text}. Change or remove it.").format(variable=variable, expected=expected, text=repr(text)))


@cache
def settings() -> Settings:
    """The settings of this process, read once. Tests call `settings.cache_clear()`."""
    return Settings.from_environment()
