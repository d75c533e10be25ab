"""Whole processes: how long the command line takes to answer."""

from __future__ import annotations

import subprocess
import sys

from core.benching.measuring import Bench, Contender, Turn
from core.benching.options import Options

PROCESSES = {
    "rankscope --version": [sys.executable, "-m", "workbench", "--version"],
    "rankscope list models": [sys.executable, "-m", "workbench", "list", "models"],
    "rankscope data sample": [sys.executable, "-m", "workbench", "data", "sample"],
}
BOUNDS = {
    "python alone": [sys.executable, "-c", ""],
    "python, import torch": [sys.executable, "-c", "import torch"],
}


def starting(options: Options) -> Bench:
    """One process a turn."""
    ours = [
        Contender(name, _process(words), ours=True, headline=at == 0)
        for at, (name, words) in enumerate(PROCESSES.items())
    ]
    bounds = [Contender(name, _process(words), bound=True) for name, words in BOUNDS.items()]
    return Bench((*ours, *bounds), {"python": sys.version.split()[0]})


def _process(words: list[str]) -> Turn:
    def turn() -> float:
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return 1.0

    return turn
