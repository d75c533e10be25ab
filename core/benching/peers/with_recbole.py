"""RecBole: NeuMF and Caser by its own trainer, an epoch a turn."""

from __future__ import annotations

import contextlib
import io
import logging
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.benching.measuring import Contender, repeated
from core.benching.options import Options
from core.benching.training import negatives_of
from core.splits.split import Split
from core.training.plan import Plan

# RecBole 1.2.1 asks for names that numpy 2 no longer has
for _old, _new in {"bool8": np.bool_, "float_": np.float64, "unicode_": np.str_, "complex_": np.complex128}.items():
    if not hasattr(np, _old):
        setattr(np, _old, _new)

COMMON: dict[str, Any] = {
    "USER_ID_FIELD": "user",
    "ITEM_ID_FIELD": "item",
    "TIME_FIELD": "time",
    "load_col": {"inter": ["user", "item", "time"]},
    "use_gpu": False,
    "device": "cpu",
    "show_progress": False,
    "state": "CRITICAL",
    "seed": 1,
    "reproducibility": False,
    "epochs": 1,
}


def train_neumf(split: Split, plan: Plan, options: Options) -> list[Contender]:
    """NeuMF with cross-entropy, its only loss, and as many uniform negatives."""
    factors, negatives = plan.model.settings.factors, negatives_of(plan)
    own = {
        "mf_embedding_size": factors,
        "mlp_embedding_size": factors,
        "mlp_hidden_size": list(plan.model.settings.tower),
        "dropout_prob": 0.0,
        # it counts the negatives in a batch too: so many are as many positives a step as ours
        "train_batch_size": plan.training.batch_size * (1 + negatives),
        "train_neg_sample_args": _uniform(negatives),
        "eval_args": {"split": {"RS": [1.0, 0.0, 0.0]}, "order": "RO", "group_by": "none", "mode": "full"},
    }
    return _contender("NeuMF", own, split, plan, options)


def train_caser(split: Split, plan: Plan, options: Options) -> list[Contender]:
    """Caser with BPR and one negative, one target a window: it has no more of either."""
    own = {
        "embedding_size": plan.model.settings.factors,
        "nh": plan.model.settings.horizontal_filters,
        "nv": plan.model.settings.vertical_filters,
        "MAX_ITEM_LIST_LENGTH": plan.model.settings.window,
        "dropout_prob": plan.model.settings.dropout,
        "reg_weight": 0.0,
        "loss_type": "BPR",
        "train_batch_size": plan.training.batch_size,
        "train_neg_sample_args": _uniform(1),
        "eval_args": {"split": {"LS": "test_only"}, "order": "TO", "group_by": "user", "mode": "full"},
    }
    return _contender("Caser", own, split, plan, options)


def _uniform(negatives: int) -> dict[str, Any]:
    return {"distribution": "uniform", "sample_num": negatives, "dynamic": False, "candidate_num": 0}


def _contender(model: str, own: dict[str, Any], split: Split, plan: Plan, options: Options) -> list[Contender]:
    import recbole
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.utils import get_model, get_trainer, init_seed

    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="rankscope-bench-") as folder, _quietly():
        _write(split, Path(folder))
        config = Config(
            model=model,
            dataset="bench",
            config_dict={
                **COMMON,
                **own,
                "data_path": folder,
                "learning_rate": plan.optimiser.learning_rate,
                "checkpoint_dir": folder,
            },
        )
        init_seed(1, False)
        dataset = create_dataset(config)
        train_data = data_preparation(config, dataset)[0]
        network = get_model(model)(config, train_data.dataset)
        trainer = get_trainer(config["MODEL_TYPE"], model)(config, network)
    rows = float(len(train_data.dataset))
    number = 0

    def epoch() -> float:
        nonlocal number
        torch.set_num_threads(options.threads)
        trainer._train_epoch(train_data, number, show_progress=False)
        number += 1
        return rows

    return [Contender(f"RecBole {recbole.__version__}", repeated(epoch, asked=options.epochs))]


def _write(split: Split, folder: Path) -> None:
    """The training events in RecBole's atomic format; for Caser each user's last one is what it would test on."""
    (folder / "bench").mkdir()
    train = split.train
    times = np.arange(len(train)) if train.times is None else train.times
    with (folder / "bench" / "bench.inter").open("w", encoding="utf-8") as file:
        file.write("user:token\titem:token\ttime:float\n")
        for user, item, time in zip(train.users.tolist(), train.items.tolist(), times.tolist(), strict=True):
            file.write(f"{user}\t{item}\t{time}\n")


@contextlib.contextmanager
def _quietly() -> Any:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
