"""What the WARM table has compiled is all that reading, training and ranking need: nothing is compiled after it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import core
import workbench
from core.compiling import WARM, needed_to_train
from core.models import MODELS

SESSION = """
import importlib, json, pkgutil, sys, tempfile
from pathlib import Path

import core.kernels
from core.compiling import WARM
from numba.core.dispatcher import Dispatcher

def signatures():
    found = {}
    for each in pkgutil.iter_modules(core.kernels.__path__):
        module = importlib.import_module(f"core.kernels.{each.name}")
        for name, value in vars(module).items():
            if isinstance(value, Dispatcher) and value.py_func.__module__ == module.__name__:
                found[f"{each.name}.{name}"] = sorted(map(str, value.signatures))
    return found

for entry in WARM.values():
    with tempfile.TemporaryDirectory() as folder:
        entry.run(Path(folder))
warm = signatures()

from core.commands import main

folder = Path(sys.argv[1])
numbers = [(user, (user * step + step) % 300, step) for user in range(200) for step in range(1, 40)]
path = folder / "other.tsv"
lines = [f"u{user}\\ti{item}\\t{1_600_000_000 + day * 86_400}\\n" for user, item, day in numbers]
path.write_text("user\\titem\\ttimestamp\\n" + "".join(lines))

def ask(*words):
    assert main(["--workspace", str(folder / "workspace"), *words]) == 0, words
for model in ("mf", "neumf", "caser", "autorec-user"):
    run = folder / model
    ask("train", "--data", str(path), "--model", model, "--epochs", "1", "--out", str(run))
    ask("evaluate", str(run))
    ask("recommend", str(run), "--user", "u3")
ask("train", "--data", str(path), "--split", "time", "--epochs", "1", "--set", "factors=16")
after = signatures()
new = {name: sorted(set(found) - set(warm[name])) for name, found in after.items() if set(found) - set(warm[name])}
(folder / "found.json").write_text(json.dumps({"warm": warm, "new": new}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Signatures by kernel: after the table, and what a session on other data added to them."""
    folder = tmp_path_factory.mktemp("session")
    done = subprocess.run(
        [sys.executable, "-c", SESSION, str(folder)], capture_output=True, text=True, timeout=600, check=False
    )
    assert not done.returncode, done.stderr
    read: dict[str, Any] = json.loads((folder / "found.json").read_text())
    return read


def test_that_a_session_compiles_nothing_that_the_table_did_not(found: dict[str, Any]) -> None:
    assert found["new"] == {}


def test_that_the_table_compiles_every_kernel_that_python_calls(found: dict[str, Any]) -> None:
    called = called_from_python()
    assert "topk.best_rows" in called
    assert [name for name in sorted(called) if not found["warm"].get(name, True)] == []


def test_that_each_model_that_learns_waits_for_what_it_calls() -> None:
    for model, entry in MODELS.items():
        keys = needed_to_train(model)
        assert {"reading", "ranking"} <= set(keys)
        assert (len(keys) > 2) == bool(entry.losses), model
    assert set(needed_to_train("caser")) >= {"caser"}
    assert "neural" not in needed_to_train("caser")
    assert next(iter(WARM)) == "reading"


def called_from_python() -> set[str]:
    """Names of the form ``module.function`` of core.kernels that are used outside of compiled functions."""
    used: set[str] = set()
    for package in (core, workbench):
        for path in Path(str(package.__file__)).parent.rglob("*.py"):
            if path.stem.endswith("_reference"):
                continue
            tree = ast.parse(path.read_text("utf-8"))
            modules: dict[str, str] = {}
            functions: dict[str, str] = {}
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and node.module == "core.kernels":
                    modules |= {alias.asname or alias.name: alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("core.kernels."):
                    stem = str(node.module).rpartition(".")[2]
                    functions |= {alias.asname or alias.name: f"{stem}.{alias.name}" for alias in node.names}
            if path.parent.name == "kernels":
                functions |= {
                    node.name: f"{path.stem}.{node.name}" for node in tree.body if isinstance(node, ast.FunctionDef)
                }
            for node in plain_code(tree):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in functions:
                    used.add(functions[node.id])
                elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
                    used.add(f"{modules[node.value.id]}.{node.attr}")
    return used


def plain_code(node: ast.AST) -> Iterator[ast.AST]:
    """Everything below a node, but for what is compiled, and the plain references, which nobody calls."""
    for child in ast.iter_child_nodes(node):
        compiled = isinstance(child, ast.FunctionDef) and any(
            "njit" in ast.unparse(each) or "intrinsic" in ast.unparse(each) for each in child.decorator_list
        )
        reference = isinstance(child, ast.FunctionDef) and child.name.endswith("_reference")
        if not compiled and not reference:
            yield child
            yield from plain_code(child)
