"""Where an export goes: a name that is offered, typed or chosen, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit

from core.durable import printable_path
from core.export import TARGETS
from core.export.facts import Facts
from core.export.names import safe_name
from core.models import MODELS
from workbench.settings import Settings
from workbench.widgets.parts import Card, button, label

LOOKING = 250
"""Milliseconds of quiet before the place is looked at."""


class PlaceCard(Card):
    """A line with a path.

    Signals:
        changed: another place was typed or chosen.
    """

    changed = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__("Where")
        self._settings = settings
        self._key, self._by_hand = "", False
        self.line = QLineEdit()
        self.line.setAccessibleName("File or folder to write")
        self.line.textEdited.connect(lambda _: self._edited())
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(LOOKING)
        self._quiet.timeout.connect(self.changed)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.line, 1)
        row.addWidget(button("Choose…", self.choose))
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        self.body.addLayout(row)
        self.body.addWidget(self.problem)

    def path(self) -> Path:
        """The path that stands there."""
        text = self.line.text().strip()
        try:
            return Path(text).expanduser()
        except RuntimeError:
            # ~somebody who is not known here
            return Path(text)

    def show_path(self, path: Path) -> None:
        """Put a path there."""
        self.line.setText(printable_path(path))
        self.line.setCursorPosition(len(self.line.text()))

    def offer(self, key: str, facts: Facts, afresh: bool = False) -> None:
        """A name for a target; the folder that was chosen stays.

        Args:
            afresh: another run: nothing of what was typed counts.
        """
        self._key = key
        self._by_hand = self._by_hand and not afresh
        self.show_path((self.path().parent if self._by_hand else self._folder()) / usual_name(key, facts))

    def keep_folder(self, out: Path) -> None:
        """Offer the folder of an export the next time."""
        self._settings.keep("export_folder", str(out.parent))

    def choose(self) -> None:
        """Choose a file, or the folder that a folder is made in."""
        target, now = TARGETS[self._key], self.path()
        if target.suffixes:
            endings = " ".join(f"*{suffix}" for suffix in target.suffixes)
            # what is there is marked in the preview and asked for by the button: one question is enough
            option = QFileDialog.Option.DontConfirmOverwrite
            path, _ = QFileDialog.getSaveFileName(
                self, f"Export: {target.label}", str(now), f"{target.label} ({endings})", options=option
            )
        else:
            folder = QFileDialog.getExistingDirectory(self, f"Export: {target.label}", str(now.parent))
            path = str(Path(folder) / now.name) if folder else ""
        if path:
            self._by_hand = True
            self.show_path(Path(path))
            self.changed.emit()

    def tell(self, problem: str) -> None:
        """Say what is wrong, where it is typed; an empty text says nothing."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _edited(self) -> None:
        self._by_hand = True
        self._quiet.start()

    def _folder(self) -> Path:
        kept = self._settings.text("export_folder")
        if kept and Path(kept).is_dir():
            return Path(kept)
        found = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return Path(found) if found and Path(found).is_dir() else Path.home()


def usual_name(key: str, facts: Facts) -> str:
    """A name made of data, model and target, such as ``ratings-caser-bundle.zip``."""
    target = TARGETS[key]
    data = facts.data_name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].split(".")[0]
    name = f"{data} {MODELS[facts.model].label} {target.label}".lower().replace(" ", "-").replace(",", "")
    return safe_name(name + (target.suffixes[0] if target.suffixes else ""))
