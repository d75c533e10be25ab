"""What reading hands over: rows as they stand in the file, checked, with ids still text, and what was not kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.data.interactions import Clock
from core.data.rejects import Rejects

if TYPE_CHECKING:
    import pandas as pd

Role = Literal["user", "item", "time", "rating"]
"""What a column of a source can stand for."""

Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all) while a file is read."""


class ReadingCancelled(Exception):  # noqa: N818 - not an error
    """The caller's ``cancelled`` said so; nothing was kept. Not an error."""


@dataclass(frozen=True, eq=False)
class RawRows:
    """Rows as read and checked, in file order.

    Attributes:
        users: ids of the users, ``[rows]``: one dictionary array (int32 codes, large_string ids) without nulls;
            each id of the dictionary is distinct and occurs in a row, in the order of first appearance.
        items: ids of the items, likewise.
        times: ``[rows]`` int64: microseconds since 1970 UTC when ``clock`` is ``utc``, the raw position when
            ``order``; None when ``file``.
        ratings: ``[rows]`` float64, finite; None where the source has none (or a constant 1).
        clock: what ``times`` means.
        ordered: False when neither times nor the order of the rows tell which event came first (matrices,
            unordered item lists).
        catalogue: what is known of the items, indexed by item id text; text columns, with ``title`` and
            ``genres`` (parted by ``|``) by these names where they were recognised; None without any.
        rejects: the rows that were not kept, by reason.
        notes: plain sentences about what was found and decided.
        source: plain values for the record: ``name`` (no folders), ``format``, ``sha256``, ``rows`` (read, kept or
            not), ``kept``, ``columns`` (role to column name), and where they mean something ``delimiter``,
            ``encoding``, ``header``, ``time_unit``.
    """

    users: pa.DictionaryArray
    items: pa.DictionaryArray
    times: npt.NDArray[np.int64] | None
    ratings: npt.NDArray[np.float64] | None
    clock: Clock
    ordered: bool
    catalogue: pd.DataFrame | None
    rejects: Rejects
    notes: tuple[str, ...] = ()
    source: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.users)


@dataclass(frozen=True, eq=False)
class RawCandidates:
    """Candidate lists as written in a file, ids still text.

    Attributes:
        key: ``user`` when a line belongs to a user, ``pair`` when it belongs to a user and its held-out item.
        users: the user of each line, ``[lines]`` large_string; a user may have several lines.
        held_out: the item of the key, ``[lines]`` large_string; None when ``key`` is ``user``.
        indptr: ``[lines + 1]`` int64: line ``n`` has the candidates ``indptr[n]:indptr[n + 1]``.
        items: the candidates, one dictionary array (int32 codes, large_string ids), duplicates as written.
        rejects: what was not kept: a blank id, a key that is not ``(user,item)``.
        notes, source: as in RawRows.
    """

    key: Literal["user", "pair"]
    users: pa.Array
    held_out: pa.Array | None
    indptr: npt.NDArray[np.int64]
    items: pa.DictionaryArray
    rejects: Rejects
    notes: tuple[str, ...] = ()
    source: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.users)


@dataclass(frozen=True)
class Limits:
    """How much a file may ask of this machine; the defaults are far above any honest data set.

    Attributes:
        line: bytes of one line.
        field: characters of one quoted field.
        unpacked: bytes that one compressed file may grow to.
        ratio: bytes out for one byte in, looked at once ``ratio_from`` bytes came out.
        ratio_from: see ``ratio``.
        array: bytes of one array of a matrix, which must fit into memory.
        members: files in one archive.
        block: bytes read and parsed at a time.
    """

    line: int = 64 << 20
    field: int = 16 << 20
    unpacked: int = 256 << 30
    ratio: int = 200
    ratio_from: int = 64 << 20
    array: int = 4 << 30
    members: int = 10_000
    block: int = 8 << 20


@dataclass(frozen=True)
class Watch:
    """How the caller follows a long reading and ends it."""

    on_progress: Progress | None = None
    cancelled: Callable[[], bool] | None = None

    def step(self, done: int, total: int) -> None:
        """Tell how far the reading is.

        Raises:
            ReadingCancelled: the caller wants to stop.
        """
        if self.cancelled is not None and self.cancelled():
            raise ReadingCancelled
        if self.on_progress is not None:
            self.on_progress(done, total)


def file_name(path: str | Path) -> str:
    """The last part of a path as text that can be printed and stored, whatever bytes it has."""
    name = Path(path).name or str(path)
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
