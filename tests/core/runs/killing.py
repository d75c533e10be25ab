"""Kills a training process at random moments, again and again, and looks at what is left; run as a program."""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import sys
import time
from pathlib import Path

from core import durable
from core.errors import RankscopeError
from core.runs.log import read_log
from core.runs.opening import open_run
from core.training.events import EpochDone
from tests.core.runs.test_recording import plan_of, record


def main(folder: Path, kills: int, seed: int) -> None:
    """Print what was found as JSON: kills, kills within a write, runs unreadable, epochs told and lost."""
    generator = random.Random(seed)
    plan = plan_of("neumf", training={"epochs": 100_000, "patience": 0, "report_every": 10.0})
    found = {"kills": 0, "within_a_write": 0, "unreadable": 0, "lost": 0, "epochs": 0}
    # once without a kill, so that everything is imported and compiled before the first fork
    events = record(folder / "warm", plan)
    next(event for event in events if isinstance(event, EpochDone))
    events.close()  # type: ignore[attr-defined]
    for number in range(kills):
        path = folder / str(number)
        told = killed_at(path, plan, generator.uniform(0.002, 0.06))
        found["kills"] += 1
        found["epochs"] += told
        found["within_a_write"] += any(path.rglob(f"{durable.TEMPORARY}*")) or unfinished(path)
        try:
            opened = open_run(path)
            found["lost"] += max(told - opened.loaded.checkpoint.plain["epoch"], 0)
            found["lost"] += max(
                told - len([e for e in read_log(path / "events.jsonl").events if e["event"] == "epoch"]), 0
            )
            _ = opened.model
            _ = opened.split
        except RankscopeError as error:
            found["unreadable"] += 1
            print(error, file=sys.stderr)
        shutil.rmtree(path)
    print(json.dumps(found))


def killed_at(path: Path, plan: object, seconds: float) -> int:
    """Train in a child until ``seconds`` after the first epoch was told, kill it; gives the last epoch told."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        for event in record(path, plan):  # type: ignore[arg-type]
            if isinstance(event, EpochDone):
                os.write(writer, b"%d\n" % event.epoch)
        os._exit(0)
    os.close(writer)
    told = b""
    select.select([reader], [], [])
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while piece := os.read(reader, 65536):
        told += piece
    os.close(reader)
    # what the child wrote before it died was told, whole lines only
    return int(told.rpartition(b"\n")[0].split(b"\n")[-1])


def unfinished(path: Path) -> bool:
    """Weights without a manifest: killed between the two."""
    folder = path / "ckpt"
    return any(not each.with_suffix(".json").exists() for each in folder.glob("*.safetensors"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
