"""Evaluation and recommendation of all users, on the same factors for everybody who can take them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch

from core.benching.inputs import about, split_of
from core.benching.measuring import Bench, Contender, Turn, repeated
from core.benching.options import Options
from core.benching.peers import peers_for
from core.benching.training import threads_text, with_threads
from core.evaluation import evaluate
from core.metrics import summary
from core.models.base import RankingModel
from core.models.factorisation import Factorisation
from core.models.scorer import scorer_for
from core.ranking import top_items, top_items_in_blocks
from core.scoring import Histories, block_size
from core.splits.split import Split
from core.training.plan import Plan, make_plan
from core.training.state import RunState


def _prepared(options: Options) -> tuple[Split, Plan, RankingModel]:
    with tempfile.TemporaryDirectory(prefix="rankscope-bench-") as folder:
        split = split_of(options, Path(folder))
    plan = make_plan({"model": {"name": "mf", "factors": options.factors or 64}})
    # factors as they are before training: ranking takes the same time whatever was learned
    return split, plan, RunState(plan, split).model


def evaluation(options: Options) -> Bench:
    """Ranks of the held-out items of all users, with every metric."""
    split, plan, model = _prepared(options)
    scorer = scorer_for(model)
    users = len(np.unique(split.test.users))

    def turn() -> float:
        summary(evaluate(scorer, split, "test", threads=options.threads))
        return float(users)

    name = f"rankscope, {threads_text(options.threads)}"
    contenders = [Contender(name, repeated(with_threads(options.threads, turn)), ours=True, headline=True)]
    contenders.append(_bare_product(model, split, options))
    return _bench("evaluate", options, split, plan, contenders)


def recommendation(options: Options) -> Bench:
    """The best 10 items of all users, and of one user."""
    split, plan, model = _prepared(options)
    scorer, known = scorer_for(model), (split.train,)
    everybody = np.arange(split.train.n_users, dtype=np.int32)
    hidden = split.train.pairs

    def everyone() -> float:
        for _ in top_items_in_blocks(scorer, everybody, known, hidden, 10, threads=options.threads):
            pass
        return float(len(everybody))

    at = 0

    def one() -> float:
        nonlocal at
        at = (at + 7919) % len(everybody)
        user = everybody[at : at + 1]
        top_items(scorer, user, Histories(known, user), hidden, 10)
        return 1.0

    name = f"rankscope, {threads_text(options.threads)}"
    contenders = [
        Contender(name, repeated(with_threads(options.threads, everyone)), ours=True, headline=True),
        Contender("rankscope, one user after the other", repeated(with_threads(1, one)), ours=True),
    ]
    return _bench("recommend", options, split, plan, contenders)


def _bench(name: str, options: Options, split: Split, plan: Plan, contenders: list[Contender]) -> Bench:
    peers, notes = peers_for(name, options)
    for peer in peers:
        contenders += getattr(peer.load(), name)(split, plan, options)
    facts = {**about(split), "factors": str(plan.model.settings.factors), "threads": str(options.threads)}
    return Bench(tuple(contenders), facts, notes)


def _bare_product(model: RankingModel, split: Split, options: Options) -> Contender:
    """All users' scores by the matrix product alone, in the blocks that are best for it, into the same buffer."""
    assert isinstance(model, Factorisation)
    users, items = model.user_factors.weight.detach(), model.item_factors.weight.detach()
    held = torch.from_numpy(np.unique(split.test.users).astype(np.int64))
    # large catalogues are read less often with more users at once
    step = min(max(len(items) // 26, block_size(len(items))), 1024)
    buffer = torch.empty(step, len(items))

    def product() -> float:
        for start in range(0, len(held), step):
            block = users[held[start : start + step]]
            torch.mm(block, items.T, out=buffer[: len(block)])
        return float(len(held))

    turn: Turn = repeated(with_threads(options.threads, product))
    return Contender("the bare matrix product", turn, bound=True)
