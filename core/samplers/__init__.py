"""The SAMPLERS table: key -> what a form, the command line and a builder need to know; free of torch."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.samplers import settings

if TYPE_CHECKING:
    import torch

    from core.data.interactions import Events
    from core.samplers.base import Sampler

    SamplerBuilder = Callable[[Any, Events, torch.device], Sampler]


@dataclass(frozen=True)
class SamplerEntry:
    """What is known of a sampler before torch is loaded.

    Attributes:
        settings: dataclass of the sampler's own parameters.
        builder: ``module:function``; (settings, training events, device) -> Sampler.
    """

    label: str
    help: str
    source: str
    settings: type
    builder: str

    def load(self) -> SamplerBuilder:
        """Import the builder (and torch with it)."""
        module, name = self.builder.split(":")
        found: SamplerBuilder = getattr(importlib.import_module(module), name)
        return found


SAMPLERS: dict[str, SamplerEntry] = {
    "uniform": SamplerEntry(
        label="Uniform",
        help="Every item that the user has not met in training is equally likely.",
        source="Rendle et al. 2009; d2l 16.5",
        settings=settings.UniformSettings,
        builder="core.samplers.uniform:UniformSampler",
    ),
    "popularity": SamplerEntry(
        label="By popularity",
        help="Unseen items are drawn in proportion to their training events raised to alpha: popular ones are harder.",
        source="Mikolov et al. 2013 (alpha 0.75)",
        settings=settings.PopularitySettings,
        builder="core.samplers.popularity:PopularitySampler",
    ),
    "in-batch": SamplerEntry(
        label="In batch",
        help="The other rows' positives are the negatives; the user's own training items among them are masked.",
        source="Yi et al. 2019",
        settings=settings.InBatchSettings,
        builder="core.samplers.in_batch:InBatchSampler",
    ),
    "dynamic": SamplerEntry(
        label="Dynamic (DNS)",
        help="Of a pool of uniform draws the one that the model now scores highest is the negative.",
        source="Zhang et al. 2013",
        settings=settings.DynamicSettings,
        builder="core.samplers.dynamic:DynamicSampler",
    ),
    "warp": SamplerEntry(
        label="WARP",
        help="Draws until a negative comes within the margin of the positive; how long it took tells the rank.",
        source="Weston et al. 2011",
        settings=settings.WarpSettings,
        builder="core.samplers.warp:WarpSampler",
    ),
}
