"""What items and events look like as chips, and what they say of themselves."""

from __future__ import annotations

import numpy as np

from core.insight.timeline import Window, Windows
from workbench.jobs.sequencing import Sequenced
from workbench.pages.sequences.chips import Chip
from workbench.theme import Theme
from workbench.words import cell

TITLE, WHOLE = 80, 300
SPOKEN = 10
"""Items of a window that a screen reader is told."""


class ItemLooks:
    """Looks of the items of a run; forgotten when the colours of the theme change."""

    def __init__(self, sequenced: Sequenced, theme: Theme) -> None:
        self._sequenced, self._theme = sequenced, theme
        self._chips: dict[int, Chip] = {}

    def forget(self) -> None:
        """The colours have changed."""
        self._chips.clear()

    def chip(self, item: int) -> Chip:
        """The chip of an item: title, genres, colour."""
        if item not in self._chips:
            title = cell(self._sequenced.names[item].as_py(), TITLE)
            colour = genre_colour(self._theme, int(self._sequenced.genre_of[item]))
            self._chips[item] = Chip(title, self.genres(item), colour)
        return self._chips[item]

    def words(self, item: int) -> str:
        """Title and genres, in full as far as that is sensible."""
        genres = self.genres(item)
        return cell(self._sequenced.names[item].as_py(), WHOLE) + (f"\n{genres}" if genres else "")

    def genres(self, item: int) -> str:
        """The genres of an item in one line."""
        return cell(", ".join(self._sequenced.run.interactions.catalogue.genres(item)), TITLE)


class EventLooks:
    """Looks of the events of a timeline, by their places."""

    def __init__(self, windows: Windows, sequenced: Sequenced, items: ItemLooks) -> None:
        self._windows, self._items = windows, items
        self._run = sequenced.run
        self._dated = windows.timeline.times is not None and sequenced.run.interactions.clock == "utc"

    def chip(self, place: int) -> Chip:
        """The chip of an event: title, date, rating, colour."""
        timeline = self._windows.timeline
        own = self._items.chip(int(timeline.items[place]))
        parts = [self._date(place)] if self._dated else []
        if timeline.weights is not None and self._run.interactions.weights == "rating":
            parts.append(f"{timeline.weights[place]:g}")
        return Chip(own.title, " · ".join(parts), own.colour, brief=parts[0] if parts else "")

    def words(self, place: int) -> str:
        """Title, genres, date, rating."""
        timeline = self._windows.timeline
        lines = [self._items.words(int(timeline.items[place]))]
        if self._dated:
            lines.append(self._date(place))
        kind = self._run.interactions.weights
        if timeline.weights is not None and kind != "none":
            lines.append(f"{kind} {timeline.weights[place]:g}")
        return "\n".join(lines)

    def span(self) -> str:
        """How many events, from when to when."""
        count = len(self._windows.timeline)
        words = f"{count:,} items" if count != 1 else "1 item"
        if self._dated and count:
            words += f", {self._date(0)} to {self._date(count - 1)}"
        if not self._run.split.ordered:
            words += "; this data has no known order, what is shown is the order of the file"
        return words

    def spoken(self, window: Window) -> str:
        """A window in words, for who does not see it."""
        known = window.inputs[window.inputs >= 0][-SPOKEN:]
        read, nexts = self._titles(known.tolist()), self._titles(window.true_next[:SPOKEN].tolist())
        return f"inputs, oldest first: {read or 'none'}; next: {nexts or 'not known'}"

    def _titles(self, places: list[int]) -> str:
        items = self._windows.timeline.items
        return ", ".join(self._items.chip(int(items[place])).title for place in places)

    def _date(self, place: int) -> str:
        times = self._windows.timeline.times
        assert times is not None
        return str(np.datetime64(int(times[place]), "us").astype("datetime64[D]"))


def genre_colour(theme: Theme, genre: int) -> str:
    """The colour of a genre by its place among the coloured ones; grey for the others."""
    series = theme.colours.series
    return series[genre % len(series)] if genre >= 0 else theme.colours.muted
