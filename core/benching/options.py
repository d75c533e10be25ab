"""What a benchmark is asked to do."""

from __future__ import annotations

from dataclasses import dataclass

from core.params import param


@dataclass(frozen=True)
class Options:
    """Options of ``rankscope bench``; 0 and an empty text leave the choice to the benchmark."""

    data: str = param("sample", "Interactions to run on.")
    rows: int = param(0, "Made-up interactions instead of a source: so many rows.", low=0, high=2_000_000_000)
    rounds: int = param(7, "Counted rounds; in each, everybody has one turn.", low=1, high=1000)
    threads: int = param(2, "Threads for everybody.", low=1, high=1024)
    factors: int = param(0, "Factors; 0 takes 64 for MF and d2l's 10 for NeuMF and Caser.", low=0, high=4096)
    batch: int = param(0, "Batch size of NeuMF and Caser; 0 takes d2l's 1024 and 4096.", low=0, high=10_000_000)
    loss: str = param("bpr", "Loss of MF.", choices=("bpr", "hinge", "bce", "warp"))
    epochs: int = param(0, "Epochs in a turn; 0 takes as many as fill a quarter of a second.", low=0, high=10_000)
    quality: int = param(0, "Epochs of a fresh training whose ranking is told beside the times; 0 is none.", low=0)
    peers: tuple[str, ...] = param((), "Peers to run beside it; empty takes every one that is installed, 'none' none.")
