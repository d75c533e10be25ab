"""An axis of numbers as they are read: with commas, whole epochs, powers of ten."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg


class NumberAxis(pg.AxisItem):  # type: ignore[misc]
    """Numbers with commas; on a logarithmic axis 1, 10, 100; epochs are whole."""

    whole = False
    _html = ""

    def updateAutoSIPrefix(self) -> None:  # noqa: N802
        """Numbers stand as they are: no prefix is looked for, nor the title set again, at each change of the range."""
        self.picture = None
        self.update()

    def _updateLabel(self) -> None:  # noqa: N802
        """Lay the title out where there is one and it is another one: it takes longer than all else of an axis."""
        html = self.labelString() if self.labelText else ""
        if html != self._html:
            self._html = html
            super()._updateLabel()

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:  # noqa: N802
        """The text of each mark."""
        if self.logMode:
            return [f"{10**value:,.0f}" if value >= 0 and float(value).is_integer() else "" for value in values]
        if self.whole:
            return [f"{value * scale:,.0f}" if float(value).is_integer() else "" for value in values]
        if abs(spacing) >= 1:
            return [f"{value * scale:,.0f}" for value in values]
        return list(super().tickStrings(values, scale, spacing))
