from __future__ import annotations

import json

import pytest

from core.benching import BENCHES
from tests.core.commands.conftest import Call

TRAINED = ["train-mf", "train-neumf", "train-caser", "evaluate", "recommend", "import"]


def test_that_the_list_of_benches_is_tested_whole() -> None:
    # start runs whole processes, a second each: tried by hand
    assert set(BENCHES) - {"start"} == set(TRAINED)


@pytest.mark.parametrize("name", TRAINED)
def test_that_a_bench_ends_with_its_result(call: Call, name: str) -> None:
    words = ["bench", name, "--rows", "3000", "--rounds", "2", "--epochs", "1", "--threads", "1", "--json"]
    said = call(*words, *([] if name == "import" else ["--peers", "none"]))
    assert said.code == 0, said.err
    lines = [json.loads(line) for line in said.out.splitlines()]
    result = lines[-1]
    assert result["event"] == "result"
    assert result["bench"] == name
    assert [each["event"] for each in lines].count("round") == 2
    ours = [each for each in result["contenders"] if each["ours"]]
    assert all(each["rate"] > 0 and len(each["seconds"]) == 3 for each in ours)
    assert all(0 < low <= middle for middle, low, _ in (each["processor_seconds"] for each in ours))
    if name == "import":
        assert result["peer"].startswith("pyarrow")
        assert result["ratio"] > 0
    else:
        assert result["peer"] is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("train-neumf", "neumf, 32 factors, bce, 4 negatives, batch 256"),
        ("train-caser", "caser, 50 factors, bce, 3 neg"),
    ],
)
def test_that_a_bench_takes_the_sizes_of_the_paper_and_of_its_data(call: Call, name: str, words: str) -> None:
    made = ["--rows", "3000", "--users", "50", "--items", "120"]
    said = call("bench", name, *made, "--size", "paper", "--rounds", "1", "--epochs", "1", "--peers", "none", "--json")
    assert said.code == 0, said.err
    result = json.loads(said.out.splitlines()[-1])
    assert result["about"]["plan"].startswith(words)
    assert (result["about"]["users"], result["about"]["items"]) == ("50", "120")
    # windows are counted, not their three targets
    assert all(each["units"] < 3000 for each in result["contenders"])


def test_that_quality_is_told_beside_the_times(call: Call) -> None:
    said = call(
        "bench", "train-mf", "--rows", "3000", "--rounds", "1", "--threads", "1", "--quality", "2", "--peers", "none"
    )
    assert said.code == 0, said.err
    assert "hit@50" in said.out
    assert "positives/s" in said.out


def test_that_a_wrong_option_is_told_in_a_sentence(call: Call) -> None:
    said = call("bench", "train-mf", "--rounds", "0")
    assert said.code == 2
    assert "rounds cannot be 0" in said.err
