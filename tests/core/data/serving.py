"""A web server in a thread that gives out one archive, whole or in every wrong way."""

from __future__ import annotations

import contextlib
import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from core.data.downloads.movielens import Download


def archive(rows: int = 4000) -> bytes:
    """A zip as GroupLens makes them."""
    lines = ["userId,movieId,rating,timestamp"]
    lines += [f"{at % 97},{at * 7919 % 1009},{1 + at % 5},{1_000_000_000 + at}" for at in range(rows)]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as made:
        made.writestr("ml-x/ratings.csv", "\n".join(lines) + "\n")
        made.writestr("ml-x/movies.csv", "movieId,title,genres\n0,Nought,Drama\n")
    return stream.getvalue()


@dataclass
class Served:
    """What the server has, and how it behaves.

    Attributes:
        cuts: bytes after which a connection ends, one for each that is made; then all is sent.
        status: answered in place of the archive.
        md5: what lies beside the archive; None for nothing.
        ranges: False for a server that knows no parts.
        length: told in place of the right one.
        asked: path and range of each request.
    """

    content: bytes
    tag: str = '"one"'
    cuts: list[int] = field(default_factory=list)
    status: int = 200
    md5: str | None = None
    ranges: bool = True
    length: int | None = None
    location: str = ""
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)

    def download(self, **changes: Any) -> Download:
        """The entry of a table that leads here."""
        values: dict[str, Any] = {
            "name": "ml-x",
            "url": f"http://127.0.0.1:{self.port}/ml-x.zip",
            "size": len(self.content),
            "md5": hashlib.md5(self.content).hexdigest(),
            "about": "Made up.",
            "readme": "",
            "passing_on": "",
        }
        return Download(**{**values, **changes})


class _Handler(BaseHTTPRequestHandler):
    served: Served

    def do_GET(self) -> None:
        served = self.served
        wanted = self.headers.get("Range", "")
        served.asked.append((self.path, wanted))
        if self.path.endswith(".md5"):
            self._send(404 if served.md5 is None else 200, (served.md5 or "").encode())
        elif served.location:
            self.send_response(302)
            self.send_header("Location", served.location)
            self.end_headers()
        elif served.status != 200:
            self._send(served.status, b"<html>no</html>")
        else:
            self._archive(wanted)

    def _archive(self, wanted: str) -> None:
        served, content, start = self.served, self.served.content, 0
        fits = self.headers.get("If-Range", served.tag) == served.tag
        if wanted and served.ranges and fits:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(content):
                self._send(416, b"")
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("ETag", served.tag)
        self.send_header("Content-Length", str(served.length or len(content) - start))
        self.end_headers()
        left = content[start:]
        if served.cuts:
            left = left[: served.cuts.pop(0)]
        self.wfile.write(left)

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving(content: bytes, **behaviour: Any) -> Iterator[Served]:
    """Serve until the block ends."""
    served = Served(content, **behaviour)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"served": served}))
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
