"""The layout of a run folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunFolder:
    """Names inside of the folder of a run; the folder holds all that the run needs.

    ``run.json`` what the run is and how it ended; ``plan.toml`` what repeats it; ``events.jsonl`` what it told;
    ``ckpt/`` weights and state; ``data/`` vocabularies, catalogue, parts; ``results/`` what was measured, user by user.
    """

    path: Path

    @property
    def record(self) -> Path:
        """The run's own description; a folder with it is a run."""
        return self.path / "run.json"

    @property
    def plan(self) -> Path:
        """The plan as TOML."""
        return self.path / "plan.toml"

    @property
    def events(self) -> Path:
        """One event a line."""
        return self.path / "events.jsonl"

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.path / "ckpt"

    @property
    def data(self) -> Path:
        """Folder of the data that the run was trained on."""
        return self.path / "data"

    @property
    def results(self) -> Path:
        """Folder of what was measured."""
        return self.path / "results"

    @property
    def written(self) -> tuple[Path, ...]:
        """The folders in which files are written while it is trained and afterwards."""
        return self.path, self.checkpoints, self.results

    def exists(self) -> bool:
        """Whether this is the folder of a run."""
        return self.record.is_file()
