"""The Runs page: all runs of the workspace, one in detail, two compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from core.commands.text import duration, probability
from core.comparison import PairedResult
from core.errors import RankscopeError
from workbench.jobs.inspecting import Compared, Listed, comparing, listing, tracing
from workbench.jobs.job import End, Job
from workbench.page import Context, Message, Page, message_of
from workbench.plots.legend import Legend
from workbench.plots.plot import Plot
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table
from workbench.trace import Trace
from workbench.widgets.empty import Empty
from workbench.widgets.parts import Card, button, label
from workbench.words import cell, metric_label, score

SHOWN = ("hit@10", "ndcg@10", "auc")


class RunsPage(Page):
    """A table over a curve and figures."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.listed = Listed((), (), ())
        self._asked = 0
        self._traces: dict[Path, Trace] = {}
        self.runs, self.figures = ColumnsModel(), ColumnsModel()
        self.table = Table(self.runs, "Runs")
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._selected())
        self.table.opened.connect(lambda _: self.inspect())
        self.look = button("See its lists", self.inspect, "primary", "Open the run on the Users page")
        self.clone = button("Clone into the form", self.clone_plan, help="Put its plan into the form of the Train page")
        self.count = label("", "caption")
        self.plot = Plot(context.theme, "Validation of the chosen runs", "epoch", "")
        self.legend = Legend(context.theme)
        self.figure_table = Table(self.figures, "Figures")
        curve, self.figure_card = Card("Validation nDCG@10"), Card("Figures")
        curve.head.takeAt(curve.head.count() - 1)
        curve.caption.hide()
        curve.head.addWidget(self.legend, 1)
        curve.body.addWidget(self.plot, 1)
        self.figure_card.body.addWidget(self.figure_table, 1)
        below = QWidget()
        across = QHBoxLayout(below)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(8)
        across.addWidget(curve, 5)
        across.addWidget(self.figure_card, 6)
        bar = QHBoxLayout()
        bar.addWidget(self.count, 1)
        bar.addWidget(self.clone)
        bar.addWidget(self.look)
        above = QWidget()
        column = QVBoxLayout(above)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(bar)
        column.addWidget(self.table, 1)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.setHandleWidth(8)
        parts.addWidget(above)
        parts.addWidget(below)
        parts.setSizes([300, 280])
        whole = QWidget()
        outer = QVBoxLayout(whole)
        outer.setContentsMargins(16, 0, 16, 12)
        outer.addWidget(parts)
        self.empty = Empty(
            context.theme,
            "runs",
            "Runs that were trained are kept here, to be looked at and compared.",
            "Start training",
            lambda: context.go("train"),
        )
        self.stack = QStackedLayout(self)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(whole)
        context.session.runs_changed.connect(self.read)

    def entered(self) -> None:
        """Runs may have come from elsewhere."""
        self.read()

    # --- the list -----------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Read the workspace."""
        job = Job("Reading the runs", listing(self.context.workspace), quiet=True)
        job.ended.connect(self._read)
        self.context.when_warm("reading", lambda: self._begin(job))

    def _begin(self, job: Job) -> None:
        self.context.jobs.start(job)

    def _read(self, end: End) -> None:
        if end.error is not None:
            self.context.tell(message_of(end.error, end.details))
            return
        assert isinstance(end.value, Listed)
        kept = [self.listed.paths[row] for row in self.table.chosen_rows()]
        self.listed = end.value
        if self.listed.faults:
            self.context.tell(Message(f"A run cannot be read. {self.listed.faults[0]}", "warning"))
        self.stack.setCurrentIndex(1 if self.listed.records else 0)
        self.runs.replace(run_columns(self.listed))
        self.table.set_widths([110, 74, 88, 150, 66, 74, 62, 62, 66, 140], 3)
        number = len(self.listed.records)
        self.count.setText(f"{number:,} run{'' if number == 1 else 's'}; choose two to compare them")
        rows = [at for at, path in enumerate(self.listed.paths) if path in kept] or ([0] if number else [])
        for row in rows[:1]:
            self.table.choose(row)
        self._selected()

    def chosen(self) -> list[Path]:
        """Folders of the chosen runs."""
        return [self.listed.paths[row] for row in self.table.chosen_rows() if row < len(self.listed.paths)]

    def _selected(self) -> None:
        chosen = self.chosen()
        self.look.setEnabled(len(chosen) == 1)
        self.clone.setEnabled(len(chosen) == 1)
        self._draw()
        for path in chosen:
            if path not in self._traces:
                self._trace(path)
        if len(chosen) == 2:
            self._compare(chosen)
        elif chosen:
            self._show_figures(chosen[0])
        else:
            self.figures.replace(())

    # --- curves -------------------------------------------------------------------------------------------------

    def _trace(self, path: Path) -> None:
        job = Job("Reading a run", tracing(path, path.name[:8]), quiet=True)
        job.ended.connect(lambda end: self._traced(path, end))
        self.context.jobs.start(job)

    def _traced(self, path: Path, end: End) -> None:
        if isinstance(end.value, Trace):
            record = self.listed.records[self.listed.paths.index(path)] if path in self.listed.paths else None
            if record is None or record.state != "running":
                self._traces[path] = end.value
            self._draw()

    def _draw(self) -> None:
        keys: list[str] = []
        entries: list[tuple[int | str, str, bool]] = []
        base = None
        for at, path in enumerate(self.chosen()):
            trace = self._traces.get(path)
            if trace is None or "ndcg@10" not in trace.metrics:
                continue
            key = str(path)
            keys.append(key)
            self.plot.line(key, trace.epochs.values, trace.metrics["ndcg@10"].values, at, width=2, dash=at % 2 == 1)
            entries.append((at, run_name(self.listed.records[self.listed.paths.index(path)]), at % 2 == 1))
            base = trace.started.baseline.get("ndcg@10") if trace.started is not None else None
        self.plot.keep_lines(keys)
        self.plot.level("popularity", base, f"Popularity {score(base)}")
        self.legend.show_entries(entries)
        self.plot.fit()

    # --- figures ------------------------------------------------------------------------------------------------

    def _show_figures(self, path: Path) -> None:
        record = self.listed.records[self.listed.paths.index(path)]
        metrics = record.result.get("metrics") or {}
        intervals = record.result.get("intervals") or {}
        base = record.result.get("baseline") or {}
        names = list(metrics)
        rows = pa.array([metric_label(name) for name in names], pa.large_string())
        self.figure_card.title.setText("Figures")
        part = record.result.get("part")
        self.figure_card.caption.setText(f"{part} part, 95 % intervals" if part else "not measured")
        self.figures.replace(
            [
                Column("Metric", rows),
                Column("Value", np.array([metrics[name] for name in names]), score, True),
                Column("From", np.array([_bound(intervals, name, 0) for name in names]), score, True),
                Column("To", np.array([_bound(intervals, name, 1) for name in names]), score, True),
                Column("Popularity", np.array([float(base.get(name, np.nan)) for name in names]), score, True),
            ]
        )
        self.figure_table.set_widths([110, 70, 70, 70, 80], 0)

    def _compare(self, chosen: list[Path]) -> None:
        self._asked += 1
        asked = self._asked
        job = Job("Comparing", comparing(chosen, SHOWN), quiet=True)
        job.ended.connect(lambda end: self._compared(asked, end))
        self.figure_card.title.setText("Comparison")
        self.figure_card.caption.setText("testing user by user")
        self.context.when_warm("training", lambda: self._begin(job))

    def _compared(self, asked: int, end: End) -> None:
        if asked != self._asked:
            return
        if end.error is not None:
            self.figure_card.caption.setText("")
            self.figures.replace(())
            self.context.tell(message_of(end.error, end.details))
            return
        assert isinstance(end.value, Compared)
        results = end.value.results
        self.figure_card.title.setText("Comparison")
        self.figure_card.caption.setText(f"{results[0].users:,} users in common, sign-flip test")
        self.figures.replace(
            [
                Column("Metric", pa.array([metric_label(each.metric) for each in results], pa.large_string())),
                Column("First", np.array([each.first for each in results]), score, True),
                Column("Second", np.array([each.second for each in results]), score, True),
                Column("Difference", np.array([each.difference for each in results]), _signed, True),
                Column("95 % interval", pa.array([interval_words(each) for each in results], pa.large_string())),
                Column("p", np.array([each.p for each in results]), probability, True, "Sign-flip test, two-sided"),
            ]
        )
        self.figure_table.set_widths([70, 46, 56, 72, 132, 62], 0)

    # --- actions ------------------------------------------------------------------------------------------------

    def inspect(self) -> None:
        """Take the chosen run to the Users page."""
        chosen = self.chosen()
        if not chosen:
            return
        from core.runs.opening import open_run

        try:
            self.context.session.choose_run(open_run(chosen[0]))
        except RankscopeError as error:
            self.context.tell(message_of(error))
            return
        self.context.go("users")

    def clone_plan(self) -> None:
        """Take the plan of the chosen run to the Train page."""
        rows = self.table.chosen_rows()
        if rows:
            self.context.session.offer_plan(self.listed.records[rows[0]].plan)
            self.context.go("train")


def run_columns(listed: Listed) -> list[Column]:
    """One row a run."""
    records = listed.records

    def texts(values: list[Any]) -> pa.Array:
        return pa.array([str(value) for value in values], pa.large_string())

    def metric(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([float((each.result.get("metrics") or {}).get(name, np.nan)) for each in records])

    return [
        Column("Model", texts([each.plan.get("model", {}).get("name", "") for each in records]), cell),
        Column("Loss", texts([each.plan.get("loss", {}).get("name", "–") for each in records]), cell),
        Column("State", texts([each.state for each in records]), cell),
        Column("Data", texts([each.data.get("name") or each.data.get("source", "") for each in records]), cell),
        *(Column(metric_label(name), metric(name), score, True, first_down=True) for name in SHOWN),
        Column("Epochs", np.array([each.epoch for each in records]), str, True),
        Column("Time", np.array([float(each.result.get("seconds", np.nan)) for each in records]), duration, True),
        Column("Begun (UTC)", texts([each.created[:16].replace("T", " ") for each in records]), cell),
    ]


def run_name(record: Any) -> str:
    """What a run is called where there is little room."""
    loss = record.plan.get("loss", {}).get("name")
    return f"{record.plan.get('model', {}).get('name', '')}{f' · {loss}' if loss else ''}"


def interval_words(result: PairedResult) -> str:
    """The interval of a difference."""
    return f"{_signed(result.low)} to {_signed(result.high)}"


def _bound(intervals: dict[str, Any], name: str, side: int) -> float:
    found = intervals.get(name)
    return float(found[side]) if found else float("nan")


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + score(value)
