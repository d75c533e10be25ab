"""What a record and its events claim of themselves, compared with what can be: figures from outside are only claims."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from core.metrics import METRICS
from core.runs.record import RunRecord
from core.training.events import EVENTS

LARGEST = 2.0**63
LONGEST = 200
"""Characters of a word such as a device, or of a time."""
MOST_EPOCHS = 10_000_000
SUMS = ("metrics", "validation", "baseline", "random")
"""Sections of a result that hold a figure by metric."""
TIMES = ("created", "saved")

Claim = Callable[[Any], bool]


def unbelievable(record: RunRecord) -> str:
    """What cannot be in a record, in one sentence; empty where nothing speaks against it."""
    for name in TIMES:
        value = getattr(record, name)
        if not is_moment(value) and not (name == "saved" and value == ""):
            return f"run.json: {name} is no time: {_shown(value)}"
    checked: dict[str, Claim] = {"epoch": _at_most(MOST_EPOCHS), "step": _count, "threads": _count, "device": _word}
    wrong = _first(checked, dataclasses.asdict(record))
    result, counts = record.result, record.counts
    wrong = wrong or _first({"part": _word, "protocol": _word, "users": _count, "seconds": _length}, result, "result")
    wrong = wrong or _first({"rejected": _count}, counts, "counts")
    for name in SUMS:
        wrong = wrong or _figures(result.get(name, {}), f"result.{name}")
    wrong = wrong or _intervals(result.get("intervals", {}))
    for name in ("users", "items", "train", "validation", "test"):
        wrong = wrong or _first({name: _count}, record.data, "data")
    wrong = wrong or _beyond(result, "result") or _beyond(counts, "counts") or _beyond(record.versions, "versions")
    return f"run.json: {wrong}" if wrong else ""


def unbelievable_events(events: Iterable[Mapping[str, Any]]) -> str:
    """What cannot be in events, in one sentence with the number of the event; empty where nothing speaks against it.

    Events of a kind that this version does not know are left alone.
    """
    for number, event in enumerate(events, 1):
        kind = event.get("event")
        wrong = "" if isinstance(kind, str) else "it does not say of which kind it is"
        if not wrong and kind in EVENTS and kind != "result":
            wrong = _wrong_fields(EVENTS[str(kind)], event)
        wrong = wrong or _beyond(event, "")
        if wrong:
            return f"events.jsonl, event {number:,}: {wrong}"
    return ""


def is_moment(value: Any) -> bool:
    """A time in ISO that all computers can show."""
    try:
        return isinstance(value, str) and len(value) <= LONGEST and 1970 <= _year(value) < 9999
    except ValueError:
        return False


def _year(text: str) -> int:
    return datetime.datetime.fromisoformat(text).year


def _wrong_fields(kind: type, event: Mapping[str, Any]) -> str:
    for each in dataclasses.fields(kind):
        believable = KINDS.get(str(each.type))
        needed = each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
        if each.name not in event:
            if needed:
                return f"{each.name} is missing"
        elif each.type == "dict[str, float]":
            if wrong := _figures(event[each.name], each.name):
                return wrong
        elif believable is not None and not believable(event[each.name]):
            return f"{each.name} cannot be {_shown(event[each.name])}"
    return ""


def _first(claims: Mapping[str, Claim], values: Mapping[str, Any], of: str = "") -> str:
    """The first value that is there and cannot be."""
    for name, believable in claims.items():
        if name in values and not believable(values[name]):
            return f"{of and of + '.'}{name} cannot be {_shown(values[name])}"
    return ""


def _figures(values: Any, of: str) -> str:
    if not isinstance(values, dict):
        return f"{of} is no list of figures"
    for name, value in values.items():
        if not _number(value):
            return f"{of}: {name[:40]} is no number: {_shown(value)}"
        # ranking metrics are shares; an error of rounding is none of ours
        if value is not None and name.partition("@")[0] in METRICS and not -1e-6 <= value <= 1 + 1e-6:
            return f"{of}: {name[:40]} lies between 0 and 1, and cannot be {_shown(value)}"
    return ""


def _intervals(values: Any) -> str:
    if not isinstance(values, dict):
        return "result.intervals is no list of figures"
    for name, ends in values.items():
        if not (isinstance(ends, list) and len(ends) == 2 and all(map(_number, ends))):
            return f"result.intervals: {name[:40]} is no interval: {_shown(ends)}"
    return ""


def _beyond(values: Any, of: str) -> str:
    """A number anywhere in plain values that is larger than any computer counts."""
    for value in _leaves(values):
        if type(value) in (int, float) and not abs(value) <= LARGEST:
            return f"{of or 'it'} holds a number that is too large: {_shown(value)}"
    return ""


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each)
    else:
        yield value


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value < LARGEST


def _at_most(most: int) -> Claim:
    return lambda value: type(value) is int and 0 <= value <= most


def _number(value: Any) -> bool:
    """A number, or none: what is not finite is written as null."""
    return value is None or (type(value) in (int, float) and abs(value) <= LARGEST and math.isfinite(value))


def _length(value: Any) -> bool:
    return value is not None and _number(value) and value >= 0


def _word(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST


KINDS: dict[str, Claim] = {
    "int": _count,
    "float": _number,
    "str": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "dict[str, Any]": lambda value: isinstance(value, dict),
    "tuple[int, ...]": lambda value: isinstance(value, list) and all(map(_count, value)),
    "tuple[str, ...]": lambda value: isinstance(value, list) and all(isinstance(each, str) for each in value),
    "tuple[tuple[str, int], ...]": lambda value: isinstance(value, list) and all(map(_ranked, value)),
}
"""What a field of an event may hold, by its type."""


def _ranked(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and _count(value[1])


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:
        # more digits than Python writes
        return "a number of thousands of digits"
    return text if len(text) <= 60 else f"{text[:60]}…"
