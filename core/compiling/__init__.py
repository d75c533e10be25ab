"""The WARM table: what to do, on tiny data, so that every kernel that a session may need is compiled and kept."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Warm:
    """One thing that people do, done once on tiny data.

    Attributes:
        flow: ``module:function``; it is given an empty folder of its own to work in.
        models: training one of these waits for it; with none, training any does.
    """

    flow: str
    models: tuple[str, ...] = ()

    def run(self, folder: Path) -> None:
        """Do it."""
        module, name = self.flow.split(":")
        work: Callable[[Path], None] = getattr(importlib.import_module(module), name)
        work(folder)


WARM: dict[str, Warm] = {
    "reading": Warm("core.compiling.reading:read_tiny_files"),
    "ranking": Warm("core.compiling.ranking:rank_tiny_data"),
    "factorisation": Warm("core.compiling.training:train_factorisation", ("mf",)),
    "warp": Warm("core.compiling.training:train_warp", ("mf",)),
    "neural": Warm("core.compiling.training:train_neural", ("gmf", "mlp", "neumf")),
    "caser": Warm("core.compiling.training:train_caser", ("caser",)),
    "samplers": Warm("core.compiling.training:train_with_each_sampler", ("mf", "gmf", "mlp", "neumf", "caser")),
    "autorec": Warm("core.compiling.training:train_autorec", ("autorec-user", "autorec-item")),
    "map": Warm("core.compiling.drawing:paint_tiny_map", ("none",)),
}
"""In the order in which a session needs them; each compiles what those before it did not."""


def needed_to_train(model: str) -> tuple[str, ...]:
    """Keys of all that compiles what training the model calls."""
    return tuple(key for key, each in WARM.items() if not each.models or model in each.models)
