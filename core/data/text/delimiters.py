"""Which characters part the fields of a text, whether quotes count, and whether the first line names the columns."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.data.column_names import known, recognised
from core.data.day_month import looks_written
from core.data.glance import HEAD, Glance
from core.data.moments import Kind, parse_moment
from core.data.options import Options
from core.data.text.textblocks import TextBlock
from core.data.text.tokens import Grammar, Record, clean_quotes, records
from core.errors import InputError

SURE = ("\t", "::")
"""Delimiters that do not occur in ordinary text: where they part the lines evenly, they are it."""

CANDIDATES = (*SURE, ";", ",", "|", " ")
QUOTING = (",", ";")
EVEN = 0.6
NUMERIC = 0.9
PREVIEW = 4
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
TELLING_NAMES = ("user", "item")


@dataclass(frozen=True)
class Shape:
    """How a text falls into columns.

    Attributes:
        grammar: delimiter, quoting and number of columns.
        header: the names in the first row, None when it is data.
        rows: the first rows of data, split.
    """

    grammar: Grammar
    header: tuple[str, ...] | None
    rows: tuple[tuple[str, ...], ...]

    def columns(self) -> list[list[str]]:
        """The first values of each column; rows of another width are left out."""
        whole = [row for row in self.rows if len(row) == self.grammar.columns]
        return [list(column) for column in zip(*whole, strict=True)] or [[] for _ in range(self.grammar.columns)]


def find_shape(glance: Glance, options: Options, delimiter: str | None = None, quoting: bool | None = None) -> Shape:
    """Look at the first lines.

    Args:
        delimiter, quoting: settled by the format; None to be found.

    Raises:
        InputError: no delimiter parts the lines, or two do; the message says how to decide.
    """
    if not glance.complete and not glance.text.endswith(("\n", "\r")):
        raise InputError(
            code="input.line-too-long",
            what=f"its first line is longer than {HEAD:,} bytes",
            where=f"{glance.where}, line 1",
            why="No table of interactions is that wide; perhaps its line ends are missing",
            remedy="Check the file, or name its format with --format",
        )
    chosen = options.delimiter or delimiter or _find_delimiter(glance)
    grammar = _grammar(glance, chosen) if quoting is None else Grammar(chosen, quoting, 0)
    found = _records(glance, grammar)
    if not found:
        return Shape(grammar, None, ())
    first, rest = found[0], found[1:]
    header = _is_header(first, rest) if options.header is None else options.header
    width = len(first) if header else Counter(map(len, found)).most_common(1)[0][0]
    grammar = replace(grammar, columns=width)
    return (
        Shape(grammar, tuple(first), tuple(map(tuple, rest)))
        if header
        else Shape(grammar, None, tuple(map(tuple, found)))
    )


def check_header(names: Sequence[str], where: str, blank_too: bool = True) -> None:
    """Refuse a header that does not name each column once.

    Args:
        blank_too: refuse columns without a name, such as a frame's row numbers; where users and items were named by
            the user they are nobody's.

    Raises:
        InputError: two columns have one name, or one has none; the positions are named.
    """
    blank = [position for position, name in enumerate(names, 1) if not name.strip()]
    same = [unicodedata.normalize("NFC", name.strip()) for name in names]
    counts = Counter(same)
    twice = [position for position, name in enumerate(same, 1) if counts[name] > 1 and name]
    if not blank_too:
        blank = []
    if blank or twice:
        others = [position for position in range(1, len(names) + 1) if position not in (*blank, *twice)]
        first, second = others[:2] if len(others) > 1 else (1, 2)
        what = f"the header has no name for column {_numbers(blank)}" if blank else ""
        if twice:
            again = f"one name for the columns {_numbers(twice)}"
            what = f"{what} and {again}" if what else f"the header has {again}"
        raise InputError(
            code="input.header",
            what=what,
            where=where,
            why=f"It reads {', '.join(map(repr, names[:20]))}",
            remedy=f"Mend the header, or give positions from 1, for example --columns user={first},item={second}",
        )


def delimiter_name(delimiter: str) -> str:
    """A delimiter as a word that can be shown and typed."""
    return {"\t": "tab", " ": "space", ",": "comma", ";": "semicolon", "|": "pipe"}.get(delimiter, delimiter)


def _records(glance: Glance, grammar: Grammar, lines: int = 1000) -> list[list[str]]:
    found: list[list[str]] = []
    block = TextBlock(glance.text.encode("utf-8", "replace"), 1)
    for record in records(block, grammar):
        if _whole(record):
            found.append(record.fields)
        if len(found) >= lines:
            break
    return found


def _whole(record: Record) -> bool:
    return not record.fault


def _grammar(glance: Glance, delimiter: str) -> Grammar:
    if delimiter in QUOTING:
        return Grammar(delimiter, True, 0)
    if '"' not in glance.text or len(delimiter) > 1 or delimiter == " ":
        return Grammar(delimiter, False, 0)
    # elsewhere quotes are mostly plain text; they count when every one of them encloses a field
    pattern = clean_quotes(delimiter)
    text = glance.text if glance.text.endswith(("\n", "\r")) else glance.text + "\n"
    return Grammar(delimiter, pattern is not None and pattern.fullmatch(text.encode("utf-8", "replace")) is not None, 0)


def _find_delimiter(glance: Glance) -> str:
    even: dict[str, list[list[str]]] = {}
    for delimiter in CANDIDATES:
        found = _records(glance, _grammar(glance, delimiter))
        widths = Counter(map(len, found))
        width, count = widths.most_common(1)[0] if widths else (0, 0)
        if width > 1 and count >= EVEN * len(found):
            even[delimiter] = found
    named = {delimiter: _named(found[0]) for delimiter, found in even.items()}
    best = max(named.values(), default=0)
    if best > 1:
        return next(delimiter for delimiter in even if named[delimiter] == best)
    for delimiter in (*SURE, *_without_decimals(even)):
        if delimiter in even:
            return delimiter
    left = [delimiter for delimiter in even if delimiter != " "]
    if len(left) > 1:
        raise _ambiguous(glance, left)
    if even:
        return left[0] if left else " "
    raise InputError(
        code="input.no-delimiter",
        what="the lines do not fall into columns",
        where=glance.where,
        why=f"The first line is {glance.lines[0][:80]!r}" if glance.lines else "",
        remedy="Name the format with --format, or the delimiter with --columns delimiter=tab",
    )


def _without_decimals(even: dict[str, list[list[str]]]) -> tuple[str, ...]:
    """The semicolon, where commas only write decimals."""
    if ";" not in even or "," not in even:
        return ()
    held = [field for row in even[";"] for field in row if "," in field]
    return (";",) if all(DECIMAL_COMMA.fullmatch(field.strip()) for field in held) else ()


def _is_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    telling = sum(recognised(name) in TELLING_NAMES for name in first)
    if telling and _named(first) > 1:
        return True
    if any(_numeric(name) for name in first if name.strip()):
        return False
    columns = [[row[at] for row in rest if at < len(row) and row[at].strip()] for at in range(len(first))]
    numeric = [bool(column) and sum(map(_numeric, column)) >= NUMERIC * len(column) for column in columns]
    return any(numeric) or (telling > 0 and not rest)


def _named(names: Sequence[str]) -> int:
    return len({known(name) for name in names} - {None})


def _numeric(text: str) -> bool:
    return looks_written(text) or parse_moment(text.replace(",", "."))[0] in (Kind.NUMBER, Kind.NAIVE, Kind.ZONED)


def _ambiguous(glance: Glance, delimiters: Sequence[str]) -> InputError:
    previews = []
    for delimiter in delimiters:
        first = _records(glance, _grammar(glance, delimiter), 1)[0]
        previews.append(f"{delimiter_name(delimiter)} gives {' | '.join(first[:PREVIEW])[:80]!r}")
    return InputError(
        code="input.ambiguous-delimiter",
        what="more than one character could part the columns",
        where=glance.where,
        why=f"In the first line {' and '.join(previews)}",
        remedy=f"Name it, for example --columns delimiter={delimiter_name(delimiters[0])}",
    )


def _numbers(positions: Sequence[int]) -> str:
    return " and ".join(filter(None, [", ".join(map(str, positions[:-1])), str(positions[-1])]))
