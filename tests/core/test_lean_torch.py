"""torch is imported without what only tracing asks for, trains the same without it, and traces as ever."""

from __future__ import annotations

import subprocess
import sys

import pytest

LEAN = """
import sys
from core.lean_torch import PUT_OFF, SHAPES, begin_loading_torch, keep_torch_lean
keep_torch_lean()
keep_torch_lean()
begin_loading_torch()
begin_loading_torch()
import threading
import torch
assert [each.name for each in threading.enumerate()] == ["MainThread"]
assert not set(PUT_OFF) & set(sys.modules)
"""
TRAINED = """
import torch
torch.manual_seed(3)
drawn = torch.rand(3, generator=torch.Generator().manual_seed(4))
layer = torch.nn.Linear(3, 2)
for _ in range(5):
    torch.nn.functional.softplus(layer(torch.randn(4, 3))).sum().backward()
    with torch.no_grad():
        layer.weight -= 0.1 * layer.weight.grad
print(layer.weight.double().sum().item().hex(), drawn.tolist())
"""
NOT_NEEDED = "assert not set(PUT_OFF) & set(sys.modules)\n"
COMPILER = """
# loads torch's compiler, which needs the shapes to be there before it
torch.optim.Adam(layer.parameters()).step()
assert SHAPES in sys.modules
assert tuple(torch.linalg.cholesky(torch.empty(3, 3, device="meta")).shape) == (3, 3)
"""
EXPORTED = """
assert "Absent" in repr(type(torch.export))
exported = torch.export.export(layer, (torch.ones(4, 3),))
assert torch.equal(exported.module()(torch.ones(4, 3)), layer(torch.ones(4, 3)))
"""


def ran(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_that_torch_trains_the_same_without_the_shapes() -> None:
    assert ran(LEAN + TRAINED + NOT_NEEDED) == ran(TRAINED)


@pytest.mark.parametrize("traced", [COMPILER, EXPORTED])
def test_that_the_shapes_are_there_before_what_traces(traced: str) -> None:
    assert ran(LEAN + TRAINED + traced) == ran(TRAINED)


def test_that_a_refused_command_loads_no_torch() -> None:
    program = "from core.commands import main; main(['train', '--loss', 'none-such']); import sys; print(*sys.modules)"
    assert not {"torch", "numba", "pandas"} & set(ran(program).split())


BESIDE = """
import importlib, sys, threading
from core import lean_torch
done, let_go, wait = [], threading.Event(), lean_torch.wait_for_torch
lean_torch.library_call = lambda: lambda: (let_go.wait(60), done.append("library"))
lean_torch.keep_torch_lean()
lean_torch.begin_loading_torch()
assert "colorsys" not in sys.modules and "pyarrow" not in sys.modules
import colorsys
assert not done
# the library is there once somebody has waited for it, and never before
lean_torch.wait_for_torch = lambda: (let_go.set(), wait())
thread = threading.Thread(target=lambda: (importlib.import_module("pyarrow.lib"), done.append("compiled")))
thread.start()
thread.join()
let_go.set()
print(*done)
"""


def test_that_a_compiled_module_waits_for_torch_s_library_and_one_of_python_alone_does_not() -> None:
    assert ran(BESIDE).split() == ["library", "compiled"]
