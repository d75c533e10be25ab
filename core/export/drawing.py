"""Curves and bars as inline SVG whose colours follow the page, light or dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 460, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 34
PLAIN = {"a": "#0072b2", "b": "#d55e00", "base": "#5b6470", "chance": "#9aa4b0"}
"""Colours for what shows the drawing without the page's style sheet, which goes before them."""


class Line(NamedTuple):
    """A curve; ``role`` is a class of the style sheet: ``a`` or ``b`` in full, ``base`` or ``chance`` dashed."""

    label: str
    role: str
    points: Sequence[tuple[float, float]]


class Bar(NamedTuple):
    """A value with its interval, and what it stands beside by role."""

    label: str
    value: float
    low: float | None
    high: float | None
    beside: Sequence[tuple[str, float]]


def curves(title: str, lines: Sequence[Line], across: str = "epoch") -> str:
    """A plot of lines over epochs, each named at its end; empty where there is nothing to draw."""
    drawn = [
        Line(line.label, line.role, [point for point in line.points if all(map(math.isfinite, point))])
        for line in lines
    ]
    points = [point for line in drawn for point in line.points]
    if not points:
        return ""
    low_x, high_x = min(x for x, _ in points), max(x for x, _ in points)
    ticks = nice_ticks(min(y for _, y in points), max(y for _, y in points))
    low_y, high_y = ticks[0], ticks[-1]

    def at(x: float, y: float) -> tuple[float, float]:
        share = (x - low_x) / (high_x - low_x) if high_x > low_x else 0.5
        return LEFT + share * (WIDTH - LEFT - RIGHT), TOP + (high_y - y) / (high_y - low_y) * (HEIGHT - TOP - BOTTOM)

    parts = [_head(title)]
    for tick in ticks:
        _, y = at(low_x, tick)
        parts.append(
            f'<line class="grid" stroke="#d9dee5" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        )
        parts.append(_words(LEFT - 6, y + 4, f"{tick:.3g}", "end"))
    for x in sorted({low_x, high_x}):
        parts.append(_words(at(x, low_y)[0], HEIGHT - BOTTOM + 16, f"{x:g}", "middle"))
    parts.append(_words((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, across, "middle"))
    for line in drawn:
        if line.points:
            parts.append(_line(line, [at(x, y) for x, y in line.points]))
    parts.append("</svg>")
    return "".join(parts) + legend([(line.label, line.role) for line in drawn if line.points])


def bars(title: str, found: Sequence[Bar], roles: Sequence[tuple[str, str]]) -> str:
    """Values with intervals, one row each with a scale of its own, beside what they are compared with.

    Args:
        roles: label and role of the model and of what stands beside it, for the legend.
    """
    if not found:
        return ""
    row, height = 44, 44 * len(found) + 24
    left = 92

    def across(value: float, most: float) -> float:
        return left + max(value, 0) / most * (WIDTH - left - 60)

    parts = [_head(title, height)]
    for at, bar in enumerate(found):
        y = at * row + 6
        most = max(bar.value, bar.high or 0, *(value for _, value in bar.beside), 1e-12)
        parts.append(_words(left - 8, y + 14, bar.label, "end"))
        parts.append(_rect("a", left, y, across(bar.value, most) - left, 16))
        if bar.low is not None and bar.high is not None:
            middle = y + 8
            span = f'x1="{across(bar.low, most):.1f}" x2="{across(bar.high, most):.1f}" y1="{middle}" y2="{middle}"'
            parts.append(f'<line class="whisker" stroke="#5b6470" stroke-width="2" {span}/>')
        end = max(across(bar.value, most), across(bar.high or 0, most)) + 6
        parts.append(_words(end, y + 13, f"{bar.value:.3g}", "start"))
        for nth, (role, value) in enumerate(bar.beside):
            parts.append(_rect(role, left, y + 18 + 7 * nth, across(value, most) - left, 5))
    parts.append("</svg>")
    return "".join(parts) + legend(roles)


def legend(entries: Sequence[tuple[str, str]]) -> str:
    """Names beside their colours, as text below the plot."""
    marks = [f'<span><i class="{role}"></i>{escape(label)}</span>' for label, role in entries]
    return f'<p class="legend">{"".join(marks)}</p>'


def nice_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers that enclose a range: steps of 1, 2 or 5 times a power of ten."""
    if high <= low:
        room = abs(low) * 0.1 or 1.0
        low, high = low - room, high + room
    rough = (high - low) / max(wanted - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [each * step for each in range(first, max(last, first + 1) + 1)]


def _head(title: str, height: int = HEIGHT) -> str:
    name = escape(title, quote=True)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{name}"><title>{name}</title>'


def _words(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text font-size="11" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(line: Line, places: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dashes = {"base": ' stroke-dasharray="6 4"', "chance": ' stroke-dasharray="2 4"'}.get(line.role, "")
    plain = f'fill="none" stroke="{PLAIN[line.role]}" stroke-width="1.8"{dashes}'
    if len(places) == 1:
        (x, y), colour = places[0], PLAIN[line.role]
        return f'<circle class="{line.role}" fill="{colour}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
    return f'<polyline class="{line.role}" {plain} points="{path}"/>'


def _rect(role: str, x: float, y: float, width: float, height: float) -> str:
    span = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}"'
    return f'<rect class="{role}" fill="{PLAIN[role]}" {span}/>'
