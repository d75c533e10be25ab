"""The parameters of each model, declared without torch."""

from __future__ import annotations

from dataclasses import dataclass

from core.params import param

FACTORS_HELP = "Length of the vector that stands for a user or an item."


@dataclass(frozen=True)
class NoSettings:
    """A model without parameters."""


@dataclass(frozen=True)
class FactorisationSettings:
    """Matrix factorisation."""

    factors: int = param(64, FACTORS_HELP, low=1, high=4096)
    biases: bool = param(
        False, "Add a learned bias b_i for each item; with squared error also b_u for each user and the mean rating."
    )
    similarity: str = param(
        "dot",
        "Dot product, or cosine: both vectors are scaled to length 1 before the product.",
        choices=("dot", "cosine"),
    )
    init_scale: float = param(0.1, "Standard deviation of the first factors.", above=0, high=10)


@dataclass(frozen=True)
class GMFSettings:
    """Generalised matrix factorisation."""

    factors: int = param(32, FACTORS_HELP, low=1, high=4096)


@dataclass(frozen=True)
class MLPSettings:
    """Multi-layer perceptron."""

    factors: int = param(32, FACTORS_HELP, low=1, high=4096)
    tower: tuple[int, ...] = param((64, 32, 16), "Widths of the hidden layers, first to last.", low=1, high=8192)
    dropout: float = param(0.0, "Share of the tower's inputs set to zero while training.", low=0, high=0.95)


@dataclass(frozen=True)
class NeuMFSettings:
    """GMF and MLP joined."""

    factors: int = param(32, FACTORS_HELP + " GMF and MLP have tables of their own.", low=1, high=4096)
    tower: tuple[int, ...] = param((64, 32, 16), "Widths of the hidden layers, first to last.", low=1, high=8192)
    dropout: float = param(0.0, "Share of the tower's inputs set to zero while training.", low=0, high=0.95)
    start_gmf: str | None = param(None, "A trained GMF run to start from (needs start_mlp too).")
    start_mlp: str | None = param(None, "A trained MLP run to start from (needs start_gmf too).")
    gmf_share: float = param(
        0.5, "Mix of the two trained output layers: h = [share · h_GMF ; (1 - share) · h_MLP].", low=0, high=1
    )


@dataclass(frozen=True)
class AutoRecSettings:
    """Autoencoder over rows of the interaction matrix."""

    factors: int = param(200, "Width of the hidden layer.", low=1, high=8192)
    feedback: str = param(
        "implicit",
        "implicit: observed entries are 1, and sampled zeros stand for the rest; ratings: missing entries are 0 at the "
        "input and masked in the loss.",
        choices=("implicit", "ratings"),
    )


@dataclass(frozen=True)
class CaserSettings:
    """Convolutional sequence embedding."""

    factors: int = param(50, FACTORS_HELP, low=1, high=2048)
    window: int = param(
        5, "Inputs: how many of the user's last items the model sees (L).", low=1, high=200, unit="items"
    )
    targets: int = param(3, "Targets: how many next items each window predicts (T).", low=1, high=50, unit="items")
    horizontal_filters: int = param(16, "Horizontal filters for each height 1..L (d).", low=1, high=1024)
    vertical_filters: int = param(4, "Vertical filters (d').", low=1, high=1024)
    dropout: float = param(0.5, "Share of the convolutions' outputs set to zero while training.", low=0, high=0.95)
    use_horizontal: bool = param(True, "Horizontal convolutions; switch off for the ablation of d2l 16.7.")
    use_vertical: bool = param(True, "Vertical convolutions; switch off for the ablation of d2l 16.7.")
    use_user: bool = param(True, "The user's own factors p_u beside the sequence; switch off for the ablation.")
