"""What a benchmark is asked to do."""

from __future__ import annotations

from dataclasses import dataclass

from core.params import param

SIZES = ("d2l", "paper")


@dataclass(frozen=True)
class Options:
    """Options of ``rankscope bench``; 0 and an empty text leave the choice to the benchmark."""

    data: str = param("sample", "Interactions to run on.")
    rows: int = param(0, "Made-up interactions instead of a source: so many rows.", low=0, high=2_000_000_000)
    users: int = param(0, "Made-up users; 0 takes as many as suit the rows.", low=0, high=2**31 - 1)
    items: int = param(0, "Made-up items; 0 takes as many as suit the rows.", low=0, high=2**31 - 1)
    rounds: int = param(7, "Counted rounds; in each, everybody has one turn.", low=1, high=1000)
    threads: int = param(2, "Threads for everybody.", low=1, high=1024)
    size: str = param("d2l", "Settings of NeuMF and Caser for everybody: d2l's, or their papers'.", choices=SIZES)
    factors: int = param(0, "Factors; 0 takes 64 for MF, and what the size says for NeuMF and Caser.", low=0, high=4096)
    batch: int = param(
        0, "Positives or windows a step of NeuMF and Caser; 0 takes what the size says.", low=0, high=10_000_000
    )
    loss: str = param("bpr", "Loss of MF.", choices=("bpr", "hinge", "bce", "warp"))
    epochs: int = param(0, "Epochs in a turn; 0 takes as many as fill a quarter of a second.", low=0, high=10_000)
    quality: int = param(0, "Epochs of a fresh training whose ranking is told beside the times; 0 is none.", low=0)
    peers: tuple[str, ...] = param((), "Peers to run beside it; empty takes every one that is installed, 'none' none.")
