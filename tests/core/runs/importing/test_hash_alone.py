"""A bundle without the data: nothing in it tells of them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from core.data.vocabulary import Vocabulary
from core.export.exporting import export
from core.proving.material import made_plan, recording
from core.runs.opening import open_run
from tests.core.runs.importing.members import read_members
from tests.core.runs.making import small_split

USER, ITEM = "someone called Ümit", "a secret item"


@pytest.mark.parametrize("model", ["gmf", "caser", "autorec-user", "autorec-item", "popularity"])
@pytest.mark.parametrize("state", [False, True])
def test_that_a_bundle_with_the_hash_alone_holds_no_interactions_and_no_ids(
    tmp_path: Path, model: str, state: bool
) -> None:
    made = small_split()
    vocabularies = {
        "users": Vocabulary([f"{USER} {row}" for row in range(len(made.interactions.users))]),
        "items": Vocabulary([f"{ITEM} {row}" for row in range(len(made.interactions.items))]),
    }
    split = dataclasses.replace(made, interactions=dataclasses.replace(made.interactions, **vocabularies))
    pinned = {"evaluation": {"pinned": [f"{USER} 3", f"{USER} who is nobody"]}}
    plan = made_plan(model, sections=pinned)
    for _ in recording(tmp_path / "run", plan, split):
        pass
    assert USER.encode() in (tmp_path / "run" / "events.jsonl").read_bytes()
    out = export(open_run(tmp_path / "run"), "bundle", tmp_path / "b.zip", {"data": False, "state": state}).out
    inside = read_members(out)
    escaped = [json.dumps(each)[1:-1].encode() for each in (USER, ITEM)]
    found = [name for name, content in inside.items() if any(each in content for each in (*escaped, USER.encode()))]
    assert not found
    assert not [name for name in inside if name.startswith(("data/", "results/"))]
    # nor the interactions as rows, whatever they are called
    weights = next(content for name, content in inside.items() if name.endswith(".safetensors"))
    for values in (split.train.users, split.train.items, split.interactions.events.items):
        for kind in ("int32", "int64", "float32"):
            assert values.astype(kind).tobytes() not in weights
