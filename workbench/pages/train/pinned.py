"""Whose held-out ranks are drawn, and whose are followed from the next run on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QWidget

from workbench.page import Context, Message
from workbench.session import Opened
from workbench.trace import Trace
from workbench.widgets.check_menu import CheckMenu
from workbench.widgets.parts import button
from workbench.words import cell

MOST = 6


class PinnedUsers(QWidget):
    """A menu of the users that the run follows, and a button that adds the one who is pinned everywhere.

    Args:
        pinned: the users whom the form's plan names.
        pin: takes the users whom the next run is to follow.

    Signals:
        changed: other users are to be drawn.
    """

    changed = Signal()

    def __init__(
        self, context: Context, pinned: Callable[[], tuple[str, ...]], pin: Callable[[tuple[str, ...]], None]
    ) -> None:
        super().__init__()
        self._context, self._pinned, self._pin = context, pinned, pin
        self._trace: Trace | None = None
        self.menu = CheckMenu(context.theme, "Users", most=MOST)
        self.menu.changed.connect(self.changed)
        self.menu.entries.aboutToShow.connect(self._fill)
        self.add = button("", self._add_session_user, "chip", "Follow the pinned user from the next run on")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.add)
        row.addWidget(self.menu)
        context.session.user_changed.connect(self.refresh)
        self.refresh()

    def show_trace(self, trace: Trace) -> None:
        """The users that a run follows."""
        if trace is not self._trace or self.menu.keys != list(trace.ranks):
            kept = self.menu.ticked if trace is self._trace else []
            self._trace = trace
            users = list(trace.ranks)
            ticked = [user for user in users if user in kept] or users[:MOST]
            session = self._context.session.user
            if session in users and session not in ticked:
                ticked = [*ticked[: MOST - 1], session]
            self._offer(ticked)
        self.refresh()

    def _offer(self, ticked: list[str]) -> None:
        users = list(self._trace.ranks) if self._trace is not None else []
        self.menu.offer([(user, user) for user in users], ticked)
        self.menu.setEnabled(True)

    @property
    def drawn(self) -> list[str]:
        """The users whose ranks are drawn."""
        return self.menu.ticked

    def refresh(self) -> None:
        """Offer the user of the session where the next run does not follow them."""
        user = self._context.session.user
        followed = user is not None and (user in self._pinned() or user in self.menu.keys)
        self.add.setVisible(user is not None and not followed)
        self.add.setText(f"+ {cell(user or '', 12)}".replace("&", "&&"))
        self.add.setAccessibleName(f"Follow user {user}")

    def _fill(self) -> None:
        """Under the check boxes: whom the next run follows."""
        entries = self.menu.entries
        for action in entries.actions():
            if not action.isCheckable():
                entries.removeAction(action)
                action.deleteLater()
        if self.menu.keys:
            entries.addSeparator()
        entries.addAction("Follow another user from the next run on…").triggered.connect(lambda: self._ask())
        for user in self._pinned():
            action = entries.addAction(f"Do not follow {cell(user, 24)} any more".replace("&", "&&"))
            action.triggered.connect(lambda _=False, user=user: self._let_go(user))

    def _add_session_user(self) -> None:
        if self._context.session.user is not None:
            self.follow(self._context.session.user)

    def _ask(self) -> None:
        user, done = QInputDialog.getText(self, "Follow a user", "Id of the user, as it stands in the data:")
        if done and user.strip():
            self.follow(user.strip())

    def follow(self, user: str) -> None:
        """Follow a user's held-out rank from the next run on."""
        opened = self._context.session.opened
        if opened is not None and not known(user, opened):
            self._context.tell(Message(f"There is no user {cell(user, 40)} in the data.", "warning"))
            return
        pinned = self._pinned()
        if len(pinned) >= MOST:
            self._context.tell(Message(f"{MOST} users are followed already; let one go in the menu first.", "warning"))
            return
        # with nobody named the run picks some: those in view stay, beside the new one
        kept = pinned or tuple(self.drawn[: MOST - 1])
        self._pin(tuple(dict.fromkeys([*kept, user])))
        self._context.tell(Message(f"The rank of user {cell(user, 40)} is followed from the next run on."))
        self.refresh()

    def _let_go(self, user: str) -> None:
        self._pin(tuple(each for each in self._pinned() if each != user))
        self.refresh()


def known(user: str, opened: Opened) -> bool:
    """Whether the data has a user of that id; looked for without making a map of all ids in the GUI thread."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = opened.split.interactions.users.ids
    return bool(pc.index(ids, pa.scalar(user, ids.type)).as_py() >= 0)
