"""What repeats a run to the bit: the plan as TOML, one Python script, one command line."""

from __future__ import annotations

import hashlib
import shlex
from typing import Any

from core import durable
from core.errors import PlanError
from core.export.request import Request
from core.runs.opening import Run
from core.runs.weights import pack
from core.training.plan import Plan, apply_setting, make_plan, to_toml, to_values

CHOSEN = ("split", "model", "loss", "sampler")
OF_DATA = ("test", "validation", "candidates", "items", "format", "columns")
SCRIPT = '''"""Repeats a Rankscope run: the same data, plan and seed give the same bits on a machine of the same kind.

    python train.py [--data SOURCE] [--out FOLDER]

Made with {made}.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import uuid
from dataclasses import replace
from pathlib import Path

from core.models import MODELS
from core.runs.creating import NewRun
from core.runs.opening import open_run, trained_for
from core.runs.recording import recorded
from core.runs.weights import pack
from core.splits.prepare import prepare
from core.training.control import Control
from core.training.events import EpochDone, RunCompleted, RunFailed
from core.training.loop import train
from core.training.plan import make_plan, read_plan
from core.training.state import RunState

DATA = "{data}"
WEIGHTS = "{weights}"
"""SHA-256 of the data and of the weights of the run that is repeated."""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", help="where the data lies now")
    parser.add_argument("--out", type=Path, default=Path("repeated"), help="folder for the new run")
    asked = parser.parse_args()
    plan = make_plan(read_plan(Path(__file__).with_name("plan.toml")))
    if asked.data:
        plan = replace(plan, data=replace(plan.data, source=asked.data))
    windows = MODELS[plan.model.name].batch == "window"
    split = prepare(plan.data, plan.split.name, plan.split.settings, seed=plan.seed, windows=windows).split
    state = RunState(plan, split, trained_for(plan, split=split))
    new = NewRun(path=asked.out.absolute(), name=str(asked.out), id=str(uuid.uuid4()))
    for event in recorded(train(plan, split, state, Control()), state, new):
        if isinstance(event, EpochDone):
            print(f"epoch {{event.epoch}}/{{event.epochs}}  loss {{event.loss:.6g}}")
        if isinstance(event, RunFailed):
            print(event.what, event.why, event.remedy, sep=". ", file=sys.stderr)
            return 1
        if isinstance(event, RunCompleted):
            for name, value in event.result["metrics"].items():
                print(f"{{name}}  {{value:.6g}}")
    again = open_run(asked.out)
    same_data = again.record.data["hash"] == DATA
    same_weights = hashlib.sha256(pack(again.model.state_dict())).hexdigest() == WEIGHTS
    print("data: the same" if same_data else "data: NOT the same")
    print("weights: the same to the bit" if same_weights else "weights: not the same")
    return 0 if same_data and same_weights else 1


if __name__ == "__main__":
    raise SystemExit(main())
'''


def write_repeat(request: Request) -> tuple[str, ...]:
    """Write plan.toml, train.py and command.txt."""
    run = request.run
    request.tell("writing", 0, 1)
    made = ", ".join(f"{name} {version}" for name, version in run.record.versions.items())
    script = SCRIPT.format(
        made="".join(each if each.isprintable() and each not in '"\\' else "?" for each in made),
        data=_hexadecimal(run.record.data.get("hash")),
        weights=weights_hash(run),
    )
    durable.write(request.place / "plan.toml", to_toml(run.plan).encode("utf-8"))
    durable.write(request.place / "train.py", script.encode("utf-8"))
    durable.write(
        request.place / "command.txt", (shlex.join(train_command(run.plan)) + "\n").encode("utf-8", "surrogateescape")
    )
    request.tell("writing", 1, 1)
    return tuple(notes(run))


def weights_hash(run: Run) -> str:
    """SHA-256 of the weights as safetensors: equal for equal bits."""
    return hashlib.sha256(pack(run.model.state_dict())).hexdigest()


def train_command(plan: Plan) -> list[str]:
    """The words of a command line that trains the same plan; what has its default is left out."""
    words, given = _chosen_words(to_values(plan))
    try:
        settings = _settings(to_values(plan), to_values(make_plan(given)))
        for name, text in settings:
            words += ["--set", f"{name}={text}"]
            apply_setting(given, name, text)
        same = make_plan(given) == plan
    except PlanError:
        same = False
    return words if same else ["rankscope", "train", "plan.toml"]


Values = dict[str, dict[str, Any]]


def _chosen_words(values: Values) -> tuple[list[str], Values]:
    """Options of their own: the source, model, loss, sampler, split; and the plain values that they stand for."""
    words, given = ["rankscope", "train"], {"data": {name: values["data"][name] for name in ("source", *OF_DATA)}}
    for name in ("source", *OF_DATA):
        if values["data"][name]:
            words += ["--data" if name == "source" else f"--{name}", str(values["data"][name])]
    for section in CHOSEN:
        if section in values:
            words += [f"--{section}", values[section]["name"]]
            given[section] = {"name": values[section]["name"]}
    return words, given


def _settings(values: Values, usual: Values) -> list[tuple[str, str]]:
    """Dotted names and texts of what differs from what is usual; an empty text stands for none."""
    found = []
    for section, fields in values.items():
        for name in {**usual[section], **fields}:
            own = section == "data" and name in ("source", *OF_DATA)
            if name != "name" and not own and fields.get(name) != usual[section].get(name):
                found.append((f"{section}.{name}", _setting(fields.get(name, ""))))
    return found


def _setting(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def notes(run: Run) -> list[str]:
    """What stands in the way of repeating the run elsewhere."""
    found = []
    if run.record.state != "completed":
        found.append("The run did not end by itself: the script trains it to its end, which gives other weights")
    if run.plan.data.source != "sample":
        found.append("The script looks for the data where it was; elsewhere, give train.py --data SOURCE")
    if any(getattr(run.plan.model.settings, name, None) for name in ("start_gmf", "start_mlp")):
        found.append("It starts from two other runs, which must lie where they were")
    return found


def _hexadecimal(value: object) -> str:
    shown = str(value or "")
    return shown if shown.isalnum() and shown.isascii() else ""
