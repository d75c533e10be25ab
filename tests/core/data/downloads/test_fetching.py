from __future__ import annotations

import errno
import hashlib
import os
import socket
import threading
from pathlib import Path
from typing import Any

import filelock
import pytest

from core import durable
from core.data.downloads import fetching
from core.data.downloads.fetching import fetch
from core.data.downloads.movielens import DOWNLOADS, Download, find_download, part_of, place_of, present
from core.data.downloads.web import Web
from core.data.raw import ReadingCancelled
from core.data.reading import read_rows
from core.errors import DownloadError, RankscopeError, StorageError, UsageError
from tests.core.data.serving import archive, serving

CONTENT = archive(12_000)
WEB = Web("http", timeout=5)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the test is asked itself."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def refused(download: Download, folder: Path) -> RankscopeError:
    """The error of a fetch; it says where, why and what to do, and nothing lies in the place of the archive."""
    with pytest.raises(RankscopeError) as caught:
        fetch(download, folder, web=WEB)
    error = caught.value
    assert error.where
    assert error.why
    assert error.remedy
    assert not place_of(download, folder).exists()
    return error


def test_that_an_archive_is_fetched_checked_and_opened_like_any_other(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    with serving(CONTENT) as served:
        download = served.download()
        found = fetch(download, tmp_path / "downloads", lambda *event: seen.append(event), web=WEB)
    assert found.path.read_bytes() == CONTENT
    assert "MD5" in found.check
    assert found.resumed == 0
    assert [each.name for each in found.path.parent.iterdir() if not each.name.startswith(".")] == ["ml-x.zip"]
    assert {stage for stage, _, _ in seen} == {"downloading", "checking"}
    assert all(0 <= done <= total for _, done, total in seen)
    rows = read_rows(found.path)
    assert len(rows.users) == 12_000
    assert rows.catalogue is not None


def test_that_a_cut_connection_is_taken_up_where_it_ended(tmp_path: Path) -> None:
    cuts = [70_000, 1, 30_000]
    with serving(CONTENT, cuts=list(cuts)) as served:
        found = fetch(served.download(), tmp_path, web=WEB)
        ranges = [wanted for _, wanted in served.asked]
    assert found.path.read_bytes() == CONTENT
    assert ranges == ["", "bytes=70000-", "bytes=70001-", "bytes=100001-"]


def test_that_a_later_try_goes_on_with_what_an_earlier_one_left(tmp_path: Path) -> None:
    with serving(CONTENT, cuts=[50_000] + [0] * 10) as served:
        download = served.download()
        error = refused(download, tmp_path)
        assert error.code == "download.cut"
        assert error.retryable
        assert present(download, tmp_path) == 50_000
        served.cuts.clear()
        served.asked.clear()
        found = fetch(download, tmp_path, web=WEB)
        assert served.asked == [("/ml-x.zip", "bytes=50000-")]
    assert found.resumed == 50_000
    assert found.path.read_bytes() == CONTENT


def test_that_two_versions_of_an_archive_are_never_put_together(tmp_path: Path) -> None:
    other = CONTENT.replace(b"Nought", b"Zeroth")
    with serving(CONTENT, cuts=[50_000] + [0] * 10) as served:
        first = served.download()
        refused(first, tmp_path)
        served.content, served.tag = other, '"two"'
        served.cuts.clear()
        found = fetch(served.download(), tmp_path, web=WEB)
    assert found.path.read_bytes() == other


def test_that_a_server_without_parts_starts_again(tmp_path: Path) -> None:
    with serving(CONTENT, cuts=[50_000], ranges=False) as served:
        found = fetch(served.download(), tmp_path, web=WEB)
    assert found.path.read_bytes() == CONTENT


@pytest.mark.parametrize("size", [len(CONTENT), len(CONTENT) + 5])
def test_that_a_part_that_is_whole_or_too_long_is_no_trouble(tmp_path: Path, size: int) -> None:
    with serving(CONTENT) as served:
        download = served.download()
        part_of(download, tmp_path).write_bytes((CONTENT + b"12345")[:size])
        assert fetch(download, tmp_path, web=WEB).path.read_bytes() == CONTENT


def test_that_an_archive_that_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    with serving(CONTENT) as served:
        download = served.download()
        fetch(download, tmp_path, web=WEB)
        served.asked.clear()
        again = fetch(download, tmp_path, web=WEB)
        assert not served.asked
        assert "already" in again.check
        # one that was damaged since is
        again.path.write_bytes(CONTENT[:-1] + b"x")
        assert fetch(download, tmp_path, web=WEB).path.read_bytes() == CONTENT
        assert served.asked


def test_that_a_wrong_checksum_is_refused_and_thrown_away(tmp_path: Path) -> None:
    with serving(CONTENT) as served:
        download = served.download(md5="0" * 32)
        assert refused(download, tmp_path).code == "download.checksum"
    assert present(download, tmp_path) == 0


def test_that_a_wrong_size_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    with serving(CONTENT) as served:
        download = served.download(size=len(CONTENT) + 1)
        assert refused(download, tmp_path).code == "download.size"
    assert present(download, tmp_path) == 0


def test_that_a_page_in_place_of_the_archive_is_refused(tmp_path: Path) -> None:
    with serving(b"<html>Log in to this network</html>") as served:
        assert refused(served.download(size=len(CONTENT)), tmp_path).code == "download.size"
        assert refused(served.download(size=1, md5="", fixed=False), tmp_path).code == "download.damaged"


ANSWERS = {404: "download.missing", 410: "download.missing", 403: "download.refused", 503: "download.refused"}


@pytest.mark.parametrize("status", ANSWERS)
def test_that_what_the_server_says_is_told(tmp_path: Path, status: int) -> None:
    with serving(CONTENT, status=status) as served:
        error = refused(served.download(), tmp_path)
    assert error.code == ANSWERS[status]
    assert isinstance(error, DownloadError)
    assert str(status) in error.why


def test_that_no_network_is_told_and_what_was_fetched_stays(tmp_path: Path) -> None:
    with serving(CONTENT) as served:
        download = served.download()
    part_of(download, tmp_path).write_bytes(CONTENT[:1000])
    error = refused(download, tmp_path)
    assert error.code == "download.no-network"
    assert error.retryable
    assert present(download, tmp_path) == 1000


def test_that_a_server_that_falls_silent_is_told(tmp_path: Path) -> None:
    with serving(CONTENT[:100], length=len(CONTENT)) as served:
        error = refused(served.download(size=len(CONTENT)), tmp_path)
    assert error.code == "download.cut"


def test_that_only_https_is_used_also_after_a_redirection(tmp_path: Path) -> None:
    with serving(CONTENT) as served:
        with pytest.raises(DownloadError) as caught:
            fetch(served.download(), tmp_path)
        assert caught.value.code == "download.insecure"
        assert not served.asked
        served.location = "ftp://127.0.0.1/ml-x.zip"
        with pytest.raises(DownloadError) as caught:
            fetch(served.download(), tmp_path, web=WEB)
    assert caught.value.code == "download.insecure"


def test_that_a_checksum_that_is_not_known_is_asked_for_beside_the_archive(tmp_path: Path) -> None:
    right = hashlib.md5(CONTENT).hexdigest()
    with serving(CONTENT) as served:
        download = served.download(md5="", fixed=False)
        assert "no checksum is published" in fetch(download, tmp_path, web=WEB).check
        served.md5 = f"MD5 (ml-x.zip) = {right.upper()}\n"
        assert "beside the archive on the server" in fetch(download, tmp_path, web=WEB).check
        served.md5 = "0" * 32
        with pytest.raises(DownloadError) as caught:
            fetch(download, tmp_path, web=WEB)
        assert caught.value.code == "download.checksum"
    # the archive of before is still there
    assert place_of(download, tmp_path).read_bytes() == CONTENT


def test_that_an_archive_without_a_checksum_is_checked_by_its_own(tmp_path: Path) -> None:
    middle = len(CONTENT) // 2
    with serving(CONTENT[:middle] + bytes([CONTENT[middle] ^ 1]) + CONTENT[middle + 1 :]) as served:
        assert refused(served.download(md5="", fixed=False), tmp_path).code == "download.damaged"


def test_that_an_archive_of_unknown_size_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LARGEST_UNKNOWN", 1000)
    with serving(CONTENT) as served:
        assert refused(served.download(md5="", fixed=False), tmp_path).code == "download.size"


def test_that_a_cancelled_fetch_can_be_gone_on_with(tmp_path: Path) -> None:
    with serving(CONTENT) as served:
        download = served.download()
        asked: list[int] = []

        def cancelled() -> bool:
            asked.append(1)
            return len(asked) > 1

        with pytest.raises(ReadingCancelled):
            fetch(download, tmp_path, cancelled=cancelled, web=WEB)
        left = present(download, tmp_path)
        assert 0 < left < len(CONTENT)
        assert fetch(download, tmp_path, web=WEB).resumed == left


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nabc"])
def test_that_a_cancel_is_heeded_while_a_server_is_silent(tmp_path: Path, begin: bytes) -> None:
    wanted = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _ = server.accept()
            with line:
                line.recv(1 << 16)
                line.sendall(begin)
                wanted.set()
                ended.append(line.recv(1))

        ended: list[bytes] = []
        silent = threading.Thread(target=answer)
        silent.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/ml-x.zip"
        download = Download("ml-x", url, 5000, "0" * 32, "", "", "")
        with pytest.raises(ReadingCancelled):
            fetch(download, tmp_path, cancelled=wanted.is_set, web=Web("http", timeout=20 if begin else 5))
        silent.join(60)
        assert not silent.is_alive()
    assert ended == [b""]


def test_that_a_full_disk_is_told_and_what_was_fetched_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(CONTENT) as served:
        download = served.download()
        real, written = durable.write_all, []

        def failing(descriptor: int, content: bytes) -> None:
            if len(content) == fetching.PIECE:
                written.append(len(content))
                if len(written) > 1:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(descriptor, content)

        with monkeypatch.context() as broken:
            broken.setattr(durable, "write_all", failing)
            error = refused(download, tmp_path)
        assert isinstance(error, StorageError)
        assert error.code == "storage.full"
        assert present(download, tmp_path) == fetching.PIECE
        assert fetch(download, tmp_path, web=WEB).resumed == fetching.PIECE


def test_that_too_little_room_is_told_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SPARE", 1 << 60)
    with serving(CONTENT) as served:
        assert refused(served.download(), tmp_path).code == "storage.full"


def test_that_two_processes_do_not_fetch_the_same(tmp_path: Path) -> None:
    download = DOWNLOADS["ml-1m"]
    with filelock.FileLock(tmp_path / ".ml-1m.lock"), pytest.raises(UsageError) as caught:
        fetch(download, tmp_path)
    assert caught.value.code == "download.busy"


def test_that_the_table_is_whole() -> None:
    for name, each in DOWNLOADS.items():
        assert each.name == name
        assert each.url == f"https://files.grouplens.org/datasets/movielens/{name}.zip"
        assert each.readme.startswith("https://files.grouplens.org/datasets/movielens/")
        assert each.size > 100_000
        assert len(each.md5) == (32 if each.fixed else 0)
        for words in ("research purposes", "endorsement", "commercial", each.readme):
            assert words in each.terms
    assert len({each.md5 for each in DOWNLOADS.values()}) == len(DOWNLOADS)


def test_that_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        find_download("ml-1n")
    assert "ml-1m" in caught.value.remedy


def test_that_the_command_asks_for_the_terms_and_tells_where_the_archive_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from core.commands import main

    def run(*words: str) -> tuple[int, Any]:
        return main(["--workspace", str(tmp_path / "w"), "download", *words]), capsys.readouterr()

    with serving(CONTENT) as served:
        monkeypatch.setitem(DOWNLOADS, "ml-1m", served.download(name="ml-1m"))
        real = fetching.fetch
        monkeypatch.setattr(fetching, "fetch", lambda *words, **named: real(*words, **named, web=WEB))
        code, out = run("ml-1m")
        assert code == 2
        assert "research purposes" in out.out
        assert "--accept-terms" in out.err
        assert not served.asked
        assert not (tmp_path / "w").exists()
        code, out = run("ml-1m", "--accept-terms", "--json")
        assert code == 0
        assert '"event":"result"' in out.out
        assert (tmp_path / "w" / "downloads" / "ml-1m.zip").read_bytes() == CONTENT
        served.status = 404
        (tmp_path / "w" / "downloads" / "ml-1m.zip").unlink()
        code, out = run("ml-1m", "--accept-terms")
        assert code == 1
        assert "does not have it" in out.err
    code, out = run()
    assert code == 0
    assert all(name in out.out for name in DOWNLOADS)
