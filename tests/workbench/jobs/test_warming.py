"""What is loaded after the first painting, and beside what."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from core import lean_torch
from core.lean_torch import PUT_OFF
from workbench.jobs.job import JobControl
from workbench.jobs.warming import BESIDE, STAGES, warm

ALONE = """
import importlib, sys
from importlib.machinery import ExtensionFileLoader
from workbench.jobs.warming import BESIDE, STAGES
from workbench.pages import page_modules
for stage, names in STAGES.items():
    for name in names:
        importlib.import_module(name)
    if stage == BESIDE:
        break
before = set(sys.modules)
assert any(name.startswith("core.kernels.") for name in before), "numba is made ready by the first kernel"
for name in page_modules()[BESIDE]:
    importlib.import_module(name)
further = set(sys.modules) - before
assert len(further) > 50
specs = [sys.modules[name].__spec__ for name in further]
print([spec.name for spec in specs if spec is not None and isinstance(spec.loader, ExtensionFileLoader)])
"""


def test_that_what_torch_s_library_is_loaded_beside_is_of_python_alone() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_that_torch_s_library_is_begun_once_the_compiled_modules_before_it_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []
    monkeypatch.setattr(importlib, "import_module", order.append)
    monkeypatch.setattr(lean_torch, "begin_loading_torch", lambda: order.append("begin"))
    monkeypatch.setattr(lean_torch, "keep_torch_lean", lambda: None)
    monkeypatch.setitem(sys.modules, "torch", None)
    told: list[object] = []
    warm(JobControl(), told.append, {BESIDE: ("pages.one", "pages.two"), "training": ("pages.three",)})
    begun = order.index("begin")
    assert order[begun - 1] == STAGES[BESIDE][-1]
    assert order[begun + 1 : begun + 3] == ["pages.one", "pages.two"]
    assert order.count("begin") == 1
    assert told == list(STAGES)


def test_that_nothing_is_loaded_that_only_tracing_asks_for() -> None:
    assert not {name for names in STAGES.values() for name in names} & set(PUT_OFF)
