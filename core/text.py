"""How values are written for people: numbers with three digits that count, durations, columns, harmless texts."""

from __future__ import annotations

import math
import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Any

WIDEST_CELL = 60


def number(value: float | None, sign: bool = False) -> str:
    """Three significant digits, never an exponent for what is between a millionth and a million."""
    if value is None or not math.isfinite(value):
        return "–"
    if isinstance(value, int):
        return f"{value:+,}" if sign else f"{value:,}"
    magnitude = abs(value)
    if value == 0:
        return "0"
    if magnitude >= 1000:
        shown = f"{value:+,.0f}" if sign else f"{value:,.0f}"
    elif magnitude < 1e-6:
        shown = f"{value:+.2e}" if sign else f"{value:.2e}"
    else:
        # rounded first: 0.9996 becomes 1.00 and not 1.000
        decimals = max(2 - math.floor(math.log10(float(f"{magnitude:.3g}"))), 0)
        shown = f"{value:+.{decimals}f}" if sign else f"{value:.{decimals}f}"
    return shown


def short(value: float) -> str:
    """As ``number``, without zeros at the end: 3.5, 71, 0.5."""
    shown = number(value)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def probability(value: float) -> str:
    """A p-value; below a thousandth only that it is."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if not math.isfinite(seconds):
        return "–"
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def rate(per_second: float) -> str:
    """How many a second, with thousands and millions as k and M."""
    for unit, factor in (("M", 1e6), ("k", 1e3)):
        if per_second >= factor:
            return f"{number(per_second / factor)} {unit}/s"
    return f"{number(per_second)}/s"


def count(amount: int, noun: str, plural: str = "") -> str:
    """``1 user``, ``1,234 users``."""
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"


def harmless(text: str) -> str:
    """Text from a file as it may be shown: control and direction characters cannot steer the terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "�" if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") and each != "\u200d" else each
        for each in text
    )


def width(text: str) -> int:
    """Columns that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def wrapped(text: str, indent: str, most: int = 100) -> list[str]:
    """A sentence as lines of at most ``most`` columns."""
    return textwrap.wrap(harmless(text), most, initial_indent=indent, subsequent_indent=indent)


def shortened(text: str, most: int = WIDEST_CELL) -> str:
    """The text, cut with an ellipsis where it is wider than ``most`` columns."""
    if width(text) <= most:
        return text
    kept, used = [], 1
    for each in text:
        used += width(each)
        if used > most:
            break
        kept.append(each)
    return "".join(kept) + "…"


def columns(
    head: Sequence[str], rows: Sequence[Sequence[Any]], right: Sequence[int] = (), widest: int = WIDEST_CELL
) -> list[str]:
    """Rows as aligned lines under a head.

    Args:
        head: titles; all empty for no head.
        right: columns that are aligned on the right.
        widest: columns of the terminal that a cell takes at most.
    """
    cells = [[shortened(harmless(str(cell)), widest) for cell in row] for row in rows]
    lines = [list(head), *cells] if any(head) else cells
    if not lines:
        return []
    widths = [max(width(line[at]) for line in lines) for at in range(len(lines[0]))]
    return ["  ".join(_aligned(line, widths, right)).rstrip() for line in lines]


def _aligned(line: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> list[str]:
    padded = []
    for at, cell in enumerate(line):
        room = " " * (widths[at] - width(cell))
        padded.append(room + cell if at in right else cell + room)
    return padded
