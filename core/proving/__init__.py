"""Proofs that what a user made survives: each kills, cuts, starves or feeds Rankscope and looks at what is left."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from core.proving.proof import Proof


@dataclass(frozen=True)
class ProofEntry:
    """A proof that a command runs.

    Attributes:
        prove: ``module:function`` of a Proof.
    """

    label: str
    help: str
    prove: str

    def load(self) -> Proof:
        """Import the proof."""
        module, name = self.prove.split(":")
        found: Proof = getattr(importlib.import_module(module), name)
        return found


PROOFS: dict[str, ProofEntry] = {
    "kill": ProofEntry(
        "Kill",
        "training processes killed at random instants: nothing told is lost, everything opens, the end is the same",
        "core.proving.killing:prove",
    ),
    "resume": ProofEntry(
        "Resume",
        "every model and optimiser cut off at random places: the end equals that of a run in one piece to the bit",
        "core.proving.cutting:prove",
    ),
    "power": ProofEntry(
        "Power",
        "the power goes at any instant: whatever of the unsynced is on the disk, what was told is there and whole",
        "core.proving.power:prove",
    ),
    "disk": ProofEntry(
        "Disk",
        "every place that writes meets a full, a broken and a forbidden disk: what was there before is intact",
        "core.proving.breaking:prove",
    ),
    "fuzz": ProofEntry(
        "Fuzz",
        "files of interactions and bundles made and damaged at random: rows in = kept + rejected, no crash, no hang",
        "core.proving.fuzzing:prove",
    ),
}
"""Proofs without a window; ``soak`` and ``monkey`` are the workbench's."""
