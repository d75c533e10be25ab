from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given

from core.data.text.plain_text import Column
from core.kernels.splitting import encode_texts_reference, line_ends, whole_numbers, whole_numbers_reference

# zero bytes and pieces of eight that agree are what a key of eight bytes could mix up
TEXTS = (
    st.binary(max_size=20) | st.text("ab\0", max_size=20).map(str.encode) | st.integers(0, 40).map(b"user%08d".__mod__)
)


def laid_out(texts: list[bytes]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    lengths = np.array([len(text) for text in texts], np.int32)
    ends = np.cumsum(lengths, dtype=np.int32)
    return np.frombuffer(b"".join(texts), np.uint8), ends - lengths, ends


@given(st.lists(TEXTS, max_size=60))
def test_that_texts_are_numbered_as_they_first_appear(texts: list[bytes]) -> None:
    found = Column().read(*laid_out(texts))
    codes, distinct = encode_texts_reference(texts)
    assert found.indices.to_pylist() == codes
    assert found.dictionary.cast("binary").to_pylist() == distinct


def test_that_room_is_made_for_many_texts_and_kept() -> None:
    texts = [b"%d" % (number * 7919 % 9001) for number in range(20_000)]
    column = Column()
    for _ in range(2):
        found = column.read(*laid_out(texts))
        assert (found.indices.to_pylist(), len(found.dictionary)) == (encode_texts_reference(texts)[0], 9001)


NUMBERS = st.integers(0, 10**18).map(lambda number: b"%d" % number)
ODD = st.sampled_from(
    [b"", b"0", b"00", b"007", b"-1", b"1.0", b"1e5", b" 1", b"9" * 18, b"9" * 19, "\uff11".encode(), b"1/", b"1:"]
)


@given(st.lists(NUMBERS, max_size=8).flatmap(lambda plain: st.lists(ODD, max_size=2).map(lambda odd: plain + odd)))
def test_that_only_numbers_written_plainly_are_read_as_numbers(texts: list[bytes]) -> None:
    numbers = np.empty(len(texts), np.int64)
    expected = whole_numbers_reference(texts)
    assert whole_numbers(*laid_out(texts), numbers) == (expected is not None)
    assert expected is None or numbers.tolist() == expected


@pytest.mark.parametrize("data", [b"", b"\n", b"a\nb\r\nc", b"\n" * 1000 + b"x"])
def test_that_line_ends_are_counted(data: bytes) -> None:
    assert line_ends(np.frombuffer(data, np.uint8)) == data.count(b"\n")
