"""What the command palette finds beside commands: users and items of what is open, runs of the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from core.errors import RankscopeError
from workbench.jobs.finding import Hit, finding
from workbench.jobs.job import End, Job, JobControl, Tell, Work
from workbench.jobs.latest import Latest
from workbench.page import Context, message_of
from workbench.pages import PAGES
from workbench.widgets.palette import CommandPalette, Entry, matches
from workbench.words import cell

if TYPE_CHECKING:
    from core.data.interactions import Interactions
    from core.runs.entries import Entry as RunEntry
    from core.runs.opening import Run

MOST_RUNS = 8


class PaletteSearch(QObject):
    """Answers what is typed into one palette; lives as long as it."""

    def __init__(self, context: Context, palette: CommandPalette) -> None:
        super().__init__(palette)
        self._context, self._palette = context, palette
        self._latest = Latest(context.jobs, "Searching", hasty=True)
        self._runs: tuple[RunEntry, ...] = ()
        self._open = True
        palette.asked.connect(self._ask)
        palette.finished.connect(lambda _: self._close())
        job = Job("Reading the runs", reading_runs(context), quiet=True)
        job.ended.connect(self._take_runs)
        context.when_warm("reading", lambda: self._begin(job))

    def _begin(self, job: Job) -> None:
        self._context.jobs.start(job)

    def _close(self) -> None:
        self._open = False
        self._latest.forget()

    def _take_runs(self, end: End) -> None:
        if self._open and isinstance(end.value, tuple):
            self._runs = end.value
            if self._palette.search.text().strip():
                self._ask(self._palette.search.text().strip())

    def _ask(self, asked: str) -> None:
        session = self._context.session
        runs = [self._run_entry(each) for each in self._runs if asked and matches(asked, run_text(each))][:MOST_RUNS]
        opened, run = session.opened, session.run
        if not asked or (opened is None and run is None):
            self._palette.show_found(asked, runs)
            return
        self._palette.show_found(asked, runs)
        work = finding(opened.split.interactions, asked) if opened is not None else finding_in_run(run, asked)
        self._latest.ask(work, lambda end: self._found(asked, runs, end))

    def _found(self, asked: str, runs: list[Entry], end: End) -> None:
        if self._open and isinstance(end.value, tuple):
            self._palette.show_found(asked, [*(self._hit_entry(each) for each in end.value), *runs])

    # --- what is done with them ---------------------------------------------------------------------------------

    def _hit_entry(self, hit: Hit) -> Entry:
        if hit.kind == "user":
            return Entry(cell(hit.id, 60), "user", lambda: self._go_to_user(hit.id), "Pin this user and see the lists")
        text = f"{hit.title}  ·  {cell(hit.id, 30)}" if hit.title else cell(hit.id, 60)
        return Entry(text, "item", lambda: self._go_to_item(hit.id), "Pin this item")

    def _go_to_user(self, user: str) -> None:
        self._context.session.pin(user)
        self._context.go("users")

    def _go_to_item(self, item: str) -> None:
        self._context.session.pin_item(item)
        if "items" in PAGES:
            self._context.go("items")

    def _run_entry(self, run: RunEntry) -> Entry:
        return Entry(cell(run_text(run), 90), "run", lambda: self._open_run(run.folder), "Take this run into view")

    def _open_run(self, folder: str) -> None:
        from core.runs.opening import open_run

        try:
            self._context.session.choose_run(open_run(self._context.workspace.runs_folder / folder))
        except RankscopeError as error:
            self._context.tell(message_of(error))
            return
        self._context.go("users")


def run_text(run: RunEntry) -> str:
    """What a run is found by."""
    loss = f" · {run.loss}" if run.loss else ""
    name = f"{run.name}  ·  " if run.name else ""
    return f"{name}{run.model}{loss}  ·  {run.data}  ·  {run.created[:16].replace('T', ' ')}  ·  {run.folder[:8]}"


def reading_runs(context: Context) -> Work:
    """Work that gives the entries of the library, the latest first."""

    def work(control: JobControl, tell: Tell) -> tuple[RunEntry, ...]:
        from core.runs.library import read_library

        entries = read_library(context.workspace).entries
        return tuple(sorted(entries, key=lambda entry: entry.created, reverse=True))

    return work


def finding_in_run(run: Run | None, asked: str) -> Work:
    """Work that searches the data of a run, reading it first."""

    def work(control: JobControl, tell: Tell) -> object:
        assert run is not None
        interactions: Interactions = run.interactions
        return finding(interactions, asked)(control, tell)

    return work
