"""What a run told, drawn into the plots of the Train page; each function gives what the legend says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QColor

from core.losses import LOSSES
from core.training.events import HISTOGRAM_BINS, HISTOGRAM_RANGE
from core.training.plan import Plan
from workbench.pages.train.gradients import GRADIENTS, pull_words
from workbench.pages.train.ranking_plot import last_epoch
from workbench.plots.buckets import smoothed
from workbench.plots.legend import Entry
from workbench.plots.plot import Plot
from workbench.plots.ranges import growing_end, steady_range
from workbench.theme import Colours, mixed
from workbench.trace import Trace
from workbench.words import cell


def faint(colour: int, colours: Colours) -> str:
    """A run's colour for its raw line behind the smoothed one."""
    return mixed(QColor(colours.series[colour % len(colours.series)]).name(), colours.surface, 0.6).name()


def draw_loss(plot: Plot, trace: Trace, overlaid: Sequence[Trace], strength: float, colours: Colours) -> list[Entry]:
    """The loss of a run over those of earlier ones.

    Args:
        strength: share of the past in the smoothed line; none is smoothed at 0.
    """
    keys = []
    traces = [*overlaid, trace]
    for number, each in enumerate(traces):
        own = "own" if each is trace else str(number)
        x, y = each.at.values, each.loss.values
        if strength > 0 and each is trace:
            keys.append(f"raw {own}")
            plot.line(f"raw {own}", x, y, faint(each.colour, colours))
        keys.append(own)
        width = 2 if strength > 0 and each is trace else 1
        plot.line(own, x, smoothed(y, strength), each.colour, width=width)
    plot.keep_lines(keys)
    plot.show_range((0.0, last_epoch(traces)), steady_range([each.loss.values for each in traces]))
    plot.level("refit", trace.refit_at, "refit", upright=True)
    latest = trace.loss.values[-1:]
    entries: list[Entry] = [(trace.colour, f"{each:.4g}", False) for each in latest if each == each]
    return entries + [(each.colour, cell(each.title, 28), False) for each in overlaid]


def draw_speed(plot: Plot, trace: Trace, overlaid: Sequence[Trace]) -> None:
    """Thousand examples a second."""
    keys = []
    traces = [*overlaid, trace]
    for number, each in enumerate(traces):
        keys.append(str(number))
        plot.line(str(number), each.at.values, each.speed.values / 1000, each.colour)
    plot.keep_lines(keys)
    speeds = [each.speed.values / 1000 for each in traces]
    plot.show_range((0.0, last_epoch(traces)), steady_range(speeds, standing=True))


def draw_difference(plot: Plot, trace: Trace, plan: Plan | None) -> list[Entry]:
    """How far positives are ahead of negatives, under the gradient of the loss."""
    low, high = HISTOGRAM_RANGE
    counts = np.asarray(trace.histogram, np.float64)
    if not len(counts) or not counts.sum():
        plot.clear_all()
        return [("muted", no_differences(plan), True)] if plan else []
    width = (high - low) / HISTOGRAM_BINS
    centres = low + width * (np.arange(HISTOGRAM_BINS) + 0.5)
    shares = counts / counts.sum()
    plot.bars("right", centres, np.where(centres > 0, shares, 0), 0.92 * width, 2)
    plot.bars("wrong", centres, np.where(centres <= 0, shares, 0), 0.92 * width, 1)
    plot.level("zero", 0.0, "", upright=True)
    plot.show_range((low, high), (0.0, growing_end(float(shares.max()))))
    right = shares[centres > 0].sum()
    entries: list[Entry] = [(2, f"ahead {right:.0%}".replace("%", " %"), False)]
    loss = plan.loss if plan is not None else None
    if loss is not None and loss.name in GRADIENTS:
        pull = GRADIENTS[loss.name](centres.astype(np.float64), loss.settings)
        plot.line("pull", centres, pull / max(pull.max(), 1e-12) * shares.max(), "text", dash=True)
        entries.append(("text", pull_words(loss.name, float(pull.max())), True))
    else:
        plot.keep_lines([])
    return entries


def no_differences(plan: Plan | None) -> str:
    """Why there are no score differences."""
    loss = plan.loss if plan is not None else None
    if loss is None:
        return "nothing is trained"
    return "no negatives in this loss" if LOSSES[loss.name].kind == "rating" else "waiting for the first step"


def draw_ranks(plot: Plot, trace: Trace, drawn: Sequence[str]) -> list[Entry]:
    """The ranks of the held-out items of pinned users, each in the colour of its place among all that were measured."""
    entries: list[Entry] = []
    users = list(trace.ranks)
    for user in drawn:
        at, places = users.index(user), trace.ranks[user].values
        plot.line(user, trace.epochs.values, places, at, width=1)
        latest = places[-1] if len(places) else np.nan
        shown = f"{int(latest):,}" if latest == latest else "–"
        entries.append((at, f"{cell(user, 8)}: {shown}", False))
    plot.keep_lines(list(drawn))
    if drawn:
        logarithms = [np.log10(np.maximum(trace.ranks[user].values, 1)) for user in drawn]
        plot.show_range((0.0, last_epoch([trace])), steady_range(logarithms))
    return entries
