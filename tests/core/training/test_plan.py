"""Plans: defaults, TOML and back, settings by name, and what does not fit."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import PlanError
from core.losses import LOSSES
from core.models import MODELS
from core.samplers import SAMPLERS
from core.training.plan import (
    apply_setting,
    differing,
    from_toml,
    make_plan,
    misfit,
    read_plan,
    replace,
    to_toml,
    to_values,
)


@pytest.mark.parametrize("model", MODELS)
def test_that_every_model_has_a_whole_plan_of_its_own(model: str) -> None:
    plan = make_plan({"model": {"name": model}})
    assert plan.model.name == model
    assert (plan.loss is None) == (not MODELS[model].losses)
    if plan.loss is not None and plan.sampler is not None:
        assert plan.loss.name == MODELS[model].losses[0]
        assert misfit(model, plan.loss.name, plan.sampler.name) == ""


@pytest.mark.parametrize(
    ("model", "loss"), [(m, loss) for m, entry in MODELS.items() for loss in entry.losses], ids=str
)
def test_that_a_plan_survives_toml(model: str, loss: str) -> None:
    plan = make_plan({"model": {"name": model}, "loss": {"name": loss}})
    assert make_plan(from_toml(to_toml(plan))) == plan
    assert make_plan(to_values(plan)) == plan


def test_that_defaults_of_models_name_fields_that_exist() -> None:
    for model, entry in MODELS.items():
        for loss in entry.losses:
            make_plan({"model": {"name": model}, "loss": {"name": loss}})
        assert set(entry.defaults) <= {"*", *entry.losses}


def test_that_every_pair_of_the_tables_is_judged() -> None:
    offered = {
        (model, loss, sampler)
        for model, loss, sampler in itertools.product(MODELS, LOSSES, SAMPLERS)
        if not misfit(model, loss, sampler)
    }
    drawn = ("uniform", "popularity", "dynamic")
    expected = set()
    for model in ("mf", "gmf", "mlp", "neumf", "caser"):
        for loss in ("bpr", "hinge", "low-rank", "bce", "ndcg", "softmax"):
            expected |= {(model, loss, sampler) for sampler in drawn}
        expected |= {(model, "softmax", "in-batch"), (model, "warp", "warp")}
    expected |= {("mf", "squared", "uniform")}
    expected |= {(model, loss, "uniform") for model in ("autorec-user", "autorec-item") for loss in ("squared", "bce")}
    assert offered == expected


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"model": {"name": "mf"}, "loss": {"name": "hinge"}, "sampler": {"name": "in-batch"}}, "uniform"),
        ({"model": {"name": "autorec-user"}, "loss": {"name": "bpr"}}, "squared"),
        ({"model": {"name": "neumv"}}, "neumf"),
        ({"model": {"name": "mf", "factor": 3}}, "factors"),
        ({"model": {"name": "mf", "factors": 0}}, "1 to 4096"),
        ({"model": {"name": "mf", "factors": "many"}}, "factors cannot be 'many'"),
        ({"optimiser": {"learning_rate": "nan"}}, "learning_rate"),
        ({"optimizer": {}}, "optimiser"),
        ({"training": {"device": "tpu"}}, "cuda"),
        ({"model": {"name": "popularity"}, "loss": {"name": "bpr"}}, "neither loss nor sampler"),
    ],
)
def test_that_nonsense_is_refused_where_it_stands(values: dict[str, dict[str, object]], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        make_plan(values)


def test_that_a_setting_finds_its_section() -> None:
    values: dict[str, dict[str, object]] = {"model": {"name": "neumf"}}
    for name, text in (("factors", "16"), ("negatives", "3"), ("tower", "[8, 4]"), ("optimiser.l2", "0.5"), ("k", "")):
        if name == "k":
            with pytest.raises(PlanError, match="nothing is called 'k'"):
                apply_setting(values, name, text)
        else:
            apply_setting(values, name, text)
    plan = make_plan(values)
    assert plan.model.settings.factors == 16
    assert plan.model.settings.tower == (8, 4)
    assert plan.sampler is not None
    assert plan.sampler.settings.negatives == 3
    assert plan.optimiser.l2 == 0.5


def test_that_an_unknown_setting_offers_the_nearest() -> None:
    with pytest.raises(PlanError, match="learning_rate"):
        apply_setting({}, "learnin_rate", "1")
    with pytest.raises(PlanError, match=r"optimiser\.l2"):
        apply_setting({}, "optimiser.l3", "1")


def test_that_an_unknown_field_of_a_section_offers_its_own_fields() -> None:
    with pytest.raises(PlanError) as caught:
        apply_setting({"loss": {"name": "hinge"}}, "loss.foo", "1")
    assert caught.value.remedy == "Did you mean loss.name, loss.margin?"
    with pytest.raises(PlanError, match=r"optimiser\.learning_rate"):
        apply_setting({}, "training.learning_rate", "1")
    with pytest.raises(PlanError) as caught:
        apply_setting({}, "los.margin", "1")
    assert caught.value.remedy == "Did you mean loss?"


def test_that_a_bare_name_is_refused_since_every_section_has_one() -> None:
    values: dict[str, dict[str, object]] = {}
    with pytest.raises(PlanError) as caught:
        apply_setting(values, "name", "adam")
    assert caught.value.code == "plan.ambiguous-name"
    assert "model.name" in caught.value.remedy
    assert "optimiser.name" in caught.value.remedy
    assert values == {}


def test_that_the_name_of_a_section_sets_its_key() -> None:
    values: dict[str, dict[str, object]] = {}
    apply_setting(values, "optimiser", "adagrad")
    apply_setting(values, "loss", "hinge")
    plan = make_plan(values)
    assert plan.optimiser.name == "adagrad"
    assert plan.loss is not None
    assert plan.loss.name == "hinge"


def test_that_differences_are_named() -> None:
    plan = make_plan()
    other = replace(plan, "model.factors", 3)
    assert differing(plan, other) == {"model.factors": (64, 3)}
    assert differing(plan, plan) == {}


@pytest.mark.parametrize("text", ["a = ", "factors = 3", "[model\nname='mf'"])
def test_that_a_broken_plan_file_is_refused(text: str) -> None:
    with pytest.raises(PlanError):
        make_plan(from_toml(text))


def test_that_plans_and_tables_need_neither_torch_nor_qt() -> None:
    code = (
        "import sys, core.training.plan as plan; plan.make_plan({'model': {'name': 'caser'}});"
        "bad = {'torch', 'PySide6', 'numba', 'pandas'} & set(sys.modules); assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_that_a_tower_without_a_layer_is_refused() -> None:
    # its output layer would be wider than what it is given
    for tower in ([], "", "[]"):
        with pytest.raises(PlanError, match="tower"):
            make_plan({"model": {"name": "neumf", "tower": tower}})


def test_that_a_path_of_any_bytes_comes_back_from_toml(tmp_path: Path) -> None:
    named = os.fsdecode(b'/data/\xff\xfe\n\xf0\x9f\x98\x80 "quoted" \'\\.csv')
    plan = make_plan({"data": {"source": named}, "evaluation": {"pinned": ["\udcffd", "0d800"]}})
    (tmp_path / "plan.toml").write_text(to_toml(plan), encoding="utf-8")
    assert make_plan(read_plan(tmp_path / "plan.toml")) == plan
