"""What is open: workspace, data, split, runs A and B, pinned user and item; frozen snapshots that all pages share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from core.runs.workspace import Workspace

if TYPE_CHECKING:
    from core.data.plan import DataPlan
    from core.data.summary import Summary
    from core.runs.opening import Run
    from core.splits.finding import Finding
    from core.splits.loaded import Loaded
    from core.splits.pictures import Bars
    from core.splits.split import Split
    from core.training.plan import Choice


@dataclass(frozen=True, eq=False)
class Opened:
    """Data that is open, and how it is divided.

    Attributes:
        plan: what was opened and how it was cleaned.
        choice: kind of split and its settings.
        seed: seed of the split.
        windows: it was cleaned for a model that reads sequence windows.
        pictures: how the quantity of a finding is spread, by its key.
    """

    plan: DataPlan
    choice: Choice
    seed: int
    windows: bool
    loaded: Loaded
    split: Split
    summary: Summary
    findings: tuple[Finding, ...]
    pictures: Mapping[str, Bars] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What people call the data."""
        if self.plan.source == "sample":
            return "MovieLens small"
        return str(self.loaded.cleaned.interactions.source.get("name") or self.plan.source)


class Session(QObject):
    """Holds the snapshots; each signal says that one of them was replaced."""

    data_changed = Signal()
    run_changed = Signal()
    other_changed = Signal()
    runs_changed = Signal()
    user_changed = Signal()
    item_changed = Signal()
    topic_changed = Signal()
    workspace_changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.opened: Opened | None = None
        self.run: Run | None = None
        self.other: Run | None = None
        self.user: str | None = None
        self.item: str | None = None
        self.topic = ""
        self.offered_plan: dict[str, dict[str, Any]] | None = None
        self.offered_run: tuple[Path, int | None] | None = None

    def open(self, opened: Opened | None) -> None:
        """Replace the data."""
        self.opened = opened
        self.data_changed.emit()

    def use_workspace(self, workspace: Workspace) -> None:
        """Look into another workspace: its runs take the place of those that were shown; the data stays open."""
        self.workspace = workspace
        self.offered_run = None
        self.choose_other(None)
        self.choose_run(None)
        self.workspace_changed.emit()
        self.runs_changed.emit()

    def choose_run(self, run: Run | None) -> None:
        """Take a run into view; where it was B, there is nothing beside it any more."""
        if run is not None and self.other is not None and self.other.folder.path == run.folder.path:
            self.choose_other(None)
        self.run = run
        self.run_changed.emit()

    def choose_other(self, run: Run | None) -> None:
        """Take a second run, B, into view beside the first, A."""
        self.other = run
        self.other_changed.emit()

    def pin(self, user: str | None) -> None:
        """Keep a user, by id, in view on all pages."""
        self.user = user
        self.user_changed.emit()

    def pin_item(self, item: str | None) -> None:
        """Keep an item, by id, in view on all pages."""
        self.item = item
        self.item_changed.emit()

    def ask(self, topic: str) -> None:
        """Open the guide at a topic when it is next in view, such as ``loss.bpr`` or ``model.caser``."""
        self.topic = topic
        self.topic_changed.emit()

    def offer_plan(self, values: dict[str, dict[str, Any]]) -> None:
        """Put a plan in front of the form of the Train page, which takes it when it is next in view."""
        self.offered_plan = values

    def offer_run(self, path: Path, epochs: int | None = None) -> None:
        """Have the Train page go on with a run when it is next in view, to ``epochs`` in all where they are given."""
        self.offered_run = (path, epochs)

    def tell_runs(self) -> None:
        """A run was added to the workspace or has changed."""
        self.runs_changed.emit()
