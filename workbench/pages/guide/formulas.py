"""Formulas written in plain text, turned into HTML that Qt lays out: fractions, sums with limits, subscripts."""

from __future__ import annotations

import html
import re

LARGE_SIGNS = {"Σ", "Π", "max", "min", "log"}
SCRIPT = re.compile(r"([_^])(\{[^{}]*\}|[^\W_]+|[+−])")
TABLE = '<table cellspacing="0" cellpadding="1" style="border-collapse:collapse">'
CELL = '<td style="vertical-align:middle; white-space:nowrap">'


def formula_html(text: str, colour: str) -> str:
    """One line of a formula as an HTML table with a cell for each part.

    ``{a / b}`` is a fraction (braces without a ``" / "`` stay braces), ``[Σ: i in I]`` or ``[Σ: i = 1 | n]`` a sign
    with what stands below and above it, ``_x`` and ``^x`` (``_{two words}``) are lowered and raised.

    Args:
        colour: of the bars of fractions, ``#RRGGBB``.
    """
    cells = "".join(f"{CELL}{_part(part, colour)}</td>" for part in _parts(text))
    return f"{TABLE}<tr>{cells}</tr></table>"


def scripts(text: str) -> str:
    """Text with its subscripts and superscripts, escaped."""
    escaped = html.escape(text, quote=False)
    return SCRIPT.sub(_script, escaped).replace("  ", "&nbsp; ")


def _script(found: re.Match[str]) -> str:
    tag = "sub" if found[1] == "_" else "sup"
    return f"<{tag}>{found[2].strip('{}')}</{tag}>"


def _parts(text: str) -> list[str]:
    """Runs of plain text, fractions and large signs, in order; braces after _ or ^ belong to the text."""
    parts, run, at = [], "", 0
    while at < len(text):
        letter = text[at]
        if letter == "{" and (not run or run[-1] not in "_^") and _halves(text[at + 1 : _closing(text, at)])[1]:
            end = _closing(text, at)
            parts += [run, text[at : end + 1]]
            run, at = "", end + 1
        elif letter == "{":
            end = _closing(text, at)
            run += text[at : end + 1]
            at = end + 1
        elif letter == "[" and any(text.startswith(f"[{sign}:", at) for sign in LARGE_SIGNS):
            end = text.index("]", at)
            parts += [run, text[at : end + 1]]
            run, at = "", end + 1
        else:
            run += letter
            at += 1
    return [part for part in (*parts, run) if part.strip()]


def _closing(text: str, start: int) -> int:
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return len(text) - 1


def _part(part: str, colour: str) -> str:
    if part.startswith("{"):
        above, below = _halves(part[1:-1])
        return (
            f'{TABLE}<tr><td align="center" style="border-bottom:1px solid {colour}">{_inner(above, colour)}</td></tr>'
            f'<tr><td align="center">{_inner(below, colour)}</td></tr></table>'
        )
    if part.startswith("["):
        sign, _, limits = part[1:-1].partition(":")
        below, _, above = limits.partition("|")
        size = "18px" if sign in ("Σ", "Π") else "13px"
        return (
            f'<table cellspacing="0" cellpadding="0"><tr><td align="center" style="font-size:11px">'
            f"{scripts(above.strip()) or '&nbsp;'}</td></tr>"
            f'<tr><td align="center" style="font-size:{size}">{sign}</td></tr>'
            f'<tr><td align="center" style="font-size:11px">{scripts(below.strip())}</td></tr></table>'
        )
    return scripts(part.strip()).replace(" ", "&nbsp;")


def _inner(text: str, colour: str) -> str:
    """The half of a fraction, which may hold fractions of its own."""
    plain = len(_parts(text)) == 1 and not text.strip().startswith(("{", "["))
    return scripts(text.strip()).replace(" ", "&nbsp;") if plain else formula_html(text.strip(), colour)


def _halves(text: str) -> tuple[str, str]:
    """What stands above and below the bar: cut at the first `` / `` outside of braces."""
    depth = 0
    for at, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0 and text.startswith(" / ", at):
            return text[:at], text[at + 3 :]
    return text, ""
