"""The data that was open at the end of the last session, to be offered again; what is damaged or gone is forgotten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.data.plan import DataPlan
from core.errors import RankscopeError
from core.params import build, plain
from core.splits import SPLITS
from core.training.plan import Choice
from workbench.session import Opened
from workbench.settings import Settings

KEY = "last/data"


@dataclass(frozen=True)
class LastData:
    """What was open, as people call it, and how it is read and divided again."""

    name: str
    plan: DataPlan
    choice: Choice


def keep_data(settings: Settings, opened: Opened) -> None:
    """Remember what is open."""
    values = {
        "name": opened.name,
        "plan": plain(opened.plan),
        "split": {"name": opened.choice.name, **plain(opened.choice.settings)},
    }
    settings.keep(KEY, json.dumps(values))


def last_data(settings: Settings) -> LastData | None:
    """What was open last; None when nothing was, or when it is not there any more."""
    try:
        values = json.loads(settings.text(KEY))
    except ValueError:
        return None
    return data_of(values) if isinstance(values, dict) else None


def data_of(values: Mapping[str, Any]) -> LastData | None:
    """The data that ``plan`` and ``split`` name, if it is there to be read."""
    try:
        plan = build(DataPlan, values["plan"], "data")
        split = dict(values["split"])
        name = split.pop("name")
        choice = Choice(name, build(SPLITS[name].settings, split, "split"))
        there = plan.source == DataPlan().source or Path(plan.source).exists()
        return LastData(str(values["name"]), plan, choice) if there else None
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RankscopeError):
        return None
