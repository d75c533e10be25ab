from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from core.data.raw import Limits
from core.data.reading import read_rows
from tests.core.data.files import pairs, put, refused, rejected


def save(path: Path, matrix: Any) -> Path:
    sp.save_npz(path, matrix)
    return path


def square(users_by_items: Any) -> Any:
    return sp.block_array([[None, users_by_items], [users_by_items.T, None]]).tocsr()


@pytest.fixture
def matrix() -> Any:
    return sp.csr_matrix(np.array([[1.0, 0, 2], [0, 3, 0]]))


@pytest.mark.parametrize("kind", ["csr", "csc", "coo"])
def test_that_users_by_items_have_their_places_as_ids_and_their_values_as_ratings(
    tmp_path: Path, matrix: Any, kind: str
) -> None:
    rows = read_rows(save(tmp_path / "a.npz", matrix.asformat(kind)))
    assert rows.ratings is not None
    found = dict(zip(pairs(rows), rows.ratings.tolist(), strict=True))
    assert found == {("0", "0"): 1.0, ("0", "2"): 2.0, ("1", "1"): 3.0}
    assert (rows.clock, rows.ordered) == ("file", False)


def test_that_equal_values_are_no_ratings(tmp_path: Path, matrix: Any) -> None:
    matrix.data[:] = 7
    assert read_rows(save(tmp_path / "a.npz", matrix)).ratings is None


def test_that_the_square_matrix_over_users_and_items_is_parted(tmp_path: Path, matrix: Any) -> None:
    rows = read_rows(save(tmp_path / "a.npz", square(matrix)))
    assert pairs(rows) == [("0", "0"), ("0", "2"), ("1", "1")]
    assert rows.ratings is None
    assert rows.source["boundary"] == 2
    assert any("weights of edges" in note for note in rows.notes)


@pytest.mark.parametrize("half", [sp.triu, sp.tril])
def test_that_one_half_of_the_square_matrix_is_enough(tmp_path: Path, matrix: Any, half: Any) -> None:
    rows = read_rows(save(tmp_path / "a.npz", half(square(matrix)).tocsr()))
    assert sorted(pairs(rows)) == [("0", "0"), ("0", "2"), ("1", "1")]


def test_that_a_boundary_that_can_be_several_is_left_to_the_user(tmp_path: Path) -> None:
    # nobody touched the first item
    path = save(tmp_path / "a.npz", square(sp.csr_matrix(np.array([[0, 1], [0, 1]]))))
    error = refused(path)
    assert error.code == "input.boundary"
    assert "2 to 3" in error.why
    assert pairs(read_rows(path, columns={"boundary": "2"})) == [("0", "1"), ("1", "1")]
    assert pairs(read_rows(path, columns={"boundary": "3"})) == [("0", "0"), ("1", "0")]
    assert refused(path, columns={"boundary": "1"}).code == "input.boundary"
    assert len(read_rows(path, columns={"boundary": "none"})) == 4


def test_that_as_many_users_as_items_are_not_taken_for_a_square_of_both(tmp_path: Path) -> None:
    rows = read_rows(save(tmp_path / "a.npz", sp.csr_matrix(np.eye(3))))
    assert pairs(rows) == [("0", "0"), ("1", "1"), ("2", "2")]


def test_that_halves_that_differ_are_refused(tmp_path: Path, matrix: Any) -> None:
    other = square(matrix).tolil()
    other[0, 3] = 1
    assert refused(save(tmp_path / "a.npz", other.tocsr())).code == "input.not-symmetric"


def test_that_stored_zeros_and_infinite_values_are_rejected(tmp_path: Path) -> None:
    matrix = sp.csr_matrix((np.array([1.0, 0, np.inf, np.nan, 2]), ([0, 0, 1, 1, 2], [0, 1, 0, 1, 0])), (3, 2))
    rows = read_rows(save(tmp_path / "a.npz", matrix))
    assert pairs(rows) == [("0", "0"), ("2", "0")]
    assert rows.rejects.counts == {"rating is not a finite number": 2, "stored zero": 1}
    assert rejected(rows)[0][3] == "row 0, column 1"


def arrays(**changed: Any) -> bytes:
    """A matrix of one entry, with some arrays replaced."""
    base: dict[str, Any] = {
        "indices": np.array([0], np.int32),
        "indptr": np.array([0, 1], np.int32),
        "format": np.array(b"csr"),
        "shape": np.array([1, 1]),
        "data": np.array([1.0]),
    }
    buffer = io.BytesIO()
    np.savez(buffer, **{name: array for name, array in (base | changed).items() if array is not None})
    return buffer.getvalue()


@pytest.mark.parametrize(
    "changed",
    [
        {"indices": np.array([5])},
        {"indices": np.array([-1])},
        {"indptr": np.array([0, 2])},
        {"indptr": np.array([1, 1])},
        {"indptr": np.array([0])},
        {"data": np.array([1.0, 2.0])},
        {"data": np.array(["x"])},
        {"data": np.array([{}], object)},
        {"data": np.array([[1.0]])},
        {"shape": np.array([1, 1, 1])},
        {"shape": None},
        {"format": np.array(b"bsr")},
        {"format": np.array(b"coo")},
    ],
)
def test_that_an_inconsistent_matrix_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    assert refused(put(tmp_path, "a.npz", arrays(**changed))).code == "input.not-a-matrix"


def test_that_no_pickle_is_opened(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path(tmp_path / "sprung").touch, ())

    trap = np.empty(1, object)
    trap[0] = Trap()
    refused(put(tmp_path, "a.npz", arrays(data=trap)))
    assert not (tmp_path / "sprung").exists()


def test_that_a_header_that_promises_more_than_there_is_takes_no_memory(tmp_path: Path) -> None:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904,), }"
    member = b"\x93NUMPY\x01\x00" + (len(header) + 1).to_bytes(2, "little") + header + b"\n" + b"\0" * 8
    buffer = io.BytesIO(arrays(data=None))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("data.npy", member)
    error = refused(put(tmp_path, "a.npz", buffer.getvalue()))
    assert "another size than its header says" in error.why
    assert refused(tmp_path / "a.npz", limits=Limits(array=10)).code == "input.not-a-matrix"
