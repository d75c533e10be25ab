"""The first bytes of a file: what kind it is by its magic number, and its first lines as text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.data.archives import ZIP, Content
from core.data.text.textblocks import settled_encoding
from core.errors import InputError

HEAD = 1 << 18
MOST_LINES = 1000
STRANGE_SHARE = 0.05
STRANGE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
LINE_END = re.compile(r"\r\n|\n|\r")

COLUMNAR = (b"PAR1", b"ARROW1", b"FEA1")
BINARIES: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Excel or Office document", "Save the sheet as CSV"),
    (b"%PDF", "a PDF document", "Give the data file that it describes"),
    (b"SQLite format 3", "an SQLite database", "Export the table as CSV"),
    (b"\x89HDF", "an HDF5 file", "Write the table as Parquet or CSV"),
    (b"\x93NUMPY", "a NumPy array", "Save a sparse matrix as .npz, or a table as CSV"),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it"),
    (b"Rar!", "a RAR archive", "Unpack it"),
    (b"\x80\x02", "a Python pickle", "Pickles can run programs and are never opened; write Parquet or CSV"),
    (b"\x80\x03", "a Python pickle", "Pickles can run programs and are never opened; write Parquet or CSV"),
    (b"\x80\x04", "a Python pickle", "Pickles can run programs and are never opened; write Parquet or CSV"),
    (b"\x80\x05", "a Python pickle", "Pickles can run programs and are never opened; write Parquet or CSV"),
    (b"MATLAB 5.0", "a MATLAB file", "Write the matrix as .npz or CSV"),
    (b"\x89PNG", "a picture", "Give the data file"),
    (b"\xff\xd8\xff", "a picture", "Give the data file"),
)


@dataclass(frozen=True, eq=False)
class Glance:
    """What can be known of a file from its beginning.

    Attributes:
        name: without folders and without the suffix of a packed file, in small letters.
        where: the name that messages show.
        head: the first bytes, unpacked.
        complete: the head is the whole file.
        encoding: of the text; as sniffed, or as told.
        binary: it is no text.
        text: whole lines of the head; empty for binary files.
        lines: the first lines that are not empty.
        packed: the bytes had to be unpacked.
    """

    name: str
    where: str
    head: bytes
    complete: bool
    encoding: str
    binary: bool
    text: str
    lines: tuple[str, ...]
    packed: bool


def take_glance(content: Content, name: str, where: str, encoding: str | None = None) -> Glance:
    """Read the beginning of a file.

    Raises:
        InputError: damaged, or packed twice.
    """
    head = content.read(HEAD)
    complete = len(head) < HEAD
    used = settled_encoding(encoding, head)
    if _binary(head, used):
        return Glance(name, where, head, complete, used, True, "", (), content.packed)
    text = head.decode(used, "replace").removeprefix("\ufeff")
    ends = [match.end() for match in LINE_END.finditer(text)]
    if not complete and ends:
        text = text[: ends[-1]]
    lines = [line for line in LINE_END.split(text) if line.strip()]
    return Glance(name, where, head, complete, used, False, text, tuple(lines[:MOST_LINES]), content.packed)


def refuse_binary(glance: Glance) -> None:
    """Say what a file is that cannot hold interactions in any format that is known.

    Raises:
        InputError: it is one.
    """
    for magic, what, remedy in BINARIES:
        if glance.head.startswith(magic):
            raise _not_data(glance.where, f"this is {what}", remedy)
    if glance.head[257:262] == b"ustar":
        raise _not_data(glance.where, "this is a tar archive", "Unpack it")
    if glance.text.lstrip()[:9].lower() in ("<!doctype", "<html>\n") or glance.text.lstrip()[:5].lower() == "<html":
        raise _not_data(glance.where, "this is a web page, not a data file", "Download the file itself")
    if glance.binary:
        raise _not_data(
            glance.where, "this is a binary file of an unknown kind", "Give text, Parquet, Feather or a CSR .npz"
        )


def _binary(head: bytes, encoding: str) -> bool:
    if head.startswith((*COLUMNAR, *ZIP)) or any(head.startswith(magic) for magic, _, _ in BINARIES):
        return True
    if encoding.startswith(("utf-16", "utf-32")):
        return False
    return len(STRANGE.findall(head)) > STRANGE_SHARE * len(head)


def _not_data(where: str, what: str, remedy: str) -> InputError:
    return InputError(code="input.not-data", what=what, where=where, remedy=remedy)
