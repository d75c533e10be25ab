"""What a target is asked to write, and what an export gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from core.runs.opening import Run

Tell = Callable[[str, int, int], None]
"""Called with (what is being done, how much is done, how much in all); raises to cancel."""


@dataclass(frozen=True, eq=False)
class Request:
    """One export in the making.

    Attributes:
        place: an empty file, or an empty folder, to write to; put in its place when all is well.
        name: the name that it will have.
        options: instance of the target's settings.
    """

    run: Run
    place: Path
    name: str
    options: Any
    tell: Tell


class WrittenFile(NamedTuple):
    """A file that is there now; ``name`` is its path inside of a folder, empty for a single file."""

    name: str
    size: int


@dataclass(frozen=True)
class Exported:
    """What came of an export.

    Attributes:
        out: where it is.
        notes: sentences on what is not as it was asked for.
    """

    target: str
    out: Path
    files: tuple[WrittenFile, ...]
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(each.size for each in self.files)
