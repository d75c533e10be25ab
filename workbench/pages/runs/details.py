"""The lower half of the page: the chosen runs as curves, metrics, users and parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from core.runs.colours import Style
from core.runs.entries import DAMAGED, Entry
from workbench.jobs.job import End
from workbench.jobs.latest import Latest
from workbench.jobs.run_details import Detail, Pairing, against_popularity, detailing, pairing
from workbench.page import Context
from workbench.pages.runs.curves import CurvesPanel
from workbench.pages.runs.metrics import MetricsPanel, part_of
from workbench.pages.runs.parameters import ParametersPanel
from workbench.pages.runs.users import UsersPanel
from workbench.widgets.parts import label
from workbench.words import cell

MOST = 8
"""Runs that are shown together; more curves than this nobody tells apart."""
SETTLE = 60
"""Milliseconds that a choice must stand before it is read: arrow keys fly over rows."""
WIDE = 1360
"""Pixels from which on the curves stand beside the other parts."""
REMEMBERED = 2 * MOST
"""Runs that are held once read: those shown, and as many that were."""
COMPARED = MOST
"""Pairs that are held: each is as large as the users are many."""
LONGEST = 60
"""Characters of a name."""


PARTS = {"curves": "Curves", "metrics": "Metrics", "users": "Users", "parameters": "Parameters"}
P = TypeVar("P", bound=QWidget)


class DetailsPanel(QWidget):
    """Reads the chosen runs in the background and shows what is known."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.entries: list[Entry] = []
        self._begun = False
        self._details: dict[tuple[str, str, int, str], Detail] = {}
        self._pairings: dict[tuple[object, ...], Pairing | str] = {}
        self._reading = Latest(context.jobs, "Reading a run")
        self._pairing = Latest(context.jobs, "Comparing")
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("The chosen runs")
        self.tabs.tabBar().setDrawBase(False)
        self._places = {part: QWidget() for part in PARTS}
        for part, place in self._places.items():
            QVBoxLayout(place).setContentsMargins(0, 0, 0, 0)
            self.tabs.addTab(place, PARTS[part])
        self._made: dict[str, QWidget] = {}
        self.left_out = label("", "caption", wrap=True)
        self.left_out.hide()
        self._row = QHBoxLayout()
        self._row.setSpacing(16)
        self._row.addWidget(self.tabs, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.left_out)
        column.addLayout(self._row, 1)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE)
        self._settle.timeout.connect(self._settled)
        self.tabs.currentChanged.connect(lambda _: self._make_what_is_seen())

    # --- the parts: each is made when it is first seen, for plots take a while to make ---------------------------

    @property
    def curves(self) -> CurvesPanel:
        """The curves of training."""
        return self._part("curves", lambda: CurvesPanel(self._context.theme))

    @property
    def metrics(self) -> MetricsPanel:
        """What was measured."""
        return self._part("metrics", lambda: MetricsPanel(self._context.theme))

    @property
    def users(self) -> UsersPanel:
        """Two runs user by user."""
        return self._part("users", lambda: UsersPanel(self._context.theme, self._context.session))

    @property
    def parameters(self) -> ParametersPanel:
        """What the runs were trained with."""
        return self._part("parameters", ParametersPanel)

    def _part(self, part: str, make: Callable[[], P]) -> P:
        made = self._made.get(part)
        if made is None:
            made = self._made[part] = make()
            layout = self._places[part].layout()
            assert layout is not None
            layout.addWidget(made)
            self._show()
        return cast("P", made)

    def _make_what_is_seen(self) -> None:
        """Not before the list above was painted: it is what one waits for."""
        if self._begun:
            for part, place in self._places.items():
                if place.isVisible():
                    getattr(self, part)

    def _settled(self) -> None:
        self._begun = True
        self._make_what_is_seen()
        self._next()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """The page may have been left before its parts were made."""
        super().showEvent(event)
        self._make_what_is_seen()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Where there is room the curves stand on the left for good."""
        super().resizeEvent(event)
        curves = self._places["curves"]
        apart = self.tabs.indexOf(curves) < 0
        if self.width() >= WIDE and not apart:
            self.tabs.removeTab(self.tabs.indexOf(curves))
            self._row.insertWidget(0, curves, 1)
            curves.show()
        elif self.width() < WIDE and apart:
            self._row.removeWidget(curves)
            self.tabs.insertTab(0, curves, PARTS["curves"])
        self._make_what_is_seen()

    def show_runs(self, entries: Sequence[Entry]) -> None:
        """Show some runs, the first of them as A."""
        chosen = [entry for entry in entries if entry.state != DAMAGED]
        readable = chosen[:MOST]
        self.left_out.setText(
            f"{len(chosen):,} runs are chosen; the first {MOST} are shown, as many as can be told apart"
        )
        self.left_out.setVisible(len(chosen) > MOST)
        if readable == self.entries:
            return
        self.entries = readable
        self._show()
        self._settle.start()

    def key(self, entry: Entry) -> tuple[str, str, int, str]:
        """What must be as it was for a run not to be read again."""
        return entry.folder, entry.state, entry.epoch, entry.name

    def held(self) -> list[tuple[str, str, int, str]]:
        """Which runs need not be read again, the longest known first."""
        return list(self._details)

    def known(self) -> list[tuple[Detail, Style, str]]:
        """The chosen runs that were read, with their style and name."""
        styles = self._context.theme.run_colours.styles([entry.folder for entry in self.entries])
        found = []
        for entry, style in zip(self.entries, styles, strict=True):
            detail = self._details.get(self.key(entry))
            if detail is not None:
                found.append((detail, style, cell(entry.title, LONGEST)))
        return found

    def _show(self) -> None:
        known = self.known()
        if "curves" in self._made:
            self.curves.show_runs(known)
        if "metrics" in self._made:
            self.metrics.show_runs(known)
        if "parameters" in self._made:
            self.parameters.show_runs([(detail, name) for detail, _, name in known])
        self._show_pairings(known)

    # --- reading ------------------------------------------------------------------------------------------------

    def _path(self, folder: str) -> Path:
        return self._context.workspace.runs_folder / folder

    def _next(self) -> None:
        """Read the next chosen run that is not known, or compare the next pair."""
        for entry in self.entries:
            if self.key(entry) not in self._details:
                self._context.when_warm("reading", lambda entry=entry: self._read(entry))  # type: ignore[misc]
                return
        for wanted in self._wanted_pairs():
            if wanted not in self._pairings:
                self._context.when_warm("training", lambda wanted=wanted: self._pair(wanted))  # type: ignore[misc]
                return

    def _read(self, entry: Entry) -> None:
        colour = self._context.theme.run_colours.of(entry.folder)
        work = detailing(self._path(entry.folder), entry.title, colour)
        self._reading.ask(work, lambda end: self._took(entry, end))

    def _took(self, entry: Entry, end: End) -> None:
        if isinstance(end.value, Detail):
            for past in [key for key in self._details if key[0] == entry.folder]:
                # as it was while it trained
                del self._details[past]
            _bound(self._details, REMEMBERED)
            self._details[self.key(entry)] = end.value
        elif entry in self.entries:
            # gone or damaged since it was listed; the list tells when it is next read
            self.entries.remove(entry)
        self._show()
        self._next()

    def _wanted_pairs(self) -> list[tuple[object, ...]]:
        keys = [self.key(entry) for entry in self.entries]
        if len(keys) == 1:
            return [("popularity", keys[0])]
        return [(keys[0], other) for other in keys[1:]]

    def _pair(self, wanted: tuple[object, ...]) -> None:
        paths = [self._path(each[0]) for each in wanted if isinstance(each, tuple)]
        work = against_popularity(paths[0]) if len(paths) == 1 else pairing(paths[0], paths[1])
        self._pairing.ask(work, lambda end: self._paired(wanted, end))

    def _paired(self, wanted: tuple[object, ...], end: End) -> None:
        _bound(self._pairings, COMPARED)
        if isinstance(end.value, Pairing):
            self._pairings[wanted] = end.value
        elif end.error is not None:
            self._pairings[wanted] = end.error.sentence()
        else:
            return
        if wanted in self._wanted_pairs():
            self._show_pairings(self.known())
        self._next()

    def _show_pairings(self, known: list[tuple[Detail, Style, str]]) -> None:
        names = {detail.folder: name for detail, _, name in known}
        found = [self._pairings.get(each) for each in self._wanted_pairs()] if self.entries else []
        good = [each for each in found if isinstance(each, Pairing)]
        faults = [each for each in found if isinstance(each, str)]
        if len(self.entries) > 1 and "metrics" in self._made:
            if good:
                self.metrics.show_pairings(good, names)
            elif faults:
                self.metrics.say(faults[0])
        if "users" not in self._made:
            return
        if good:
            first = "Popularity" if good[0].first == "popularity" else names.get(good[0].first, "")
            self.users.show_pairing(good[0], first, names.get(good[0].second, ""))
        elif faults or (known and not any(part_of(detail) for detail, _, _ in known)):
            self.users.say(faults[0] if faults else "Not measured user by user")
        else:
            self.users.say("")


def _bound(held: dict[Any, Any], most: int) -> None:
    """Forget the oldest when many are held."""
    if len(held) >= most:
        held.pop(next(iter(held)))
