"""What a power cut leaves of a tape: names and bytes that were synced, and of the rest anything a file system may.

The model is weaker than what ext4, XFS and APFS keep, so that what survives here survives there:

- Names (making, renaming, swapping, removing) change in one step each. Those of one folder reach the disk in their
  order, those of different folders in any order; a step that touches two folders keeps the order of both. Syncing a
  folder puts all steps on the disk that have touched it, and those that come before them in their folders. Syncing a
  file does not put its name on the disk. (ext4, XFS and APFS have one journal: all names reach the disk in order.)
- Bytes that were synced are there. Of what was written or cut later, each file has, independently of the others and
  of its name: nothing; all; the first so many bytes; some of its blocks and not others; its new length filled with
  zeros, or with anything, in place of what was written.
- The disk does as it is told when it is told to sync, and a block that was not written to stays as it is.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from core.proving.tape import Cut, Disk, Named, Operation, Synced, Written, apply, changed

BLOCKS = (512, 4096)
Change = Written | Cut


@dataclass(frozen=True)
class Way:
    """How much of what was not synced is on the disk.

    Attributes:
        names: share of the names that are, or ``journal`` for all names up to one of them.
        bytes: key of TORN, or ``any``.
    """

    names: float | str
    bytes: str


ORDERLY = (Way(1.0, "all"), Way(0.0, "none"), Way(1.0, "none"), Way(1.0, "zeros"))
"""Ends that are looked at for each instant: the process alone died; nothing came; names without bytes."""
WILD = (Way("journal", "any"), Way(0.5, "any"), Way(2.0, "any"), Way(1.0, "any"), Way("journal", "none"))
"""Ends that are drawn at random."""


def crashed(base: Disk, operations: Sequence[Operation], at: int, way: Way, generator: random.Random) -> Disk:
    """The disk when the power goes after ``at`` operations."""
    done = operations[:at]
    disk = base.copy()
    for operation in done:
        if isinstance(operation, Named) and operation.makes is not None:
            # there for what was moved into it; its own name is another matter
            disk.names[operation.makes] = {}
    for operation in kept_names(done, way, generator):
        apply(disk, replace(operation, makes=None))
    disk.bytes = kept_bytes(base, done, way, generator)
    return disk


def kept_names(done: Sequence[Operation], way: Way, generator: random.Random) -> Iterator[Named]:
    """The changes of names that are on the disk."""
    named = [operation for operation in done if isinstance(operation, Named)]
    must = synced_names(done)
    last = max(generator.randint(0, len(named)), max(must, default=-1) + 1) if way.names == "journal" else 0
    # a share for each folder: one may be far behind another
    shares: dict[int, float] = {}
    blocked: set[int] = set()
    for number, operation in enumerate(named):
        if isinstance(way.names, str):
            keep = number < last
        else:
            share = min(
                shares.setdefault(folder, way.names if way.names in (0.0, 1.0) else generator.random() ** way.names)
                for folder in operation.folders
            )
            keep = share >= 1 or generator.random() < share
        if number in must or (keep and not blocked & set(operation.folders)):
            yield operation
        else:
            blocked |= set(operation.folders)


def synced_names(done: Sequence[Operation]) -> set[int]:
    """Numbers, among the changes of names, of those that a sync has put on the disk."""
    touching: dict[int, list[int]] = {}
    folders: list[tuple[int, ...]] = []
    must: set[int] = set()
    for operation in done:
        if isinstance(operation, Named):
            for folder in operation.folders:
                touching.setdefault(folder, []).append(len(folders))
            folders.append(operation.folders)
        elif isinstance(operation, Synced):
            waiting = list(touching.get(operation.number, ()))
            while waiting:
                number = waiting.pop()
                if number in must:
                    continue
                must.add(number)
                for folder in folders[number]:
                    waiting += [each for each in touching[folder] if each < number and each not in must]
    return must


def kept_bytes(base: Disk, done: Sequence[Operation], way: Way, generator: random.Random) -> dict[int, bytes]:
    """The bytes of each file."""
    pending: dict[int, list[Change]] = {}
    found = dict(base.bytes)
    for operation in done:
        if isinstance(operation, Written | Cut):
            pending.setdefault(operation.file, []).append(operation)
        elif isinstance(operation, Synced):
            for change in pending.pop(operation.number, ()):
                found[operation.number] = changed(found.get(operation.number, b""), change)
    for number, changes in pending.items():
        kind = generator.choice(list(TORN)) if way.bytes == "any" else way.bytes
        found[number] = TORN[kind](found.get(number, b""), changes, generator)
    return found


def _all(content: bytes, changes: Sequence[Change], generator: random.Random) -> bytes:
    for change in changes:
        content = changed(content, change)
    return content


def _none(content: bytes, changes: Sequence[Change], generator: random.Random) -> bytes:
    return content


def _prefix(content: bytes, changes: Sequence[Change], generator: random.Random) -> bytes:
    """Changes up to one of them, and of that the first so many bytes."""
    last = generator.randrange(len(changes))
    content, torn = _all(content, changes[:last], generator), changes[last]
    if isinstance(torn, Written):
        torn = Written(torn.file, torn.at, torn.content[: generator.randint(0, len(torn.content))])
    return changed(content, torn)


def _blocks(content: bytes, changes: Sequence[Change], generator: random.Random) -> bytes:
    """Some blocks are new and others old, whatever came first."""
    new = _all(content, changes, generator)
    size = generator.choice(BLOCKS)
    old = content.ljust(len(new), b"\0")
    pieces = (generator.choice((old, new))[at : at + size] for at in range(0, len(new), size))
    return b"".join(pieces)


def _filled(content: bytes, changes: Sequence[Change], fill: Callable[[int], bytes]) -> bytes:
    """The new length, and something else where bytes were written."""
    for change in changes:
        content = changed(
            content,
            change if isinstance(change, Cut) else Written(change.file, change.at, fill(len(change.content))),
        )
    return content


TORN: dict[str, Callable[[bytes, Sequence[Change], random.Random], bytes]] = {
    "none": _none,
    "all": _all,
    "prefix": _prefix,
    "blocks": _blocks,
    "zeros": lambda content, changes, generator: _filled(content, changes, lambda size: b"\0" * size),
    "garbage": lambda content, changes, generator: _filled(content, changes, generator.randbytes),
}
