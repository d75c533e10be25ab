"""Metrics as tables, TensorBoard's own reader on our event files, a TREC run measured by trec_eval, the report."""

from __future__ import annotations

import dataclasses
import html.parser
import json
import re
import shutil
import struct
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import pytrec_eval
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from core.export.drawing import Bar, Line, bars, curves, nice_ticks
from core.export.exporting import export
from core.export.tfevents import Scalar, crc32c, event_file
from core.models import MODELS
from core.runs.log import EventLog, read_log
from core.runs.opening import Run, open_run


def test_that_the_epochs_and_users_are_those_of_the_run(runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs["gmf"]
    export(run, "metrics", tmp_path / "csv")
    export(run, "metrics", tmp_path / "parquet", {"format": "parquet"})
    epochs = pd.read_csv(tmp_path / "csv" / "epochs.csv")
    told = [each for each in read_log(run.folder.events).events if each["event"] == "epoch"]
    assert epochs["loss"].tolist() == [each["loss"] for each in told]
    assert epochs["ndcg@10"].tolist() == [each["metrics"]["ndcg@10"] for each in told]
    users = pd.read_csv(tmp_path / "csv" / "users.csv", dtype={"user": str})
    test = users[users["part"] == "test"]
    for name, value in run.result["metrics"].items():
        if name in users.columns:
            assert test[name].mean() == pytest.approx(value, abs=1e-12), name
    assert test["popularity_ndcg@10"].mean() == pytest.approx(run.result["baseline"]["ndcg@10"])
    assert "'@user" in set(test["user"])
    same = pq.read_table(tmp_path / "parquet" / "users.parquet").to_pandas()
    assert "@user" in set(same["user"])
    assert same["rank"].tolist() == users["rank"].tolist()


def test_that_the_checksum_is_that_of_the_standard() -> None:
    # RFC 3720, appendix B.4
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E
    assert crc32c(b"123456789") == 0xE3069283


def test_that_tensorboard_reads_the_curves(runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs["mf"]
    export(run, "tensorboard", tmp_path / "out")
    read = EventAccumulator(str(tmp_path / "out" / "model"))
    read.Reload()
    told = [each for each in read_log(run.folder.events).events if each["event"] == "epoch"]
    found = read.Scalars("train/loss")
    assert [each.step for each in found] == [each["epoch"] for each in told]
    assert [each.value for each in found] == pytest.approx([each["loss"] for each in told], rel=1e-6)
    assert read.Scalars("validation/nDCG_10")[-1].value == pytest.approx(told[-1]["metrics"]["ndcg@10"], rel=1e-6)
    assert read.Scalars("test/AUC")[-1].value == pytest.approx(run.result["metrics"]["auc"], rel=1e-6)
    beside = EventAccumulator(str(tmp_path / "out" / "popularity"))
    beside.Reload()
    assert beside.Scalars("test/AUC")[-1].value == pytest.approx(run.result["baseline"]["auc"], rel=1e-6)


def test_that_large_steps_and_long_tags_survive_the_event_file(tmp_path: Path) -> None:
    scalars = [Scalar("a/" + "é" * 200, 0, 1.5, 3.25), Scalar("b", 2**40 + 1, float("nan"), 4.0)]
    (tmp_path / "events.out.tfevents.1.x").write_bytes(event_file(scalars, 2.0))
    read = EventAccumulator(str(tmp_path))
    read.Reload()
    assert [(each.step, each.value, each.wall_time) for each in read.Scalars(scalars[0].tag)] == [(0, 1.5, 3.25)]
    (second,) = read.Scalars("b")
    assert second.step == 2**40 + 1
    assert np.isnan(second.value)


@pytest.mark.parametrize("model", ["mf", "popularity"])
def test_that_trec_eval_finds_the_metrics_of_the_lists(model: str, runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs[model]
    done = export(run, "recommendations", tmp_path / "lists.run", {"k": 12})
    with done.out.open(encoding="utf-8") as file:
        ranked = pytrec_eval.parse_run(file)
    # whatever each user gets at places 2 and 5 is what was wanted: the order that trec_eval sees must be ours
    lists: dict[str, list[str]] = {}
    for line in done.out.read_text(encoding="utf-8").splitlines():
        user, _, item, rank, _, tag = line.split(" ")
        lists.setdefault(user, []).append(item)
        assert int(rank) == len(lists[user])
        assert tag == "rankscope"
    wanted = {user: {items[1]: 1, items[4]: 1} for user, items in lists.items()}
    found = pytrec_eval.RelevanceEvaluator(wanted, {"recip_rank", "map"}).evaluate(ranked)
    assert len(found) == len(run.interactions.users)
    assert all(each["recip_rank"] == pytest.approx(1 / 2) for each in found.values())
    assert all(each["map"] == pytest.approx((1 / 2 + 2 / 5) / 2) for each in found.values())
    assert "hold spaces" in " ".join(done.notes)


def test_that_json_lines_give_every_score_and_text_back(runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs["mf"]
    export(run, "recommendations", tmp_path / "lists.jsonl")
    export(run, "recommendations", tmp_path / "lists.parquet")
    rows = [json.loads(line) for line in (tmp_path / "lists.jsonl").read_text(encoding="utf-8").splitlines()]
    same = pq.read_table(tmp_path / "lists.parquet").to_pylist()
    assert [{**row, "score": struct.pack("f", row["score"])} for row in rows] == [
        {**row, "score": struct.pack("f", row["score"])} for row in same
    ]


class Page(html.parser.HTMLParser):
    """Collects tags, attributes and text, and checks that what is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("model", list(MODELS))
def test_that_the_report_is_whole_and_runs_and_loads_nothing(model: str, runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs[model]
    text = export(run, "report", tmp_path / "a.html").out.read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.open == []
    names = {tag for tag, _ in page.tags}
    assert "svg" in names
    assert not names & {"script", "iframe", "link", "img", "object", "embed", "base", "form", "a", "use", "image"}
    for _, attributes in page.tags:
        assert not any(name.startswith("on") or name in ("href", "src", "style") for name in attributes)
    assert "url(" not in text
    assert "@import" not in text
    assert not re.search(r"https?:", text)
    words = " ".join(page.words)
    for part in (
        MODELS[model].label,
        "Popularity",
        "Random",
        "interactions.csv",
        run.record.data["hash"],
        "leave-last",
    ):
        assert part in words
    assert str(run.plan.data.source) not in text
    if model not in ("popularity", "random"):
        assert "95 % interval" in words
        assert "polyline" in names
    assert ("By nDCG@10" in words) == (model != "popularity")


def test_that_hostile_names_are_text_in_the_report(runs: dict[str, Run], tmp_path: Path) -> None:
    run = runs["mf"]
    run.record.data["name"] = '<script>alert("x")</script>\u202e\x00é'
    text = export(run, "report", tmp_path / "a.html").out.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "script&gt;" in text
    assert "\u202e" not in text
    assert "\x00" not in text


def test_that_ticks_enclose_the_values_in_round_steps() -> None:
    assert nice_ticks(0.12, 0.87) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert nice_ticks(-3, 17) == pytest.approx([-5, 0, 5, 10, 15, 20])
    flat = nice_ticks(2.0, 2.0)
    assert flat[0] <= 2 <= flat[-1]
    assert len(flat) >= 2


def test_that_a_line_is_drawn_where_its_values_are_and_gaps_are_left_out() -> None:
    svg = curves("a <b>", [Line("x", "a", [(1, 0.0), (2, float("nan")), (3, 1.0)])])
    assert "<b>" not in svg
    (points,) = re.findall(r'points="([^"]*)"', svg)
    (x1, y1), (x2, y2) = (map(float, each.split(",")) for each in points.split())
    assert x1 < x2
    assert y1 > y2
    assert curves("nothing", [Line("x", "a", [])]) == ""
    assert "whisker" in bars("m", [Bar("AUC", 0.9, 0.8, 0.95, [("base", 0.7)])], [("MF", "a")])


def changed(run: Run, folder: Path, **result: object) -> Run:
    """A copy of a run whose result says something else."""
    shutil.copytree(run.folder.path, folder)
    again = open_run(folder)
    return dataclasses.replace(again, record=dataclasses.replace(again.record, result={**run.result, **result}))


def test_that_an_epoch_that_was_told_again_after_a_crash_is_there_once(runs: dict[str, Run], tmp_path: Path) -> None:
    run = changed(runs["gmf"], tmp_path / "run")
    told = [each for each in read_log(run.folder.events).events if each["event"] == "epoch"]
    with closing(EventLog(run.folder.events)) as log:
        log.append({**told[0], "loss": 7.0})
        for each in told[1:]:
            log.append(each)
    export(run, "metrics", tmp_path / "tables")
    epochs = pd.read_csv(tmp_path / "tables" / "epochs.csv")
    assert epochs["epoch"].tolist() == [each["epoch"] for each in told]
    assert epochs["loss"].tolist() == [7.0, *(each["loss"] for each in told[1:])]
    export(run, "tensorboard", tmp_path / "curves")
    read = EventAccumulator(str(tmp_path / "curves" / "model"))
    read.Reload()
    assert [each.step for each in read.Scalars("train/loss")] == epochs["epoch"].tolist()


def test_that_sampled_figures_and_those_of_the_validation_part_are_called_so(
    runs: dict[str, Run], tmp_path: Path
) -> None:
    run = runs["gmf"]
    cases = {
        "full": ({}, "Test part, each", "test/AUC"),
        "sampled": ({"protocol": "sampled"}, "Test part (sampled), each", "test_sampled/AUC"),
        "none": ({"part": "validation"}, "Validation part, each", "best/AUC"),
    }
    for name, (result, title, tag) in cases.items():
        other = changed(run, tmp_path / name, **result)
        export(other, "report", tmp_path / f"{name}.html")
        page = (tmp_path / f"{name}.html").read_text("utf-8")
        assert title in page
        assert ("(sampled)" in page) == (name == "sampled")
        export(other, "tensorboard", tmp_path / f"{name}-curves")
        read = EventAccumulator(str(tmp_path / f"{name}-curves" / "model"))
        read.Reload()
        assert tag in read.Tags()["scalars"]
    export(run, "metrics", tmp_path / "tables")
    assert set(pd.read_csv(tmp_path / "tables" / "users.csv")["protocol"]) == {"full"}
