"""NeuMF's optional start from a trained GMF and a trained MLP (He et al. 2017, section 3.4.1)."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import PlanError
from core.models.base import RankingModel
from core.models.neural import NeuralRanking
from core.training.plan import Plan

Trained = Mapping[str, tuple[str, RankingModel]]
"""Trained models by role, ``gmf`` and ``mlp``, each with the key of its model."""


def runs_to_start_from(plan: Plan) -> dict[str, str]:
    """The runs that the plan names, by role; empty when it names none.

    Raises:
        PlanError: only one of the two is named.
    """
    settings = plan.model.settings
    named = {role: getattr(settings, f"start_{role}", None) for role in ("gmf", "mlp")}
    found = {role: run for role, run in named.items() if run}
    if len(found) == 1:
        raise _unfit("start_gmf and start_mlp go together", "Name a run for both, or for neither")
    return found


def start_from_trained(plan: Plan, model: RankingModel, trained: Trained) -> None:
    """Copy the trained weights into a fresh NeuMF.

    Raises:
        PlanError: the plan names runs that were not given, they are of other models, or their sizes differ.
    """
    if not runs_to_start_from(plan):
        return
    parts = {}
    for role in ("gmf", "mlp"):
        key, part = trained.get(role, ("nothing", None))
        if key != role or not isinstance(part, NeuralRanking):
            raise _unfit(f"start_{role} is a run of {key}, not of {role}", f"Name a run of {role}")
        parts[role] = part
    gmf, mlp = parts["gmf"], parts["mlp"]
    assert isinstance(model, NeuralRanking)
    same_sizes = (
        gmf.gmf_factors == model.gmf_factors
        and mlp.mlp_factors == model.mlp_factors
        and (gmf.n_users, gmf.n_items) == (mlp.n_users, mlp.n_items) == (model.n_users, model.n_items)
        and mlp.widths == model.widths
    )
    if not same_sizes:
        raise _unfit(
            "the trained GMF and MLP have other sizes than this NeuMF",
            "Train them on the same data, with the same factors and tower",
        )
    model.start_from(gmf, mlp, plan.model.settings.gmf_share)


def _unfit(what: str, remedy: str) -> PlanError:
    return PlanError(code="plan.start", what=what, where="model neumf", remedy=remedy)
