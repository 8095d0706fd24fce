"""Everything that can go wrong, as one tree.

    LimelightError
    ├── UserError                 the user can fix it (command line: exit code 1)
    │   ├── BadFile               the file is not what it should be
    │   ├── BadTarget             the target column cannot be learned
    │   ├── BadSettings           a setting, or a combination of settings, is refused
    │   ├── BadInput              rows given for a prediction do not fit the model
    │   ├── NotFound              no such dataset, run, column or recipe
    │   ├── NotReady              the thing exists but is not finished
    │   ├── LimitExceeded         a file or a table is larger than a documented limit
    │   ├── QuotaExceeded         a workspace or the server has used what it may use
    │   ├── NoRoom                a run needs more memory or disk than is free
    │   └── Cancelled             the user asked to stop, and nothing was kept
    └── MachineError              the machine failed (command line: exit code 3)
        ├── RunFailed             a training run ended without a model
        ├── DiskFull              a write did not fit on the disk
        └── Damaged               a folder of ours cannot be read any more

A message says what happened, what was expected, what was received and what to do next, in one or two
sentences that can stand on a page as they are. `code` is a stable name for programs and tests.
"""

from __future__ import annotations


class LimelightError(Exception):
    """The root: its text is a sentence for the user, never a traceback."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code

    @property
    def message(self) -> str:
        """The sentence for the user."""
        return str(self)


class UserError(LimelightError):
    """Something that the user can put right."""

    code = "user_error"


class BadFile(UserError):
    """A file is empty, broken, or not of the kind that was expected."""

    code = "bad_file"


class BadTarget(UserError):
    """The target column is missing, empty, constant, or has too few rows to learn from."""

    code = "bad_target"


class BadSettings(UserError):
    """A setting is out of its range, or two settings exclude each other."""

    code = "bad_settings"


class BadInput(UserError):
    """Rows given for a prediction do not fit the columns that the model was trained on."""

    code = "bad_input"


class NotFound(UserError):
    """A dataset, run, column, template or recipe of that name does not exist here."""

    code = "not_found"


class NotReady(UserError):
    """A run exists but has not yet produced what was asked of it."""

    code = "not_ready"


class LimitExceeded(UserError):
    """An upload passes one of the limits in `core.settings`; the message names it."""

    code = "limit_exceeded"


class QuotaExceeded(UserError):
    """A workspace, or the whole server, has used up its share of disk, runs or training time."""

    code = "quota_exceeded"


class NoRoom(UserError):
    """A run needs more memory or disk than this machine has free."""

    code = "no_room"


class Cancelled(UserError):
    """The user cancelled a long piece of work; nothing of it remains."""

    code = "cancelled"


class MachineError(LimelightError):
    """Something failed that the user did not cause."""

    code = "machine_error"


class RunFailed(MachineError):
    """A training run ended without a model; the message gives the reason."""

    code = "run_failed"


class DiskFull(MachineError):
    """A write did not fit on the disk; what was there before is intact."""

    code = "disk_full"


class Damaged(MachineError):
    """A dataset or run folder cannot be read; only that folder is affected."""

    code = "damaged"


def is_panic(error: BaseException) -> bool:
    """Whether a library written in Rust gave up inside: what it raises then is no `Exception`, and of a class of its own in each library.

    Example:
        >>> is_panic(ValueError("no"))
        False
    """
    return type(error).__name__ == "PanicException"
