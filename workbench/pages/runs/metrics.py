"""Metrics of the chosen runs: bars with intervals, and the paired test that says whether chance is behind them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.runs.colours import Style
from core.runs.entries import real, section
from core.text import probability
from workbench.columns import Column
from workbench.jobs.run_details import TESTED, Detail, Pairing
from workbench.plots.interval_bars import Bar, IntervalBars, Strip
from workbench.tables.model import ColumnsModel
from workbench.tables.table import Table
from workbench.theme import Theme
from workbench.trace import verdict_words
from workbench.widgets.parts import label, scrolled
from workbench.words import cell, metric_label, score

P_HELP = "Chance of a difference at least as large if both runs were alike: two-sided sign-flip test over the users"


class MetricsPanel(QWidget):
    """Bars on the left, figures or the comparison on the right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.bars = IntervalBars(theme, "Metrics with intervals")
        self.figures = ColumnsModel()
        self.table = Table(self.figures, "Figures")
        self.caption = label("", "caption", wrap=True, selectable=True)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(self.caption)
        right.addWidget(self.table, 1)
        self._among = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(16)
        row.addWidget(scrolled(self.bars), 2)
        row.addLayout(right, 3)

    def show_runs(self, shown: Sequence[tuple[Detail, Style, str]]) -> None:
        """Show the figures of some runs: detail, style, name."""
        parts = {part_of(detail) for detail, _, _ in shown} - {""}
        part = "test" if "test" in parts or not parts else "validation"
        self._among = sampled_words(part, [detail for detail, _, _ in shown])
        self.bars.show_strips([strip_of(name, part, shown) for name in metric_names(part, shown)])
        if len(shown) == 1:
            self._show_figures(shown[0][0], part)
        else:
            self.figures.replace(())
            self.caption.setText("" if not shown else "comparing user by user")

    def _show_figures(self, detail: Detail, part: str) -> None:
        result = detail.record.result
        metrics, bounds = figures_of(detail, part)
        base, chance = section(result, "baseline"), section(result, "random")
        names = list(metrics)
        columns = [
            Column("Metric", pa.array([metric_label(name) for name in names], pa.large_string())),
            Column("Value", np.array([real(metrics[name]) for name in names], np.float64), score, True),
            Column("From", np.array([bounds(name)[0] for name in names], np.float64), score, True),
            Column("To", np.array([bounds(name)[1] for name in names], np.float64), score, True),
            Column("Popularity", np.array([real(base.get(name)) for name in names], np.float64), score, True),
            Column("Random", np.array([real(chance.get(name)) for name in names], np.float64), score, True),
        ]
        self.figures.replace(columns)
        self.table.set_widths([110, 58, 58, 58, 74, 66], 0)
        if not names:
            self.caption.setText("This run was not measured")
            return
        verdict = verdict_words(result) if part_of(detail) == part else ""
        lines = [f"{part.capitalize()} part{self._among}, 95 % intervals", *([f"{verdict}."] if verdict else [])]
        self.caption.setText("\n".join(lines))

    def show_pairings(self, pairings: Sequence[Pairing], names: dict[str, str]) -> None:
        """Show how the first chosen run compares with the others.

        Args:
            names: what runs are called, by folder.
        """
        rows = [(each, result) for each in pairings for result in each.results]
        several = len(pairings) > 1
        columns = [Column("Metric", pa.array([metric_label(result.metric) for _, result in rows], pa.large_string()))]
        if several:
            against = pa.array([names.get(each.second, "") for each, _ in rows], pa.large_string())
            columns.append(Column("Against", against, lambda text: cell(text, 40)))
        numbers = {"A": "first", "B": "second"}
        for title, field in numbers.items():
            columns.append(Column(title, np.array([getattr(result, field) for _, result in rows]), score, True))
        interval = pa.array([interval_words(result.low, result.high) for _, result in rows], pa.large_string())
        columns += [
            Column("A − B", np.array([result.difference for _, result in rows]), signed, True),
            Column("95 % interval", interval, right=True),
            Column("p", np.array([result.p for _, result in rows]), probability, True, P_HELP),
        ]
        if rows:
            wins = pa.array([f"{r.wins:,} / {r.ties:,} / {r.losses:,}" for _, r in rows], pa.large_string())
            columns.append(Column("A wins / ties / B", wins, right=True, help="Users"))
        self.figures.replace(columns if rows else ())
        widths = [80, *([120] if several else []), 46, 46, 56, 116, 74, 106]
        names_at = 1 if several else 0
        self.table.set_widths(widths, names_at, widths[names_at])
        if rows:
            first = names.get(pairings[0].first, "")
            users = pairings[0].results[0].users
            other = "the others" if several else cell(names.get(pairings[0].second, ""), 24)
            lines = [
                f"A: {cell(first, 24)}, B: {other}. {pairings[0].part.capitalize()} part{self._among}, "
                f"{users:,} users in common",
                *note_lines(pairings, names),
            ]
            self.caption.setText("\n".join(lines))

    def say(self, text: str) -> None:
        """Say why there is no comparison."""
        self.figures.replace(())
        self.caption.setText(text)


def note_lines(pairings: Sequence[Pairing], names: dict[str, str]) -> list[str]:
    """What a reader has to know, once; what is true of some of several comparisons alone says of which."""
    about: dict[str, list[str]] = {}
    for each in pairings:
        for note in each.notes:
            about.setdefault(note, []).append(cell(names.get(each.second, ""), 24))
    return [
        f"{note}." if len(seconds) == len(pairings) else f"{', '.join(seconds)}: {note[:1].lower()}{note[1:]}."
        for note, seconds in about.items()
    ]


def part_of(detail: Detail) -> str:
    """The part that a run was measured on; empty when it was not."""
    if section(detail.record.result, "metrics"):
        return str(detail.record.result.get("part") or "test")
    return "validation" if section(detail.record.result, "validation") else ""


def sampled_words(part: str, details: Sequence[Detail]) -> str:
    """What stands behind figures of a part where all runs, or some, ranked given candidates only."""
    measured = [detail for detail in details if part == "test" and part_of(detail) == part]
    sampled = sum(detail.record.result.get("protocol") == "sampled" for detail in measured)
    return "" if not sampled else " (sampled)" if sampled == len(measured) else " (some sampled)"


def figures_of(detail: Detail, part: str) -> tuple[dict[str, Any], Callable[[str], tuple[float, float]]]:
    """Metrics of a run on a part, and a function from a name to its interval."""
    result = detail.record.result
    # a run that ranked no test part was measured on the validation part, with intervals
    own = part_of(detail) == part and bool(section(result, "metrics"))
    metrics = dict(section(result, "metrics") if own else section(result, "validation") if part == "validation" else {})
    intervals = section(result, "intervals") if own else {}

    def bounds(name: str) -> tuple[float, float]:
        found = intervals.get(name)
        pair = found if isinstance(found, list) and len(found) == 2 else (None, None)
        low, high = real(pair[0]), real(pair[1])
        return (math.nan if low is None else low, math.nan if high is None else high)

    return metrics, bounds


def metric_names(part: str, shown: Sequence[tuple[Detail, Style, str]]) -> list[str]:
    """The metrics that get a strip: the usual ones, or the first few of what there is."""
    known = list(dict.fromkeys(name for detail, _, _ in shown for name in figures_of(detail, part)[0]))
    usual = [name for name in (*TESTED, "rmse") if name in known]
    return usual or known[:3]


def strip_of(name: str, part: str, shown: Sequence[tuple[Detail, Style, str]]) -> Strip:
    """One metric of all runs."""
    bars = []
    for detail, style, title in shown:
        metrics, bounds = figures_of(detail, part)
        value = real(metrics.get(name))
        low, high = bounds(name)
        bars.append(Bar(title, math.nan if value is None else value, low, high, style.colour, style.dash))
    bases = {real(section(detail.record.result, "baseline").get(name)) for detail, _, _ in shown}
    # runs on other data have other baselines: one line would be wrong for some
    base = next(iter(bases)) if part == "test" and len(bases) == 1 else None
    among = sampled_words(part, [detail for detail, _, _ in shown])
    return Strip(metric_label(name) + among, tuple(bars), math.nan if base is None else base)


def signed(value: float) -> str:
    """A difference of metrics."""
    return ("+" if value > 0 else "") + score(value)


def interval_words(low: float, high: float) -> str:
    """The interval of a difference."""
    return f"{signed(low)} to {signed(high)}"
