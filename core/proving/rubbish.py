"""Hostile files by a grammar and a byte mutator: interactions in all clothes, bundles with lies in them."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

IDS = (
    "1",
    "007",
    "7",
    "NA",
    "null",
    "1e5",
    "-1",
    "é",
    "e\u0301",
    " x",
    "x ",
    "9007199254740993",
    "=1+1",
    "",
    " ",
    "a\u202eb",
    "１２",
    "1_000",
    '"',
    'a"b',
    "a,b",
    "a\tb",
    "a\nb",
    "a\r\nb",
    "\x00",
    "<img src=x>",
    "🙂",
    "\ufeff1",
    "x" * 300,
)
RATINGS = ("1", "4.5", "3,5", "-2", "1e2", "nan", "inf", "1e999", "", "x", "１")
TIMES = ("1000000000", "1234567890123", "2020-01-02T03:04:05Z", "2020-01-02", "", "soon", "-1", "99999999999999999999")
SANE = (("1", "2", "17", "ab"), ("5", "6", "70", "x y"), ("1", "3.5", "5"), ("1000000000", "1500000000"))
HEADS = (
    ("user", "item", "rating", "time"),
    ("userId", "movieId", "rating", "timestamp"),
    ("user_id:token", "item_id:token", "rating:float", "timestamp:float"),
    ("user", "user", "rating", "time"),
    ("a", "b", "c", "d"),
)
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252")
WRAPPINGS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda content: content,
    ".gz": lambda content: gzip.compress(content, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zip": lambda content: zipped({"ratings.csv": content}),
}


@dataclass(frozen=True)
class Made:
    """A file.

    Attributes:
        format: to be read as; None to be found out.
        rows: how many it holds for certain; None where that is a matter of opinion.
    """

    name: str
    content: bytes
    format: str | None
    rows: int | None


def made_file(generator: random.Random) -> Made:
    """A file of interactions; two of three are damaged afterwards."""
    kind = generator.choice(("quoted", "plain", "plain", "lines", "bytes"))
    content, name, rows, format_ = MAKERS[kind](generator)
    wrapping = generator.choice(("", "", "", *WRAPPINGS))
    content = WRAPPINGS[wrapping](content)
    if generator.random() < 2 / 3:
        content, rows = mutated(generator, content), None
    return Made(f"{name}{wrapping}", content, format_ if generator.random() < 0.7 else None, rows if format_ else None)


def _rows(generator: random.Random, clean: bool) -> list[list[str]]:
    ids = [each for each in IDS if not clean or ("\x00" not in each and not each.startswith("\ufeff"))]
    columns = tuple(zip((ids, ids, RATINGS, TIMES), SANE, strict=True))
    share = generator.choice((0.0, 0.5, 0.9, 1.0))
    return [
        [generator.choice(sane if generator.random() < share else hostile) for hostile, sane in columns]
        for _ in range(generator.randint(1, 12))
    ]


def _quoted(generator: random.Random) -> tuple[bytes, str, int | None, str | None]:
    """Every field in quotes: how many rows there are is certain."""
    rows = _rows(generator, clean=True)
    lines = [",".join('"' + field.replace('"', '""') + '"' for field in row) for row in rows]
    text = "\n".join([",".join(HEADS[0]), *lines]) + generator.choice(("", "\n"))
    return text.encode(), "ratings.csv", len(rows), "delimited"


def _plain(generator: random.Random) -> tuple[bytes, str, int | None, str | None]:
    delimiter, end = generator.choice((",", ";", "\t", "|", "::", " ")), generator.choice(("\n", "\r\n", "\r"))
    rows = _rows(generator, clean=False)
    if generator.random() < 0.3:
        rows = [row[: generator.randint(0, 4)] for row in rows]
    head = [list(generator.choice(HEADS))] if generator.random() < 0.7 else []
    text = end.join(delimiter.join(row) for row in [*head, *rows])
    name = generator.choice(("ratings.csv", "u.data", "x.inter", "data.tsv", "ratings.dat", "data.txt"))
    return text.encode(generator.choice(ENCODINGS), "replace"), name, None, generator.choice((None, "delimited"))


def _lines(generator: random.Random) -> tuple[bytes, str, int | None, str | None]:
    values: tuple[object, ...] = (*IDS, 1, 2**70, 1.5, None, True, [], {"a": 1}, "1e999")
    rows = [
        json.dumps({key: generator.choice(values) for key in HEADS[0][: generator.randint(1, 4)]})
        for _ in range(generator.randint(1, 12))
    ]
    return "\n".join(rows).encode(), "data.jsonl", None, None


def _bytes(generator: random.Random) -> tuple[bytes, str, int | None, str | None]:
    start = generator.choice(
        (b"", b"PAR1", b"ARROW1\0\0", b"\x93NUMPY", b"PK\x03\x04", b"\x1f\x8b", b"\x80\x04", b"7z\xbc\xaf")
    )
    name = generator.choice(("x.csv", "x.parquet", "x.feather", "x.npz", "x.zip", "x.gz", "x"))
    return start + generator.randbytes(generator.randint(0, 400)), name, None, None


MAKERS: dict[str, Callable[[random.Random], tuple[bytes, str, int | None, str | None]]] = {
    "quoted": _quoted,
    "plain": _plain,
    "lines": _lines,
    "bytes": _bytes,
}


def mutated(generator: random.Random, content: bytes, most: int = 4) -> bytes:
    """Some bytes turned, taken out, put in, doubled, or the end cut off."""
    changed = bytearray(content)
    for _ in range(generator.randint(1, most)):
        if not changed:
            return bytes(changed)
        at = generator.randrange(len(changed))
        length = generator.choice((1, 1, 2, 8, 64))
        way = generator.randrange(5)
        if way == 0:
            changed[at] ^= 1 << generator.randrange(8)
        elif way == 1:
            del changed[at : at + length]
        elif way == 2:
            changed[at:at] = generator.randbytes(length)
        elif way == 3:
            changed[at:at] = changed[at : at + length]
        else:
            del changed[at:]
    return bytes(changed)


def damaged_bundle(generator: random.Random, bundle: bytes) -> tuple[bytes, bool]:
    """A bundle with turned bytes, or one packed anew with lies in its members; True where the manifest agrees."""
    if generator.random() < 0.5:
        return mutated(generator, bundle), False
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sealed = False
    for _ in range(generator.randint(1, 2)):
        lie = generator.choice(list(LIES))
        LIES[lie](generator, members, generator.choice(list(members)))
        sealed |= lie in SEALED
    return zipped(members), sealed


def _mutate(generator: random.Random, members: dict[str, bytes], name: str) -> None:
    members[name] = mutated(generator, members[name])


def _rename(generator: random.Random, members: dict[str, bytes], name: str) -> None:
    other = generator.choice(("../x", "/etc/x", "ckpt/../../x", "a\\b", "CON", "x" * 300, "ckpt/000001.pt", "é/\u202e"))
    members[other] = members.pop(name)


def _drop(generator: random.Random, members: dict[str, bytes], name: str) -> None:
    if len(members) > 1:
        del members[name]


def _pickle(generator: random.Random, members: dict[str, bytes], name: str) -> None:
    # what it would do is harmless: the audit hook sees that it was asked
    members[name] = b"\x80\x04cposix\nsystem\n(S'true'\ntR."


def _value(generator: random.Random, members: dict[str, bytes], name: str) -> None:
    """Another value somewhere in a JSON member, its hash in the manifest made right."""
    names = [each for each in members if each.endswith(".json")]
    if not names:
        return
    name = generator.choice(names)
    try:
        values = json.loads(members[name])
    except (ValueError, RecursionError):
        return
    place = values
    for _ in range(4):
        inner = [key for key, value in place.items() if isinstance(value, dict) and value]
        if not inner or generator.random() < 0.3:
            break
        place = place[generator.choice(inner)]
    if isinstance(place, dict) and place:
        place[generator.choice(list(place))] = generator.choice(
            (None, -1, 2**70, 1e308, "", "x", [], {}, True, "../../x")
        )
    members[name] = json.dumps(values).encode()
    _seal(members, name)


def _seal(members: dict[str, bytes], name: str) -> None:
    try:
        manifest = json.loads(members["bundle.json"])
        manifest["members"][name] = {
            "size": len(members[name]),
            "sha256": hashlib.sha256(members[name]).hexdigest(),
        }
    except (KeyError, ValueError, TypeError, RecursionError):
        # an earlier act made it no manifest, or one nested deeper than Python reads
        return
    if name != "bundle.json":
        members["bundle.json"] = json.dumps(manifest).encode()


def _resealed(generator: random.Random, members: dict[str, bytes], name: str) -> None:
    _mutate(generator, members, name)
    _seal(members, name)


def _deep(generator: random.Random, members: dict[str, bytes], name: str) -> None:
    members[name] = b"[" * 100_000


LIES: dict[str, Callable[[random.Random, dict[str, bytes], str], None]] = {
    "mutate": _mutate,
    "rename": _rename,
    "drop": _drop,
    "pickle": _pickle,
    "value": _value,
    "resealed": _resealed,
    "deep": _deep,
}


SEALED = ("value", "resealed")
"""Lies that the manifest tells too: such a bundle is another one, and may be taken where it makes sense."""


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip of members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()
