"""The parts of a plan that are the same for every model: optimiser, training, evaluation."""

from __future__ import annotations

from dataclasses import dataclass

from core.params import param


@dataclass(frozen=True)
class OptimiserSettings:
    """How weights follow the gradient."""

    name: str = param("adam", "Rule that turns gradients into steps.", choices=("sgd", "adagrad", "adam", "adamw"))
    learning_rate: float = param(
        0.001, "Size of a step; for SGD on MF that of a single triple, whatever the batch.", above=0, high=1e6
    )
    momentum: float = param(0.0, "Share of the last step kept (SGD only).", low=0, high=0.999)
    l2: float = param(
        0.0,
        "λ of (λ/2)(|u|² + |i|² + |j|²), a mean over triples: the only decay of embedding rows. For AutoRec, λ of both "
        "matrices.",
        low=0,
        high=1e6,
    )
    weight_decay: float = param(
        0.0, "Decay of the dense layers; embedding rows and biases are left out.", low=0, high=10
    )
    schedule: str = param(
        "constant", "How the learning rate changes over the run.", choices=("constant", "linear", "cosine", "step")
    )
    warmup: float = param(0.0, "Share of the run in which the learning rate rises from 0.", low=0, high=1)
    step_every: int = param(10, "Epochs between two cuts of the step schedule.", low=1, high=100_000, unit="epochs")
    step_factor: float = param(0.5, "What the step schedule multiplies the learning rate by.", above=0, high=1)
    clip: float = param(0.0, "Longest gradient allowed, over all weights; 0 is no clipping.", low=0, high=1e6)
    sparse: str = param(
        "auto",
        "Update only the embedding rows that a batch used (lazy Adam, sparse SGD and Adagrad); auto: where tables are "
        "large beside the batch.",
        choices=("auto", "on", "off"),
    )


@dataclass(frozen=True)
class TrainingSettings:
    """How long, in which steps, where, and when to stop."""

    epochs: int = param(
        40, "Most epochs to train; early stopping can end sooner.", low=1, high=1_000_000, unit="epochs"
    )
    batch_size: int = param(
        0,
        "Positives, windows or rows a step; 0 takes what suits the model and the size of the training part.",
        low=0,
        high=10_000_000,
    )
    seed: int = param(1, "Every random choice of the run follows from it.", low=0, high=2**53)
    stop_on: str = param(
        "ndcg@100",
        "Validation metric that picks the best epoch and stops early; a long list makes it steady with few users.",
    )
    patience: int = param(
        10, "Evaluations without a better value before the run stops; 0 trains all epochs.", low=0, high=100_000
    )
    evaluate_every: int = param(1, "Epochs between two evaluations.", low=1, high=100_000, unit="epochs")
    keep_best: bool = param(True, "End with the weights of the best epoch rather than the last.")
    device: str = param(
        "auto", "Where to compute; auto takes a GPU when there is one.", choices=("auto", "cpu", "cuda", "mps")
    )
    precision: str = param(
        "float32", "Number format of the forward pass on a GPU.", choices=("float32", "bf16", "fp16")
    )
    threads: int = param(
        1, "Threads of the training steps. More can be slower beside a busy window: measure.", low=1, high=1024
    )
    reproducible: bool = param(
        True, "Same seed, machine and threads give the same result to the last bit; off allows lock-free kernels."
    )
    report_every: float = param(0.2, "Seconds between two progress reports.", low=0, high=3600, unit="s")


@dataclass(frozen=True)
class EvaluationSettings:
    """What is measured."""

    ks: tuple[int, ...] = param(
        (5, 10, 20, 50), "List lengths k of Hit@k, nDCG@k and their kind.", low=1, high=1_000_000
    )
    pinned: tuple[str, ...] = param((), "Up to 8 user ids whose held-out rank is told each epoch; empty picks some.")
    bootstrap: int = param(1000, "Resamples for the confidence intervals; 0 gives none.", low=0, high=100_000)
    final: bool = param(True, "Rank the test part once at the end.")
