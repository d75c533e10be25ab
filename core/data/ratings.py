"""A rating column: finite numbers only, the decimal comma found and said."""

from __future__ import annotations

import math
import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
WITH_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?", re.ASCII)
WITH_POINT = re.compile(r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?", re.ASCII)

BLANK = "blank rating"
NOT_A_NUMBER = "rating is not a finite number"


class RatingGatherer:
    """Takes a rating column block by block.

    The first block with a decimal decides between point and comma; a value written the other way is then not a number.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._comma: bool | None = None
        self._kept: list[npt.NDArray[np.float64]] = []

    def parse(self, column: pa.Array) -> tuple[npt.NDArray[np.float64], list[tuple[str, npt.NDArray[np.bool_]]]]:
        """Numbers of a block, ``[rows]``, and the reasons why rows cannot be kept, ``[rows]`` bool each."""
        if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
            missing = column.is_null().to_numpy(zero_copy_only=False)
            numbers = pc.fill_null(column.cast(pa.float64(), safe=False), 0.0).to_numpy()
            return numbers, [(BLANK, missing), (NOT_A_NUMBER, ~missing & ~np.isfinite(numbers))]
        coded = _coded(column)
        texts = [text.strip() for text in coded.dictionary.to_pylist()]
        self._decide(texts)
        codes = coded.indices.to_numpy()
        values = np.array([self._number(text) for text in texts], np.float64)
        blank = np.array([not text for text in texts], np.bool_)
        faults = [(BLANK, blank), (NOT_A_NUMBER, ~blank & ~np.isfinite(values))]
        return values[codes], [(reason, rows[codes]) for reason, rows in faults if rows.any()]

    def keep(self, numbers: npt.NDArray[np.float64]) -> None:
        """Add rows."""
        self._kept.append(numbers)

    def finish(self) -> tuple[npt.NDArray[np.float64] | None, tuple[str, ...]]:
        """All numbers, ``[rows]``, None when every one is 1; plain sentences."""
        numbers = np.concatenate(self._kept) if self._kept else np.zeros(0)
        self._kept.clear()
        notes = (f"the column {self._name!r} writes decimals with a comma",) if self._comma else ()
        if len(numbers) and numbers[0] == 1 and (numbers == 1).all():
            return None, (*notes, f"every value of the column {self._name!r} is 1: the data is taken as unrated")
        return numbers, notes

    def _decide(self, texts: list[str]) -> None:
        if self._comma is None:
            commas = sum(WITH_COMMA.fullmatch(text) is not None for text in texts)
            points = sum(WITH_POINT.fullmatch(text) is not None for text in texts)
            if commas or points:
                self._comma = commas > points

    def _number(self, text: str) -> float:
        if self._comma and WITH_COMMA.fullmatch(text):
            text = text.replace(",", ".")
        elif not NUMBER.fullmatch(text) or (self._comma and "." in text):
            return math.nan
        return float(text)


def _coded(column: pa.Array) -> pa.DictionaryArray:
    """Texts under a dictionary, a missing one being empty."""
    if pa.types.is_dictionary(column.type) and not column.null_count and not column.dictionary.null_count:
        return column
    return pc.fill_null(column.cast(pa.string()), "").dictionary_encode()
