from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from core.commands.compare import show
from core.commands.console import Console


def test_that_sampled_figures_are_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    run: Any = SimpleNamespace(name="a", plan=SimpleNamespace(model=SimpleNamespace(name="mf")))
    found = {"auc": {"users": 3, "first": 0.5, "second": 0.6, "difference": 0.1, "low": 0.0, "high": 0.2, "p": 0.5}}
    for protocol in ("full", "sampled"):
        show(Console(as_json=False), run, run, SimpleNamespace(part="test", protocol=protocol), {}, found)  # type: ignore[arg-type]
        assert ("SAMPLED" in capsys.readouterr().out) == (protocol == "sampled")
