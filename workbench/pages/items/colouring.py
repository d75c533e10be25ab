"""The colours of points: by group, with what the groups are, or from little to much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtGui import QColor

from workbench.theme import Colours, mixed

NAMED = 12
"""Groups with a colour of their own; more are not told apart."""
STEPS = 256


@dataclass(frozen=True)
class Group:
    """One entry of the legend.

    Attributes:
        codes: numbers of the groups that it stands for.
    """

    name: str
    colour: str
    count: int
    codes: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Colouring:
    """How points are coloured.

    Attributes:
        shades: ``0xRRGGBB``, ``[points]``.
        codes: group of each point, ``[points]``; None where they have none.
        scale: colours from little to much, and both ends in words; None with groups.
    """

    shades: npt.NDArray[np.uint32]
    groups: tuple[Group, ...] = ()
    codes: npt.NDArray[np.int32] | None = None
    scale: tuple[tuple[str, ...], str, str] | None = None


def group_colours(colours: Colours) -> tuple[str, ...]:
    """Twelve colours: the six of the series, which all eyes tell apart, and each once more towards the text."""
    first = colours.series[:6]
    return (*first, *(mixed(each, colours.text, 0.45).name() for each in first))


def by_group(codes: npt.NDArray[np.int32], names: Sequence[str], colours: Colours, other: str) -> Colouring:
    """A colour for each of the largest groups, grey for the rest, which are called ``other``.

    Args:
        codes: numbers of ``names``, ``[points]``.
    """
    counts = np.bincount(codes, minlength=len(names))
    present = [int(code) for code in np.argsort(-counts, kind="stable") if counts[code]]
    own = present if len(present) <= NAMED else present[: NAMED - 1]
    rest = present[len(own) :]
    table = group_colours(colours)
    groups = [Group(names[code], table[at], int(counts[code]), (code,)) for at, code in enumerate(own)]
    if rest:
        groups.append(Group(other, colours.muted, int(counts[rest].sum()), tuple(rest)))
    shades = np.zeros(max(len(names), 1), np.uint32)
    for group in groups:
        shades[list(group.codes)] = _number(group.colour)
    return Colouring(shades[codes], tuple(groups), codes)


def by_amount(counts: npt.NDArray[np.int64], colours: Colours) -> Colouring:
    """From the least to the most, in logarithms: viridis, less of the end that the background hides."""
    names = tuple(
        QColor(*each).name()
        for each in pg.colormap.get("viridis")
        .getLookupTable(0.25 if colours.dark else 0.0, 1.0 if colours.dark else 0.9, STEPS)[:, :3]
        .tolist()
    )
    if not len(counts):
        return Colouring(np.zeros(0, np.uint32))
    logarithms = np.log1p(counts.astype(np.float64))
    low, high = float(logarithms.min()), float(logarithms.max())
    place = (STEPS - 1) * (logarithms - low) / max(high - low, 1e-9)
    table = np.array([_number(name) for name in names], np.uint32)
    scale = (names[:: STEPS // 16], f"{int(counts.min()):,}", f"{int(counts.max()):,}")
    return Colouring(table[np.round(place).astype(np.int64)], scale=scale)


def _number(colour: str) -> int:
    return QColor(colour).rgb() & 0xFFFFFF
