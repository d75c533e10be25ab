"""The DRAWINGS table: which drawing stands beside which topic, made when it is first shown."""

from __future__ import annotations

import importlib
from abc import abstractmethod

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.page import Context

TALLEST = 760
"""Pixels: on a large screen a drawing does not stretch for ever."""


class Drawing(QWidget):
    """A drawing that can be played with; one serves all topics of its kind."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.setMaximumHeight(TALLEST)

    @abstractmethod
    def show_key(self, key: str) -> None:
        """Show what belongs to a key, such as ``bpr`` for ``loss.bpr``."""


DRAWINGS: dict[str, str] = {
    "loss": "workbench.pages.guide.loss_drawing:LossDrawing",
    "model": "workbench.pages.guide.model_drawing:ModelDrawing",
    "metric": "workbench.pages.guide.metric_drawing:MetricDrawing",
    "sampler": "workbench.pages.guide.sampler_drawing:SamplerDrawing",
    "split": "workbench.pages.guide.split_drawing:SplitDrawing",
    "sampled": "workbench.pages.guide.sampled_drawing:SampledDrawing",
    "stopping": "workbench.pages.guide.stopping_drawing:StoppingDrawing",
    "paired": "workbench.pages.guide.paired_drawing:PairedDrawing",
    "windows": "workbench.pages.guide.windows_drawing:WindowsDrawing",
}
"""First word of a topic -> ``module:class`` of its Drawing."""

SAME_AS: dict[str, str] = {
    "idea.pairwise": "loss.bpr",
    "idea.ranking": "metric.auc",
    "idea.negatives": "sampler.uniform",
    "idea.popularity-bias": "sampler.popularity",
    "idea.windows": "windows.any",
    "idea.leakage": "split.leave-last-out",
    "idea.sampled-metrics": "sampled.any",
    "idea.early-stopping": "stopping.any",
    "idea.intervals": "paired.any",
}
"""Topics that show the drawing of another one; ``word.key`` need not be a topic itself."""


def drawn(topic: str) -> tuple[str, str] | None:
    """Word of the table and key for a topic; None where nothing is drawn."""
    word, dot, key = SAME_AS.get(topic, topic).partition(".")
    return (word, key) if dot and word in DRAWINGS else None


def make_drawing(word: str, context: Context) -> Drawing:
    """Import and make a drawing."""
    module, name = DRAWINGS[word].split(":")
    made: Drawing = getattr(importlib.import_module(module), name)(context)
    return made
