"""What a caller says about a source in place of what would be found: columns, delimiter, encoding, header and so on."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.data.day_month import ORDERS
from core.data.raw import Role
from core.data.text.textblocks import known_encoding
from core.errors import UsageError

ROLES: tuple[Role, ...] = ("user", "item", "time", "rating")
SETTINGS = ("delimiter", "encoding", "header", "zone", "dates", "boundary", "merge")
DELIMITERS = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "space": " ",
    "colon": ":",
    "two-colons": "::",
}
YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "none": False}
NONE = "none"


@dataclass(frozen=True)
class Options:
    """What is given; None is to be found.

    Attributes:
        roles: a role to the name of its column or its position from 1; ``none`` for a column that is not to be used.
        delimiter: characters between the fields; a space stands for any run of spaces and tabs.
        encoding: name of the text encoding.
        header: the first line names the columns.
        zone: where the clocks stood for times that name no zone.
        dates: how dates that end with the year begin, ``day-first`` or ``month-first``; empty is to be found.
        boundary: users of a square matrix over users and items; 0 for a matrix of users by items.
        merge: ids that differ only in spaces around them or in Unicode normal form become one.
    """

    roles: Mapping[Role, str] = field(default_factory=dict)
    delimiter: str | None = None
    encoding: str | None = None
    header: bool | None = None
    zone: tzinfo = UTC
    dates: str = ""
    boundary: int | None = None
    merge: bool = False


def parse_columns(text: str) -> dict[str, str]:
    """``user=A,item=B,delimiter=tab`` as a mapping; a part with a comma in it stands in double quotes.

    Raises:
        UsageError: a part is not ``name=value``.
    """
    found: dict[str, str] = {}
    for part in next(csv.reader(io.StringIO(text), skipinitialspace=True), []):
        name, equals, value = part.partition("=")
        if not equals or not name.strip() or not value:
            raise UsageError(
                code="input.columns-option",
                what=f"{part!r} is not name=value",
                where="--columns",
                remedy="Write for example --columns user=A,item=B,time=C,rating=D",
            )
        found[name.strip()] = value
    return found


def make_options(given: Mapping[str, str] | None = None, **settings: str | None) -> Options:
    """Check what was given as text.

    Args:
        given: roles and settings by name, as parse_columns() makes them.
        settings: the same settings by keyword; None is not given.

    Raises:
        UsageError: an unknown name or a value that cannot be.
    """
    every = dict(given or {}) | {name: value for name, value in settings.items() if value is not None}
    for name in every:
        if name not in ROLES and name not in SETTINGS:
            raise UsageError(
                code="input.columns-option",
                what=f"there is nothing called {name!r} to be set",
                where="--columns",
                remedy=f"The names are {', '.join((*ROLES, *SETTINGS))}",
            )
    delimiter, header, zone, boundary = (every.get(name) for name in ("delimiter", "header", "zone", "boundary"))
    return Options(
        roles={role: every[role] for role in ROLES if role in every},
        delimiter=None if delimiter is None else DELIMITERS.get(delimiter.lower(), delimiter),
        encoding=known_encoding(every["encoding"]) if "encoding" in every else None,
        header=None if header is None else _yes_no("header", header),
        zone=UTC if zone is None else _zone(zone),
        dates=_dates(every.get("dates", "")),
        boundary=None if boundary is None else _boundary(boundary),
        merge=_yes_no("merge", every.get("merge", "no")),
    )


def _yes_no(name: str, text: str) -> bool:
    if text.lower() not in YES_NO:
        raise _bad(name, text, "yes or no")
    return YES_NO[text.lower()]


def _zone(text: str) -> tzinfo:
    if text.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _bad("zone", text, "a name such as UTC or Europe/Rome") from None


def _dates(text: str) -> str:
    if text and text.lower() not in ORDERS:
        raise _bad("dates", text, " or ".join(ORDERS))
    return text.lower()


def _boundary(text: str) -> int:
    if text.lower() == NONE:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise _bad("boundary", text, "the number of users, or none for a matrix of users by items")
    return int(text)


def _bad(name: str, text: str, takes: str) -> UsageError:
    return UsageError(
        code="input.columns-option",
        what=f"{name} cannot be {text!r}",
        where="--columns",
        remedy=f"It takes {takes}",
    )
