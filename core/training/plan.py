"""The plan: all that defines a run, as frozen plain values that read and write TOML."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.data.plan import DataPlan
from core.errors import PlanError
from core.losses import LOSSES
from core.models import MODELS
from core.params import build, coerce, describe, plain, unknown_name
from core.samplers import SAMPLERS
from core.splits import SPLITS
from core.training.settings import EvaluationSettings, OptimiserSettings, TrainingSettings


@dataclass(frozen=True)
class Choice:
    """A key of a table and the settings that go with it."""

    name: str
    settings: Any


@dataclass(frozen=True)
class Plan:
    """Everything that defines a run."""

    data: DataPlan
    split: Choice
    model: Choice
    loss: Choice | None
    sampler: Choice | None
    optimiser: OptimiserSettings
    training: TrainingSettings
    evaluation: EvaluationSettings

    @property
    def seed(self) -> int:
        """Seed of every random choice."""
        return self.training.seed


CHOICES: dict[str, Mapping[str, Any]] = {"split": SPLITS, "model": MODELS, "loss": LOSSES, "sampler": SAMPLERS}
"""Sections whose settings depend on a table key."""
FIXED: dict[str, type] = {
    "data": DataPlan,
    "optimiser": OptimiserSettings,
    "training": TrainingSettings,
    "evaluation": EvaluationSettings,
}
KEYED = (*CHOICES, "optimiser")
"""Sections that have a key, which is called ``name`` in each of them."""
SECTIONS = ("data", "split", "model", "loss", "sampler", "optimiser", "training", "evaluation")

Values = Mapping[str, Mapping[str, Any]]
"""Plain values by section and field; ``name`` is the table key of a choice."""


def make_plan(values: Values | None = None) -> Plan:
    """Fill what is given with the defaults of the model and its loss, check ranges and pairs.

    Args:
        values: plain values by section; what is absent has its default. The model is MF unless named.

    Raises:
        PlanError: an unknown section, name or key, a value out of range, or parts that do not fit together.
    """
    given = {section: dict(fields) for section, fields in (values or {}).items()}
    for section in given:
        if section not in SECTIONS:
            raise unknown_name(section, SECTIONS, "plan")
    model_name = _key("model", given.get("model", {}).get("name", "mf"))
    loss_name = _loss_name(model_name, given.get("loss", {}).get("name"))
    filled = _with_defaults(given, model_name, loss_name)
    split_default = "predefined" if filled["data"].get("test") else "leave-last-out"
    loss = sampler = None
    if loss_name is not None:
        loss = _choice("loss", {"name": loss_name, **filled["loss"]})
        sampler = _choice(
            "sampler", {"name": _sampler_name(model_name, loss_name, filled["sampler"]), **filled["sampler"]}
        )
    elif given.get("loss") or given.get("sampler"):
        raise PlanError(
            code="plan.nothing-to-train",
            what=f"{model_name} has neither loss nor sampler",
            where="plan",
            why="Nothing is learned by gradient",
            remedy="Leave both out",
        )
    plan = Plan(
        data=build(DataPlan, filled["data"], "data"),
        split=_choice("split", {"name": split_default, **filled["split"]}),
        model=_choice("model", {"name": model_name, **filled["model"]}),
        loss=loss,
        sampler=sampler,
        optimiser=build(OptimiserSettings, filled["optimiser"], "optimiser"),
        training=build(TrainingSettings, filled["training"], "training"),
        evaluation=build(EvaluationSettings, filled["evaluation"], "evaluation"),
    )
    check_fit(plan)
    return plan


def _with_defaults(given: dict[str, dict[str, Any]], model: str, loss: str | None) -> dict[str, dict[str, Any]]:
    filled: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    chosen_sampler = given.get("sampler", {}).get("name")
    for layer in ("*", loss):
        for dotted, value in MODELS[model].defaults.get(layer or "", {}).items():
            section, name = dotted.split(".", 1)
            filled[section][name] = value
    if loss is not None:
        filled["sampler"].setdefault("negatives", LOSSES[loss].negatives)
        chosen_sampler = chosen_sampler or filled["sampler"].get("name") or LOSSES[loss].samplers[0]
        known = {parameter.name for parameter in describe(SAMPLERS[_key("sampler", chosen_sampler)].settings)}
        filled["sampler"] = {k: v for k, v in filled["sampler"].items() if k in known or k == "name"}
    for section, fields in given.items():
        filled[section].update(fields)
    return filled


def _key(section: str, name: Any) -> str:
    if name not in CHOICES[section]:
        raise unknown_name(str(name), CHOICES[section], section)
    return str(name)


def _loss_name(model: str, asked: Any) -> str | None:
    fitting = MODELS[model].losses
    if asked is None or not fitting:
        return fitting[0] if fitting else None
    return _key("loss", asked)


def _sampler_name(model: str, loss: str, filled: Mapping[str, Any]) -> str:
    return _key("sampler", filled.get("name", LOSSES[loss].samplers[0]))


def _choice(section: str, fields: Mapping[str, Any]) -> Choice:
    rest = {name: value for name, value in fields.items() if name != "name"}
    name = _key(section, fields["name"])
    return Choice(name, build(CHOICES[section][name].settings, rest, f"{section} {name}"))


def misfit(model: str, loss: str, sampler: str, weights: bool | None = None) -> str:
    """Why the three do not go together, in one sentence; an empty text when they do.

    Args:
        weights: whether the data has ratings or counts; None when it is not known yet.
    """
    entry = MODELS[model]
    if loss not in entry.losses:
        return f"{entry.label} is trained with {', '.join(entry.losses) or 'no loss'}, not with {loss}"
    if sampler not in LOSSES[loss].samplers:
        return f"The loss {loss} takes its negatives from {', '.join(LOSSES[loss].samplers)}, not from {sampler}"
    if entry.batch == "row" and sampler != "uniform":
        return f"{entry.label} draws its zeros uniformly"
    if LOSSES[loss].needs_weights and weights is False and entry.batch != "row":
        return f"The loss {loss} needs ratings or counts, and the data is binary"
    return ""


def check_fit(plan: Plan, weights: bool | None = None) -> None:
    """Refuse parts that do not fit together.

    Raises:
        PlanError: with the reason that a form would show.
    """
    if plan.loss is None or plan.sampler is None:
        return
    reason = misfit(plan.model.name, plan.loss.name, plan.sampler.name, weights)
    # only once the data is known: while --set is read, feedback may stand before the loss
    rates = getattr(plan.model.settings, "feedback", "") == "ratings" and plan.loss.name != "squared"
    if rates and not reason and weights is not None:
        reason = f"feedback=ratings is trained with the loss squared, not with {plan.loss.name}"
    if reason:
        raise PlanError(
            code="plan.misfit",
            what=reason,
            where="plan",
            remedy="Choose a pair that fits; `rankscope list losses` shows them",
        )


def to_values(plan: Plan) -> dict[str, dict[str, Any]]:
    """The plan as plain values that ``make_plan`` turns into the same plan."""
    values: dict[str, dict[str, Any]] = {}
    for section in SECTIONS:
        part = getattr(plan, section)
        if isinstance(part, Choice):
            values[section] = {"name": part.name, **plain(part.settings)}
        elif part is not None:
            values[section] = plain(part)
    return values


def to_toml(plan: Plan) -> str:
    """The plan as TOML, each field with its help as a comment."""
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment("A Rankscope plan: `rankscope train PLAN.toml` repeats the run."))
    for section, fields in to_values(plan).items():
        table = tomlkit.table()
        part = getattr(plan, section)
        parameters = {p.name: p for p in describe(type(part.settings if isinstance(part, Choice) else part))}
        for name, value in fields.items():
            item = tomlkit.item(_as_text(value, HALF, lambda half: f"\0{ord(half[0]):04x}"))
            if name in parameters:
                item.comment(parameters[name].help)
            table.add(name, item)
        document.add(section, table)
    return tomlkit.dumps(document)


def from_toml(text: str, where: str = "plan") -> dict[str, dict[str, Any]]:
    """Plain values of a TOML plan, to be given to ``make_plan``.

    Raises:
        PlanError: not TOML, or not tables of fields.
    """
    # read and written seldom, and not before the window is on the screen
    import tomlkit
    import tomlkit.exceptions

    try:
        values = tomlkit.parse(text).unwrap()
    except tomlkit.exceptions.ParseError as error:
        raise PlanError(
            code="plan.toml", what="the plan is not valid TOML", where=where, why=str(error), remedy="Mend that line"
        ) from None
    for section, fields in values.items():
        if not isinstance(fields, dict):
            raise PlanError(
                code="plan.toml",
                what=f"{section} stands outside of a section",
                where=where,
                remedy=f"Put it under one of {', '.join('[' + each + ']' for each in SECTIONS)}",
            )
    read: dict[str, dict[str, Any]] = _as_text(values, WRITTEN_HALF, lambda half: chr(int(half[1], 16)))
    return read


HALF = re.compile("[\ud800-\udfff]")
"""What Python makes of a byte in a path that is no UTF-8; TOML holds none, so it is written as NUL and four digits,
which no path holds."""
WRITTEN_HALF = re.compile("\0(d[89a-f][0-9a-f]{2})")


def _as_text(value: Any, found: re.Pattern[str], other: Callable[[re.Match[str]], str]) -> Any:
    if isinstance(value, dict):
        return {name: _as_text(each, found, other) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_as_text(each, found, other) for each in value]
    return found.sub(other, value) if isinstance(value, str) else value


def read_plan(path: Path) -> dict[str, dict[str, Any]]:
    """Plain values of a plan file."""
    try:
        return from_toml(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError(
            code="plan.unreadable",
            what="the plan cannot be read",
            where=str(path),
            why=str(getattr(error, "strerror", None) or error),
            remedy="Check the path" if isinstance(error, OSError) else "Save it as UTF-8",
        ) from None


def field_names(values: Values) -> dict[str, list[str]]:
    """Field name -> sections that have it, for the tables chosen in ``values``."""
    plan = make_plan(values)
    found: dict[str, list[str]] = {}
    for section in SECTIONS:
        part = getattr(plan, section)
        if part is None:
            continue
        for parameter in describe(type(part.settings if isinstance(part, Choice) else part)):
            found.setdefault(parameter.name, []).append(section)
    return found


def apply_setting(values: dict[str, dict[str, Any]], name: str, text: str) -> None:
    """Put one ``--set name=value`` into plain values.

    Args:
        values: changed in place; the table keys in it decide which fields exist.
        name: a field name that is unique in the plan, a dotted one, or a section that has a key.

    Raises:
        PlanError: nothing, or more than one thing, has the name.
    """
    if name in KEYED:
        name = f"{name}.name"
    # every section that has a key calls it name
    names = {**field_names(values), "name": [*KEYED]}
    if "." in name:
        section, field = name.split(".", 1)
        if section not in names.get(field, []):
            raise _unknown_field(section, field, names)
    else:
        sections = names.get(name, [])
        if not sections:
            raise unknown_name(name, names, "--set")
        if len(sections) > 1:
            raise PlanError(
                code="plan.ambiguous-name",
                what=f"{name} stands in more than one section",
                where="--set",
                remedy="Write one of " + ", ".join(f"{each}.{name}" for each in sections),
            )
        section, field = sections[0], name
    values.setdefault(section, {})[field] = text


def _unknown_field(section: str, field: str, names: Mapping[str, list[str]]) -> PlanError:
    """The error for a dotted name: other fields of its section, or the same field elsewhere."""
    if field in names:
        return unknown_name(f"{section}.{field}", [f"{each}.{field}" for each in names[field]], "--set")
    if section not in SECTIONS:
        return unknown_name(section, SECTIONS, "--set")
    own = [f"{section}.{name}" for name, sections in names.items() if section in sections]
    return unknown_name(f"{section}.{field}", own, "--set")


def differing(a: Plan, b: Plan) -> dict[str, tuple[Any, Any]]:
    """Dotted names whose values differ, with both values."""
    left, right = _flat(a), _flat(b)
    return {
        name: (left.get(name), right.get(name))
        for name in [*left, *(name for name in right if name not in left)]
        if left.get(name) != right.get(name)
    }


def _flat(plan: Plan) -> dict[str, Any]:
    return {f"{section}.{name}": value for section, fields in to_values(plan).items() for name, value in fields.items()}


def replace(plan: Plan, dotted: str, value: Any) -> Plan:
    """The plan with one field changed and checked."""
    section, name = dotted.split(".", 1)
    part = getattr(plan, section)
    settings = part.settings if isinstance(part, Choice) else part
    known = {parameter.name: parameter for parameter in describe(type(settings))}
    if name not in known:
        raise unknown_name(name, known, section)
    changed = dataclasses.replace(settings, **{name: coerce(known[name], value, section)})
    whole: dict[str, Any] = {section: Choice(part.name, changed) if isinstance(part, Choice) else changed}
    return dataclasses.replace(plan, **whole)
