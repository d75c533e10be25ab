"""The row over a page: what it is called and for, and a chip for each thing that is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.session import Opened, Session
from workbench.widgets.chip import Chip
from workbench.widgets.elided import ElidedLabel
from workbench.widgets.parts import label
from workbench.words import cell

if TYPE_CHECKING:
    from core.runs.opening import Run

LONGEST = 26
"""Characters of a name on a chip."""


class TitleRow(QWidget):
    """Shows a page and the session; a click on a chip lets go of what it names.

    Args:
        show_data: turns to where the data are.
    """

    def __init__(self, session: Session, show_data: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("title-row")
        self.title = label("", "title")
        self.subtitle = ElidedLabel("", "muted")
        self.data = Chip(show_data, "The data that is open")
        self.run = Chip(lambda: session.choose_run(None), "The run in view; a click lets it go")
        self.other = Chip(lambda: session.choose_other(None), "Run B, beside it; a click lets it go")
        self.user = Chip(lambda: session.pin(None), "The pinned user; a click lets go")
        self.item = Chip(lambda: session.pin_item(None), "The pinned item; a click lets go")
        across = QHBoxLayout(self)
        across.setContentsMargins(16, 10, 16, 8)
        across.setSpacing(8)
        across.addWidget(self.title)
        across.addSpacing(4)
        across.addWidget(self.subtitle, 1)
        for chip in (self.data, self.run, self.other, self.user, self.item):
            across.addWidget(chip)

    def show_page(self, title: str, subtitle: str) -> None:
        """Name a page, and say what it is for."""
        self.title.setText(title)
        self.subtitle.show_text(subtitle)

    def show_session(self, session: Session) -> None:
        """Name what is open; the data have a place even where there are none."""
        opened, run, other = session.opened, session.run, session.other
        letter = "" if other is None else "A: "
        show(self.data, None if opened is None else data_words(opened), "No data")
        show(self.run, None if run is None else f"{letter}{run_words(run)}", "No run")
        show(self.other, None if other is None else f"B: {run_words(other)}", "No run B")
        show(self.user, None if session.user is None else f"user {session.user}", "No user")
        show(self.item, None if session.item is None else f"item {session.item}", "No item")
        self.run.setVisible(run is not None)
        self.other.setVisible(other is not None)
        self.user.setVisible(session.user is not None)
        self.item.setVisible(session.item is not None)


def show(chip: Chip, text: str | None, empty: str) -> None:
    """Put a name on a chip, or say that there is nothing to be named."""
    chip.show_text(cell(text or empty, 2 * LONGEST), text is None)


def data_words(opened: Opened) -> str:
    """The data on its chip."""
    return f"{cell(opened.name, LONGEST)} · {opened.choice.name.replace('-', ' ')}"


def run_words(run: Run) -> str:
    """A run on its chip."""
    plan = run.plan
    loss = f" · {plan.loss.name}" if plan.loss is not None else ""
    return f"{plan.model.name}{loss} · seed {plan.seed}"
