"""The options of each export, declared without anything heavy."""

from __future__ import annotations

from dataclasses import dataclass

from core.params import param

RAW = "Texts unchanged"
RAW_HELP = "Write texts as they are, even those that a spreadsheet would run as a formula."


@dataclass(frozen=True)
class ModelOptions:
    """Weights, card and program."""

    histories: bool = param(
        True,
        "Add what each user has met: it is hidden from the lists, and sequence models need it. Leave it out where "
        "nobody may see it.",
        label="Histories of the users",
    )


@dataclass(frozen=True)
class OnnxOptions:
    """An ONNX graph."""

    candidates: bool = param(
        False,
        "Take the items to score as an input of their own; otherwise the whole catalogue is scored.",
        label="Items as an input",
    )
    ids: bool = param(
        True, "Put the ids of users and items into the file, so that rows can be told.", label="Ids inside"
    )


@dataclass(frozen=True)
class EmbeddingOptions:
    """Vectors of users and items."""

    format: str = param(
        "npy",
        "npy: NumPy arrays with the ids beside them; parquet: one row a vector; word2vec: text as gensim reads it; "
        "projector: a folder for TensorBoard.",
        choices=("npy", "parquet", "word2vec", "projector"),
    )
    vectors: str = param("both", "Whose vectors.", choices=("both", "items", "users"))
    raw: bool = param(False, RAW_HELP, label=RAW)


@dataclass(frozen=True)
class RecommendationOptions:
    """Lists for all users."""

    k: int = param(10, "Length of each user's list.", low=1, high=100_000, label="Items for each user")
    raw: bool = param(False, RAW_HELP, label=RAW)


@dataclass(frozen=True)
class MetricOptions:
    """Tables of what was measured."""

    format: str = param("csv", "Kind of table.", choices=("csv", "parquet"))
    raw: bool = param(False, RAW_HELP, label=RAW)


@dataclass(frozen=True)
class NoOptions:
    """Nothing to choose."""


@dataclass(frozen=True)
class BundleOptions:
    """A run in one file."""

    data: bool = param(
        True,
        "Put the data in. Without it the bundle holds its hash only, and who imports it needs the same data.",
        label="Data inside",
    )
    state: bool = param(
        False,
        "Put in what training needs to go on (optimiser, best weights); otherwise the model alone.",
        label="State for further training",
    )
