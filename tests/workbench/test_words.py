from __future__ import annotations

import numpy as np
import pytest

from workbench.words import column_numbers


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.614, -0.0834, -0.3031], ["0.614", "-0.083", "-0.303"]),
        ([12.345, -0.01], ["12.3", "-0.0"]),
        ([3.0, np.nan], ["3.00", ""]),
        ([123456.7, 1.0], ["123,457", "1"]),
        ([1e-9, 0.0], ["0.000000", "0.000000"]),
        ([0.0, 0.0], ["0", "0"]),
    ],
)
def test_that_the_numbers_of_a_column_have_the_same_decimals(values: list[float], expected: list[str]) -> None:
    found = np.array(values)
    assert [column_numbers(found)(value) for value in found] == expected
