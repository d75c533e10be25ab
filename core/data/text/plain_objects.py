"""The fast way to read JSON lines: compiled for plain objects; every other line is read on its own, exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.data.text.object_rows import Exactly, ObjectRows, Refused
from core.data.text.plain_text import LARGEST, Column
from core.data.text.textblocks import unified
from core.kernels.objects import split_objects
from core.kernels.splitting import line_ends


class PlainObjects:
    """Reads blocks of one file, in any order and in several threads.

    Args:
        names: the wanted names.
        numbers: those handed over as int64 where each value of a block is a plain number.
        exactly: reads a line that is not plain.
    """

    def __init__(self, names: Sequence[str], numbers: Sequence[str], exactly: Exactly) -> None:
        self._exactly = exactly
        self._columns = [Column(name in numbers) for name in names]
        encoded = [name.encode("utf-8", "surrogatepass") for name in names]
        self._names = np.frombuffer(b"".join(encoded), np.uint8)
        self._name_ends = np.cumsum([len(name) for name in encoded], dtype=np.int32)

    def split(self, data: bytes) -> ObjectRows | None:
        """The rows of whole lines; None for a block that is too large."""
        if len(data) > LARGEST:
            return None
        data = unified(data)
        data = data if data.endswith(b"\n") else data + b"\n"
        content = np.frombuffer(data, np.uint8)
        count = line_ends(content)
        starts, ends = np.empty((2, len(self._columns), count), np.int32)
        lines, odd = np.empty(count, np.int32), np.empty((count, 3), np.int32)
        rows, unclear = split_objects(content, self._names, self._name_ends, starts, ends, lines, odd)
        starts, ends, lines = starts[:, :rows], ends[:, :rows], lines[:rows]
        refused: list[tuple[int, Refused]] = []
        if unclear:
            content, refused, keep = self._read_odd(data, odd[:unclear], starts, ends, lines)
            starts, ends, lines = starts[:, keep], ends[:, keep], lines[keep]
        columns = [column.read(content, starts[at], ends[at]) for at, column in enumerate(self._columns)]
        return ObjectRows(columns, lines, refused)

    def _read_odd(
        self,
        data: bytes,
        odd: npt.NDArray[np.int32],
        starts: npt.NDArray[np.int32],
        ends: npt.NDArray[np.int32],
        lines: npt.NDArray[np.int32],
    ) -> tuple[npt.NDArray[np.uint8], list[tuple[int, Refused]], npt.NDArray[np.bool_]]:
        """Put the values of the odd lines behind the block, and say which rows stay."""
        more: list[bytes] = []
        size = len(data)
        refused: list[tuple[int, Refused]] = []
        keep = np.ones(len(lines), np.bool_)
        for row, start, end in odd.tolist():
            found = self._exactly(data[start:end].decode())
            if isinstance(found, Refused):
                refused.append((int(lines[row]), found))
                keep[row] = False
                continue
            for at, value in enumerate(found):
                text = (value or "").encode()
                starts[at, row], ends[at, row] = size, size + len(text)
                more.append(text)
                size += len(text)
        return np.frombuffer(data + b"".join(more), np.uint8), refused, keep
