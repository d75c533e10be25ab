from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.arenas import ARENAS

PROGRAM = """
import ctypes, sys, threading
from workbench.arenas import keep_heaps_small
assert keep_heaps_small()
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.malloc.argtypes = [ctypes.c_size_t]
together = threading.Barrier(9)

def hold() -> None:
    library.malloc(1000)
    together.wait()

threads = [threading.Thread(target=hold) for _ in range(8)]
for thread in threads:
    thread.start()
together.wait()
library.fopen.restype = ctypes.c_void_p
library.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
library.fclose.argtypes = [ctypes.c_void_p]
file = library.fopen(sys.argv[1].encode(), b"w")
library.malloc_info(0, file)
library.fclose(file)
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not hasattr(ctypes.CDLL(None), "malloc_info"), reason="GNU C library only"
)
def test_that_threads_share_few_heaps(tmp_path: Path) -> None:
    told = tmp_path / "heaps.xml"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    subprocess.run([sys.executable, "-c", PROGRAM, str(told)], check=True, env=environment)
    assert len(re.findall("<heap nr=", told.read_text())) <= ARENAS


LEFT = """
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from workbench.jobs.job import Job

def resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

def work(control, tell):
    # small pieces, each of a heap, the last of which stays: the end of the heap is not free
    pieces = [bytes(3000) for _ in range(30_000)]
    tell(resident())
    return pieces[-1]

application = QCoreApplication([])
for quiet in (True, False):
    told = []
    job = Job("", work, quiet=quiet)
    job.told.connect(told.extend)
    job.ended.connect(lambda _: application.quit())
    QTimer.singleShot(0, job.start)
    application.exec()
    print(told[0] - resident())
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="GNU C library only"
)
def test_that_what_a_long_job_took_is_given_back() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = subprocess.run([sys.executable, "-c", LEFT], check=True, env=environment, capture_output=True, text=True)
    small, large = map(float, done.stdout.split())
    assert small < 10 < 60 < large


ARROW = """
import pyarrow
from workbench.arenas import READERS
from workbench.jobs.job import JobControl
from workbench.jobs.warming import warm

warm(JobControl(), lambda stage: None)
assert pyarrow.io_thread_count() == READERS
assert pyarrow.default_memory_pool().backend_name == "system"
"""


def test_that_pyarrow_reads_with_few_threads_and_has_no_heaps_of_its_own() -> None:
    subprocess.run([sys.executable, "-c", ARROW], check=True)


BLOCKS = """
import ctypes
from workbench.arenas import SMALL, keep_heaps_small, put_large_blocks_into_heaps

class Told(ctypes.Structure):
    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    _fields_ = [(name, ctypes.c_size_t) for name in names]

library = ctypes.CDLL(None)
library.mallinfo2.restype = Told
library.malloc.restype = ctypes.c_void_p
library.malloc.argtypes = [ctypes.c_size_t]
library.free.argtypes = [ctypes.c_void_p]
assert keep_heaps_small()
large = SMALL[0]
# by itself the library puts blocks as large as the largest that was freed into its heap
library.free(library.malloc(16 * large))

def has_its_own_pages(size: int) -> bool:
    before = library.mallinfo2().hblks
    library.malloc(size)
    return library.mallinfo2().hblks == before + 1

assert has_its_own_pages(large + 1)
assert not has_its_own_pages(large // 2)
assert put_large_blocks_into_heaps(True)
assert not has_its_own_pages(16 * large)
assert put_large_blocks_into_heaps(False)
assert has_its_own_pages(large + 1)
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="GNU C library only"
)
def test_that_large_blocks_have_pages_of_their_own_whatever_was_freed_but_where_they_are_wanted_in_heaps() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    subprocess.run([sys.executable, "-c", BLOCKS], check=True, env=environment)
