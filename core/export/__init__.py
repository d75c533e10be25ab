"""The TARGETS table: key -> what can leave Rankscope, in which files, with which options; nothing heavy is imported."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.export import preview, settings
from core.export.facts import Facts
from core.export.preview import Planned

if TYPE_CHECKING:
    from core.export.request import Request

Files = Callable[[Facts, Any], tuple[Planned, ...]]


@dataclass(frozen=True)
class Target:
    """One thing to export.

    Attributes:
        opens_in: the programs that it is for.
        settings: dataclass of its options.
        function: ``module:function`` that writes it; takes a Request and gives notes.
        files: the files that it would write, with estimated sizes.
        suffixes: endings of its one file, the usual one first; none where it is a folder.
        unfit: why a run cannot be exported so, one sentence; empty when it can.
        holds: what of the user's goes with it, for who sends it on; empty where the files say it.
    """

    label: str
    help: str
    opens_in: str
    settings: type
    function: str
    files: Files
    suffixes: tuple[str, ...] = ()
    unfit: Callable[[Facts], str] = lambda facts: ""
    holds: Callable[[Any], str] = lambda options: ""

    def load(self) -> Callable[[Request], tuple[str, ...]]:
        """Import the function."""
        module, name = self.function.split(":")
        loaded: Callable[[Request], tuple[str, ...]] = getattr(importlib.import_module(module), name)
        return loaded


def needs_weights(facts: Facts) -> str:
    """A run that failed or has not saved anything has no model."""
    return "" if facts.users and facts.items else "The run holds no data to name its users and items by"


def needs_vectors(facts: Facts) -> str:
    """Only models that learn vectors have some to give away."""
    if not preview.kinds_of_vectors(facts):
        return "This model learns no vectors for users or items"
    return needs_weights(facts)


def needs_results(facts: Facts) -> str:
    """What was not measured cannot be written down."""
    return "" if facts.measured else "The run was not measured: it has not ended, or it failed"


TARGETS: dict[str, Target] = {
    "model": Target(
        label="Model",
        help="Weights as safetensors, a card in JSON, the id maps, and one program that recommends with NumPy alone.",
        opens_in="Python with NumPy; safetensors in PyTorch, JAX, Rust",
        settings=settings.ModelOptions,
        function="core.export.model:write_model",
        files=preview.model_files,
        unfit=needs_weights,
    ),
    "onnx": Target(
        label="ONNX",
        help="The model as one graph that scores the catalogue for a batch of users, histories or windows.",
        opens_in="ONNX Runtime, in Python, C#, Java, JavaScript, on phones",
        settings=settings.OnnxOptions,
        function="core.export.onnx_file:write_onnx",
        files=preview.onnx_files,
        suffixes=(".onnx",),
        unfit=needs_weights,
    ),
    "embeddings": Target(
        label="Embeddings",
        help="The vectors that the model learned for items and users, with their ids and titles.",
        opens_in="NumPy, pandas, gensim, TensorBoard's projector",
        settings=settings.EmbeddingOptions,
        function="core.export.embeddings:write_embeddings",
        files=preview.embedding_files,
        unfit=needs_vectors,
    ),
    "recommendations": Target(
        label="Recommendations",
        help="The best items of every user as CSV, Parquet, JSON lines, or a TREC run (.run).",
        opens_in="Spreadsheets, pandas, databases, trec_eval, RecBole",
        settings=settings.RecommendationOptions,
        function="core.export.recommendations:write_for_all",
        files=preview.recommendation_files,
        suffixes=(".csv", ".parquet", ".jsonl", ".run"),
        unfit=needs_weights,
    ),
    "metrics": Target(
        label="Metrics",
        help="Tables of what was measured: one row an epoch, and one row a user.",
        opens_in="Spreadsheets, pandas, R",
        settings=settings.MetricOptions,
        function="core.export.metrics:write_metrics",
        files=preview.metric_files,
        unfit=needs_results,
    ),
    "tensorboard": Target(
        label="TensorBoard",
        help="Loss, learning rate and validation metrics as event files, with Popularity and Random beside them.",
        opens_in="TensorBoard",
        settings=settings.NoOptions,
        function="core.export.tensorboard:write_tensorboard",
        files=preview.tensorboard_files,
    ),
    "report": Target(
        label="Report",
        help="One page to send: what data, what model, the curves, the metrics with intervals, the plan.",
        opens_in="Any browser; no network, no scripts",
        settings=settings.NoOptions,
        function="core.export.report:write_report",
        files=preview.report_files,
        suffixes=(".html",),
        unfit=needs_results,
    ),
    "repeat": Target(
        label="Script",
        help="The plan as TOML, one Python script and one command line that repeat the run to the bit.",
        opens_in="Python with Rankscope; a shell",
        settings=settings.NoOptions,
        function="core.export.repeat:write_repeat",
        files=preview.repeat_files,
    ),
    "bundle": Target(
        label="Bundle",
        help="The whole run in one zip that another Rankscope imports, with its data or with the data's hash only.",
        opens_in="Rankscope on any computer: drop it on the window",
        settings=settings.BundleOptions,
        function="core.export.bundle:write_bundle",
        files=preview.bundle_files,
        suffixes=(".zip",),
        unfit=needs_weights,
        holds=preview.bundle_holds,
    ),
}
