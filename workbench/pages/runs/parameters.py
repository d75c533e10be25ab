"""Parameters of the chosen runs side by side; those that differ come first and bold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from core.errors import PlanError
from core.runs.entries import flat_plan
from core.training.plan import make_plan, to_values
from workbench.columns import Column
from workbench.jobs.run_details import Detail
from workbench.pages.runs.rows import value_words
from workbench.tables.model import ColumnsModel
from workbench.tables.table import Table
from workbench.widgets.parts import label
from workbench.words import cell


class ParametersPanel(QWidget):
    """A table with a column for each run."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[tuple[Detail, str]] = []
        self.model = ColumnsModel()
        self.table = Table(self.model, "Parameters")
        self.only = QCheckBox("Only what differs")
        self.only.toggled.connect(lambda _: self._show())
        self.caption = label("", "caption")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.caption, 1)
        row.addWidget(self.only)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.table, 1)

    def show_runs(self, shown: Sequence[tuple[Detail, str]]) -> None:
        """Show the plans of some runs: detail, name."""
        self._shown = list(shown)
        self.only.setEnabled(bool(self._shown))
        self._show()

    def _show(self) -> None:
        plans = [{**flat_plan(detail.record.plan), **circumstances(detail)} for detail, _ in self._shown]
        names, different = arranged(plans)
        alone = len(plans) == 1
        if alone:
            # beside its own values those that its model and loss begin with
            defaults = default_plan(self._shown[0][0])
            names, different = arranged([{name: plans[0].get(name) for name in defaults}, defaults])
            names += [name for name in plans[0] if name not in defaults]
            plans.append(defaults)
        if self.only.isChecked():
            names = names[: len(different)]
        texts = [pa.array([readable(name) for name in names], pa.large_string())]
        texts += [pa.array([value_words(plan.get(name)) for name in names], pa.large_string()) for plan in plans]
        titles = ["Parameter", *(cell(title, 40) for _, title in self._shown), *(["Default"] if alone else [])]
        columns = [Column(title, text, cell) for title, text in zip(titles, texts, strict=True)] if plans else []
        self.model.replace(columns, range(len(different)) if plans else ())
        self.table.set_widths([200, *[150] * len(plans)], len(plans) if len(plans) < 4 else -1)
        number = len(different)
        verb = f"parameter{' differs' if number == 1 else 's differ'}"
        self.caption.setText("" if not plans else f"{number} {verb} {'from the default ' if alone else ''}(bold)")


def circumstances(detail: Detail) -> dict[str, Any]:
    """What is no parameter and yet can make a difference."""
    record = detail.record
    versions = {f"version.{name}": value for name, value in record.versions.items() if isinstance(value, str)}
    data = {
        f"events.{name}": record.data.get(name) for name in ("users", "items", "train", "validation", "test", "hash")
    }
    return {**data, "run.device": record.device, "run.threads": record.threads, **versions}


def arranged(plans: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """All fields with those that differ first, and those that differ."""
    names = list(dict.fromkeys(name for plan in plans for name in plan))
    different = [name for name in names if len({repr(plan.get(name)) for plan in plans}) > 1]
    same = set(different)
    return different + [name for name in names if name not in same], different


def readable(name: str) -> str:
    """``training.batch_size`` as ``training: batch size``."""
    section, _, field = name.partition(".")
    return f"{section}: {field.replace('_', ' ')}"


def default_plan(detail: Detail) -> dict[str, Any]:
    """The flat plan that a run of the same model, loss, sampler and data begins with; empty where they are unknown."""
    plan = detail.record.plan
    try:
        given: dict[str, dict[str, Any]] = {
            name: {"name": plan[name]["name"]} for name in ("model", "loss", "sampler", "split") if name in plan
        }
        given["data"] = {"source": plan["data"]["source"]}
        values = to_values(make_plan(given))
    except (PlanError, KeyError, TypeError, AttributeError):
        return {}
    return flat_plan(values)
