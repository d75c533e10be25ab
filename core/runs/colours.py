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


STRANGERS = 256
"""Runs that are remembered beyond those of the library."""


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
        self._most = STRANGERS

    def __len__(self) -> int:
        """How many runs are remembered."""
        return len(self._numbers)

    def learn(self, numbers: Mapping[str, int]) -> None:
        """Take the numbers of runs, by id; those that were asked for before keep what they have.

        The longest known are forgotten where there are many more than were ever given at once: they are deleted runs.
        """
        self._most = max(self._most, len(numbers) + STRANGERS)
        for run, number in numbers.items():
            # put behind those that were not given again
            self._numbers[run] = self._numbers.pop(run, number)
        for run in list(self._numbers)[: -self._most]:
            del self._numbers[run]

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
