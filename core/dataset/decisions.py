"""What somebody decided about a file that waits: as JSON beside it, so that a reload, another process or the command line finds it again.

It also names what is made of the file: the same decisions give the same key, so nothing is read or understood twice.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.dataset.readers.options import ReadOptions
from core.dataset.schema import ColumnType, Repair, SplitBy
from core.errors import Damaged
from core.files import read_json, write_json

if TYPE_CHECKING:
    from core.dataset.draft import Draft

__all__ = ["Decisions"]


class Decisions(BaseModel):
    """How a file is read and what becomes of its columns; what is left out is guessed.

    `used` names the columns that somebody put in (True) or took out (False); all others are as guessed.
    `words` says each repair as its button did, in the same order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = Field(default=None, ge=0, le=1_000_000)
    target: str | None = None
    types: dict[str, ColumnType] = Field(default_factory=dict)
    used: dict[str, bool] = Field(default_factory=dict)
    repairs: tuple[Repair, ...] = ()
    words: tuple[str, ...] = ()
    split: SplitBy | None = None
    seed: int = Field(default=0, ge=0, lt=2**32)

    @classmethod
    def load(cls, path: Path) -> Decisions:
        """Read what `save` wrote; where there is nothing that can be read, nothing was decided."""
        try:
            return cls.model_validate(read_json(path))
        except (Damaged, ValidationError):
            return cls()

    def save(self, path: Path) -> None:
        """Write it all-or-nothing."""
        write_json(path, self.model_dump(mode="json"))

    @property
    def options(self) -> ReadOptions:
        """How the file is read."""
        return ReadOptions(encoding=self.encoding, delimiter=self.delimiter, sheet=self.sheet, header_row=self.header_row)

    @property
    def read_key(self) -> str:
        """Names the file as it is read."""
        return _hashed(repr((self.encoding, self.delimiter, self.sheet, self.header_row)))

    @property
    def key(self) -> str:
        """Names the file as it is read and understood.

        Example:
            >>> Decisions().key == Decisions(words=("Leave it out",)).key, Decisions().key == Decisions(seed=1).key
            (True, False)
        """
        return _hashed(self.model_dump_json(exclude={"words"}))

    def with_(self, **changes: Any) -> Decisions:
        """A copy with other values, checked.

        Raises:
            ValidationError: a value is out of its range.
        """
        return Decisions.model_validate({**self.model_dump(), **changes})

    def repaired(self, repair: Repair, words: str) -> Decisions:
        """A copy with one more repair; one that is there already is not added twice."""
        if any((other.code, other.column) == (repair.code, repair.column) for other in self.repairs):
            return self
        return self.with_(repairs=(*self.repairs, repair), words=(*self.words, words))

    def without_repair(self, place: int) -> Decisions:
        """A copy without the repair at this place, from 0."""
        repairs = tuple(repair for number, repair in enumerate(self.repairs) if number != place)
        return self.with_(repairs=repairs, words=tuple(word for number, word in enumerate(self.words) if number != place))

    def apply(self, found: Draft) -> Draft:
        """The draft with these decisions.

        Args:
            found: as it is without any.

        Raises:
            BadTarget, BadSettings: a decision does not fit the file.
        """
        out = sorted(name for name, used in self.used.items() if not used)
        if self.target or self.types or out or self.repairs or self.split or self.seed:
            types = {name: kind.value for name, kind in self.types.items()}
            found = found.with_choices(
                target=self.target, types=types, left_out=out or None, repairs=self.repairs or None, split=self.split, seed=self.seed
            )
        wanted = {name for name, used in self.used.items() if used and name != found.target}
        if wanted - set(found.inputs):
            found = found.with_choices(inputs=tuple(name for name in found.guesses if name in wanted | set(found.inputs)))
        return found


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
