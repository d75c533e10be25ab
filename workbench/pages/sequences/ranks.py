"""The rank of the true next item after each window, as a plot; a click on a point goes to its window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt, Signal

from workbench.plots.plot import Plot
from workbench.theme import Theme

SHADES = {"train": 0, "held out": 1}
MEDIAN = "median"
SMOOTH = 25
"""Windows that the line goes over."""
CROWD = 200
"""Points from which on they are drawn small."""
NEAR = 24
"""Pixels from a point within which a click means it."""


class RankPlot(Plot):
    """``chosen`` tells a window. The best rank is on top, on a logarithmic axis."""

    chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Rank of the true next item", "", "", log=(False, True))
        self.at: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self.ranks: npt.NDArray[np.float64] = np.zeros(0)
        self._drawn = 0
        view = self.getPlotItem().getViewBox()
        view.invertY(True)
        view.setMouseEnabled(x=True, y=False)
        self.getPlotItem().getAxis("bottom").whole = True
        self.setToolTip("Click a point to go to its window")
        self.scene().sigMouseClicked.connect(self._click)

    def tint(self) -> None:
        """Points follow the theme; only the median is a line."""
        super().tint()
        for key, curve in self._curves.items():
            if key != MEDIAN:
                curve.setPen(None)
                curve.setSymbolBrush(self.colour(SHADES[key]))

    def begin(self, drawn: int) -> None:
        """Forget all points; the first ``drawn`` windows are those of training."""
        self.clear_all()
        self.at, self.ranks = np.zeros(0, np.int64), np.zeros(0)
        self._drawn = drawn
        self.setAccessibleDescription("")
        self.fit()

    def take(self, told: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]) -> None:
        """Add points: windows and their ranks."""
        self.at = np.concatenate([self.at, *(at for at, _ in told)])
        self.ranks = np.concatenate([self.ranks, *(ranks for _, ranks in told)])
        there = ~np.isnan(self.ranks)
        x, y = self.at[there].astype(np.float64) + 1, self.ranks[there]
        train = x <= self._drawn
        dot = 4 if len(x) > CROWD else 7
        for key, here, symbol, size in (("train", train, "o", dot), ("held out", ~train, "d", 11)):
            if here.any():
                self.line(key, x[here], y[here], SHADES[key], symbol=symbol)
                self._curves[key].setSymbolSize(size)
                self._curves[key].setPen(None)
        if train.sum() >= 2 * SMOOTH:
            self.line(MEDIAN, *rolling_median(x[train], y[train]), "text", width=2)
        if len(y):
            self.getPlotItem().getAxis("left").setTicks([rank_marks(float(y.min()), float(y.max()))])
            self.setAccessibleDescription(
                f"{len(y)} windows, ranks from {y.min():,.0f} to {y.max():,.0f}, median {np.median(y):,.0f}"
            )

    def mark(self, at: int) -> None:
        """Show which window is in hand."""
        self.level("window", at + 1, "", upright=True)

    def median(self) -> float:
        """Median rank, NaN while there is none."""
        known = self.ranks[~np.isnan(self.ranks)]
        return float(np.median(known)) if len(known) else float("nan")

    def nearest(self, place: QPointF) -> int | None:
        """The window whose point is nearest to a place of the scene, None when none is near."""
        there = np.flatnonzero(~np.isnan(self.ranks))
        if not len(there):
            return None
        view = self.getPlotItem().getViewBox()
        origin = view.mapViewToScene(QPointF(0, 0))
        unit = view.mapViewToScene(QPointF(1, 1)) - origin
        x = origin.x() + unit.x() * (self.at[there] + 1)
        y = origin.y() + unit.y() * np.log10(self.ranks[there])
        far = np.hypot(x - place.x(), y - place.y())
        best = int(np.argmin(far))
        # in a crowd the column decides, even when the point is further up
        if far[best] > NEAR:
            best = int(np.argmin(np.abs(x - place.x())))
            if abs(x[best] - place.x()) > NEAR:
                return None
        return int(self.at[there[best]])

    def _click(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            found = self.nearest(event.scenePos())
            if found is not None:
                self.chosen.emit(found)


def rolling_median(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Medians over neighbours, each at the middle of what it is of."""
    views = np.lib.stride_tricks.sliding_window_view(y, SMOOTH)
    middle = SMOOTH // 2
    return x[middle : middle + len(views)], np.median(views, axis=1)


def rank_marks(best: float, worst: float) -> list[tuple[float, str]]:
    """Marks of the logarithmic axis: 1, 10, 100; over less than two decades also 2 and 5."""
    steps = (1,) if worst / best >= 100 else (1, 2, 5)
    values = [step * 10**power for power in range(10) for step in steps]
    return [(float(np.log10(value)), f"{value:,}") for value in values]
