"""Cornac: BPR on the CPU."""

from __future__ import annotations

from typing import Any

import cornac
import numpy as np
from cornac.data import Dataset
from cornac.models import BPR

from core.benching.measuring import Contender, repeated
from core.benching.options import Options
from core.benching.quality import FactorScorer, quality
from core.splits.split import Split
from core.training.plan import Plan


def train_mf(split: Split, plan: Plan, options: Options) -> list[Contender]:
    """Epochs of BPR; a draw that the user has met is skipped."""
    if plan.loss is None or plan.loss.name != "bpr":
        return []
    train = split.train
    rows = list(zip(train.users.tolist(), train.items.tolist(), [1.0] * len(train), strict=True))
    users = {user: user for user in range(train.n_users)}
    items = {item: item for item in range(train.n_items)}
    data = Dataset.build(rows, global_uid_map=users, global_iid_map=items)

    def model(epochs: int, **more: Any) -> Any:
        return BPR(
            k=plan.model.settings.factors,
            max_iter=epochs,
            learning_rate=0.05,
            lambda_reg=0.01,
            num_threads=options.threads,
            verbose=False,
            **more,
        )

    kept = model(1).fit(data)

    def epoch() -> float:
        nonlocal kept
        kept = model(1, init_params={"U": kept.u_factors, "V": kept.i_factors, "Bi": kept.i_biases}).fit(data)
        return float(len(train))

    def trained() -> dict[str, float]:
        fresh = model(options.quality).fit(data)
        ones = np.ones((train.n_users, 1), np.float32)
        return quality(
            FactorScorer(np.hstack([fresh.u_factors, ones]), np.hstack([fresh.i_factors, fresh.i_biases[:, None]])),
            split,
        )

    return [
        Contender(
            f"Cornac {cornac.__version__}",
            repeated(epoch, asked=options.epochs),
            quality=trained if options.quality else None,
        )
    ]
