"""What comes from outside in a proof: a file of interactions, and an archive from a server that is none."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from pathlib import Path
from unittest.mock import patch

from core.data.downloads import fetching
from core.data.downloads.fetching import Fetched, fetch
from core.data.downloads.movielens import Download
from core.data.downloads.web import Answer, Web
from core.data.plan import DataPlan
from core.data.raw import ReadingCancelled
from core.runs.kept_data.dataset_store import Datasets
from core.runs.kept_data.datasets import Kept, open_kept
from core.runs.workspace import Workspace

ROWS = 400
ADDRESS = "https://nowhere.invalid/ml-x.zip"


def write_source(path: Path) -> Path:
    """A file of interactions with some rows that cannot be used."""
    hand = random.Random(0)
    rows = [f"u{hand.randrange(30)},i{hand.randrange(40)},{hand.randint(1, 5)},{10**9 + at}" for at in range(ROWS)]
    path.write_text("\n".join(["user,item,rating,timestamp", *rows, ",i1,3,1000000000"]), "utf-8")
    return path


def open_source(workspace: Workspace, source: Path) -> Kept:
    """Read a file of interactions, or open it as it was kept in the workspace."""
    return open_kept(Datasets(workspace, smallest=0), DataPlan(source=str(source)))


class Served:
    """The answer of a server that has one archive."""

    def __init__(self, content: bytes, start: int) -> None:
        self._stream = io.BytesIO(content[start:])
        self.status = 206 if start else 200
        self.headers = Message()
        self.headers["ETag"] = '"one"'
        self.headers["Content-Length"] = str(len(content) - start)
        if start:
            self.headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"

    def read(self, size: int) -> bytes:
        """A piece, smaller than what is asked for."""
        return self._stream.read(min(size, 5000))

    def close(self) -> None:
        """Nothing."""


def archive() -> bytes:
    """An archive of noise, which does not pack."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr(zipfile.ZipInfo("ml-x/ratings.csv"), random.Random(0).randbytes(30_000))
    return buffer.getvalue()


@contextmanager
def one_server(content: bytes) -> Iterator[None]:
    """Within the block every address leads to the archive; nothing goes to a network."""

    def answer(url: str, headers: dict[str, str], web: Web) -> Answer:
        asked = headers.get("Range", "")
        return Served(content, int(asked[6:-1]) if asked else 0)

    with patch.object(fetching, "open_address", answer):
        yield


def fetch_archive(workspace: Workspace, cancelled: Callable[[], bool] | None = None) -> Fetched:
    """Fetch the archive into the workspace."""
    content = archive()
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    download = Download("ml-x", ADDRESS, len(content), digest, "", "", "")
    with one_server(content):
        return fetch(download, workspace.downloads_folder, cancelled=cancelled)


def cut_off_fetch(workspace: Workspace) -> None:
    """Fetch the first pieces of the archive."""
    pieces = iter((False, False, False, True))
    with suppress(ReadingCancelled):
        fetch_archive(workspace, lambda: next(pieces))
