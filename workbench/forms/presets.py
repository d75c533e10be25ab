"""Presets: known sets of values for a model, with where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Values = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Preset:
    """Values by section for some models.

    Attributes:
        models: model key to plain values; ``*`` stands for every other model.
    """

    label: str
    help: str
    models: Mapping[str, Values]

    def values(self, model: str) -> Values | None:
        """The values for a model; None when the preset says nothing of it."""
        return self.models.get(model, self.models.get("*"))


D2L_NOTE = (
    "Sizes and rates of Dive into Deep Learning, with logits in place of a sigmoid and without its weight decay: "
    "as printed, the decay beats the small gradients, all scores become equal and nothing is ranked"
)

PRESETS: dict[str, Preset] = {
    "default": Preset("Defaults", "What worked best when Rankscope was measured.", {"*": {}}),
    "quick": Preset(
        "Quick look",
        "Twelve epochs at most: seconds, not the best ranking.",
        {"*": {"training": {"epochs": 12, "patience": 3}}, "popularity": {}, "random": {}},
    ),
    "d2l": Preset(
        "d2l chapter",
        D2L_NOTE + ".",
        {
            "mf": {
                "model": {"factors": 30, "biases": True},
                "loss": {"name": "squared"},
                "optimiser": {"name": "adam", "learning_rate": 0.002, "l2": 0.0},
                "training": {"epochs": 20, "batch_size": 512},
            },
            "autorec-item": {
                "model": {"factors": 500, "feedback": "ratings"},
                "loss": {"name": "squared"},
                "optimiser": {"name": "adam", "learning_rate": 0.002, "l2": 0.0},
                "training": {"epochs": 25, "batch_size": 256, "stop_on": "rmse"},
            },
            "neumf": {
                "model": {"factors": 10, "tower": [10, 10, 10]},
                "loss": {"name": "bpr"},
                "sampler": {"name": "uniform", "negatives": 1},
                "optimiser": {"name": "adam", "learning_rate": 0.01, "l2": 0.0, "weight_decay": 0.0},
                "training": {"epochs": 10, "batch_size": 1024},
            },
            "caser": {
                "model": {
                    "factors": 10,
                    "window": 5,
                    "targets": 1,
                    "horizontal_filters": 16,
                    "vertical_filters": 4,
                    "dropout": 0.05,
                },
                "loss": {"name": "bpr"},
                "sampler": {"name": "uniform", "negatives": 1},
                "optimiser": {"name": "adam", "learning_rate": 0.04, "l2": 0.0, "weight_decay": 0.0},
                "training": {"epochs": 8, "batch_size": 4096},
            },
        },
    ),
    "paper": Preset(
        "Paper",
        "What the authors of the model report.",
        {
            "mf": {
                "loss": {"name": "bpr"},
                "model": {"factors": 64},
                "optimiser": {"name": "sgd", "learning_rate": 0.05, "l2": 0.0025},
            },
            "gmf": {
                "model": {"factors": 8},
                "loss": {"name": "bce"},
                "sampler": {"name": "uniform", "negatives": 4},
                "optimiser": {"name": "adam", "learning_rate": 0.001},
                "training": {"batch_size": 256, "epochs": 20},
            },
            "mlp": {
                "model": {"factors": 32, "tower": [32, 16, 8]},
                "loss": {"name": "bce"},
                "sampler": {"name": "uniform", "negatives": 4},
                "optimiser": {"name": "adam", "learning_rate": 0.001},
                "training": {"batch_size": 256, "epochs": 20},
            },
            "neumf": {
                "model": {"factors": 8, "tower": [32, 16, 8]},
                "loss": {"name": "bce"},
                "sampler": {"name": "uniform", "negatives": 4},
                "optimiser": {"name": "adam", "learning_rate": 0.001},
                "training": {"batch_size": 256, "epochs": 20},
            },
            "caser": {
                "model": {"factors": 50, "window": 5, "targets": 3, "dropout": 0.5},
                "loss": {"name": "bce"},
                "sampler": {"name": "uniform", "negatives": 3},
                "optimiser": {"name": "adam", "learning_rate": 0.001},
                "training": {"batch_size": 512, "epochs": 50},
            },
        },
    ),
}
