"""The contract of a page, and what a page is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from core.errors import RankscopeError
from core.runs.workspace import Workspace
from workbench.jobs.jobs import Jobs
from workbench.session import Session
from workbench.settings import Settings
from workbench.theme import Theme

if TYPE_CHECKING:
    from core.data.plan import DataPlan
    from core.training.plan import Choice


@dataclass(frozen=True)
class Remedy:
    """A button that mends what a message is about."""

    label: str
    action: Callable[[], None]


@dataclass(frozen=True)
class Message:
    """One sentence for the message bar.

    Attributes:
        kind: ``note``, ``good``, ``warning`` or ``error``.
        details: what "Copy details" copies; the text when empty.
    """

    text: str
    kind: str = "note"
    remedy: Remedy | None = None
    details: str = ""


def message_of(error: RankscopeError, details: str = "", remedy: Remedy | None = None) -> Message:
    """The message for an error that the user can mend."""
    return Message(error.sentence(), "error", remedy, f"{error.code}: {error.sentence()}\n\n{details}".rstrip())


@dataclass(frozen=True, eq=False)
class Context:
    """The doors that a page has to everything else.

    Attributes:
        tell: show a message under the title.
        go: turn to a page by its key.
        open_data: open a path, or the word ``sample``.
        read_data: read what a plan names and divide it as is chosen, without turning to the Data page.
        explain: open the guide at a topic, such as ``loss.bpr``.
        when_warm: call back once a stage of ``workbench.jobs.warming`` is loaded, at once when it is.
    """

    session: Session
    jobs: Jobs
    settings: Settings
    theme: Theme
    tell: Callable[[Message], None]
    go: Callable[[str], None]
    open_data: Callable[[str], None]
    read_data: Callable[[DataPlan, Choice], None]
    explain: Callable[[str], None]
    when_warm: Callable[[str, Callable[[], None]], None]

    @property
    def workspace(self) -> Workspace:
        """Where runs are kept now; another one may be chosen at any time."""
        return self.session.workspace


class Page(QWidget):
    """A page of the window; made when it is first turned to."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context

    def share_room(self) -> None:
        """Divide the room between the parts: they wear the style sheet now, and ask for what they need."""

    def entered(self) -> None:
        """The page is now in view."""

    def left(self) -> None:
        """Another page is now in view."""

    def take_files(self, paths: list[str]) -> bool:
        """Files were dropped while the page was in view; False when they mean nothing to it."""
        return False
