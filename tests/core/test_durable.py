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


def two_folders(place: Path) -> tuple[Path, Path]:
    made, old = place / "made", place / "old"
    for each in (made, old):
        each.mkdir()
        (each / each.name).write_text(each.name)
    return made, old


@pytest.mark.parametrize("able", [True, False])
def test_that_a_folder_takes_the_place_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, able: bool) -> None:
    if not able:
        monkeypatch.setattr(durable, "_exchange", lambda: None)
    made, old = two_folders(tmp_path)
    durable.put_folder(made, old)
    assert [each.relative_to(tmp_path).as_posix() for each in tmp_path.rglob("*")] == ["old", "old/made"]


def test_that_where_the_system_can_one_of_two_folders_is_there_at_every_instant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if durable._exchange() is None:
        pytest.skip("this system has no such call")
    made, old = two_folders(tmp_path)
    monkeypatch.setattr(Path, "rename", lambda *_: pytest.fail("in two steps"))
    durable.put_folder(made, old)
    assert [each.name for each in old.iterdir()] == ["made"]


def test_that_a_swap_that_is_refused_is_an_error_and_one_that_cannot_be_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in durable.UNABLE:
        monkeypatch.setattr(durable, "_exchange", lambda number=number: lambda one, other: number)
        assert not durable.swap(tmp_path / "a", tmp_path / "b")
    monkeypatch.setattr(durable, "_exchange", lambda: lambda one, other: errno.ENOSPC)
    with pytest.raises(OSError, match="No space left"):
        durable.swap(tmp_path / "a", tmp_path / "b")


def test_that_a_folder_that_cannot_be_emptied_is_no_more_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = two_folders(tmp_path)

    def refuse(path: Path) -> None:
        raise OSError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("shutil.rmtree", refuse)
    with pytest.raises(StorageError, match="cannot be removed"):
        durable.remove_folder(folder)
    monkeypatch.undo()
    assert not folder.exists()
    (left,) = (each for each in tmp_path.iterdir() if each.name.startswith(durable.GONE))
    durable.remove_folder(left)
    assert [each.name for each in tmp_path.iterdir()] == ["old"]
