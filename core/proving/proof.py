"""What a proof is asked and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.params import param

SHOWN = 20
"""Violations that are told one by one."""


@dataclass(frozen=True)
class Options:
    """How long a proof runs; 0 takes what the proof takes by itself, less of it when quick."""

    quick: bool = param(False, "A short version.")
    kills: int = param(0, "Processes to kill (kill).", low=0, high=1_000_000)
    cuts: int = param(0, "Places to cut each run at (resume).", low=0, high=100_000)
    states: int = param(0, "States of the disk to look at (power).", low=0, high=100_000_000)
    files: int = param(0, "Files of interactions, and as many bundles (fuzz).", low=0, high=100_000_000)
    events: int = param(0, "Events in all (monkey).", low=0, high=100_000_000)
    minutes: float = param(0.0, "Minutes (soak).", low=0, high=100_000, unit="min")
    seed: int = param(1, "What is done at random follows from it.", low=0, high=2**31)


@dataclass(frozen=True)
class Progress:
    """How far a proof is."""

    done: int
    total: int
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What was found.

    Attributes:
        figures: counts for the result line.
        violations: sentences, each with what repeats it; none means that the proof holds.
    """

    figures: dict[str, Any]
    violations: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing was violated."""
        return not self.violations


Proof = Callable[[Options, Path], Generator[Progress, None, Verdict]]
"""Runs in an empty folder that is removed afterwards."""


def amount(asked: int, usual: int, quick: int, options: Options) -> int:
    """How many: as asked, else the usual number, or fewer when quick."""
    return asked or (quick if options.quick else usual)
