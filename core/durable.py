"""Writing that a crash cannot tear: every file is written aside, synced, and put in its place in one step."""

from __future__ import annotations

import errno
import functools
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from core.errors import StorageError

TEMPORARY = ".writing-"
"""Start of the names of files that are not finished; a sweep removes them."""

OLD = ".old-"
"""Start of the names of folders that are about to be replaced, where two folders cannot change places in one step."""

GONE = ".gone-"
"""Start of the names of folders that are being removed; whoever finds one may finish that."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)
MISSING = (errno.ENOENT, errno.ENOTDIR, errno.ESTALE)
UNABLE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


def storage_error(error: OSError, path: Path, action: str = "written") -> StorageError:
    """The typed error for what the system said, with a remedy."""
    why = error.strerror or str(error)
    place = printable_path(path)
    if error.errno in FULL:
        return StorageError(
            "storage.full", f"the file cannot be {action}", place, why, "Free some space and try again", True
        )
    if error.errno in DENIED:
        remedy = "Choose a folder that you may write to, or change its permissions"
        if action == "read":
            remedy = "Change its permissions, or work on a copy"
        return StorageError("storage.denied", f"the file cannot be {action}", place, why, remedy, True)
    if error.errno in MISSING:
        return StorageError(
            "storage.gone",
            f"the file cannot be {action}",
            place,
            why,
            "Check the path and that its disk is there",
            True,
        )
    return StorageError(
        "storage.failed",
        f"the file cannot be {action}",
        place,
        why,
        "Check the disk; what was saved before is untouched",
        True,
    )


def printable_path(path: Path) -> str:
    """A path as text that can be printed whatever bytes it has."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@contextmanager
def storing(path: Path, action: str = "written") -> Iterator[None]:
    """Turn what the system refuses inside of the block into a StorageError that names ``path``."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, path, action) from error


def opened(path: Path) -> IO[bytes]:
    """Open a file to read it; where somebody laid a pipe or a device in its place nobody waits for what comes of it.

    Raises:
        OSError: it cannot be opened, or is no file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "It is no file", os.fspath(path))
    return os.fdopen(descriptor, "rb")


def write(path: Path, content: bytes, own: bool = False) -> None:
    """Put ``content`` at ``path``: after a crash the old file or the new one is there, never a part.

    Args:
        own: as for ``replacing``.

    Raises:
        StorageError: it could not be written; the old file is intact.
    """
    with replacing(path, own) as temporary, open(temporary, "r+b", buffering=0) as file:
        write_all(file.fileno(), content)


@contextmanager
def replacing(path: Path, own: bool = False) -> Iterator[Path]:
    """An empty file in the same folder for the block to write to; put in place of ``path`` when the block ends well.

    A link is written through: the file that it names is replaced, and the link stays.

    Args:
        own: the name is the program's and not the user's: a link that was laid there gives way, so that nobody's
            run or folder of data can lead what is kept about it over a file that lies elsewhere.

    Raises:
        StorageError: it could not be written, or a folder, a device or a pipe is there; what was there is intact.
    """
    with storing(path):
        place = _file_at(path, own)
        temporary = _empty_beside(place)
        try:
            yield temporary
            sync(temporary)
            os.replace(temporary, place)
        except BaseException:
            _forget(temporary)
            raise
        sync_folder(place.parent)


def _file_at(path: Path, own: bool) -> Path:
    """The file that may be replaced at a path, which need not be there.

    Raises:
        StorageError: what is there is no file.
        OSError: the system does not tell.
    """
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return path
    place = path
    if stat.S_ISLNK(mode):
        if own:
            return path
        place = Path(os.path.realpath(path))
        try:
            mode = os.stat(path).st_mode
        except FileNotFoundError:
            # a link to what is not there yet: it is made there, as opening it would
            return place
    if not stat.S_ISREG(mode):
        raise _taken(path, "a folder" if stat.S_ISDIR(mode) else "a device, a pipe or a socket")
    return place


def _taken(path: Path, there: str) -> StorageError:
    return StorageError(
        "storage.taken",
        "nothing is written here",
        printable_path(path),
        f"There is {there} at this place, and it stays",
        "Choose another name or another folder",
    )


def write_all(descriptor: int, content: bytes) -> None:
    """Write all of ``content``; the system may take it in pieces."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view[: 1 << 30]) :]


def sync(path: Path) -> None:
    """Wait until the content of a file is on the disk."""
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk; Windows keeps no descriptor of a folder."""
    if sys.platform != "win32":
        sync(folder)


def make_folder(folder: Path) -> None:
    """Make a folder and the ones above it, and sync their names.

    Raises:
        StorageError: it could not be made.
    """
    with storing(folder, "made"):
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for each in reversed(missing):
            sync_folder(each.parent)


def put_folder(made: Path, path: Path) -> None:
    """Put a folder that is whole in the place of ``path``; one that is there goes once the new one is in its place.

    Where the system can, the two change places in one step, so that at every instant one of them is there.

    Raises:
        StorageError: it could not be moved, or what is there is no folder; it is where it was, or where the error says.
    """
    with storing(path):
        old = _put(made, path)
        sync_folder(path.parent)
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def _put(made: Path, path: Path) -> Path | None:
    """Move the folder; gives where the one lies that was there before."""
    if not os.path.lexists(path):
        made.rename(path)
        return None
    if path.is_symlink() or not path.is_dir():
        raise _taken(path, "something that is no folder")
    if swap(made, path):
        return made
    old = path.parent / f"{OLD}{secrets.token_hex(8)}"
    path.rename(old)
    try:
        made.rename(path)
    except OSError:
        _bring_back(old, path)
        raise
    return old


def swap(one: Path, other: Path) -> bool:
    """Let two names change places in one step; False where system or file system cannot, and nothing has changed.

    Raises:
        OSError: it can, and was refused.
    """
    exchange = _exchange()
    if exchange is None:
        return False
    number = exchange(os.fsencode(one), os.fsencode(other))
    if number in UNABLE:
        return False
    if number:
        raise OSError(number, os.strerror(number), os.fspath(other))
    return True


@functools.cache
def _exchange() -> Callable[[bytes, bytes], int] | None:
    """The system call that lets two names change places; it gives the number of the error."""
    import ctypes

    here, both = -100, 2
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            call = functools.partial(lambda function, one, other: function(one, other, both), library.renamex_np)
        elif sys.platform == "linux":
            call = functools.partial(
                lambda function, one, other: function(here, one, here, other, both), library.renameat2
            )
        else:
            return None
    except (AttributeError, OSError, TypeError):
        # a C library without it
        return None
    return lambda one, other: ctypes.get_errno() or errno.EIO if call(one, other) else 0


def remove_folders(folders: Sequence[Path]) -> None:
    """Remove folders: each is no more in one step, whatever ends the removing of what is in it.

    For those that lie beside one another one wait for the disk serves all.

    Raises:
        StorageError: some are where they were, or parts of some lie under names that begin with GONE.
    """
    gone = []
    for folder in folders:
        with storing(folder, "removed"):
            gone.append(folder)
            if not folder.name.startswith(GONE):
                gone[-1] = folder.parent / f"{GONE}{secrets.token_hex(8)}"
                folder.rename(gone[-1])
    for parent in {each.parent for each, folder in zip(gone, folders, strict=True) if each != folder}:
        with storing(parent, "removed"):
            sync_folder(parent)
    for folder, name in zip(folders, gone, strict=True):
        with storing(folder, "removed"):
            shutil.rmtree(name)


def _bring_back(old: Path, path: Path) -> None:
    try:
        old.rename(path)
    except OSError as error:
        raise StorageError(
            "storage.moved",
            "the old folder was moved out of the way and could not be moved back",
            printable_path(path),
            f"It lies at {printable_path(old)}: {error.strerror}",
            "Check the disk, then give it its name again",
        ) from error


def room_for(folder: Path, size: int) -> None:
    """Refuse early where twice ``size`` bytes do not fit: the old files stay until the new ones are in place.

    Raises:
        StorageError: too little free space.
    """
    with storing(folder):
        free = shutil.disk_usage(folder).free
    if free < 2 * size:
        raise StorageError(
            "storage.full",
            f"{size / 1e6:,.1f} MB do not fit safely",
            printable_path(folder),
            f"{free / 1e6:,.1f} MB are free and twice the size is needed",
            "Free some space and try again",
            True,
        )


def remove(path: Path) -> None:
    """Remove a file if it is there."""
    with storing(path, "removed"):
        path.unlink(missing_ok=True)


def sweep(folder: Path) -> int:
    """Remove what unfinished writing left in a folder; only for the one who holds its lock. Returns how many."""
    if not folder.is_dir():
        return 0
    left = [each for each in folder.iterdir() if each.name.startswith(TEMPORARY) and each.is_file()]
    for each in left:
        _forget(each)
    return len(left)


def _empty_beside(path: Path) -> Path:
    temporary = path.parent / f"{TEMPORARY}{secrets.token_hex(8)}"
    # an existing name, or a link laid there, is refused by O_EXCL
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666))
    return temporary


def _forget(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        # the error that brought us here says more than this one, and the sweep comes again
        return
