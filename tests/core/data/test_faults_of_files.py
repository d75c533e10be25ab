"""Faults 25 to 33 of an import: packed, unreachable, changing and strangely named files."""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import itertools
import lzma
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from core.data.raw import Limits, ReadingCancelled, Watch
from core.data.reading import read_rows
from core.data.storage import DiskFile, HashedStream
from core.errors import InputError
from tests.core.data.files import pairs, put, refused

TEXT = "user,item\n" + "".join(f"u{row % 50},i{row % 70}\n" for row in range(2000))


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": lambda data: pa.Codec("zstd").compress(data).to_pybytes(),
    "bz2": bz2.compress,
    "zip": lambda data: zipped({"folder/ratings.csv": data}),
}


@pytest.mark.parametrize("packer", PACKERS)
def test_that_packed_files_are_read_through(tmp_path: Path, packer: str) -> None:
    plain = read_rows(put(tmp_path, "a.csv", TEXT))
    packed = read_rows(put(tmp_path, f"b.csv.{packer}", PACKERS[packer](TEXT.encode())), limits=Limits(block=1000))
    assert pairs(packed) == pairs(plain)


@pytest.mark.parametrize("packer", ["gz", "xz", "zst", "bz2"])
def test_that_several_packed_streams_in_a_row_are_one_file(tmp_path: Path, packer: str) -> None:
    pack, half = PACKERS[packer], TEXT.index("u7,")
    data = pack(TEXT[:half].encode()) + pack(TEXT[half:].encode())
    assert len(read_rows(put(tmp_path, "b", data))) == 2000


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("part", [0.3, 0.7, 0.98])
def test_that_a_packed_file_cut_short_is_refused_whole(tmp_path: Path, packer: str, part: float) -> None:
    data = PACKERS[packer](TEXT.encode())
    assert refused(put(tmp_path, "b", data[: int(len(data) * part)])).code == "input.damaged"


@pytest.mark.parametrize("packer", ["gz", "zip"])
def test_that_a_wrong_checksum_is_refused(tmp_path: Path, packer: str) -> None:
    data = bytearray(PACKERS[packer](TEXT.encode()))
    at = -6 if packer == "gz" else data.index(b"PK\x01\x02") + 16
    data[at] ^= 0xFF
    assert refused(put(tmp_path, "b", bytes(data))).code == "input.damaged"


@pytest.mark.parametrize("packer", PACKERS)
def test_that_a_bomb_is_stopped_by_the_bytes_that_come_out(tmp_path: Path, packer: str) -> None:
    data = PACKERS[packer](b"user,item\n" + b"a,1\n" * 200_000)
    path = put(tmp_path, "b", data)
    assert refused(path, limits=Limits(unpacked=100_000, block=4096)).code == "input.bomb"
    assert refused(path, limits=Limits(ratio=20, ratio_from=50_000, block=4096)).code == "input.bomb"
    assert len(read_rows(path, limits=Limits(block=1 << 16))) == 200_000


@pytest.mark.parametrize(
    ("outer", "inner"), [("gz", "gz"), ("gz", "zip"), ("zip", "gz"), ("zip", "zip"), ("xz", "zst")]
)
def test_that_archives_within_archives_are_refused(tmp_path: Path, outer: str, inner: str) -> None:
    data = PACKERS[inner](TEXT.encode())
    packed = zipped({f"ratings.csv.{inner}": data}) if outer == "zip" else PACKERS[outer](data)
    if (outer, inner) == ("zip", "gz"):
        packed = zipped({"ratings.zip": zipped({"a.csv": TEXT.encode()})})
    assert refused(put(tmp_path, "b", packed)).code == "input.nested"


def test_that_a_tar_is_named_for_what_it_is(tmp_path: Path) -> None:
    data = b"a.csv" + b"\0" * 252 + b"ustar\x0000" + b"\0" * 248 + TEXT.encode()
    assert "tar archive" in refused(put(tmp_path, "a.tar", data)).what
    assert refused(put(tmp_path, "a.tar.gz", gzip.compress(data))).code == "input.nested"


def test_that_an_archive_of_too_many_members_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, "a.zip", zipped({f"{row}.csv": b"a,1\n" for row in range(30)}))
    error = refused(path, limits=Limits(members=20))
    assert error.code == "input.too-many-members"


@pytest.mark.parametrize("name", ["../ratings.csv", "/ratings.csv", "a/../../b.csv", "C:\\ratings.csv", "..\\b.csv"])
def test_that_a_member_outside_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    error = refused(put(tmp_path, "a.zip", zipped({name: TEXT.encode()})))
    assert error.code == "input.unsafe-member"


def test_that_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("ratings.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/hostname")
    error = refused(put(tmp_path, "a.zip", buffer.getvalue()))
    assert "symbolic link" in error.why


def test_that_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"ratings.csv": TEXT.encode()}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    assert "encrypted" in refused(put(tmp_path, "a.zip", bytes(data))).why


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}), "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel"),
        (b"%PDF-1.7\n1 0 obj\n", "PDF"),
        (b"SQLite format 3\0" + b"\0" * 100, "SQLite"),
        (b"\x80\x04\x95\x10\0\0\0", "pickle"),
        (b"<!DOCTYPE html>\n<html><body>not found</body></html>\n", "web page"),
        (bytes(range(256)) * 4, "binary file of an unknown kind"),
    ],
)
def test_that_other_files_under_the_name_of_a_table_are_told_by_their_bytes(
    tmp_path: Path, data: bytes, words: str
) -> None:
    assert words in refused(put(tmp_path, "ratings.csv", data)).what


def test_that_progress_is_told_and_a_cancelled_reading_keeps_nothing(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", "user,item\n" + "a,1\n" * 1_000_000)
    seen: list[tuple[int, int]] = []
    read_rows(path, on_progress=lambda done, total: seen.append((done, total)))
    size = path.stat().st_size
    assert seen[-1] == (size, size)
    assert len(seen) > 3
    assert all(before[0] <= after[0] for before, after in itertools.pairwise(seen))

    done: list[int] = []
    with pytest.raises(ReadingCancelled):
        read_rows(path, on_progress=lambda at, _: done.append(at), cancelled=lambda: bool(done))
    assert done[-1] < size


@pytest.mark.parametrize("name", ["null", "zero"])
def test_that_a_device_is_refused(name: str) -> None:
    assert refused(f"/dev/{name}").code == "input.not-a-file"


def test_that_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe").code == "input.not-a-file"


def test_that_a_pipe_in_place_of_the_file_does_not_hang(tmp_path: Path) -> None:
    file = DiskFile(put(tmp_path, "a.csv", TEXT))
    (tmp_path / "a.csv").unlink()
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(InputError, match="changed or vanished"):
        file.open()


def test_that_a_circle_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to(tmp_path / "b.csv")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    assert refused(tmp_path / "a.csv").code == "input.unreadable"
    put(tmp_path, "ratings.csv", TEXT)
    assert len(read_rows(tmp_path)) == 2000


def test_that_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(put(tmp_path, "real.csv", TEXT))
    assert len(read_rows(tmp_path / "link.csv")) == 2000


def test_that_of_several_files_the_one_that_says_it_holds_the_interactions_is_taken(tmp_path: Path) -> None:
    put(tmp_path, "set/songs.csv", "item,title\nx,Song\n")
    put(tmp_path, "set/interactions.csv", "user,item\na,x\nb,y\n")
    assert len(read_rows(tmp_path / "set").users) == 2
    put(tmp_path, "other/songs.csv", "item,title\nx,Song\n")
    put(tmp_path, "other/interactions.test.csv", "user,item\na,x\n")
    assert refused(tmp_path / "other").code == "input.several-files"


def test_that_an_empty_folder_and_one_of_several_files_are_refused_by_name(tmp_path: Path) -> None:
    assert refused(tmp_path).code == "input.no-file"
    put(tmp_path, "one.csv", TEXT)
    put(tmp_path, "two.csv", TEXT)
    error = refused(tmp_path)
    assert error.code == "input.several-files"
    assert "one.csv, two.csv" in error.why


def test_that_a_missing_path_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.csv").code == "input.missing"
    assert refused("a\0b").code == "input.unreadable"


def test_that_a_file_without_permission_is_refused_and_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, "a.csv", TEXT)

    def deny(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("core.data.storage.os.open", deny)
    error = refused(path)
    assert error.code == "input.unreadable"
    assert "Permission denied" in error.why
    assert error.retryable


class Failing(io.RawIOBase):
    """A file on a network that goes away after some reads."""

    def __init__(self, stream: io.RawIOBase) -> None:
        self._stream, self._left = stream, 1

    def readinto(self, buffer: Any) -> int | None:
        self._left -= 1
        if self._left < 0:
            raise OSError(errno.EIO, "Input/output error")
        return self._stream.readinto(buffer[:100])

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._stream.close()
        super().close()


@pytest.mark.parametrize("packer", ["", "gz", "xz", "zst"])
def test_that_a_network_that_drops_is_told_and_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packer: str
) -> None:
    path = put(tmp_path, "a.csv", PACKERS[packer](TEXT.encode()) if packer else TEXT)
    really = DiskFile.open
    opened: list[int] = []

    def open_failing(self: DiskFile) -> object:
        opened.append(1)
        stream = really(self)
        return stream if len(opened) < 3 else Failing(stream)  # type: ignore[arg-type]

    monkeypatch.setattr(DiskFile, "open", open_failing)
    error = refused(path)
    assert error.code == "input.unreadable"
    assert "Input/output error" in error.why
    assert error.retryable


@pytest.mark.parametrize("happening", ["grows", "vanishes", "is replaced"])
def test_that_a_file_that_changes_while_it_is_read_is_discarded(tmp_path: Path, happening: str) -> None:
    path = put(tmp_path, "a.csv", TEXT)

    def happen(done: int, total: int) -> None:
        if happening == "grows":
            with path.open("a") as file:
                file.write("x,y\n")
        else:
            path.unlink(missing_ok=True)
            if happening == "is replaced":
                path.write_text(TEXT)

    error = refused(path, on_progress=happen)
    assert error.code == "input.changed"
    assert error.retryable


def test_that_other_bytes_under_the_same_size_and_date_are_noticed(tmp_path: Path) -> None:
    file = DiskFile(put(tmp_path, "a.csv", TEXT))
    with HashedStream(file, Watch(), prefix=b"user,book") as stream, pytest.raises(InputError, match="changed"):
        stream.read(100)


@pytest.mark.parametrize("name", ["a[1]*?.csv", 'it\'s "q".csv', "two\nlines.csv", "🎬.csv", "-r.csv", "%s.csv", "a b"])
def test_that_strange_names_are_opened_exactly(tmp_path: Path, name: str) -> None:
    put(tmp_path, "a1.csv", "user,item\nwrong,1\n")
    rows = read_rows(put(tmp_path, name, TEXT))
    assert len(rows) == 2000
    assert rows.source["name"] == name


def test_that_a_name_that_is_not_utf8_is_opened_and_can_be_printed(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.csv"))
    path.write_text(TEXT)
    rows = read_rows(path)
    assert len(rows) == 2000
    rows.source["name"].encode("utf-8")


def test_that_the_hash_is_that_of_the_stored_bytes(tmp_path: Path) -> None:
    import hashlib

    data = gzip.compress(TEXT.encode())
    rows = read_rows(put(tmp_path, "a.csv.gz", data))
    assert rows.source["sha256"] == hashlib.sha256(data).hexdigest()


def test_that_a_folder_and_its_zip_read_alike(tmp_path: Path) -> None:
    files = {
        "ml/ratings.csv": b"userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n",
        "ml/movies.csv": b'movieId,title,genres\n31,"Dangerous Minds (1995)",Drama\n',
        "ml/tags.csv": b"userId,movieId,tag,timestamp\n1,31,x,1260759144\n",
        "ml/README.txt": b"read me\n",
        "__MACOSX/ml/ratings.csv": b"\0\0",
    }
    for name, data in files.items():
        put(tmp_path / "folder", name, data)
    folder = read_rows(tmp_path / "folder")
    archive = read_rows(put(tmp_path, "ml.zip", zipped(files)))
    bare = read_rows(tmp_path / "folder" / "ml" / "ratings.csv")
    for rows in (folder, archive, bare):
        assert pairs(rows) == [("1", "31")]
        assert rows.catalogue is not None
        assert rows.catalogue.loc["31", "title"] == "Dangerous Minds (1995)"
        assert rows.source["format"] == "movielens-csv"


def test_that_no_path_at_all_is_not_the_folder_one_is_in() -> None:
    assert refused("").code == "input.missing"


@pytest.mark.parametrize("kind", ["folder", "pipe", "dangling", "circle"])
def test_that_what_only_has_the_name_of_a_catalogue_does_not_stop_the_reading(tmp_path: Path, kind: str) -> None:
    path = put(tmp_path, "ratings.csv", "userId,movieId,rating,timestamp\n1,2,3,1000000000\n2,2,4,1000000000\n")
    beside = tmp_path / "movies.csv"
    if kind == "folder":
        beside.mkdir()
    elif kind == "pipe":
        os.mkfifo(beside)
    else:
        beside.symlink_to("none" if kind == "dangling" else "movies.csv")
    rows = read_rows(path)
    assert len(rows) == 2
    assert any("the catalogue beside it was not used: movies.csv" in note for note in rows.notes)


def test_that_a_member_whose_own_header_has_no_name_that_can_be_read_is_refused(tmp_path: Path) -> None:
    packed = bytearray(zipped({"ratings.csv": b"user,item\n1,2\n"}))
    # in the header before the member alone: its name is said to be UTF-8 and is not
    packed[7] |= 0x08
    packed[30] = 0xFA
    path = tmp_path / "ratings.zip"
    path.write_bytes(packed)
    with pytest.raises(InputError, match="damaged"):
        read_rows(path)
