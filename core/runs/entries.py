"""One row of the library: what a list shows of a run, read from its folder with distrust."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from core import strict_json
from core.errors import RankscopeError
from core.runs.folder import RunFolder
from core.runs.marks import Marks, read_marks
from core.runs.owner import OWNER
from core.runs.record import RunRecord, read_record

LARGEST = 2**62
SHORT, LONG = 200, 1000
"""Characters of a text that are kept in a row."""
INTERRUPTED, DAMAGED = "interrupted", "damaged"
"""States that no record holds: running by its record while nobody writes; and not to be read."""


class Entry(NamedTuple):
    """A run as a list shows it; metrics are None where there are none.

    Attributes:
        folder: its name inside of the workspace's runs.
        number: 0, 1, ... in the order in which the library met the runs; decides the colour.
        name, star, note: what a person said of it; the note's beginning.
        state: as in its record, or ``interrupted``, or ``damaged``.
        epoch, epochs: how far it came, and how far it was to go.
        seconds: None before its end.
        part: the part that the metrics were measured on.
        protocol: ``full`` or ``sampled``; empty without metrics.
        fault: why it cannot be read; empty when it can.
        owned: there is an owner.json in it.
        owner: who writes it, in words; empty when nobody does.
        own: it is this process that writes it.
    """

    folder: str
    number: int
    id: str
    name: str
    star: bool
    note: str
    state: str
    created: str
    data: str
    model: str
    loss: str
    sampler: str
    epoch: int
    epochs: int
    seconds: float | None
    part: str
    protocol: str
    hit: float | None
    hit_low: float | None
    hit_high: float | None
    ndcg: float | None
    ndcg_low: float | None
    ndcg_high: float | None
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    fault: str = ""
    owned: bool = False
    owner: str = ""
    own: bool = False

    @property
    def title(self) -> str:
        """What the run is called: its name, else model, loss and the beginning of its id."""
        return self.name or " ".join(part for part in (self.model, self.loss, self.folder[:6]) if part)

    @property
    def measured_on(self) -> str:
        """The part, and that only given candidates were ranked; empty without metrics."""
        return f"{self.part}, sampled" if self.protocol == "sampled" else self.part

    @property
    def read_only(self) -> bool:
        """Another process writes it."""
        return bool(self.owner) and not self.own


METRICS = ("hit@10", "ndcg@10", "auc")
"""The metrics of a row, each with its interval."""


def read_entry(folder: RunFolder, number: int = 0) -> tuple[Entry, dict[str, Any]]:
    """The row of a run and its plan as flat values; a run that cannot be read has a row that says so."""
    name = text(folder.path.name)
    marks, fault = Marks(), ""
    try:
        marks = read_marks(folder)
    except RankscopeError as error:
        fault = error.sentence()
    try:
        record = read_record(folder)
    except RankscopeError as error:
        blank = ["", "", "", "", "", 0, 0, None, "", "", *[None] * 9]
        end = [text(error.sentence(), LONG), False, "", False]
        lost = Entry._make([name, number, name, *_said(marks), DAMAGED, *blank, *end])
        return lost, {}
    row = entry_of(record, name, number, marks)
    owned = (folder.path / OWNER).is_file()
    return row._replace(fault=text(fault, LONG), owned=owned), flat_plan(record.plan)


def entry_of(record: RunRecord, folder: str, number: int, marks: Marks) -> Entry:
    """The row of a record; what is of an unexpected kind is left out."""
    plan = record.plan
    data, training = record.data, section(plan, "training")
    result = record.result
    metrics, part = section(result, "metrics"), text(result.get("part") or "test")
    if not metrics:
        metrics, part = section(result, "validation"), "validation"
    # the validation part is always ranked in full
    protocol = "sampled" if part == "test" and result.get("protocol") == "sampled" else "full"
    intervals = section(result, "intervals") if section(result, "metrics") else {}
    figures: list[float | None] = []
    for name in METRICS:
        found = intervals.get(name)
        low, high = found if isinstance(found, list) and len(found) == 2 else (None, None)
        figures += [real(metrics.get(name)), real(low), real(high)]
    return Entry._make(
        [
            folder,
            number,
            text(record.id),
            *_said(marks),
            record.state,
            text(record.created, 40),
            text(data.get("name") or section(plan, "data").get("source") or ""),
            *(text(section(plan, each).get("name", "")) for each in ("model", "loss", "sampler")),
            whole(record.epoch),
            whole(training.get("epochs")),
            real(result.get("seconds")),
            part if metrics else "",
            protocol if metrics else "",
            *figures,
            "",
            False,
            "",
            False,
        ]
    )


def flat_plan(plan: Mapping[str, Any]) -> dict[str, Any]:
    """A plan as ``section.field`` to plain value."""
    return {
        text(f"{name}.{field}"): value
        for name in plan
        for field, value in section(plan, name).items()
        if isinstance(value, str | int | float | bool | list | None)
    }


def section(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An inner object; an empty one where something else stands."""
    found = values.get(name)
    return found if isinstance(found, Mapping) else {}


def text(value: Any, most: int = SHORT) -> str:
    """A text that can be stored and shown: no lone surrogates, not too long."""
    return str(value)[:most].encode("utf-8", "replace").decode("utf-8")


def whole(value: Any) -> int:
    """A whole number within what a database holds, 0 for anything else."""
    return max(-LARGEST, min(value, LARGEST)) if type(value) is int else 0


def real(value: Any) -> float | None:
    """A number, None for anything else."""
    return float(value) if type(value) in (int, float) and abs(value) < LARGEST else None


def pack_plan(plan: Mapping[str, Any]) -> str:
    """A flat plan as text."""
    return strict_json.dumps(plan).decode("utf-8", "replace")


def unpack_plan(packed: str) -> dict[str, Any]:
    """The flat plan of a text."""
    found = json.loads(packed)
    return found if isinstance(found, dict) else {}


def _said(marks: Marks) -> tuple[str, bool, str]:
    return text(marks.name), marks.star, text(marks.note, LONG)
