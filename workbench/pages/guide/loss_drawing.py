"""Each loss drawn as a function of the score difference: value, pull, and a point to move along it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QVBoxLayout

from core.errors import PlanError
from core.losses import LOSSES
from workbench.page import Context
from workbench.pages.guide.drawings import Drawing
from workbench.pages.guide.sliders import Slide
from workbench.plots.legend import Legend
from workbench.plots.plot import Plot
from workbench.widgets.parts import clear, label

if TYPE_CHECKING:
    from core.insight.examples.losses import Curve

POINTS, FEWER = 121, 81
"""Values that are computed; fewer where each takes longer, so that a slider moves without waiting."""


@dataclass(frozen=True)
class Knob:
    """A slider of a loss: one of its own settings, or something that its example needs."""

    key: str
    name: str
    low: float
    high: float
    value: float
    step: float
    own: bool = True


@dataclass(frozen=True)
class Scene:
    """How a loss is drawn."""

    x: str = "score difference s⁺ − s⁻"
    low: float = -3.0
    high: float = 3.0
    start: float = 0.5
    knobs: tuple[Knob, ...] = ()
    note: str = ""


NEGATIVES = Knob("negatives", "negatives n", 1, 16, 5, 1, own=False)
SPREAD_NOTE = "The ticks are the scores of the negatives; the positive moves among them."

SCENES: dict[str, Scene] = {
    "hinge": Scene(knobs=(Knob("margin", "margin m", 0.1, 2.5, 1.0, 0.1),)),
    "low-rank": Scene(
        x="s⁺, with the negative at 0",
        knobs=(
            Knob("negative_margin", "margin Dₙ", 0.1, 2.5, 1.0, 0.1),
            Knob("low_margin", "margin Dₗ", 0.1, 2.4, 0.5, 0.1),
            Knob("low_weight", "weight aₗ", 0.0, 2.0, 0.5, 0.1),
            Knob("low", "low item at sˡ", -1.5, 1.5, 0.5, 0.1, own=False),
        ),
        note="Dₗ is kept below Dₙ.",
    ),
    "bce": Scene(x="logit s"),
    "squared": Scene(
        x="predicted rating",
        low=0.5,
        high=5.5,
        start=3.5,
        knobs=(Knob("rating", "given rating", 1.0, 5.0, 4.0, 0.5, own=False),),
    ),
    "softmax": Scene(
        x="score of the positive",
        knobs=(Knob("temperature", "temperature τ", 0.05, 2.0, 0.1, 0.05), NEGATIVES),
        note=SPREAD_NOTE,
    ),
    "ndcg": Scene(x="score of the positive", knobs=(NEGATIVES,), note=SPREAD_NOTE),
    "warp": Scene(
        knobs=(
            Knob("draws", "draws needed", 1, 50, 3, 1, own=False),
            Knob("unseen", "unseen items", 50, 10_000, 1000, 50, own=False),
        )
    ),
}
"""Losses that are drawn in a way of their own; all others over the difference, without sliders."""


class LossDrawing(Drawing):
    """Value as a line, the slope dashed, and a point."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.key = ""
        self.scene = Scene()
        self.points = POINTS
        self.curves: list[Curve] = []
        self.knobs: dict[str, Slide] = {}
        self.title = label("", "section")
        self.legend = Legend(context.theme)
        self.plot = Plot(context.theme, "Loss", "score", "")
        self.plot.setMouseEnabled(False, False)
        self.told = label("", wrap=True, selectable=True)
        self.told.setMinimumHeight(2 * self.told.fontMetrics().lineSpacing())
        self.note = label("", "caption", wrap=True)
        self.column.addWidget(self.title)
        self.column.addWidget(self.legend)
        self.column.addWidget(self.plot, 1)
        self.column.addWidget(self.told)
        self.rows = QVBoxLayout()
        self.rows.setSpacing(4)
        self.column.addLayout(self.rows)
        self.column.addWidget(self.note)
        self._line = pg.InfiniteLine(angle=90, movable=True)
        self._dots = pg.ScatterPlotItem(size=9)
        self._ticks = pg.ScatterPlotItem(size=9, symbol="t1")
        for item in (self._line, self._dots, self._ticks):
            self.plot.getPlotItem().addItem(item, ignoreBounds=item is not self._ticks)
        self._line.sigPositionChanged.connect(self._dragged)
        context.theme.changed.connect(self._tint)

    def show_key(self, key: str) -> None:
        """Draw a loss, once torch is there."""
        if key == self.key:
            return
        self.key, self.scene = key, SCENES.get(key, Scene())
        self.title.setText(LOSSES[key].label)
        self.note.setText(self.scene.note)
        self.note.setVisible(bool(self.scene.note))
        scene = self.scene
        clear(self.rows)
        self.points = FEWER if NEGATIVES in scene.knobs else POINTS
        step = (scene.high - scene.low) / (self.points - 1)
        self.point = Slide("point", scene.low, scene.high, scene.start, round(step, 6))
        self.point.changed.connect(lambda _: self._show_point())
        self.rows.addWidget(self.point)
        self.knobs = {}
        for knob in scene.knobs:
            slide = Slide(knob.name, knob.low, knob.high, knob.value, knob.step)
            slide.changed.connect(lambda _: self._draw())
            self.knobs[knob.key] = slide
            self.rows.addWidget(slide)
        self.plot.clear_all()
        self._tint()
        self.curves = []
        self.legend.show_entries([("muted", "waiting for torch", True)])
        self.context.when_warm("training", self._draw)

    def _tint(self) -> None:
        """The plot has taken the theme's colours; what is added to it here has not."""
        colours = self.context.theme.colours
        self.plot.getPlotItem().getAxis("bottom").setLabel(
            self.scene.x, **{"color": colours.muted, "font-size": "11px"}
        )
        self._show_point()

    def _settings(self) -> Any:
        own = {knob.key: self.knobs[knob.key].value for knob in self.scene.knobs if knob.own}
        if "low_margin" in own and own["low_margin"] >= own["negative_margin"]:
            own["low_margin"] = max(own["negative_margin"] - 0.1, 0.05)
            self.knobs["low_margin"].set_value(own["low_margin"])
        try:
            return LOSSES[self.key].settings(**own)
        except PlanError:
            return LOSSES[self.key].settings()

    def _draw(self) -> None:
        from core.insight.examples.losses import loss_curves, spread

        given = {knob.key: self.knobs[knob.key].value for knob in self.scene.knobs if not knob.own}
        at = np.linspace(self.scene.low, self.scene.high, self.points)
        self.curves = loss_curves(self.key, self._settings(), at, given)
        entries: list[tuple[int | str, str, bool]] = []
        keys = []
        for colour, curve in enumerate(self.curves):
            self.plot.line(curve.name, at, curve.value, colour, width=2)
            self.plot.line(f"slope {curve.name}", at, curve.slope, colour, dash=True)
            keys += [curve.name, f"slope {curve.name}"]
            entries.append((colour, curve.name if len(self.curves) > 1 else "loss", False))
        self.plot.keep_lines(keys)
        self.plot.level("zero", 0.0)
        ticks = spread(int(given["negatives"])) if "negatives" in given else np.zeros(0)
        self._ticks.setData(ticks, np.zeros(len(ticks)))
        self.legend.show_entries([*entries, ("muted", "slope", True)])
        self._fit()
        self._show_point()

    def _fit(self) -> None:
        """Room for the whole curve, but for the far ends of steep ones."""
        values = np.concatenate([curve.value for curve in self.curves])
        slopes = np.concatenate([curve.slope for curve in self.curves])
        top, bottom = float(values.max()), float(min(slopes.min(), 0.0))
        steep = top > 12
        shown = self.plot.getPlotItem()
        shown.setYRange(max(bottom, -0.6 * top) if steep else bottom, top, padding=0.06)
        shown.setXRange(self.scene.low, self.scene.high, padding=0.02)

    def _nearest(self) -> int:
        if not self.curves:
            return 0
        return int(np.argmin(np.abs(self.curves[0].at - self.point.value)))

    def _dragged(self) -> None:
        """The line snaps to the values that were computed."""
        if self.curves and abs(self._line.value() - self.curves[0].at[self._nearest()]) > 1e-9:
            self.point.set_value(min(max(float(self._line.value()), self.scene.low), self.scene.high))
            self._show_point()

    def _show_point(self) -> None:
        if not self.curves:
            return
        colours = self.context.theme.colours
        at = self._nearest()
        x = float(self.curves[0].at[at])
        self._line.blockSignals(True)
        self._line.setValue(x)
        self._line.blockSignals(False)
        self._line.setPen(pg.mkPen(colours.muted, width=1))
        self._line.setHoverPen(pg.mkPen(colours.accent, width=2))
        self._ticks.setBrush(pg.mkBrush(colours.muted))
        self._ticks.setPen(pg.mkPen(None))
        self._dots.setData(
            x=[x] * (2 * len(self.curves)),
            y=[float(line[at]) for curve in self.curves for line in (curve.value, curve.slope)],
            brush=[self.plot.colour(colour) for colour in range(len(self.curves)) for _ in range(2)],
            pen=pg.mkPen(colours.surface),
        )
        named = len(self.curves) > 1
        self.told.setText("\n".join(_words(curve, at, named) for curve in self.curves))


def _words(curve: Curve, at: int, named: bool) -> str:
    """``Loss 0.474, slope −0.378: pulls the score up.``"""
    value, slope = (_number(float(line[at])) for line in (curve.value, curve.slope))
    step = float(curve.slope[at])
    push = "nothing is pulled" if abs(step) < 5e-4 else "pulls the score up" if step < 0 else "pushes the score down"
    start = f"{curve.name[0].upper()}{curve.name[1:]}: loss" if named else "Loss"
    return f"{start} {value}, slope {slope}: {push}."


def _number(value: float) -> str:
    # a zero has no sign
    return f"{round(value, 3) + 0.0:.3f}".replace("-", "−")
