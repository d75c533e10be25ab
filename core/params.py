"""param(): default, range, unit and help once beside the field; forms, command line and files derive from it."""

from __future__ import annotations

import dataclasses
import difflib
import math
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field
from typing import Any

from core.errors import PlanError

WHOLE = re.compile(r"[+-]?[0-9]+(?:_[0-9]+)*")
"""What a whole number looks like, in TOML too; more digits than Python reads are a ValueError."""
DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
"""Another way to write one; a longer exponent would take all memory."""


@dataclass(frozen=True)
class Parameter:
    """What is known of one field of a plan.

    Attributes:
        name: field name, a full word of the field (``factors``, ``learning_rate``).
        kind: ``int``, ``float``, ``bool``, ``str``, ``tuple[int]``, ``tuple[float]`` or ``tuple[str]``.
        optional: True when None (written as an empty text) is a value.
        low, high: closed range for numbers, applied to each element of a tuple; None is unbounded. A tuple of
            numbers with a range has at least one of them.
        above: exclusive lower bound, None is none.
        choices: the only values allowed, empty when free.
    """

    name: str
    kind: str
    default: Any
    help: str
    optional: bool = False
    low: float | None = None
    high: float | None = None
    above: float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    label: str = ""

    def range_text(self) -> str:
        """The allowed values in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.above is not None:
            return f"above {self.above:g}" + (f" and at most {self.high:g}" if self.high is not None else "")
        if self.low is not None and self.high is not None:
            return f"{self.low:g} to {self.high:g}" + (" each, one or more" if self.kind.startswith("tuple") else "")
        if self.low is not None:
            return f"at least {self.low:g}"
        return f"at most {self.high:g}" if self.high is not None else "any"


def param(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    unit: str = "",
    choices: tuple[str, ...] = (),
    label: str = "",
) -> Any:
    """Declare a dataclass field that a user can set."""
    limits = {"low": low, "high": high, "above": above, "choices": choices}
    return field(default=default, metadata={"param": {"help": help, "unit": unit, "label": label, **limits}})


_DESCRIBED: dict[type, tuple[Parameter, ...]] = {}
"""What was read from the classes: their hints are texts, and to compile them anew at each question takes long."""


def describe(cls: type) -> tuple[Parameter, ...]:
    """The declared parameters of a dataclass, in order; fields without ``param()`` are not settable and left out."""
    if cls not in _DESCRIBED:
        _DESCRIBED[cls] = tuple(_described(cls))
    return _DESCRIBED[cls]


def _described(cls: type) -> Iterator[Parameter]:
    hints = typing.get_type_hints(cls)
    for each in dataclasses.fields(cls):
        if "param" in each.metadata:
            kind, optional = _kind(hints[each.name])
            default = None if each.default is MISSING else each.default
            yield Parameter(name=each.name, kind=kind, default=default, optional=optional, **each.metadata["param"])


def _kind(hint: Any) -> tuple[str, bool]:
    args = typing.get_args(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        inner = [arg for arg in args if arg is not type(None)]
        kind, _ = _kind(inner[0])
        return kind, True
    if typing.get_origin(hint) is tuple:
        return f"tuple[{args[0].__name__}]", False
    return hint.__name__, False


def coerce(parameter: Parameter, value: Any, where: str) -> Any:
    """Turn text or a plain TOML value into the field's type and check its range.

    Raises:
        PlanError: the value is of another type or out of range; the message names the range.
    """
    if value is None or (value == "" and parameter.optional):
        if parameter.optional:
            return None
        raise _bad(parameter, value, where)
    try:
        result = _convert(parameter.kind, value)
    except (TypeError, ValueError, OverflowError):
        raise _bad(parameter, value, where) from None
    parts = result if isinstance(result, tuple) else (result,)
    # texts may be none at all, numbers such as widths of layers may not
    if (not parts and parameter.low is not None) or not all(_inside(parameter, each) for each in parts):
        raise _bad(parameter, value, where)
    return result


def _convert(kind: str, value: Any) -> Any:
    if kind.startswith("tuple["):
        inner = kind[6:-1]
        if isinstance(value, str):
            parts: Iterable[Any] = [part for part in value.strip("[]() ").replace(";", ",").split(",") if part.strip()]
        elif isinstance(value, (list, tuple)):
            parts = value
        else:
            parts = [value]
        return tuple(_convert(inner, part) for part in parts)
    if kind == "bool":
        if isinstance(value, bool):
            return value
        words = {
            "true": True,
            "yes": True,
            "on": True,
            "1": True,
            "false": False,
            "no": False,
            "off": False,
            "0": False,
        }
        if isinstance(value, str) and value.lower() in words:
            return words[value.lower()]
        raise ValueError(value)
    if isinstance(value, bool):
        raise ValueError(value)
    if kind == "int":
        return whole(value)
    if kind == "float":
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(value)
        return number
    if not isinstance(value, str):
        raise ValueError(value)
    return value.strip()


def whole(value: Any) -> int:
    """A whole number, also where it is written as ``64.0`` or ``1e3``; to the last digit.

    Raises:
        ValueError: it has a part behind the point, or is no number.
        OverflowError: infinity.
    """
    if isinstance(value, bool):
        raise ValueError(value)
    if not isinstance(value, str):
        if value != int(value):
            raise ValueError(value)
        return int(value)
    text = value.strip()
    if WHOLE.fullmatch(text):
        return int(text)
    if not DECIMAL.fullmatch(text):
        raise ValueError(value)
    # seldom needed, and it loads the decimals with it
    from fractions import Fraction

    number = Fraction(text)
    if number.denominator != 1:
        raise ValueError(value)
    return number.numerator


def _inside(parameter: Parameter, value: Any) -> bool:
    if parameter.choices:
        return str(value) in parameter.choices
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (
            (parameter.low is None or value >= parameter.low)
            and (parameter.high is None or value <= parameter.high)
            and (parameter.above is None or value > parameter.above)
        )
    return True


KINDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "on or off",
    "str": "text",
    "tuple[int]": "a list of whole numbers",
    "tuple[float]": "a list of numbers",
    "tuple[str]": "a list of texts",
}
"""The kinds in words."""


def _bad(parameter: Parameter, value: Any, where: str) -> PlanError:
    unit = f" {parameter.unit}" if parameter.unit else ""
    return PlanError(
        code="plan.value",
        what=f"{parameter.name} cannot be {value!r}",
        where=where,
        why=f"It takes {KINDS.get(parameter.kind, parameter.kind)}: {parameter.range_text()}{unit}",
        remedy=f"Give another value; the default is {parameter.default!r}",
    )


def build(cls: type[Any], values: Mapping[str, Any], where: str) -> Any:
    """Make a checked instance from plain values; unknown names are an error that offers the nearest ones."""
    known = {parameter.name: parameter for parameter in describe(cls)}
    for name in values:
        if name not in known:
            raise unknown_name(name, known, where)
    return cls(**{name: coerce(known[name], value, where) for name, value in values.items()})


def unknown_name(name: str, known: Iterable[str], where: str) -> PlanError:
    """The error for a name that nothing is called, with the nearest names that exist."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5) or names[:8]
    return PlanError(
        code="plan.unknown-name",
        what=f"nothing is called {name!r}",
        where=where,
        remedy=f"Did you mean {', '.join(near)}?" if near else "",
    )


def plain(instance: Any) -> dict[str, Any]:
    """The declared fields as plain values that TOML and JSON can hold; None is left out."""
    values = {parameter.name: getattr(instance, parameter.name) for parameter in describe(type(instance))}
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in values.items() if value is not None
    }
