"""The parameters of each split, declared without numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.errors import PlanError
from core.params import param

REFIT_HELP = "After validation chose the number of epochs, train again on training and validation together."

HIDE: dict[str, Any] = {
    "default": "auto",
    "help": "Leave out of the ranking, and of the lists, what the user has met before. Auto: yes, unless repeats are "
    "kept as events, where an item met before may come again. What is held out is always ranked.",
    "choices": ("auto", "on", "off"),
    "label": "Hide items already met",
}


@dataclass(frozen=True)
class LeaveLastOutSettings:
    """The last event of each user is the test, the one before it the validation."""

    refit: bool = param(False, REFIT_HELP)
    hide_seen: str = param(**HIDE)


@dataclass(frozen=True)
class TimeSettings:
    """Everything from one moment on is the test, the same moment for all users."""

    test_share: float = param(0.2, "Share of the events, the latest, that is the test.", above=0, high=0.95)
    validation_share: float = param(0.1, "Share of the events, just before the test, for validation.", low=0, high=0.95)
    test_from: str | None = param(
        None, "First moment of the test in place of a share: a date such as 2016-05-01, or a position of the order."
    )
    validation_from: str | None = param(None, "First moment of the validation in place of a share.")
    refit: bool = param(False, REFIT_HELP)
    hide_seen: str = param(**HIDE)

    def __post_init__(self) -> None:
        check_shares(self.test_share, self.validation_share, "split time")


@dataclass(frozen=True)
class RandomSettings:
    """Events drawn by chance, the same ones for the same seed."""

    test_share: float = param(0.2, "Share of the events that is the test.", above=0, high=0.95)
    validation_share: float = param(0.1, "Share of the events for validation.", low=0, high=0.95)
    per_user: bool = param(
        True, "Draw the shares within each user, at least one event each; off: from all events together."
    )
    refit: bool = param(False, REFIT_HELP)
    hide_seen: str = param(**HIDE)

    def __post_init__(self) -> None:
        check_shares(self.test_share, self.validation_share, "split random")


@dataclass(frozen=True)
class PredefinedSettings:
    """The parts come in files of their own."""

    validation_share: float = param(
        0.1,
        "Share of the training events drawn for validation where there is no validation file and the events of a user "
        "have no order; where they have one, each user's last event is taken.",
        above=0,
        high=0.9,
    )
    refit: bool = param(True, REFIT_HELP)
    hide_seen: str = param(**HIDE)


def check_shares(test_share: float, validation_share: float, where: str) -> None:
    """Refuse shares that leave nothing to train on.

    Raises:
        PlanError: the shares add up to 1 or more.
    """
    if test_share + validation_share >= 1:
        raise PlanError(
            code="plan.shares",
            what=f"test_share {test_share:g} and validation_share {validation_share:g} leave nothing to train on",
            where=where,
            remedy="Choose shares that add up to less than 1",
        )
