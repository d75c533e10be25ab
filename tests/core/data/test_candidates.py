from __future__ import annotations

from pathlib import Path

import pytest

from core.data.candidates import read_candidates
from core.data.raw import Limits, RawCandidates
from core.errors import InputError
from tests.core.data.files import put


def lists(found: RawCandidates) -> list[list[str]]:
    items = found.items.to_pylist()
    return [items[start:end] for start, end in zip(found.indptr[:-1], found.indptr[1:], strict=True)]


@pytest.mark.parametrize("block", [5, 1 << 20])
def test_that_lists_of_a_user_are_read(tmp_path: Path, block: int) -> None:
    found = read_candidates(put(tmp_path, "a_sample.txt", "1 007 7 7\n\n2 5\n3\n"), limits=Limits(block=block))
    assert found.key == "user"
    assert found.held_out is None
    assert found.users.to_pylist() == ["1", "2", "3"]
    assert lists(found) == [["007", "7", "7"], ["5"], []]
    assert len(found) == 3


def test_that_lists_of_a_pair_are_read(tmp_path: Path) -> None:
    found = read_candidates(put(tmp_path, "x.test.negative", "(0,25)\t1064\t174\n(1, a b)\t5\t\n"))
    assert found.key == "pair"
    assert found.held_out is not None
    assert found.users.to_pylist() == ["0", "1"]
    assert found.held_out.to_pylist() == ["25", "a b"]
    assert lists(found) == [["1064", "174"], ["5"]]
    assert found.rejects.counts == {"blank id": 1}


def test_that_a_line_with_a_bad_key_is_rejected(tmp_path: Path) -> None:
    found = read_candidates(put(tmp_path, "x", "(0,25)\t1\n(0,2,5)\t1\n7\t1\n(,5)\t1\n"))
    assert len(found) == 1
    assert [row.line for row in found.rejects.rows()] == [2, 3, 4]


@pytest.mark.parametrize("text", ["", "\n\n", "\t1\t2\n"])
def test_that_a_file_without_a_list_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="no candidate list"):
        read_candidates(put(tmp_path, "x", text))
