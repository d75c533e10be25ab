from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from core import durable
from core.errors import StorageError


def test_that_a_file_is_written_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a[1]*.json"
    durable.write(path, b"one")
    durable.write(path, b"two" * 1000)
    assert path.read_bytes() == b"two" * 1000
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "storage.full"), (errno.EIO, "storage.failed"), (errno.EROFS, "storage.denied")],
)
def test_that_an_error_of_the_disk_is_typed_and_leaves_the_old_file_intact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, code: str
) -> None:
    path = tmp_path / "run.json"
    durable.write(path, b"old")

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(StorageError) as raised:
        durable.write(path, b"new")
    monkeypatch.undo()
    assert raised.value.code == code
    assert raised.value.remedy
    assert str(path) in raised.value.sentence()
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_that_the_content_is_synced_before_the_name_is_and_the_folder_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(
        os, "fsync", lambda d: (order.append("folder" if os.path.isdir(f"/proc/self/fd/{d}") else "file"), fsync(d))
    )
    monkeypatch.setattr(os, "replace", lambda a, b: (order.append("replace"), replace(a, b)))
    durable.write(tmp_path / "x", b"1")
    assert order == ["file", "replace", "folder"]


def test_that_a_write_taken_in_pieces_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: write(descriptor, bytes(content[:7])))
    durable.write(tmp_path / "x", b"0123456789" * 10)
    assert (tmp_path / "x").read_bytes() == b"0123456789" * 10


def test_that_a_block_that_fails_puts_nothing_in_place(tmp_path: Path) -> None:
    def broken() -> None:
        with durable.replacing(tmp_path / "x") as temporary:
            temporary.write_bytes(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert list(tmp_path.iterdir()) == []


def test_that_only_unfinished_files_are_swept(tmp_path: Path) -> None:
    (tmp_path / f"{durable.TEMPORARY}abc").write_bytes(b"half")
    (tmp_path / "kept").write_bytes(b"whole")
    assert durable.sweep(tmp_path) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]


def test_that_too_little_room_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="do not fit"):
        durable.room_for(tmp_path, 1 << 60)
    durable.room_for(tmp_path, 1)
