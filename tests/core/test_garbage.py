"""While a library is loaded nothing is looked through, and garbage is found as ever before and after it."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import gc
import weakref
from core.garbage import collect_seldom, nothing_looked_for

class Node:
    def __init__(self):
        self.me = self

def dropped(many):
    first = weakref.ref(Node())
    kept = [[] for _ in range(many)]
    return first() is None

collect_seldom()
assert dropped(30_000)
looks = []
gc.callbacks.append(lambda phase, about: looks.append(about["generation"]))
with nothing_looked_for():
    assert not dropped(30_000)
    stays = [[] for _ in range(100_000)]
assert not looks
assert gc.get_freeze_count() > 100_000
assert gc.isenabled()
assert dropped(30_000)
gc.disable()
with nothing_looked_for():
    pass
assert not gc.isenabled()
"""
TORCH = """
import gc
from core.garbage import collect_seldom
from core.lean_torch import import_the_rest_of_torch, keep_torch_lean
collect_seldom()
keep_torch_lean()
import numpy
looks = []
gc.callbacks.append(lambda phase, about: looks.append(about["generation"]))
import torch
import_the_rest_of_torch()
assert len(looks) <= 2, looks
assert gc.isenabled()
"""


def ran(program: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_that_nothing_is_looked_for_meanwhile_and_all_is_again_afterwards() -> None:
    ran(PROGRAM)


def test_that_torch_is_imported_without_looks() -> None:
    ran(TORCH)
