"""The one module that talks to a network: asking for an address, safely, and saying in words why it cannot be had."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import IO, Any, Protocol

from core import __version__
from core.errors import DownloadError


@dataclass(frozen=True)
class Web:
    """How the network is used.

    Attributes:
        scheme: the only one that addresses, and what they lead on to, may have.
        timeout: seconds without a single byte.
    """

    scheme: str = "https"
    timeout: float = 15.0


class Answer(Protocol):
    """What a server answers."""

    headers: Message
    status: int

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; none at the end."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


def open_address(url: str, headers: dict[str, str], web: Web) -> Answer:
    """Ask for an address.

    Raises:
        DownloadError: it cannot be had; ``download.range`` where the server has no such part of it.
    """
    _check_address(url, web)
    request = urllib.request.Request(
        url, headers={"User-Agent": f"Rankscope/{__version__}", "Accept-Encoding": "identity", **headers}
    )
    opener = urllib.request.build_opener(
        _Redirects(web), urllib.request.HTTPSHandler(context=ssl.create_default_context())
    )
    try:
        answer: Answer = opener.open(request, timeout=web.timeout)
    except urllib.error.HTTPError as error:
        error.close()
        raise _refused(url, error.code) from error
    except urllib.error.URLError as error:
        raise _unreachable(url, error.reason) from error
    except (http.client.HTTPException, OSError) as error:
        raise _unreachable(url, error) from error
    return answer


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows to addresses of the same scheme alone."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        try:
            _check_address(newurl, self._web)
        except DownloadError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def hang_up(answer: Answer) -> None:
    """End a connection for whoever waits on it in another thread, who then sees its end at once."""
    fileno = getattr(answer, "fileno", None)
    if fileno is None:
        return
    with contextlib.suppress(OSError, ValueError), socket.fromfd(fileno(), socket.AF_INET, socket.SOCK_STREAM) as line:
        # closing the answer itself would wait for the one who reads from it
        line.shutdown(socket.SHUT_RDWR)


def _check_address(url: str, web: Web) -> None:
    if urllib.parse.urlsplit(url).scheme != web.scheme:
        raise DownloadError(
            "download.insecure",
            f"the address leads to one that is not {web.scheme}",
            url[:200],
            remedy="Fetch the archive with a browser, and open it as a file",
        )


def _refused(url: str, status: int) -> DownloadError:
    if status == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
        return DownloadError("download.range", "the server has no such part of the file", url)
    if status in (http.client.NOT_FOUND, http.client.GONE):
        return DownloadError(
            "download.missing",
            "the server does not have it",
            url,
            f"It answers {status}",
            "Look whether it has moved: https://grouplens.org/datasets/movielens/",
        )
    return DownloadError(
        "download.refused",
        "the server does not give it out",
        url,
        f"It answers {status}",
        "Try again later, or fetch the archive with a browser and open it as a file",
        True,
    )


def _unreachable(url: str, reason: object) -> DownloadError:
    if isinstance(reason, ssl.SSLError):
        return DownloadError(
            "download.certificate",
            "the server cannot prove who it is, so nothing was fetched",
            url,
            reason_of(reason),
            "Check the date and time of this machine, and whether a network asks for a log-in",
            True,
        )
    return DownloadError(
        "download.no-network",
        "the server cannot be reached",
        url,
        reason_of(reason),
        "Check the connection and try again; what was fetched before is kept",
        True,
    )


def reason_of(error: object) -> str:
    """What the system says, in words."""
    text = getattr(error, "strerror", None) or str(error)
    return str(text) if text else type(error).__name__
