"""What a run will take, in words, and how long runs like it took on this machine."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

from core.text import count, number
from core.training.plan import Plan, to_values
from workbench.jobs.costing import Preview
from workbench.session import Opened
from workbench.settings import Settings
from workbench.trace import Trace
from workbench.words import clock, examples_noun

if TYPE_CHECKING:
    from core.training.costing import Cost

REMEMBERED = 60
"""Kinds of run whose speed is kept."""
WITHOUT = {"epochs", "patience", "seed", "stop_on", "keep_best", "report_every", "pinned", "bootstrap", "final"}
"""Fields that say nothing of how long an epoch takes."""


def kind_of_run(plan: Plan, opened: Opened) -> str:
    """A key that runs share when an epoch of theirs takes equally long."""
    values = {
        section: {name: value for name, value in fields.items() if name not in WITHOUT}
        for section, fields in to_values(plan).items()
        if section not in ("data", "split")
    }
    train = opened.split.train
    text = json.dumps([values, train.n_users, train.n_items, len(train)], sort_keys=True)
    return f"{zlib.crc32(text.encode()):08x}"


def remember_speed(settings: Settings, plan: Plan, opened: Opened, trace: Trace) -> None:
    """Keep how long an epoch of a run took, evaluation included."""
    if not len(trace.seconds):
        return
    kept = _speeds(settings)
    key = kind_of_run(plan, opened)
    kept.pop(key, None)
    kept[key] = round(sorted(trace.seconds.values.tolist())[len(trace.seconds) // 2], 6)
    settings.keep("speeds", json.dumps(dict(list(kept.items())[-REMEMBERED:])))


def remembered_seconds(settings: Settings, plan: Plan, opened: Opened) -> float | None:
    """Seconds that all epochs of a plan take, from an earlier run of its kind; None without one."""
    epoch = _speeds(settings).get(kind_of_run(plan, opened))
    return None if epoch is None else epoch * plan.training.epochs


def _speeds(settings: Settings) -> dict[str, float]:
    try:
        found = json.loads(settings.text("speeds", "{}"))
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(key): float(each) for key, each in found.items() if isinstance(each, int | float) and 0 < each < 1e7}


def cost_words(preview: Preview, plan: Plan, seconds: float | None, measuring: bool) -> str:
    """What a run will take, in a line or two."""
    cost: Cost = preview.cost
    if not cost.examples:
        return "Nothing to train: it is measured at once."
    loss = plan.loss.name if plan.loss is not None else ""
    parts = [f"{cost.examples:,} {examples_noun(plan.model.name, loss)} an epoch"]
    if cost.negatives and cost.negatives != cost.examples:
        parts.append(f"{cost.negatives:,} negatives")
    parts.append(f"{count(cost.steps, 'step')} of {cost.batch_size:,}" if cost.steps else "compiled kernel")
    parts += [f"{size(cost.parameters)} parameters", f"{size(cost.memory)}B in memory"]
    if seconds is not None:
        parts.append(f"about {clock(max(seconds, 1.0))} for {count(plan.training.epochs, 'epoch')}")
    elif measuring:
        parts.append("measuring the time")
    return " · ".join(parts)


def size(value: float) -> str:
    """A large number with k, M or G."""
    for unit, factor in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= factor:
            return f"{number(value / factor)} {unit}"
    return number(int(value)) + " "
