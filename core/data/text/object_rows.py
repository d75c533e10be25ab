"""What the lines of a block of JSON lines come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Values = Sequence[str | None]


@dataclass(frozen=True)
class Refused:
    """A line that cannot be used.

    Attributes:
        reason, column, value: as in Reject.
    """

    reason: str
    column: str
    value: str


Exactly = Callable[[str], Values | Refused]
"""Reads the values of one line."""


@dataclass(frozen=True, eq=False)
class ObjectRows:
    """The rows of one block.

    Attributes:
        columns: one a name, ``[rows]``: dictionary arrays of strings without nulls, or int64.
        lines: the line of each row in the block, from 0, ``[rows]`` int32.
        refused: lines that cannot be used, and why.
    """

    columns: list[pa.Array]
    lines: npt.NDArray[np.int32]
    refused: list[tuple[int, Refused]]
