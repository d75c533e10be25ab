"""Metrics of the validation part over the epochs: those at k on one scale, AUC and ratings on scales of their own.

A run keeps its colour; a metric is told by its symbol and dash, and each has its popularity baseline, dashed and named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.plots.legend import Entry
from workbench.plots.plot import Plot
from workbench.plots.ranges import FAR_ENDS, growing_end, steady_range
from workbench.theme import Theme
from workbench.trace import Trace
from workbench.words import metric_label, score

USUAL_FIRST = ("ndcg", "hit", "auc", "mrr", "map", "recall", "precision", "rmse", "mae")
SCALES = {"auc": "auc", "rmse": "ratings", "mae": "ratings"}
"""Metrics with a scale of their own; all others share that of the lists."""
STRIPS = {"lists": 3, "auc": 2, "ratings": 2}
STYLES: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("o", ()),
    ("s", (6.0, 3.0)),
    ("t", (2.0, 2.0)),
    ("d", (8.0, 2.0, 2.0, 2.0)),
    ("star", (4.0, 4.0)),
    ("x", (1.0, 3.0)),
)
AXIS = 44
MARKS = 8
"""Symbols on a line at most."""
MOST_OF_LINE = 0.55
"""Share of a line that its whole name may take."""
NOTHING = np.zeros(0)


class RankingPlot(QWidget):
    """Plots one over the other, those that are needed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.strips = {key: Plot(theme, f"Validation, {key}", "epoch") for key in STRIPS}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for key, strip in self.strips.items():
            strip.setMinimumHeight(40)
            # one above the other, so that an epoch is at the same place in all
            strip.getPlotItem().getAxis("left").setWidth(AXIS)
            column.addWidget(strip, STRIPS[key])
        self._arranged = ["lists"]
        self._show_strips()

    def forget_range(self) -> None:
        """The next range is shown, also to somebody who has zoomed in."""
        for strip in self.strips.values():
            strip.forget_range()

    def draw(self, trace: Trace, others: Sequence[Trace], names: Sequence[str], baselines: bool) -> list[Entry]:
        """Draw the metrics of a run and of others beside it, in all strips at once.

        Args:
            names: flat names, such as ``ndcg@10``.
            baselines: draw the Popularity of each metric.

        Returns:
            What the legend says.
        """
        entries = self.arrange(trace, names)
        for key in STRIPS:
            self.draw_strip(key, trace, others, names, baselines)
        return entries

    def arrange(self, trace: Trace, names: Sequence[str]) -> list[Entry]:
        """Show the strips that some metrics need, the lowest with its axis; gives what the legend says.

        Where nothing is known to be measured yet the strips stay as they are: each change lays all of them out anew.
        """
        scales = {scale_of(name) for name in names} or set(self._arranged)
        shown = [key for key in STRIPS if key in scales]
        if shown != self._arranged:
            self._arranged = shown
            self._show_strips()
        entries: list[Entry] = []
        for at, name in enumerate(names):
            values = trace.metrics[name].values if name in trace.metrics else np.empty(0)
            known = values[np.isfinite(values)]
            latest = f" {score(float(known[-1]))}" if len(known) else ""
            entries.append((trace.colour, f"{metric_label(name)}{latest}", STYLES[at % len(STYLES)][0]))
        if trace.best_epoch:
            entries.append(("muted", f"best: {trace.best_epoch}", True))
        return entries

    def _show_strips(self) -> None:
        for key, strip in self.strips.items():
            strip.setVisible(key in self._arranged)
            strip.name_axis("bottom", key == self._arranged[-1])

    def draw_strip(
        self, scale: str, trace: Trace, others: Sequence[Trace], names: Sequence[str], baselines: bool
    ) -> None:
        """Draw those of the metrics that have this scale."""
        strip, own = self.strips[scale], [name for name in names if scale_of(name) == scale]
        lines, levels, seen = [], [], []
        baseline = trace.started.baseline if trace.started is not None and baselines else {}
        for name in own:
            symbol, dash = STYLES[names.index(name) % len(STYLES)]
            for number, each in enumerate([*others, trace]):
                if name not in each.metrics and each is not trace:
                    continue
                key = f"{name} {number if each is not trace else 'own'}"
                lines.append(key)
                # the line of a run that begins is there and empty: to make one takes longer than to draw it
                x, y = (each.epochs.values, each.metrics[name].values) if name in each.metrics else (NOTHING, NOTHING)
                seen.append(y)
                strip.line(key, x, y, each.colour, width=2 if each is trace else 1, dash=dash or False)
                at = marked(len(x))
                strip.points(key, x[at], y[at], each.colour, symbol)
            if name in baseline:
                levels.append(name)
                words = baseline_words(strip, f"{metric_label(name)} {score(baseline[name])}")
                strip.level(name, baseline[name], words)
        if trace.best_epoch and own:
            strip.level("best", trace.best_epoch, upright=True)
            levels.append("best")
        strip.keep_lines(lines)
        strip.keep_points(lines)
        strip.keep_levels(levels)
        heights = [*seen, np.array([baseline[name] for name in own if name in baseline])]
        strip.show_range((0.0, last_epoch([*others, trace])), steady_range(heights))


def baseline_words(strip: Plot, value: str) -> str:
    """What stands on the line of a baseline: without whose it is where that would take most of the line."""
    words = f"Popularity {value}"
    return words if strip.share_of(words) < MOST_OF_LINE else value


def last_epoch(traces: Iterable[Trace]) -> float:
    """Where the axis of epochs ends: it grows in steps, to the epochs that are planned."""
    ends = []
    for trace in traces:
        reached = max([*trace.at.values[-1:], *trace.epochs.values[-1:], 0.0])
        planned = trace.started.epochs if trace.started is not None else max(reached, 1.0)
        ends.append(growing_end(reached, planned, FAR_ENDS))
    return max(ends, default=1.0)


def scale_of(name: str) -> str:
    """The strip that a metric is drawn in."""
    return SCALES.get(name.partition("@")[0], "lists")


def marked(points: int) -> list[int]:
    """Where a line carries its symbol: all of a short one, a few of a long one, always its last point."""
    step = max(-(-points // MARKS), 1)
    return sorted({*range(points - 1, -1, -step)}) if points else []


def by_key(names: Iterable[str]) -> list[str]:
    """The keys of flat names, the usual ones first."""
    keys = {name.partition("@")[0] for name in names}
    return sorted(keys, key=lambda key: (USUAL_FIRST.index(key) if key in USUAL_FIRST else len(USUAL_FIRST), key))


def list_lengths(names: Iterable[str]) -> list[int]:
    """The k of flat names, ascending."""
    return sorted({int(name.partition("@")[2]) for name in names if name.partition("@")[2].isdecimal()})


def chosen_names(available: Iterable[str], keys: Sequence[str], ks: Sequence[str]) -> list[str]:
    """The flat names among ``available`` of some keys and list lengths, in the order of the keys."""
    held = list(available)
    wanted = [name for key in keys for name in (key, *(f"{key}@{k}" for k in ks))]
    return [name for name in wanted if name in held]
