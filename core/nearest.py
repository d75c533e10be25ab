"""The names that a mistyped one may have meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

COMPARED_AT_MOST = 20_000
LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


def nearest(text: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Up to ``most`` known names that look like ``text``, the nearest first.

    Names that differ in case, spaces or leading zeros alone come before all others; names that it begins come last.

    Of very many names only those of about the same length are compared, and not more than can be done at once.
    """
    names = list(known)
    lowered, alike = text.lower(), _bare(text)
    same = [name for name in names if _bare(name) == alike]
    if len(names) > COMPARED_AT_MOST:
        names = [name for name in names if abs(len(name) - len(text)) <= 1][:COMPARED_AT_MOST]
    begun = [name for name in names if lowered and name.lower().startswith(lowered)]
    close = difflib.get_close_matches(text, names, n=most, cutoff=0.5)
    return list(dict.fromkeys([*same, *close, *begun]))[:most]


def _bare(text: str) -> str:
    return LEADING_ZEROS.sub("", text.strip().lower())
