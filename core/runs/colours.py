"""Which colour of a series a run has, so that it is the same on every page."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """How the line of a run is drawn: a number of the series' colours, dashed where another shares the colour."""

    colour: int
    dash: bool = False


class RunColours:
    """A table from run id to the number of a colour.

    The library numbers runs in the order in which it met them, so that runs that follow each other differ. A run
    that no library has numbered yet gets a colour from its id.

    Args:
        series: how many colours there are.
    """

    def __init__(self, series: int) -> None:
        self.series = series
        self._numbers: dict[str, int] = {}

    def learn(self, numbers: Mapping[str, int]) -> None:
        """Take the numbers of runs, by id; those that were asked for before keep what they have."""
        for run, number in numbers.items():
            self._numbers.setdefault(run, number)

    def of(self, run: str) -> int:
        """The colour of a run, 0..series - 1."""
        number = self._numbers.setdefault(run, zlib.crc32(run.encode("utf-8", "replace")))
        return number % self.series

    def styles(self, runs: Sequence[str]) -> list[Style]:
        """How runs that are shown together are drawn: of two with one colour the later is dashed."""
        seen: set[int] = set()
        found = []
        for run in runs:
            colour = self.of(run)
            found.append(Style(colour, colour in seen))
            seen.add(colour)
        return found
