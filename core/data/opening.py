"""From stored bytes to a reading: the beginning looked at, options applied, what is no data refused."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager

from core.data.archives import Content
from core.data.formats import FORMATS
from core.data.formats.base import Format, Reading
from core.data.glance import Glance, refuse_binary, take_glance
from core.data.options import Options
from core.data.place import base_name
from core.data.raw import Limits, Watch
from core.data.storage import Stored
from core.errors import InputError, UsageError


@contextmanager
def opened(file: Stored, options: Options, limits: Limits, watch: Watch, fast: bool = True) -> Iterator[Reading]:
    """A reading of one file; what it opened is closed at the end, and the file must then be what it was.

    Raises:
        InputError: it cannot be read, is damaged, or changed meanwhile.
    """
    # the beginning is read twice; only the second reading is progress
    with Content(file, limits, Watch(cancelled=watch.cancelled)) as content:
        glance = take_glance(content, base_name(file.name).lower(), file.name, options.encoding)
        prefix = content.prefix
    reading = Reading(file, glance, options, limits, watch, prefix=prefix, fast=fast)
    with reading.closing:
        yield reading
    file.check_unchanged()


def format_called(key: str) -> Format:
    """The format of a name that a user typed.

    Raises:
        UsageError: there is none; the nearest names are offered.
    """
    if key in FORMATS:
        return FORMATS[key]
    near = difflib.get_close_matches(key, FORMATS, n=3, cutoff=0.4) or list(FORMATS)
    raise UsageError(
        code="input.unknown-format",
        what=f"there is no format called {key!r}",
        where="--format",
        remedy=f"Did you mean {', '.join(near)}",
    )


def find_format(glance: Glance) -> Format:
    """The format that the beginning of a file speaks for most.

    Raises:
        InputError: nothing that can hold interactions; the message says what it is.
    """
    best = max(FORMATS.values(), key=lambda each: each.sniff(glance))
    if not glance.binary or not best.sniff(glance):
        refuse_binary(glance)
    return best


def check_format(chosen: Format, glance: Glance) -> None:
    """Refuse a text format for a binary file.

    Raises:
        InputError: it is of another format; the message names it.
    """
    if not glance.binary or chosen.sniff(glance):
        return
    other = find_format(glance)
    raise InputError(
        code="input.other-format",
        what=f"this is not {chosen.label} but {other.label}",
        where=glance.where,
        remedy=f"Leave --format out, or use --format {other.key}",
    )
