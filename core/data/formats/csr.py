"""SciPy sparse matrices (.npz): users by items, or the square matrix over users and items of graph models."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from core.data.formats.base import Format, Reading, Table
from core.data.gathering import Batch
from core.data.glance import Glance
from core.data.raw import Role
from core.errors import InputError

ROWS = 1 << 20
NUMBERS = "iufb"
UNREADABLE = (
    zipfile.BadZipFile,
    ValueError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    KeyError,
    MemoryError,
)
STORED_ZERO = "stored zero"
LABELS: dict[Role, str] = {"user": "row", "item": "column", "rating": "value"}

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Entries:
    """The stored entries of a matrix, in the order of the file.

    Attributes:
        rows, columns: ``[entries]`` int64, checked to lie within ``shape``.
        values: ``[entries]`` float64.
    """

    shape: tuple[int, int]
    rows: Integers
    columns: Integers
    values: npt.NDArray[np.float64]


def sniff(glance: Glance) -> int:
    """A zip whose first member is an array."""
    return 100 if glance.head.startswith(b"PK\x03\x04") and b".npy" in glance.head[30:120] else 0


def read(reading: Reading) -> Table:
    """Entries of a matrix as rows without order; no pickle is ever opened.

    Raises:
        InputError: damaged, not a sparse matrix, or a boundary that cannot be told.
    """
    entries = read_entries(reading.seekable(), reading.where, reading.limits.array)
    entries, split = _without_mirror(entries, reading)
    equal = not len(entries.values) or bool((entries.values == entries.values[0]).all())
    rated = not split and not equal and entries.values.size > 0
    if not rated and not equal:
        reading.notes.append("the values of the square matrix are weights of edges and were not used")
    labels: dict[Role, str] = {role: label for role, label in LABELS.items() if rated or role != "rating"}
    reading.facts["columns"] = dict(labels)
    return Table(labels, _batches(entries, rated, reading), ordered=False)


def read_entries(stream: IO[bytes], where: str, most: int) -> Entries:
    """Read and check the arrays of a matrix in CSR, CSC or COO form.

    Args:
        most: bytes that one array may take.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            arrays = {info.filename.removesuffix(".npy"): _array(archive, info, most) for info in archive.infolist()}
        kind = _kind(arrays)
        shape = tuple(int(size) for size in arrays["shape"].reshape(-1).tolist())
        values = arrays["data"].astype(np.float64)
        if len(shape) != 2 or min(shape) < 0 or values.ndim != 1:
            raise ValueError("it is not a matrix")
        rows, columns = _places(kind, arrays, shape)
        if not len(rows) == len(columns) == len(values):
            raise ValueError("its arrays differ in length")
        for places, size in ((rows, shape[0]), (columns, shape[1])):
            if len(places) and (places.min() < 0 or places.max() >= size):
                raise ValueError("a place lies outside of its shape")
    except UNREADABLE as error:
        raise InputError(
            code="input.not-a-matrix",
            what="no sparse matrix can be read from it",
            where=where,
            why=str(error).strip("'\""),
            remedy="Save one with scipy.sparse.save_npz(file, matrix.tocsr())",
        ) from error
    return Entries((shape[0], shape[1]), rows, columns, values)


def find_boundary(entries: Entries) -> tuple[int, int] | None:
    """The least and the greatest number of users that a square matrix allows; None when none splits it.

    With ``b`` users no entry may join two places below ``b`` or two places from ``b`` on.
    """
    if entries.shape[0] != entries.shape[1] or not len(entries.rows):
        return None
    least = int(np.minimum(entries.rows, entries.columns).max()) + 1
    greatest = int(np.maximum(entries.rows, entries.columns).min())
    return (least, greatest) if least <= greatest else None


def _without_mirror(entries: Entries, reading: Reading) -> tuple[Entries, bool]:
    """Users by items out of a square matrix over both; any other matrix as it is."""
    given = reading.options.boundary
    bounds = None if given == 0 else find_boundary(entries)
    if given:
        if bounds is None or not bounds[0] <= given <= bounds[1]:
            allowed = f"It must be {bounds[0]:,} to {bounds[1]:,}" if bounds else "The matrix is not square over both"
            raise _boundary_error(reading.where, f"the matrix does not part at {given:,} users", allowed)
        bounds = given, given
    if bounds is None:
        return entries, False
    if bounds[0] < bounds[1]:
        raise _boundary_error(
            reading.where,
            "it is not clear how many of the rows are users",
            f"It can be {bounds[0]:,} to {bounds[1]:,}, since some have no entry",
        )
    users = bounds[0]
    upper = entries.rows < users
    _check_mirror(entries, upper, reading.where)
    # a matrix can hold only the lower half
    upper = upper if upper.any() else ~upper
    rows, columns = entries.rows[upper], entries.columns[upper]
    items = np.maximum(rows, columns) - users
    reading.facts["boundary"] = users
    reading.notes.append(f"the square matrix parts into {users:,} users and {entries.shape[0] - users:,} items")
    half = Entries((users, entries.shape[0] - users), np.minimum(rows, columns), items, entries.values[upper])
    return half, True


def _check_mirror(entries: Entries, upper: npt.NDArray[np.bool_], where: str) -> None:
    size = entries.shape[0]
    one = np.sort(entries.rows[upper] * size + entries.columns[upper])
    other = np.sort(entries.columns[~upper] * size + entries.rows[~upper])
    if len(one) and len(other) and not np.array_equal(one, other):
        raise InputError(
            code="input.not-symmetric",
            what="the two halves of the square matrix hold different pairs",
            where=where,
            why=f"{len(one):,} in the upper and {len(other):,} in the lower one",
            remedy="Save users by items, or say that it is such a matrix: --columns boundary=none",
        )


def _batches(entries: Entries, rated: bool, reading: Reading) -> Iterator[Batch]:
    for start in range(0, len(entries.rows), ROWS):
        reading.watch.step(reading.file.size, reading.file.size)
        part = slice(start, start + ROWS)
        values = entries.values[part]
        lines = np.arange(start + 1, start + 1 + len(values), dtype=np.int64)
        zero = values == 0
        for row in np.flatnonzero(zero).tolist():
            place = f"row {entries.rows[start + row]}, column {entries.columns[start + row]}"
            reading.rejects.add(STORED_ZERO, int(lines[row]), LABELS["rating"], place)
        users, items = (pa.array(places[part][~zero]).cast(pa.string()) for places in (entries.rows, entries.columns))
        yield Batch(users, items, None, pa.array(values[~zero]) if rated else None, lines[~zero])


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> npt.NDArray[Any]:
    """One array, its size checked against the bytes that are there before any memory is taken."""
    if info.file_size > most:
        raise ValueError(f"{info.filename} is larger than {most:,} bytes")
    with archive.open(info) as member:
        head = io.BytesIO(member.read(1 << 16))
        version = np.lib.format.read_magic(head)
        reader = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
        if reader is None:
            raise ValueError(f"{info.filename} has an unknown version")
        shape, _, dtype = reader(head)
        if dtype.hasobject or dtype.kind not in NUMBERS + "SU" or len(shape) > 1:
            raise ValueError(f"{info.filename} is not a plain array of numbers")
        count = int(np.prod(shape, dtype=object)) if shape else 1
        data = head.read() + member.read()
    if count * dtype.itemsize != len(data):
        raise ValueError(f"{info.filename} has another size than its header says")
    return np.frombuffer(data, dtype)


def _kind(arrays: dict[str, npt.NDArray[Any]]) -> str:
    if "shape" not in arrays or "data" not in arrays:
        raise ValueError("it holds no sparse matrix")
    for name in ("shape", "data", "indices", "indptr", "row", "col"):
        if name in arrays and arrays[name].dtype.kind not in NUMBERS:
            raise ValueError(f"{name}.npy holds no numbers")
    stored = arrays["format"].reshape(-1)[0] if "format" in arrays and arrays["format"].size else b"csr"
    return stored.decode("ascii", "replace") if isinstance(stored, bytes) else str(stored)


def _places(kind: str, arrays: dict[str, npt.NDArray[Any]], shape: tuple[int, ...]) -> tuple[Integers, Integers]:
    if kind == "coo":
        return arrays["row"].astype(np.int64), arrays["col"].astype(np.int64)
    if kind not in ("csr", "csc"):
        raise ValueError(f"it is in {kind!r} form; csr, csc and coo can be read")
    minor, starts = arrays["indices"].astype(np.int64), arrays["indptr"].astype(np.int64)
    counts = np.diff(starts)
    if len(starts) != shape[0 if kind == "csr" else 1] + 1 or starts[0] != 0 or counts.min(initial=0) < 0:
        raise ValueError("its row starts are not in order")
    if starts[-1] != len(minor):
        raise ValueError("its arrays differ in length")
    major = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    return (major, minor) if kind == "csr" else (minor, major)


def _boundary_error(where: str, what: str, why: str) -> InputError:
    return InputError(
        code="input.boundary",
        what=what,
        where=where,
        why=why,
        remedy="Give the number of users, --columns boundary=N, or boundary=none for a matrix of users by items",
    )


FORMAT = Format(
    key="csr",
    label="SciPy sparse matrix",
    help="An .npz of scipy.sparse: users by items, or square over users and items",
    sniff=sniff,
    read=read,
    names=("*.npz",),
)
