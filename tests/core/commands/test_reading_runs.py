"""evaluate, recommend, similar and compare on trained runs."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from core.runs.opening import open_run
from tests.core.commands.conftest import SMALL, Call

MODELS = ("mf", "neumf", "caser", "autorec-user", "popularity")


@pytest.mark.parametrize("model", MODELS)
def test_that_evaluate_gives_what_training_measured(call: Call, runs: dict[str, Path], model: str) -> None:
    trained = open_run(runs[model]).result
    said = call("evaluate", runs[model], "--json")
    assert said.code == 0, said.err
    assert said.result.keys() >= trained.keys() - {"epochs", "best_epoch", "skipped", "run", "seconds"}
    for name in ("metrics", "baseline", "random", "intervals", "beyond", "users", "protocol", "model"):
        assert said.result[name] == trained[name], name


def test_that_other_lengths_and_the_validation_part_can_be_asked_for(call: Call, runs: dict[str, Path]) -> None:
    result = call("evaluate", runs["mf"], "--k", "3,7", "--part", "validation", "--json").result
    assert result["part"] == "validation"
    assert {"hit@3", "hit@7", "auc"} <= result["metrics"].keys()
    assert "hit@10" not in result["metrics"]
    people = call("evaluate", runs["mf"], "--k", "3")
    assert "95 % interval" in people.out
    assert "Validation" not in people.out


def test_that_users_and_items_are_measured_apart_when_asked(call: Call, runs: dict[str, Path]) -> None:
    result = call("evaluate", runs["mf"], "--buckets", "3", "--json").result
    activity, popularity = result["buckets"]["activity"], result["buckets"]["popularity"]
    assert 1 <= len(activity) <= 3
    assert sum(each["users"] for each in activity) == result["users"]
    mean = sum(each["users"] * each["values"]["auc"] for each in activity) / result["users"]
    assert mean == pytest.approx(result["metrics"]["auc"])
    assert sum(each["held_out"] for each in popularity) >= result["users"]
    people = call("evaluate", runs["mf"], "--buckets", "3").out
    assert "By how active users are" in people
    assert "By how popular the held-out items are" in people
    assert "buckets" not in call("evaluate", runs["mf"], "--json").result


def test_that_candidates_make_the_protocol_sampled(call: Call, runs: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "lists.txt").write_text("\n".join(f"u{user:02d} 000 001 002 003 004 005" for user in range(40)))
    result = call("evaluate", runs["mf"], "--candidates", tmp_path / "lists.txt", "--json").result
    assert (result["protocol"], result["users"]) == ("sampled", 40)
    assert sum(result["excluded"].values()) == 10
    said = call("evaluate", runs["mf"], "--candidates", tmp_path / "lists.txt", "--part", "validation")
    assert said.code == 2


def test_that_candidates_that_the_user_has_met_are_told(call: Call, runs: dict[str, Path], tmp_path: Path) -> None:
    every = " ".join(f"{item:03d}" for item in range(30))
    (tmp_path / "lists.txt").write_text("\n".join(f"u{user:02d} {every}" for user in range(50)))
    result = call("evaluate", runs["mf"], "--candidates", tmp_path / "lists.txt", "--json").result
    # ten interactions of each of the 50 users, one of them held out
    assert result["counts"]["items already met"] == 450
    assert any(note.startswith("450 candidates are items that their user had met") for note in result["notes"])
    assert "had met" not in str(call("evaluate", runs["mf"], "--json").result["notes"])


def test_that_candidate_ids_are_merged_as_the_columns_of_the_run_say(call: Call, tmp_path: Path) -> None:
    # one é is a letter with an accent, the other a letter and an accent
    rows = [f"u{user},\u00e9{item},{item}" for user in range(6) for item in range(user, user + 6)]
    (tmp_path / "data.csv").write_text("user,item,time\n" + "\n".join(rows) + "\n", encoding="utf-8")
    lists = [f"u{user} " + " ".join(f"e\u0301{item}" for item in range(11)) for user in range(6)]
    (tmp_path / "lists.txt").write_text("\n".join(lists) + "\n", encoding="utf-8")
    words = ["train", "--data", tmp_path / "data.csv", "--columns", "merge=yes", "--model", "popularity", *SMALL]
    assert call(*words, "--out", tmp_path / "run").code == 0
    said = call("evaluate", tmp_path / "run", "--candidates", tmp_path / "lists.txt", "--json")
    assert said.code == 0, said.err
    assert "unknown items" not in said.result["counts"]
    assert said.result["counts"]["items already met"] == 30


@pytest.mark.parametrize("model", MODELS)
def test_that_recommend_gives_unseen_items_with_titles(call: Call, runs: dict[str, Path], model: str) -> None:
    run = open_run(runs[model])
    said = call("recommend", runs[model], "--user", "u01", "u02", "--k", "5", "--json")
    assert said.code == 0, said.err
    items = [each for each in said.objects if each["event"] == "item"]
    assert [each["rank"] for each in items] == [1, 2, 3, 4, 5] * 2
    assert said.result["items"] == 10
    for user in ("u01", "u02"):
        own = [each for each in items if each["user"] == user]
        row = run.interactions.users.row(user)
        assert row is not None
        met = set(run.interactions.items.take(run.interactions.events.items_of(row)))
        assert not met & {each["item"] for each in own}
        assert [each["score"] for each in own] == sorted((each["score"] for each in own), reverse=True)
        assert all(each["title"] == f"Film {int(each['item'])}" for each in own)


def test_that_people_read_one_item_a_line(call: Call, runs: dict[str, Path]) -> None:
    lines = call("recommend", runs["mf"], "--user", "u01").out.strip().splitlines()
    assert lines[0] == "User u01, 10 known interactions"
    assert len(lines) == 11
    assert all("Film" in line for line in lines[1:])


def test_that_all_users_are_written_as_csv_and_parquet(call: Call, runs: dict[str, Path], tmp_path: Path) -> None:
    for name in ("all.csv", "all.parquet"):
        said = call("recommend", runs["mf"], "--all", "--k", "3", "--out", tmp_path / name, "--json")
        assert said.code == 0, said.err
        assert said.result["users"] == 50
        assert said.result["items"] == 150
    with (tmp_path / "all.csv").open() as file:
        rows = list(csv.DictReader(file))
    table = pq.ParquetFile(tmp_path / "all.parquet").read().to_pylist()
    assert len(rows) == len(table) == 150
    assert [(row["user"], row["item"], int(row["rank"]), row["title"]) for row in rows] == [
        (row["user"], row["item"], row["rank"], row["title"]) for row in table
    ]
    assert rows[0]["item"][0] == "0"
    bad = call("recommend", runs["mf"], "--all", "--out", tmp_path / "all.xlsx")
    assert bad.code == 2
    assert ".csv" in bad.err
    assert not (tmp_path / "all.xlsx").exists()


def test_that_excluded_items_are_given_to_nobody(call: Call, runs: dict[str, Path]) -> None:
    best = call("recommend", runs["mf"], "--user", "u01", "--k", "2", "--json").objects
    without = call("recommend", runs["mf"], "--user", "u01", "--k", "1", "--exclude", best[0]["item"], "--json").objects
    assert without[0]["item"] == best[1]["item"]


@pytest.mark.parametrize("model", ["mf", "caser", "autorec-user"])
def test_that_a_history_by_hand_is_ranked_where_the_model_can(call: Call, runs: dict[str, Path], model: str) -> None:
    said = call("recommend", runs[model], "--history", "000,002,004", "--k", "5", "--why", "--json")
    assert said.code == 0, said.err
    items = [each for each in said.objects if each["event"] == "item"]
    assert len(items) == 5
    assert not {"000", "002", "004"} & {each["item"] for each in items}
    for each in items:
        assert {reason["item"] for reason in each["why"]} <= {"000", "002", "004"}
        assert sum(reason["share"] for reason in each["why"]) <= 1.0001
    assert call("recommend", runs[model], "--history", "000,002", "--k", "2").code == 0


def test_that_a_model_that_cannot_says_so(call: Call, runs: dict[str, Path]) -> None:
    said = call("recommend", runs["neumf"], "--history", "000,002")
    assert said.code == 2
    assert "trained on" in said.err


def test_that_popularity_ranks_for_anybody(call: Call, runs: dict[str, Path]) -> None:
    said = call("recommend", runs["popularity"], "--history", "000,002", "--k", "28", "--json")
    assert said.code == 0, said.err
    scores = {each["item"]: each["score"] for each in said.objects if each["event"] == "item"}
    run = open_run(runs["popularity"])
    counts = dict(zip(run.interactions.items.ids.to_pylist(), run.split.train.item_counts.tolist(), strict=True))
    assert scores == {item: count for item, count in counts.items() if item not in ("000", "002")}


def test_that_scores_that_are_no_numbers_are_not_listed(
    call: Call, runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = np.full(30, np.nan, np.float32)
    monkeypatch.setattr("core.insight.unknown.history_scores", lambda *args, **settings: nothing)
    said = call("recommend", runs["mf"], "--history", "000,002")
    assert said.code == 1
    assert "NaN" in said.err


def test_that_a_missing_folder_is_refused_before_anything_is_ranked(
    call: Call, runs: dict[str, Path], tmp_path: Path
) -> None:
    said = call("recommend", runs["mf"], "--all", "--out", tmp_path / "none" / "all.csv")
    assert said.code == 2
    assert "the folder to write to is not there" in said.err


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (["--user", "u1"], "u01"),
        (["--history", "000,0003"], "003"),
        (["--all", "--exclude", "2"], "002"),
    ],
)
def test_that_unknown_ids_are_refused_with_near_ones(
    call: Call, runs: dict[str, Path], words: list[str], near: str
) -> None:
    said = call("recommend", runs["mf"], *words)
    assert said.code == 2
    assert "there is no" in said.err
    assert f"Did you mean {near}" in said.err


def test_that_similar_items_are_listed(call: Call, runs: dict[str, Path]) -> None:
    said = call("similar", runs["mf"], "--item", "004", "--k", "6", "--json")
    items = [each for each in said.objects if each["event"] == "item"]
    assert [each["rank"] for each in items] == [1, 2, 3, 4, 5, 6]
    assert all(-1.0001 <= each["similarity"] <= 1.0001 for each in items)
    assert "004" not in {each["item"] for each in items}
    assert said.result["items"] == [each["item"] for each in items]
    assert "Film 4" in call("similar", runs["mf"], "--item", "004").out
    assert call("similar", runs["mf"], "--item", "4").code == 2
    assert call("similar", runs["popularity"], "--item", "004").code == 2


def test_that_two_runs_are_compared_user_by_user(call: Call, runs: dict[str, Path]) -> None:
    said = call("compare", runs["mf"], runs["popularity"], "--json")
    result = said.result
    assert result["plan"]["model.name"] == ["mf", "popularity"]
    assert result["users"] == 50
    first, second = open_run(runs["mf"]).result["metrics"], open_run(runs["popularity"]).result["metrics"]
    for name, found in result["paired"].items():
        assert found["first"] == pytest.approx(first[name])
        assert found["difference"] == pytest.approx(first[name] - second[name])
        assert found["low"] <= found["difference"] <= found["high"]
        assert 0 < found["p"] <= 1
    assert result["notes"] == []
    people = call("compare", runs["mf"], runs["popularity"])
    assert "model.name" in people.out
    assert "95 % interval" in people.out


def test_that_runs_on_other_data_are_compared_with_a_warning(
    call: Call, runs: dict[str, Path], source: Path, tmp_path: Path
) -> None:
    rows = source.read_text().splitlines()
    (tmp_path / "fewer.csv").write_text("\n".join(rows[:301]))
    other = tmp_path / "other"
    assert call("train", "--data", tmp_path / "fewer.csv", "--model", "popularity", "--out", other, *SMALL).code == 0
    said = call("compare", runs["popularity"], other, "--json")
    assert said.result["users"] == 30
    assert "different data" in said.err


def test_that_a_run_needs_neither_its_source_nor_its_place(call: Call, source: Path, tmp_path: Path) -> None:
    shutil.copy(source, tmp_path / "own.csv")
    shutil.copy(source.parent / "titles.csv", tmp_path / "own-titles.csv")
    made = ("train", "--data", tmp_path / "own.csv", "--items", tmp_path / "own-titles.csv", "--epochs", "1", *SMALL)
    assert call(*made, "--out", tmp_path / "run").code == 0
    before = call("recommend", tmp_path / "run", "--user", "u03", "--json").out
    (tmp_path / "own.csv").unlink()
    (tmp_path / "own-titles.csv").unlink()
    (tmp_path / "run").rename(tmp_path / "moved")
    after = call("recommend", tmp_path / "moved", "--user", "u03", "--json").out
    assert after.replace("moved", "run") == before


def test_that_an_earlier_checkpoint_is_taken_and_told_where_the_newest_is_damaged(
    call: Call, runs: dict[str, Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(runs["mf"], broken)
    newest = max((broken / "ckpt").glob("*.safetensors"))
    assert newest.stem != "000001"
    newest.write_bytes(newest.read_bytes()[:-1])
    for words in (("recommend", broken, "--user", "u01"), ("similar", broken, "--item", "004"), ("evaluate", broken)):
        said = call(*words)
        assert said.code == 0
        assert "an earlier one was taken" in said.err


def test_that_a_damaged_run_is_a_failure_with_a_remedy(call: Call, runs: dict[str, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(runs["mf"], broken)
    for weights in (broken / "ckpt").glob("*.safetensors"):
        weights.write_bytes(weights.read_bytes()[:-1])
    said = call("recommend", broken, "--user", "u01")
    assert said.code == 1
    assert "no weights that can be used" in said.err
    (broken / "run.json").write_text("{")
    said = call("evaluate", broken)
    assert said.code == 1
    assert "run.json" in said.err


def test_that_a_history_by_hand_leaves_out_itself_and_the_excluded_items_alone(
    call: Call, runs: dict[str, Path]
) -> None:
    every = {f"{item:03d}" for item in range(30)}
    words = ["recommend", runs["mf"], "--history", "004,006", "--k", "30", "--json"]
    given = {each["item"] for each in call(*words).objects if each["event"] == "item"}
    assert given == every - {"004", "006"}
    without = {each["item"] for each in call(*words, "--exclude", "010", "011").objects if each["event"] == "item"}
    assert without == every - {"004", "006", "010", "011"}


def test_that_reasons_are_refused_before_anything_is_printed(call: Call, runs: dict[str, Path]) -> None:
    said = call("recommend", runs["popularity"], "--all", "--why")
    assert said.code == 2
    assert said.out == ""
    assert "--why: this model has no item vectors" in said.err
