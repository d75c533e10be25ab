"""What is found compiled is loaded without numba's tables of operations, and what is not is compiled as ever."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

MODULE = """
import numpy as np
from numba import njit

@njit(cache=True)
def places(words, many):
    known = dict()
    for at in range(many):
        known[(words[at], at % 3)] = at
    return len(known), np.cumsum(words).astype(np.float32), hash(words[0])

@njit(cache=True)
def failing(words):
    if words[0] == 0:
        raise ValueError("a zero")
    return np.sort(words)
"""
PROGRAM = """
import sys
import numpy as np
import core.kernels
import kernels_of_test as kernels
from numba.core.cpu import CPUContext

assert "scipy.linalg" not in sys.modules
told_of, all_tables = [], CPUContext.load_additional_registries
CPUContext.load_additional_registries = lambda self: (told_of.append(self), all_tables(self))
words = np.arange(1, 9)
length, sums, hashed = kernels.places(words, 8)
try:
    kernels.failing(words * 0)
except ValueError as error:
    told = str(error)
print(length, sums.tolist(), hashed == hash(1), told, kernels.failing(words[::-1].copy()).tolist())
print("tables" if told_of else "none", file=sys.stderr)
"""
AFTERWARDS = """
from numba import njit

@njit
def product(a):
    known = [1.0]
    known.append(np.convolve(a[0], a[1])[0])
    return np.dot(a, a) + sum(known) + kernels.places(words, 8)[0]

a = np.arange(9.0).reshape(3, 3)
# of the folder: a compiled function is called by a new one
assert np.allclose(product(a), a @ a + 1.0 + 0.0 + length), product(a)
"""


def ran(folder: Path, program: str) -> tuple[str, str]:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "kept"), "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_that_what_is_found_compiled_gives_the_same_without_the_tables(tmp_path: Path) -> None:
    (tmp_path / "kernels_of_test.py").write_text(MODULE)
    compiled, tables = ran(tmp_path, PROGRAM)
    assert tables == "tables\n"
    found, tables = ran(tmp_path, PROGRAM)
    assert found == compiled
    assert tables == "none\n"
    # and what is not there yet is compiled in a process in which something was found
    assert ran(tmp_path, PROGRAM + AFTERWARDS)[0] == compiled
