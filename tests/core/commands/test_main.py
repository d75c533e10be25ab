from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from core import __version__
from core.commands import COMMANDS, main, told_as_exit_code
from core.commands.console import Console
from core.errors import StorageError
from tests.core.commands.conftest import Call

HEAVY = ("torch", "numba", "PySide6", "pandas", "scipy")


@pytest.mark.parametrize("words", [["--help"], ["list", "models"], ["list", "losses", "--json"], ["train", "--help"]])
def test_that_help_and_lists_start_at_once_without_torch_or_qt(words: list[str]) -> None:
    program = (
        "import sys; from workbench.__main__ import main\n"
        "try: code = main(sys.argv[1:])\n"
        "except SystemExit as left: code = left.code\n"
        f"loaded = [name for name in {HEAVY} if name in sys.modules]\n"
        "sys.exit(f'loaded {loaded}' if loaded or code else 0)"
    )
    began = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout
    # generous: it takes a tenth of a second, and a machine that is busy must not fail it
    assert time.monotonic() - began < 10


def test_that_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        with pytest.raises(SystemExit) as left:
            main([name, "--help"])
        assert left.value.code == 0
        assert f"rankscope {name}" in capsys.readouterr().out


def test_that_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"rankscope {__version__}\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["trian"], "Did you mean train"),
        (["list", "modles"], "models"),
        (["list"], "required"),
        (["train", "--modle", "mf"], "--model"),
        (["train", "a.toml", "b.toml"], "rankscope: train: nothing takes 'b.toml'"),
        (["data", "a.csv", "--splitt", "x"], "rankscope: data: there is no option --splitt"),
        (["recommend", "run"], "required"),
        (["recommend", "run", "--user", "1", "--all"], "not allowed with"),
        (["recommend", "run", "--all", "--k", "0"], "from 1 on"),
        (["evaluate", "run", "--k", "5,x"], "whole numbers"),
        (["evaluate", "run", "--part", "training"], "test"),
        (["evaluate", "zzz"], "no run 'zzz'"),
        (["similar", "run"], "--item"),
        (["compare", "run"], "RUN"),
        (["train", "--set", "factors"], "key=value"),
        (["train", "--set", "factor=3"], "factors"),
        (["train", "--model", "cser"], "caser"),
        (["train", "--loss", "bprr"], "bpr"),
        (["train", "--sampler", "unifrom"], "uniform"),
        (["train", "--split", "leave-last"], "leave-last-out"),
        (["train", "--epochs", "0"], "epochs cannot be"),
        (["train", "--epochs", "many"], "epochs cannot be"),
        (["train", "--model", "mf", "--loss", "squared", "--sampler", "warp"], "warp"),
        (["train", "missing.toml"], "missing.toml"),
        (["data", "missing.csv"], "missing.csv"),
        (["data", "sample", "--format", "movielens"], "movielens-csv"),
        (["data", "sample", "--columns", "usr=a"], "usr"),
    ],
)
def test_that_a_mistake_is_one_sentence_on_stderr_and_exit_two(call: Call, words: list[str], told: str) -> None:
    said = call(*words)
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("rankscope: ")
    assert said.err.count("\n") == 1
    assert told in said.err


def test_that_a_failure_is_one_sentence_and_exit_one(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise StorageError("storage.full", "it does not fit", "x", remedy="Free some space")

    monkeypatch.setattr("core.commands.listing.run", full)
    said = call("list", "models")
    assert (said.code, said.err) == (1, "rankscope: x: it does not fit. Free some space.\n")


def test_that_ctrl_c_is_no_traceback(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.commands.listing.run", interrupted)
    said = call("list", "models")
    assert (said.code, said.err) == (130, "rankscope: interrupted.\n")


def test_that_a_reader_who_leaves_is_no_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    program = [sys.executable, "-m", "workbench", "list", "models"]
    ended = subprocess.run(program, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (1, "")


def test_that_titles_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Console().table(("", ""), [["a\x1b[2Jb", "c\u202ed\x07"]])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\x07" not in out
    assert "a�[2Jb" in out


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")]
)
def test_that_short_memory_is_told_in_one_sentence(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        raise error

    assert told_as_exit_code(work) == 1
    assert capsys.readouterr().err.startswith("rankscope: there is not enough memory")


def test_that_another_defect_is_not_taken_for_short_memory() -> None:
    def work() -> int:
        raise RuntimeError("a defect")

    with pytest.raises(RuntimeError, match="a defect"):
        told_as_exit_code(work)


def test_that_what_the_system_refuses_is_told_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        raise PermissionError(13, "Permission denied", "a/file")

    assert told_as_exit_code(work) == 1
    assert capsys.readouterr().err.startswith("rankscope: a/file: the file cannot be used. Permission denied.")


@pytest.mark.parametrize("words", [["list", "models"], ["list", "models", "--json"]])
@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_that_a_closed_output_is_no_reason_to_fail(words: list[str], closed: str) -> None:
    program = f"import sys; sys.{closed} = None; from workbench.__main__ import main; sys.exit(main(sys.argv[1:]))"
    ended = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_that_a_full_output_is_told_in_one_sentence() -> None:
    program = "import sys; from workbench.__main__ import main; sys.exit(main(sys.argv[1:]))"
    with open("/dev/full", "w", encoding="utf-8") as full:
        ended = subprocess.run(
            [sys.executable, "-c", program, "list", "models", "--json"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert ended.returncode == 1
    assert ended.stderr.startswith("rankscope: the output: ")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["", " "])
def test_that_a_workspace_without_a_name_is_refused(call: Call, name: str) -> None:
    said = call("runs", "empty-trash", "--workspace", name)
    assert said.code == 2
    assert "no name" in said.err
