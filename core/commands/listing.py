"""Print what there is to choose from: models, losses, samplers, splits, metrics, formats or exports."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.commands.console import Console
from core.errors import UsageError
from core.nearest import nearest
from core.params import describe
from core.text import columns


@dataclass(frozen=True)
class Listed:
    """A table of the engine.

    Attributes:
        source: ``module:table``.
        extra: what else is told of an entry, by the head of its column.
    """

    source: str
    extra: Mapping[str, Callable[[Any], str]] = dataclasses.field(default_factory=dict)

    def table(self) -> Mapping[str, Any]:
        """Import the table."""
        module, name = self.source.split(":")
        found: Mapping[str, Any] = getattr(importlib.import_module(module), name)
        return found


LISTS: dict[str, Listed] = {
    "models": Listed("core.models:MODELS", {"losses": lambda entry: ", ".join(entry.losses) or "none"}),
    "losses": Listed(
        "core.losses:LOSSES",
        {"formula": lambda entry: entry.formula, "samplers": lambda entry: ", ".join(entry.samplers)},
    ),
    "samplers": Listed("core.samplers:SAMPLERS"),
    "splits": Listed("core.splits:SPLITS"),
    "metrics": Listed("core.metrics:ALL_METRICS", {"formula": lambda entry: entry.formula}),
    "formats": Listed("core.data.formats:FORMATS"),
    "exports": Listed(
        "core.export:TARGETS",
        {
            "opens in": lambda entry: entry.opens_in,
            "writes": lambda entry: " or ".join(entry.suffixes) or "a folder",
        },
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``list``."""
    from core.commands.arguments import add_json

    parser.add_argument("what", metavar="|".join(LISTS), help="which table")
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print one table."""
    if arguments.what not in LISTS:
        near = nearest(arguments.what, LISTS) or list(LISTS)
        raise UsageError(
            "usage.unknown-list", f"there is no list {arguments.what!r}", remedy=f"Did you mean {', '.join(near)}?"
        )
    listed = LISTS[arguments.what]
    table = listed.table()
    for key, entry in table.items():
        console.emit(
            "entry", {"key": key, **described(entry), **{name: get(entry) for name, get in listed.extra.items()}}
        )
    console.emit("result", {"list": arguments.what, "keys": list(table)})
    for key, entry in table.items():
        console.heading(f"{key}  {entry.label}" if entry.label.lower() != key else key)
        console.say(f"  {entry.help}")
        for name, get in listed.extra.items():
            console.say(f"  {name}: {get(entry)}")
        for line in columns(("", "", ""), [parameter_row(each) for each in parameters(entry)], widest=200):
            console.say(f"    {line}")
    return 0


def described(entry: Any) -> dict[str, Any]:
    """Label, help, source and parameters as plain values."""
    found: dict[str, Any] = {"label": entry.label, "help": entry.help}
    if getattr(entry, "source", ""):
        found["source"] = entry.source
    rows = parameters(entry)
    if rows:
        found["parameters"] = [
            {
                "name": each.name,
                "kind": each.kind,
                "default": list(each.default) if isinstance(each.default, tuple) else each.default,
                "range": each.range_text(),
                "help": each.help,
            }
            for each in rows
        ]
    return found


def parameters(entry: Any) -> tuple[Any, ...]:
    """The declared parameters of an entry's settings."""
    settings = getattr(entry, "settings", None)
    return describe(settings) if isinstance(settings, type) else ()


def parameter_row(parameter: Any) -> tuple[str, str, str]:
    """Name and default, range, help."""
    default = parameter.default
    shown = ",".join(str(each) for each in default) if isinstance(default, tuple) else default
    return f"{parameter.name}={'' if shown is None else shown}", parameter.range_text(), parameter.help
