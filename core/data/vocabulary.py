"""The two-way map between a raw id, text exactly as written, and its dense row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa


class Vocabulary:
    """Ids in the order of their rows; row ``r`` is ``ids[r]``. Immutable.

    Args:
        ids: distinct, non-empty texts, ``[rows]``.
    """

    def __init__(self, ids: pa.Array | Sequence[str]) -> None:
        self.ids: pa.Array = ids if isinstance(ids, pa.Array) else pa.array(ids, pa.large_string())

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, raw: object) -> bool:
        return raw in self._rows

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {raw: row for row, raw in enumerate(self.ids.to_pylist())}

    def row(self, raw: str) -> int | None:
        """The row of an id, None when it is unknown."""
        return self._rows.get(raw)

    def rows(self, raws: Iterable[str]) -> npt.NDArray[np.int32]:
        """Rows of many ids, -1 where unknown, ``[ids]``."""
        get = self._rows.get
        return np.fromiter((get(raw, -1) for raw in raws), np.int32)

    def id(self, row: int) -> str:
        """The id of a row."""
        return str(self.ids[int(row)].as_py())

    def take(self, rows: npt.NDArray[np.int32]) -> list[str]:
        """The ids of many rows, in their order."""
        return list(self.ids.take(pa.array(rows)).to_pylist())
