"""Which column is the user, the item, the time and the rating: as told, by usual names, or by position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.data.column_names import ITEMS, ORDERS, RATINGS, TIMES, USERS, normalised
from core.data.day_month import looks_written
from core.data.moments import MOMENT, Kind, parse_moment
from core.data.options import NONE, Options
from core.data.raw import Role
from core.data.times import COMPACT_DATES, PLAUSIBLE, UNITS
from core.errors import InputError, UsageError

MOST_BY_POSITION = 4
SHARE = 0.9
LISTED = 20


@dataclass(frozen=True)
class Roles:
    """The columns that are used.

    Attributes:
        positions: role to column, from 0; ``user`` and ``item`` always.
        order: the time column holds positions.
        notes: plain sentences.
    """

    positions: Mapping[Role, int]
    order: bool
    notes: tuple[str, ...]


def find_roles(
    names: Sequence[str], columns: Sequence[Sequence[str]], options: Options, where: str, named: bool = True
) -> Roles:
    """Decide which columns are used.

    Args:
        names: the names, or positions from 1 where the file names none.
        columns: some values of each column, to tell times from ratings where names do not help.
        named: the file names its columns.

    Raises:
        InputError: a column is missing, or several could be meant; the message says how to decide.
    """
    found: dict[Role, int] = {}
    unwanted: set[Role] = set()
    for role, wanted in options.roles.items():
        if wanted.lower() == NONE and wanted not in names:
            unwanted.add(role)
        else:
            found[role] = _asked(role, wanted, names, where, named)
    _check_distinct(found, names)
    notes: list[str] = []
    if named:
        _by_name(found, unwanted, names, where)
    if not {"user", "item"} <= found.keys():
        notes += _by_position(found, unwanted, names, columns, where, named)
    unused = [name for position, name in enumerate(names) if position not in found.values()]
    if unused:
        kind = "column" if len(unused) == 1 else "columns"
        notes.append(f"{kind} not used: {_listed(unused)}")
    order = named and "time" in found and normalised(names[found["time"]]) in ORDERS
    return Roles(found, order, tuple(notes))


def looks_like_time(values: Sequence[str]) -> bool:
    """Nearly all values are dates, or numbers that are times since 1970 in one of the units."""
    filled = [value for value in values if value.strip()]
    hits = sum(_is_time(value) for value in filled)
    return bool(filled) and hits >= SHARE * len(filled)


def looks_like_dates(values: Sequence[str]) -> bool:
    """All values are written as dates; ids of ten digits are not."""
    filled = [value for value in values if value.strip()]
    return bool(filled) and all(MOMENT.fullmatch(value.strip()) or looks_written(value) for value in filled)


def looks_like_number(values: Sequence[str]) -> bool:
    """Nearly all values are numbers, with a decimal point or comma."""
    filled = [value for value in values if value.strip()]
    hits = sum(parse_moment(value.replace(",", "."))[0] is Kind.NUMBER for value in filled)
    return bool(filled) and hits >= SHARE * len(filled)


def ask(role: Role, names: Sequence[str], where: str, why: str) -> InputError:
    """The error that leaves the choice of a column to the user."""
    example = ",".join(f"{each}={names[at] if at < len(names) else at + 1}" for at, each in enumerate(("user", "item")))
    return InputError(
        code="input.ambiguous-columns",
        what=f"it is not clear which column is the {role}",
        where=where,
        why=why,
        remedy=f"Name it, or give its position from 1, for example --columns {example}",
    )


def _asked(role: Role, wanted: str, names: Sequence[str], where: str, named: bool) -> int:
    for same in (str, str.strip, normalised):
        matches = [at for at, name in enumerate(names) if same(name) == same(wanted) and same(wanted)]
        if len(matches) == 1 and (named or wanted.isdigit()):
            return matches[0]
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    why = f"The columns are {_listed(names)}" if named else f"The file names no columns and has {len(names)} of them"
    raise InputError(
        code="input.missing-column",
        what=f"there is no column {wanted!r} for the {role}",
        where=where,
        why=why,
        remedy="Give one of these names, or a position from 1, with --columns",
    )


def _check_distinct(found: Mapping[Role, int], names: Sequence[str]) -> None:
    if len(set(found.values())) < len(found):
        raise UsageError(
            code="input.column-twice",
            what="one column is given for two roles",
            where="--columns",
            why=", ".join(f"{role} is {names[at]}" for role, at in found.items()),
            remedy="Give each role its own column",
        )


def _by_name(found: dict[Role, int], unwanted: set[Role], names: Sequence[str], where: str) -> None:
    short = [normalised(name) for name in names]
    free = [at for at in range(len(names)) if at not in found.values()]
    tiers: tuple[tuple[Role, Sequence[Sequence[str]]], ...] = (("user", USERS), ("item", ITEMS))
    for role, groups in tiers:
        if role in found:
            continue
        for group in groups:
            matches = [at for at in free if short[at] in group]
            # artist and artist_id: the one that says id
            matches = [at for at in matches if short[at].endswith("id")] or matches
            if len(matches) > 1:
                raise ask(
                    role, [names[at] for at in matches], where, f"It could be {_listed([names[at] for at in matches])}"
                )
            if matches:
                found[role] = matches[0]
                break
    ranked: tuple[tuple[Role, Sequence[str]], ...] = (("time", (*TIMES, *ORDERS)), ("rating", RATINGS))
    for role, usual in ranked:
        if role not in found and role not in unwanted:
            at = next((short.index(name) for name in usual if name in short), None)
            if at is not None and at not in found.values():
                found[role] = at


def _by_position(
    found: dict[Role, int],
    unwanted: set[Role],
    names: Sequence[str],
    columns: Sequence[Sequence[str]],
    where: str,
    named: bool,
) -> list[str]:
    """Give user and item, and of few columns time and rating, to the columns that are left, in this order."""
    left = [at for at in range(len(names)) if at not in found.values()]
    missing: list[Role] = [role for role in _FIRST if role not in found]
    if len(names) > MOST_BY_POSITION or len(left) < len(missing):
        why = f"The columns are {_listed(names)}" if named else f"It has {len(names)} columns without names"
        raise ask(missing[0], names, where, why)
    if len(missing) == 1 and len(left) > 1:
        # nobody's id is a date
        able = [at for at in left if at >= len(columns) or not looks_like_dates(columns[at])]
        if len(able) != 1:
            could = [names[at] for at in able or left]
            raise ask(missing[0], could, where, f"It could be {_listed(could)}")
        left.sort(key=lambda at: at != able[0])
    for role in missing:
        at = left.pop(0)
        if at < len(columns) and looks_like_dates(columns[at]):
            raise ask(role, names, where, f"By position it would be column {at + 1}, which holds dates")
        found[role] = at
    for at in left:
        values = columns[at] if at < len(columns) else ()
        guess = _value_role(values, last=at == left[-1] and len(names) == MOST_BY_POSITION, rated="rating" in found)
        if guess is not None and guess not in found and guess not in unwanted:
            found[guess] = at
    taken = ", ".join(f"{role} {names[at]!r}" for role, at in found.items())
    why = "the names of the columns are not the usual ones" if named else "the columns have no names"
    return [f"{why}; they were taken by position: {taken}"]


def _value_role(values: Sequence[str], last: bool, rated: bool) -> Literal["time", "rating"] | None:
    if looks_like_time(values):
        return "time"
    if looks_like_number(values):
        # user, item, rating, time is the usual order, and small numbers are times that only order
        return "time" if last and rated else "rating"
    return None


def _is_time(text: str) -> bool:
    if MOMENT.fullmatch(text.strip()) or looks_written(text):
        return True
    kind, value, _ = parse_moment(text)
    if kind is not Kind.NUMBER:
        return False
    windows = any(PLAUSIBLE[0] * factor <= value <= PLAUSIBLE[1] * factor for factor in UNITS.values())
    return windows or COMPACT_DATES[0] <= value <= COMPACT_DATES[1]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(repr(name) if not name.strip() else name for name in names[:LISTED]) + more


_FIRST: tuple[Role, ...] = ("user", "item")
