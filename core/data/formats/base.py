"""The contract of a format: recognise a file by its beginning, name its columns, and hand over its rows in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from core.data.archives import Content, spooled
from core.data.gathering import Batch
from core.data.glance import Glance
from core.data.options import Options
from core.data.raw import Limits, Role, Watch
from core.data.rejects import RejectLog
from core.data.storage import DiskFile, Stored, unreadable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Reading:
    """One file on its way in: what a format needs, and where it writes down what it found.

    Attributes:
        file: the bytes.
        glance: its beginning, already looked at.
        rejects: rows that the format itself cannot hand over.
        facts: plain values for the record, such as the delimiter.
        notes: plain sentences for the user.
        prefix: first stored bytes of the glance; other bytes now mean that the file changed.
        fast: False splits text exactly throughout, for comparison.
        closing: what is to be closed when the reading is over.
    """

    file: Stored
    glance: Glance
    options: Options
    limits: Limits = field(default_factory=Limits)
    watch: Watch = field(default_factory=Watch)
    rejects: RejectLog = field(default_factory=RejectLog)
    facts: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    prefix: bytes = b""
    fast: bool = True
    closing: ExitStack = field(default_factory=ExitStack)

    @property
    def where(self) -> str:
        """What messages call the file."""
        return self.glance.where

    @contextmanager
    def content(self) -> Iterator[Content]:
        """The bytes from the first to the last; at the end the file must be the same, and its hash is a fact."""
        with Content(self.file, self.limits, self.watch, self.prefix) as content:
            yield content
            self.facts["sha256"] = content.finish()

    def seekable(self, check: Callable[[IO[bytes]], None] = lambda stream: None) -> IO[bytes]:
        """The bytes in a file in which one can jump, closed with the reading: its own when it is stored as it is.

        Args:
            check: looks at the stream before a file that lies on the disk is read as a whole for its hash.

        Raises:
            InputError: it cannot be read, or is refused by the check.
        """
        if self.glance.packed or not isinstance(self.file, DiskFile):
            with self.content() as content:
                stream = self.closing.enter_context(spooled(content, self.limits))
            check(stream)
            return stream
        with self.file.open() as first:
            try:
                check(first)
            except OSError as error:
                raise unreadable(self.where, error) from error
        with self.content() as content:
            while content.read(self.limits.block):
                pass
        return self.closing.enter_context(self.file.open())


@dataclass(frozen=True, eq=False)
class Table:
    """A file whose columns are decided.

    Attributes:
        labels: name of the column of each role that is used.
        batches: the rows in file order; raising InputError where the file cannot be read on.
        order: the time column holds positions.
        ordered: the order of the rows is the order of the events.
    """

    labels: Mapping[Role, str]
    batches: Iterator[Batch]
    order: bool = False
    ordered: bool = True


@dataclass(frozen=True)
class ItemReader:
    """A catalogue of a form of its own.

    Attributes:
        sniff: the file is one.
        read: its columns as text, the first one holding the ids of the items.
    """

    sniff: Callable[[Glance], bool]
    read: Callable[[Reading], pd.DataFrame]


@dataclass(frozen=True)
class Format:
    """One way in which interactions are stored.

    Attributes:
        key: what a user types and a record stores.
        label: what a form shows.
        help: what the file looks like, one sentence.
        sniff: how surely a file is of this format, 0 (not) to 100.
        read: opens it; raises InputError or UsageError when columns cannot be decided.
        names: base names under which folders and archives keep it, ``*.suffix`` for any stem.
        catalogue: base names of the catalogue beside it, ``{stem}`` for the stem of the file.
        items: how a catalogue is read that belongs to this format only.
    """

    key: str
    label: str
    help: str
    sniff: Callable[[Glance], int]
    read: Callable[[Reading], Table]
    names: tuple[str, ...] = ()
    catalogue: tuple[str, ...] = ()
    items: ItemReader | None = None
