"""The SPLITS table: key -> what a form and the command line need to know; free of numpy."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.splits import settings

if TYPE_CHECKING:
    from core.splits.parts import Parts


@dataclass(frozen=True)
class SplitEntry:
    """What is known of a split before any data is loaded.

    Attributes:
        settings: dataclass of the split's own parameters.
        function: ``module:function``; (Material, settings) -> Parts.
    """

    label: str
    help: str
    settings: type
    function: str

    def load(self) -> Callable[..., Parts]:
        """Import the function."""
        module, name = self.function.split(":")
        found: Callable[..., Any] = getattr(importlib.import_module(module), name)
        return found


SPLITS: dict[str, SplitEntry] = {
    "leave-last-out": SplitEntry(
        label="Leave last out",
        help="Each user's last event is the test and the one before it the validation; the rest is training.",
        settings=settings.LeaveLastOutSettings,
        function="core.splits.leave_last_out:leave_last_out",
    ),
    "time": SplitEntry(
        label="By time",
        help="One moment for all users: what came before is training, what came after is the test.",
        settings=settings.TimeSettings,
        function="core.splits.by_time:by_time",
    ),
    "random": SplitEntry(
        label="Random",
        help="Events drawn by chance with a seed; the future then helps to predict the past.",
        settings=settings.RandomSettings,
        function="core.splits.by_chance:by_chance",
    ),
    "predefined": SplitEntry(
        label="Predefined",
        help="Training, validation and test come in files of their own.",
        settings=settings.PredefinedSettings,
        function="core.splits.predefined:predefined",
    ),
}
