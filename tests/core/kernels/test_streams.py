from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.kernels import streams
from core.samplers import streams as torch_streams

words = st.integers(0, 2**64 - 1)


@given(words, st.integers(0, 2**40), st.integers(0, 2**20))
def test_that_compiled_and_torch_streams_give_the_reference_words(key: int, row: int, place: int) -> None:
    wanted = streams.word_reference(key, row, place)
    stream = np.uint64(streams.stream_of(np.uint64(key), np.uint64(row)))
    assert int(streams.word(stream, np.uint64(place))) == wanted
    rows = torch.tensor([row])
    got = torch_streams.words(torch_streams.streams_of(key, rows), torch.tensor([place]))
    assert int(got) == torch_streams.signed(wanted)


@given(words, st.integers(1, 2**32 - 1), st.integers(1, 2**62 - 1))
def test_that_bounded_numbers_are_the_high_word_of_the_exact_product(bits: int, narrow: int, wide: int) -> None:
    assert int(streams.below(np.uint64(bits), np.uint64(narrow))) == streams.below_reference(bits, narrow)
    assert int(streams.below_wide(np.uint64(bits), np.uint64(wide))) == streams.below_reference(bits, wide)
    as_tensor = torch.tensor([torch_streams.signed(bits)])
    assert int(torch_streams.below(as_tensor, torch.tensor([wide]))) == streams.below_reference(bits, wide)


def test_that_the_streams_are_splitmix64() -> None:
    # first outputs of the published generator for seed 1234567
    state, outputs = 1234567, []
    for _ in range(3):
        state = (state + streams.GOLDEN) % 2**64
        outputs.append(streams.mixed_reference(state))
    assert outputs == [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert [int(streams.word(np.uint64(1234567), np.uint64(place))) for place in range(3)] == outputs


def test_that_neighbouring_rows_and_places_are_uncorrelated() -> None:
    values = np.array(
        [[streams.word_reference(9, row, place) / 2**64 for place in range(4)] for row in range(4000)], np.float64
    )
    correlation = np.corrcoef(np.concatenate([values[:-1], values[1:]], axis=1).T)
    assert np.abs(correlation - np.eye(8)).max() < 0.08
    assert abs(values.mean() - 0.5) < 0.01
