"""An archive that a user asks for: fetched, gone on with where it was cut off, checked, and put in its place."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import filelock

from core import durable, strict_json
from core.data.downloads.heeding import heeding
from core.data.downloads.movielens import Download, part_of, place_of, present
from core.data.downloads.web import Answer, Web, hang_up, open_address, reason_of
from core.data.raw import ReadingCancelled
from core.errors import DownloadError, StorageError, UsageError

PIECE = 1 << 16
TRIES = 5
"""How often in a row a connection that is cut is taken up again, as long as each brought something."""
LARGEST_UNKNOWN = 64 << 20
"""Bytes that an archive of unknown size may have."""
SPARE = 16 << 20
"""Bytes that stay free on the disk."""
CHECKSUM = re.compile(rb"\b[0-9a-fA-F]{32}\b")
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, bytes done, bytes in all)."""


@dataclass(frozen=True)
class Fetched:
    """An archive that lies in its place.

    Attributes:
        resumed: bytes that an earlier try had fetched.
        check: what was compared, in one sentence.
    """

    path: Path
    size: int
    resumed: int
    check: str


def fetch(
    download: Download,
    folder: Path,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    web: Web | None = None,
) -> Fetched:
    """Fetch an archive, or go on where an earlier try ended; it is put in its place when size and checksum are right.

    Args:
        folder: made when it is not there.
        cancelled: asked for each piece, and while nothing comes; what was fetched stays to be gone on with.

    Raises:
        DownloadError: no network, not there, refused, cut off, or not what is published; says what to do.
        StorageError: it cannot be written; what was fetched stays.
        UsageError: another process is fetching it.
        ReadingCancelled: ``cancelled`` said so.
    """
    durable.make_folder(folder)
    with _alone(download, folder):
        return _Fetching(download, folder, on_progress, cancelled, web or Web()).run()


@dataclass
class _Fetching:
    """One fetch from beginning to end."""

    download: Download
    folder: Path
    on_progress: Progress | None
    cancelled: Callable[[], bool] | None
    web: Web

    @property
    def part(self) -> Path:
        return part_of(self.download, self.folder)

    @property
    def note(self) -> Path:
        """Beside the part: which version of the archive its bytes are of."""
        return self.part.with_name(f"{self.part.name}.json")

    def run(self) -> Fetched:
        """Fetch, check, put in place."""
        target, resumed = place_of(self.download, self.folder), present(self.download, self.folder)
        if target.is_file() and self.download.fixed and self._is_right(target):
            return Fetched(target, target.stat().st_size, 0, "It was here already; size and checksum are right.")
        size = self._bring()
        check = self._check(size)
        with durable.storing(target):
            durable.sync(self.part)
            os.replace(self.part, target)
            durable.sync_folder(self.folder)
        durable.remove(self.note)
        return Fetched(target, size, resumed, check)

    # --- bytes ------------------------------------------------------------------------------------------------

    def _bring(self) -> int:
        """Fetch what is missing, over as many connections as it takes; gives the size."""
        tries = TRIES
        while True:
            before = present(self.download, self.folder)
            try:
                return self._continue(before)
            except DownloadError as error:
                tries = TRIES if present(self.download, self.folder) > before else tries - 1
                if error.code != "download.cut" or tries <= 0 or not before + present(self.download, self.folder):
                    raise

    def _continue(self, start: int) -> int:
        """Fetch from a byte on; gives the size of the whole.

        Raises:
            DownloadError: ``download.cut`` where going on may help.
        """
        headers = {"Range": f"bytes={start}-"} if start else {}
        version = self._version() if start else ""
        if version:
            headers["If-Range"] = version
        try:
            answer = self._open(self.download.url, headers)
        except DownloadError as error:
            if error.code == "download.range" and start == self.download.size and self.download.fixed:
                return start
            if error.code != "download.range":
                raise
            # the part is no beginning of what is there now
            self._forget()
            start, answer = 0, self._open(self.download.url, {})
        with contextlib.closing(answer):
            if answer.status != http.client.PARTIAL_CONTENT:
                start = 0
            total = self._total(answer, start)
            self._remember(answer)
            self._room(total - start)
            return self._store(answer, start, total)

    def _store(self, answer: Answer, start: int, total: int) -> int:
        """Write the bytes of an answer behind those that are there; gives how many there are."""
        done = start
        most = total or LARGEST_UNKNOWN
        with durable.storing(self.part):
            file = open(self.part, "r+b" if start else "wb", buffering=0)  # noqa: SIM115 - closed below
        with contextlib.closing(file):
            with durable.storing(self.part):
                file.truncate(start)
                file.seek(start)
            while True:
                self._pause(done, total)
                piece = self._piece(answer)
                if not piece:
                    break
                done += len(piece)
                if done > most:
                    raise self._other_size(f"more than {most:,} bytes come", forget=True)
                with durable.storing(self.part):
                    durable.write_all(file.fileno(), piece)
        if total and done < total:
            raise _cut(self.download, f"{done:,} of {total:,} bytes have come")
        return done

    def _open(self, url: str, headers: dict[str, str]) -> Answer:
        return heeding(lambda: open_address(url, headers, self.web), self.cancelled, undo=lambda answer: answer.close())

    def _piece(self, answer: Answer) -> bytes:
        try:
            return heeding(lambda: answer.read(PIECE), self.cancelled, lambda: hang_up(answer))
        except (http.client.HTTPException, OSError) as error:
            raise _cut(self.download, reason_of(error)) from error

    def _pause(self, done: int, total: int) -> None:
        if self.cancelled is not None and self.cancelled():
            raise ReadingCancelled
        if self.on_progress is not None:
            self.on_progress("downloading", done, total)

    def _total(self, answer: Answer, start: int) -> int:
        """Bytes of the whole, 0 where they are not known; refused where they are not those that are published."""
        if start or answer.status == http.client.PARTIAL_CONTENT:
            found = RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
            if found is None or int(found[1]) != start:
                self._forget()
                raise _cut(self.download, "The server sent another part of the file than was asked for")
            total = int(found[3])
        else:
            text = answer.headers.get("Content-Length", "")
            total = int(text) if text.isdigit() else 0
        if self.download.fixed and total and total != self.download.size:
            raise self._other_size(f"the server offers {total:,} bytes", forget=True)
        if not self.download.fixed and total > LARGEST_UNKNOWN:
            raise self._other_size(f"the server offers {total:,} bytes", forget=True)
        return self.download.size if self.download.fixed else total

    def _room(self, size: int) -> None:
        with durable.storing(self.folder):
            free = shutil.disk_usage(self.folder).free
        if free < size + SPARE:
            raise StorageError(
                "storage.full",
                f"{size / 1e6:,.1f} MB do not fit",
                durable.printable_path(self.folder),
                f"{free / 1e6:,.1f} MB are free",
                "Free some space and try again; what was fetched is kept",
                True,
            )

    # --- which version ----------------------------------------------------------------------------------------

    def _remember(self, answer: Answer) -> None:
        """Note which version of the archive the bytes are of, so that two are never put together."""
        tag = answer.headers.get("ETag", "")
        version = tag if tag.startswith('"') else answer.headers.get("Last-Modified", "")
        durable.write(
            self.note, strict_json.dumps({"url": self.download.url, "version": version[:200]}) + b"\n", own=True
        )

    def _version(self) -> str:
        try:
            values = strict_json.read(self.note)
        except StorageError:
            return ""
        version = values.get("version")
        usable = isinstance(version, str) and version.isprintable() and version.isascii()
        return str(version) if usable and values.get("url") == self.download.url else ""

    def _forget(self) -> None:
        durable.remove(self.part)
        durable.remove(self.note)

    # --- checks -----------------------------------------------------------------------------------------------

    def _is_right(self, path: Path) -> bool:
        with durable.storing(path, "read"):
            return path.stat().st_size == self.download.size and self._md5(path) == self.download.md5

    def _check(self, size: int) -> str:
        """Refuse what is not what is published; gives what was compared."""
        if self.download.fixed and size != self.download.size:
            raise self._other_size(f"{size:,} bytes have come", forget=True)
        md5 = self.download.md5 or self._published()
        if md5:
            with durable.storing(self.part, "read"):
                found = self._md5(self.part)
            if found != md5:
                self._forget()
                raise DownloadError(
                    "download.checksum",
                    "what was fetched is not what is published",
                    self.download.url,
                    f"Its MD5 is {found} in place of {md5}; it was thrown away",
                    "Try again; if it stays so, tell who publishes it",
                    True,
                )
        self._check_archive()
        if self.download.md5:
            return f"Size and MD5 are those that GroupLens published: {size:,} bytes, {md5}."
        if md5:
            return f"{size:,} bytes; the MD5 is the one that lies beside the archive on the server: {md5}."
        return f"{size:,} bytes; no checksum is published for it, so the archive's own checksums were compared."

    def _md5(self, path: Path) -> str:
        digest = hashlib.md5(usedforsecurity=False)
        done, size = 0, path.stat().st_size
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                if self.cancelled is not None and self.cancelled():
                    raise ReadingCancelled
                digest.update(piece)
                done += len(piece)
                if self.on_progress is not None:
                    self.on_progress("checking", done, size)
        return digest.hexdigest()

    def _published(self) -> str:
        """The checksum that lies beside the archive; empty where there is none."""
        try:
            with contextlib.closing(self._open(f"{self.download.url}.md5", {})) as answer:
                found = CHECKSUM.search(self._piece(answer)[:1024])
        except DownloadError as error:
            if error.code == "download.missing":
                return ""
            raise
        return found[0].decode().lower() if found else ""

    def _check_archive(self) -> None:
        """Refuse what is no archive; where no checksum is known its own ones are compared."""
        try:
            with durable.storing(self.part, "read"), zipfile.ZipFile(self.part) as archive:
                bad = None if self.download.md5 else archive.testzip()
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
            bad = str(error) or type(error).__name__
        if bad is not None:
            self._forget()
            raise DownloadError(
                "download.damaged",
                "what was fetched is no archive, or a damaged one",
                self.download.url,
                f"{bad}; it was thrown away",
                "Try again; a network that asks for a log-in may have sent a page of its own",
                True,
            )

    def _other_size(self, what: str, forget: bool) -> DownloadError:
        if forget:
            self._forget()
        expected = f"{self.download.size:,} are published" if self.download.fixed else "that is too much"
        return DownloadError(
            "download.size",
            "this is not the archive that is published",
            self.download.url,
            f"{what[0].upper()}{what[1:]}, {expected}",
            "Try again later; a network that asks for a log-in may have sent a page of its own",
            True,
        )


@contextlib.contextmanager
def _alone(download: Download, folder: Path) -> Iterator[None]:
    lock = filelock.FileLock(folder / f".{download.name}.lock", timeout=0.5, thread_local=False)
    with durable.storing(folder):
        try:
            lock.acquire()
        except filelock.Timeout:
            raise UsageError(
                "download.busy",
                f"{download.name} is being fetched by another process",
                durable.printable_path(folder),
                remedy="Wait until it ends, or stop it there",
            ) from None
    try:
        yield
    finally:
        lock.release()


def _cut(download: Download, why: str) -> DownloadError:
    return DownloadError(
        "download.cut",
        "the connection ended before all had come",
        download.url,
        why,
        "Try again: it goes on where it ended",
        True,
    )
