from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.runs.opening import open_run
from core.training.plan import make_plan, read_plan
from tests.core.commands.conftest import SMALL, Call

RESULT_KEYS = {
    "event",
    "run",
    "model",
    "part",
    "protocol",
    "users",
    "seconds",
    "metrics",
    "validation",
    "baseline",
    "rejected",
    "excluded",
}


def words(source: Path, *more: object) -> list[object]:
    return ["train", "--data", source, "--model", "mf", "--epochs", "2", *SMALL, *more]


def test_that_the_result_line_has_the_keys_of_the_contract(call: Call, source: Path, tmp_path: Path) -> None:
    said = call(*words(source, "--out", tmp_path / "run", "--json"))
    assert said.code == 0, said.err
    result = said.result
    assert result.keys() >= RESULT_KEYS
    assert result["run"] == str(tmp_path / "run")
    assert (result["model"], result["part"], result["protocol"], result["users"]) == ("mf", "test", "full", 50)
    assert result["rejected"] == 0
    assert result["excluded"] == {}
    for part in ("metrics", "validation", "baseline"):
        assert {"hit@10", "ndcg@10", "auc"} <= result[part].keys()
        assert all(isinstance(value, float) and 0 <= value <= 1 for value in result[part].values())
    assert {each["event"] for each in said.objects} >= {"started", "epoch", "result"}
    assert open_run(tmp_path / "run").result["metrics"] == result["metrics"]


def test_that_people_read_lines_without_a_bar_where_output_is_piped(call: Call, source: Path, tmp_path: Path) -> None:
    said = call(*words(source, "--out", tmp_path / "run"))
    assert said.code == 0
    assert "epoch 2/2" in said.out
    assert "Popularity" in said.out
    assert "p " in said.out
    assert "  By nDCG@10 it is not shown to rank better than Popularity: " in said.out
    assert f"Kept as {tmp_path / 'run'}" in said.out
    assert "\x1b" not in said.out
    assert "\r" not in said.out


def test_that_a_run_without_a_place_goes_to_the_workspace_and_is_found_by_its_id(
    call: Call, source: Path, tmp_path: Path
) -> None:
    result = call(*words(source, "--workspace", tmp_path / "ws", "--json")).result
    assert (tmp_path / "ws" / "runs" / result["run"] / "run.json").exists()
    again = call("--workspace", tmp_path / "ws", "evaluate", result["run"][:6], "--json")
    assert again.result["metrics"] == result["metrics"]
    assert call("evaluate", result["run"]).code == 2


def test_that_an_existing_place_is_refused_and_replaced_with_force(call: Call, source: Path, tmp_path: Path) -> None:
    assert call(*words(source, "--out", tmp_path / "run")).code == 0
    said = call(*words(source, "--out", tmp_path / "run"))
    assert (said.code, said.out) == (2, "")
    assert "--force" in said.err
    assert call(*words(source, "--out", tmp_path / "run", "--force", "--set", "stop_on=nothing")).code == 2
    assert open_run(tmp_path / "run").plan.model.name == "mf"
    assert call("train", "--data", source, "--model", "popularity", "--out", tmp_path / "run", "--force").code == 0
    assert open_run(tmp_path / "run").plan.model.name == "popularity"


def test_that_what_is_no_run_is_never_replaced(call: Call, source: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "thesis.txt").write_text("mine")
    said = call(*words(source, "--out", tmp_path / "notes", "--force"))
    assert said.code == 2
    assert (tmp_path / "notes" / "thesis.txt").read_text() == "mine"


def test_that_bad_data_leaves_the_old_run_and_no_new_one(call: Call, source: Path, tmp_path: Path) -> None:
    assert call(*words(source, "--out", tmp_path / "run")).code == 0
    (tmp_path / "bad.csv").write_text("user,item\n")
    said = call(*words(tmp_path / "bad.csv", "--out", tmp_path / "run", "--force"))
    assert said.code == 2
    assert "bad.csv" in said.err
    assert open_run(tmp_path / "run").record.state == "completed"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bad.csv", "run"]


def test_that_a_plan_file_repeats_a_run_to_the_bit(call: Call, source: Path, tmp_path: Path) -> None:
    first = call(*words(source, "--set", "factors=8", "--seed", "5", "--out", tmp_path / "a", "--json")).result
    second = call("train", tmp_path / "a" / "plan.toml", "--out", tmp_path / "b", "--json").result
    assert second["metrics"] == first["metrics"]
    a, b = open_run(tmp_path / "a"), open_run(tmp_path / "b")
    assert a.plan == b.plan
    assert a.loaded.checkpoint.sha256 == b.loaded.checkpoint.sha256


def test_that_options_override_the_plan_and_set_overrides_both(call: Call, source: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(
        f'[data]\nsource = "{source}"\n[model]\nname = "mf"\nfactors = 16\n[training]\nepochs = 9\nseed = 3\n'
    )
    said = call("train", plan, "--epochs", "1", "--set", "model.factors=4", *SMALL, "--out", tmp_path / "run", "--json")
    assert said.code == 0, said.err
    found = open_run(tmp_path / "run").plan
    assert (found.model.settings.factors, found.training.epochs, found.seed) == (4, 1, 3)


def test_that_another_model_than_the_plan_s_has_its_own_defaults(call: Call, source: Path, tmp_path: Path) -> None:
    assert call(*words(source, "--set", "patience=1", "--set", "batch_size=9", "--out", tmp_path / "run")).code == 0
    said = call("train", tmp_path / "run" / "plan.toml", "--model", "neumf", "--out", tmp_path / "b", "--json")
    assert said.code == 0, said.err
    found = open_run(tmp_path / "b").plan
    usual = make_plan({"model": {"name": "neumf"}})
    assert found.optimiser == usual.optimiser
    assert found.loss == usual.loss
    # MF's 9 is forgotten; 32 is what small data gives NeuMF
    assert found.training.batch_size == 32
    assert (found.training.epochs, found.training.patience) == (2, 1)
    assert found.data.source == str(source)


def test_that_parts_and_candidates_come_from_files_of_their_own(call: Call, source: Path, tmp_path: Path) -> None:
    rows = source.read_text().splitlines()[1:]
    test = rows[9::10]
    train = [row for row in rows if row not in set(test)]
    (tmp_path / "train.csv").write_text("user,item,rating,time\n" + "\n".join(train))
    (tmp_path / "test.csv").write_text("user,item,rating,time\n" + "\n".join(test))
    lists = [f"({row.split(',')[0]},{row.split(',')[1]})\t000\t001\t002\t003\t004" for row in test[:-1]]
    (tmp_path / "lists.txt").write_text("\n".join(lists))
    said = call(
        *words(tmp_path / "train.csv", "--test", tmp_path / "test.csv", "--candidates", tmp_path / "lists.txt"),
        *("--validation", "none", "--out", tmp_path / "run", "--json"),
    )
    assert said.code == 0, said.err
    result = said.result
    assert (result["protocol"], result["users"]) == ("sampled", 49)
    assert sum(result["excluded"].values()) == 1
    assert result["validation"] == {}
    assert open_run(tmp_path / "run").split.kind == "predefined"
    people = call("evaluate", tmp_path / "run")
    assert "SAMPLED" in people.out


def test_that_a_refitted_run_says_so_and_opens(call: Call, source: Path, tmp_path: Path) -> None:
    said = call(*words(source, "--set", "refit=true", "--out", tmp_path / "run", "--json"))
    assert said.code == 0, said.err
    assert [each["phase"] for each in said.objects if each["event"] == "started"] == ["train", "refit"]
    opened = open_run(tmp_path / "run")
    assert len(opened.trained_on) == len(opened.split.train) + len(opened.split.validation)
    assert call("evaluate", tmp_path / "run", "--json").result["metrics"] == said.result["metrics"]


def test_that_rejected_rows_are_counted_and_strict_refuses_them(call: Call, source: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(source.read_text() + ",5,3,1400000000\n")
    said = call(*words(tmp_path / "bad.csv", "--out", tmp_path / "run", "--json"))
    assert said.result["rejected"] == 1
    assert "1 row not kept" in said.err
    assert call(*words(tmp_path / "bad.csv", "--out", tmp_path / "run2", "--strict")).code == 2
    assert not (tmp_path / "run2").exists()


def test_that_a_plan_that_does_not_fit_the_data_is_a_usage_error(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "binary.csv"
    path.write_text("user,item\n" + "\n".join(f"u{u},i{i}" for u in range(6) for i in range(5)))
    said = call(*words(path, "--loss", "low-rank", "--out", tmp_path / "run"))
    assert said.code == 2
    assert "binary" in said.err or "ratings" in said.err
    assert not (tmp_path / "run").exists()
    said = call(*words(path, "--set", "stop_on=ndcg@x", "--out", tmp_path / "run"))
    assert said.code == 2


def test_that_a_run_that_diverges_is_exit_one_with_a_remedy(call: Call, source: Path, tmp_path: Path) -> None:
    said = call(
        *("train", "--data", source, "--model", "gmf", "--set", "optimiser=sgd", "--set", "learning_rate=1e5"),
        *("--epochs", "50", "--set", "patience=0", "--out", tmp_path / "run", "--json"),
    )
    assert said.code == 1
    assert said.objects[-1]["event"] == "failed"
    assert said.objects[-1]["remedy"]
    assert said.err.startswith("rankscope: ")
    assert open_run(tmp_path / "run").record.state == "failed"


def test_that_neumf_starts_from_trained_parts_named_by_id(call: Call, source: Path, tmp_path: Path) -> None:
    starts = []
    for model in ("gmf", "mlp"):
        result = call("train", "--data", source, "--model", model, "--epochs", "2", *SMALL, "--json").result
        starts.append(f"start_{model}={result['run'][:8]}")
    neumf = ("train", "--data", source, "--model", "neumf", "--epochs", "1", *SMALL)
    said = call(*neumf, "--set", starts[0], "--set", starts[1], "--out", tmp_path / "run", "--json")
    assert said.code == 0, said.err
    alone = call(*neumf, "--set", starts[0], "--out", tmp_path / "alone")
    assert alone.code == 2
    # the run needs the other two no more
    import shutil

    shutil.rmtree(tmp_path / "workspace")
    assert call("evaluate", tmp_path / "run", "--json").result["metrics"] == said.result["metrics"]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a child")
def test_that_ctrl_c_keeps_what_was_trained_and_says_so(source: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-m", "workbench", "train", "--data", str(source), "--model", "neumf", "--json"]
    command += ["--epochs", "100000", "--set", "patience=0", "--out", str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "epoch":
                process.send_signal(signal.SIGINT)
                break
        last = process.stdout.read().splitlines()[-1]
        told = process.stderr.read()
    assert process.returncode == 130
    assert json.loads(last)["event"] == "stopped"
    assert "stopping" in told
    opened = open_run(run)
    assert opened.record.state == "stopped"
    assert opened.record.epoch >= 1
    assert opened.model is not None
    assert make_plan(read_plan(opened.folder.plan)) == opened.plan


def test_that_guesses_of_reading_are_told_to_people_and_to_programs(call: Call, source: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    lines = source.read_text().splitlines()
    odd.write_text("\n".join(["user,item,rating,time,colour", *(f"{line},red" for line in lines[1:])]))
    people = call(*words(odd, "--out", tmp_path / "people"))
    assert "column not used: colour" in people.out
    program = call(*words(odd, "--out", tmp_path / "program", "--json"))
    (read,) = [each for each in program.objects if each["event"] == "read"]
    assert "column not used: colour" in read["notes"]


def test_that_items_of_candidate_lists_alone_are_told(call: Call, source: Path, tmp_path: Path) -> None:
    lists = tmp_path / "lists.txt"
    lists.write_text("\n".join(f"u{user:02d} 000 001 002 nobody-met-this nor-this" for user in range(50)))
    said = call(*words(source, "--candidates", lists, "--out", tmp_path / "run", "--json"))
    assert said.code == 0, said.err
    assert "2 items of the candidate lists stand in no interaction" in said.err


def test_that_neumf_starts_from_runs_of_the_same_data_alone(call: Call, source: Path, tmp_path: Path) -> None:
    sizes = ("--set", "factors=4", "--epochs", "1")
    for model, more in (("gmf", ()), ("mlp", ("--set", "tower=8"))):
        assert call("train", "--data", source, "--model", model, *sizes, *more, "--out", tmp_path / model).code == 0
    start = [f"start_{model}={tmp_path / model}" for model in ("gmf", "mlp")]
    words = ["--model", "neumf", *sizes, "--set", "tower=8", "--set", start[0], "--set", start[1]]
    assert call("train", "--data", source, *words, "--out", tmp_path / "started").code == 0
    other = tmp_path / "other.csv"
    other.write_text(source.read_text().replace("u0", "v0"))
    said = call("train", "--data", other, *words, "--out", tmp_path / "elsewhere")
    assert said.code == 2
    assert "start_gmf was trained on other users or items" in said.err
    assert not (tmp_path / "elsewhere").exists()


def test_that_a_test_part_of_which_nobody_can_be_ranked_is_refused_before_training(call: Call, tmp_path: Path) -> None:
    full = tmp_path / "full.csv"
    rows = [f"u{user},i{item},{1_000_000_000 + 10 * item + user}" for user in range(4) for item in range(4)]
    full.write_text("user,item,time\n" + "\n".join(rows) + "\n")
    said = call("train", "--data", full, "--model", "mf", "--epochs", "50", "--out", tmp_path / "run", *SMALL)
    assert said.code == 2
    assert "no user of the test part can be ranked" in said.err
    assert not (tmp_path / "run").exists()
