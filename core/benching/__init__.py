"""The BENCHES table: key -> what is timed, in which unit, beside which peers; nothing heavy is imported by it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.benching.measuring import Bench
    from core.benching.options import Options


@dataclass(frozen=True)
class BenchEntry:
    """One benchmark.

    Attributes:
        unit: what is counted, such as ``triples``.
        prepare: ``module:function`` from Options to a Bench.
        peers: keys of the PEERS table that can run beside it.
    """

    label: str
    help: str
    unit: str
    prepare: str
    peers: tuple[str, ...] = ()

    def load(self) -> Callable[[Options], Bench]:
        """Import what prepares it."""
        module, name = self.prepare.split(":")
        loaded: Callable[[Options], Bench] = getattr(importlib.import_module(module), name)
        return loaded


BENCHES: dict[str, BenchEntry] = {
    "train-mf": BenchEntry(
        label="Training MF",
        help="Epochs of matrix factorisation by SGD, 64 factors: repeatable, and lock-free.",
        unit="positives",
        prepare="core.benching.training:factorisation",
        peers=("implicit", "lightfm", "cornac"),
    ),
    "train-neumf": BenchEntry(
        label="Training NeuMF",
        help="Epochs of NeuMF at d2l's sizes (10 factors, tower 10-10-10) or its paper's, drawing included.",
        unit="positives",
        prepare="core.benching.training:neumf",
        peers=("recbole",),
    ),
    "train-caser": BenchEntry(
        label="Training Caser",
        help="Epochs of Caser at d2l's sizes (10 factors, 5 items, 16 and 4 filters) or its paper's, cutting included.",
        unit="windows",
        prepare="core.benching.training:caser",
        peers=("recbole",),
    ),
    "evaluate": BenchEntry(
        label="Evaluation",
        help="Full ranking of every held-out item with all metrics, beside the bare matrix product.",
        unit="users",
        prepare="core.benching.ranking:evaluation",
        peers=("irspack", "lightfm"),
    ),
    "recommend": BenchEntry(
        label="Recommendation",
        help="The best 10 items of all users, what they have met left out; and of one user.",
        unit="users",
        prepare="core.benching.ranking:recommendation",
        peers=("implicit",),
    ),
    "import": BenchEntry(
        label="Import",
        help="Reading a CSV with full checking, ids as text and sorting, beside pyarrow's bare read; opening it again.",
        unit="rows",
        prepare="core.benching.importing:importing",
        peers=("pyarrow",),
    ),
    "start": BenchEntry(
        label="Start",
        help="Processes from start to end: the command line, Python alone, and torch.",
        unit="processes",
        prepare="core.benching.starting:starting",
    ),
}
