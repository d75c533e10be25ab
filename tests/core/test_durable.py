from __future__ import annotations

import errno
import os
import socket
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
        durable.remove_folders([folder])
    monkeypatch.undo()
    assert not folder.exists()
    (left,) = (each for each in tmp_path.iterdir() if each.name.startswith(durable.GONE))
    durable.remove_folders([left])
    assert [each.name for each in tmp_path.iterdir()] == ["old"]


def test_that_what_is_no_file_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to folder").symlink_to(tmp_path / "folder")
    (tmp_path / "to pipe").symlink_to(tmp_path / "pipe")
    (tmp_path / "to device").symlink_to(os.devnull)
    before = {each.name: os.lstat(each).st_mode for each in tmp_path.iterdir()}
    for name in before:
        with pytest.raises(StorageError) as raised:
            durable.write(tmp_path / name, b"new")
        error = raised.value
        assert error.code == "storage.taken"
        assert error.where == str(tmp_path / name)
        assert error.why
        assert error.remedy
    assert {each.name: os.lstat(each).st_mode for each in tmp_path.iterdir()} == before


def test_that_a_socket_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        # the name of a socket may not be long
        listening.bind("s")
        with pytest.raises(StorageError, match="socket"):
            durable.write(tmp_path / "s", b"new")
        assert (tmp_path / "s").is_socket()


def test_that_a_link_is_written_through_and_stays(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").write_bytes(b"old")
    for name, target in {"link": elsewhere / "file", "relative": Path("elsewhere/file"), "twice": Path("link")}.items():
        (tmp_path / name).symlink_to(target)
        durable.write(tmp_path / name, name.encode())
        assert (tmp_path / name).is_symlink()
        assert (elsewhere / "file").read_bytes() == name.encode()
    (tmp_path / "dangling").symlink_to(elsewhere / "fresh")
    durable.write(tmp_path / "dangling", b"made")
    assert (tmp_path / "dangling").is_symlink()
    assert (elsewhere / "fresh").read_bytes() == b"made"
    assert sorted(each.name for each in elsewhere.iterdir()) == ["file", "fresh"]


def test_that_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(StorageError):
        durable.write(tmp_path / "a", b"new")
    assert (tmp_path / "a").is_symlink()


def test_that_a_link_in_the_place_of_an_own_file_gives_way(tmp_path: Path) -> None:
    (tmp_path / "private").write_bytes(b"old")
    (tmp_path / "run.json").symlink_to(tmp_path / "private")
    durable.write(tmp_path / "run.json", b"new", own=True)
    assert (tmp_path / "private").read_bytes() == b"old"
    assert not (tmp_path / "run.json").is_symlink()
    assert (tmp_path / "run.json").read_bytes() == b"new"


def test_that_a_folder_is_not_put_in_the_place_of_what_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    made = tmp_path / "made"
    made.mkdir()
    for name in ("file", "link"):
        with pytest.raises(StorageError, match="stays"):
            durable.put_folder(made, tmp_path / name)
        assert made.is_dir()
    assert (tmp_path / "file").read_bytes() == b"old"
    assert (tmp_path / "link").is_symlink()
