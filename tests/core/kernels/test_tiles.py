"""Tiles: products, sums and columns in vector registers are those of NumPy, whatever is left over at the edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from core.kernels.registers import LANES
from core.kernels.tile_columns import fetch, give_back
from core.kernels.tile_products import TILE
from core.kernels.tiles import clear, correlate, multiply, totals

Array = npt.NDArray[np.float32]
SIZES = [(height, width) for height in (*range(1, 9), 17, 32) for width in (0, 1, 3, 4, 6, 16)]


def drawn(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


def layer(height: int, width: int) -> tuple[Array, Array]:
    """Weights with others around and between the rows of the layer, and the layer in them from 3 on."""
    weights = drawn(3 + height * (width + 2))
    return weights, weights[3:].reshape(height, width + 2)[:, :width]


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_that_a_product_begins_with_a_tile_or_a_number_a_row(height: int, width: int) -> None:
    weights, matrix = layer(height, width)
    inputs, others, biases = drawn(width + 1, TILE), drawn(height, TILE), drawn(height + 2)
    expected = matrix @ inputs[:width]
    outputs = np.full((height + 1, TILE), np.nan, np.float32)
    multiply(weights, 3, width + 2, height, width, inputs, others, outputs)
    np.testing.assert_allclose(outputs[:height], others + expected, rtol=1e-5, atol=1e-5)
    assert np.isnan(outputs[height]).all()
    multiply(weights, 3, width + 2, height, width, inputs, biases, outputs)
    np.testing.assert_allclose(outputs[:height], biases[:height, None] + expected, rtol=1e-5, atol=1e-5)
    multiply(weights, 3, width + 2, height, width, inputs, others, others)
    np.testing.assert_allclose(others, drawn(height, TILE) + expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_that_weights_gain_a_correlation_and_nothing_around_them_changes(height: int, width: int) -> None:
    weights, _ = layer(height, width)
    change, inputs = drawn(height, TILE), drawn(max(width, 1), TILE)
    expected, inside = weights.copy(), np.zeros(len(weights), np.bool_)
    expected[3:].reshape(height, width + 2)[:, :width] += change @ inputs[:width].T
    inside[3:].reshape(height, width + 2)[:, :width] = True
    before = weights.copy()
    correlate(change, inputs, height, width, weights, 3, width + 2)
    np.testing.assert_allclose(weights, expected, rtol=1e-4, atol=1e-4)
    assert (weights[~inside] == before[~inside]).all()


@pytest.mark.parametrize("height", [1, 2, LANES - 1, LANES, LANES + 1, 2 * LANES, 40])
def test_that_rows_are_summed(height: int) -> None:
    change, weights = drawn(height + 1, TILE), drawn(height + 4)
    before = weights.copy()
    totals(change, height, weights, 2)
    np.testing.assert_allclose(weights[2:-2], before[2:-2] + change[:height].sum(1), rtol=1e-4, atol=1e-4)
    assert weights[[0, 1, -2, -1]].tolist() == before[[0, 1, -2, -1]].tolist()


def test_that_only_the_first_rows_are_cleared() -> None:
    tile = drawn(5, TILE)
    clear(tile, 3)
    assert not tile[:3].any()
    assert tile[3:].all()


def test_that_what_is_no_number_comes_through_in_its_column_only() -> None:
    weights, inputs = np.zeros(8, np.float32), drawn(2, TILE)
    inputs[1, 37] = np.nan
    outputs = np.zeros((4, TILE), np.float32)
    multiply(weights, 0, 2, 4, 2, inputs, outputs, outputs)
    assert np.isnan(outputs).sum(0).tolist() == [4 if column == 37 else 0 for column in range(TILE)]


@pytest.mark.parametrize("count", [1, LANES - 1, LANES, LANES + 1, TILE - 1, TILE])
@pytest.mark.parametrize("width", [1, LANES - 1, LANES, LANES + 1, 2 * LANES, 37])
def test_that_rows_are_columns_and_are_given_back_to_each_row_that_is_named(count: int, width: int) -> None:
    # few rows, so that most come several times in one tile
    table, rows = drawn(7, width), np.random.default_rng(count).integers(0, 7, count + 3)
    tile = np.full((width, TILE), np.nan, np.float32)
    fetch(table, rows, 3, count, tile)
    assert (tile[:, :count] == table[rows[3:]].T).all()
    assert not tile[:, count:].any()
    change = drawn(width, TILE)
    expected = table.astype(np.float64)
    np.add.at(expected, rows[3:], change.T[:count])
    give_back(change, rows, 3, count, table)
    np.testing.assert_allclose(table, expected, rtol=1e-4, atol=1e-4)
