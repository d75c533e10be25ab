"""From the words of a command line to a plan: the plan file first, then options, then --set."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from core.errors import UsageError
from core.models import MODELS
from core.params import unknown_name
from core.training.plan import Choice, Plan, apply_setting, make_plan, read_plan, to_values

Values = dict[str, dict[str, Any]]

CHOSEN = ("model", "loss", "sampler", "split")
"""Options that name a key of a table."""
OF_DATA = ("test", "validation", "candidates", "items", "format", "columns")
OF_TRAINING = ("epochs", "seed", "device")


def asked_plan(arguments: argparse.Namespace) -> Plan:
    """The plan that the arguments of ``train`` describe.

    Raises:
        PlanError: a name or value that cannot be.
        UsageError: --set without a value.
    """
    values = read_plan(Path(arguments.plan)) if arguments.plan else {}
    data = values.setdefault("data", {})
    if arguments.data is not None:
        data["source"] = arguments.data
    for name in OF_DATA:
        given = getattr(arguments, name)
        if given is not None:
            data[name] = given
    settings = [split_setting(text) for text in arguments.set]
    chosen = {name: getattr(arguments, name) for name in CHOSEN}
    chosen |= {name: value for name, value in settings if name in CHOSEN}
    if arguments.test is not None and chosen["split"] is None:
        chosen["split"] = "predefined"
    for section, name in chosen.items():
        if name is not None:
            choose(values, section, name)
    for name in OF_TRAINING:
        given = getattr(arguments, name)
        if given is not None:
            values.setdefault("training", {})[name] = given
    for name, text in settings:
        if name not in CHOSEN:
            apply_setting(values, name, text)
    return make_plan(values)


def split_setting(text: str) -> tuple[str, str]:
    """``key=value`` in two."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(
            "usage.set", f"{text!r} is not key=value", "--set", remedy="Write for example --set factors=64"
        )
    return name.strip(), value.strip()


def choose(values: Values, section: str, name: str) -> None:
    """Take another model, loss, sampler or split than the plan file has; settings of the old one go with it."""
    if values.get(section, {}).get("name") == name:
        return
    if section == "model" and values.get("model", {}).get("name") in MODELS:
        if name not in MODELS:
            raise unknown_name(name, MODELS, "model")
        forget_defaults(values)
    values[section] = {"name": name}


def forget_defaults(values: Values) -> None:
    """Keep of a plan file only what differs from its model's defaults: the new model has defaults of its own.

    The batch size goes with the old model: the plan of a run has the one that suited it.
    """
    given = to_values(make_plan(values))
    usual = to_values(make_plan({"model": {"name": given["model"]["name"]}}))
    for section in ("loss", "sampler"):
        if given.get(section) == usual.get(section):
            values.pop(section, None)
    for section in ("optimiser", "training"):
        fields = values.get(section, {})
        values[section] = {
            name: value
            for name, value in fields.items()
            if given[section][name] != usual[section][name] and name != "batch_size"
        }


def in_words(plan: Plan) -> str:
    """Model, loss, sampler and optimiser on one line."""
    parts = [MODELS[plan.model.name].label]
    parts += [part.name for part in (plan.loss,) if part is not None]
    if plan.sampler is not None:
        parts.append(sampler_in_words(plan.sampler))
    if plan.loss is not None:
        parts.append(f"{plan.optimiser.name} at {plan.optimiser.learning_rate:g}")
    return ", ".join(parts)


def sampler_in_words(sampler: Choice) -> str:
    """The sampler with its number of negatives, where it has one."""
    negatives = getattr(sampler.settings, "negatives", None)
    named = {None: "", 1: "1 negative"}.get(negatives, f"{negatives} negatives")
    return f"{sampler.name} sampler" + (f" with {named}" if named else "")
