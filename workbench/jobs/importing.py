"""Reading data off the GUI thread: previews, the whole way to a split, and another split of the same data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.data.plan import DataPlan
from core.first_use import WORDS
from core.runs.workspace import KEPT_GIGABYTES, Workspace
from core.training.plan import Choice
from workbench.jobs.awaiting import PREPARATION
from workbench.jobs.job import Cancelled, JobControl, Progress, Tell, Work
from workbench.session import Opened

if TYPE_CHECKING:
    from core.data.preview import Preview
    from core.data.summary import Summary
    from core.runs.kept_data.dataset_store import Datasets
    from core.runs.kept_data.datasets import Kept


READING = ("reading",)
"""What reading calls, in the table of what is compiled."""


@dataclass(frozen=True)
class StageDone:
    """How far a stage of reading is; bytes, rows or steps."""

    stage: str
    done: int
    total: int


def importing(
    data: DataPlan,
    choice: Choice,
    seed: int = 1,
    windows: bool = False,
    workspace: Workspace | None = None,
    gigabytes: float = KEPT_GIGABYTES,
) -> Work:
    """Work that reads, cleans, divides and describes; gives an Opened.

    Args:
        workspace: where data that was read before is kept; None for reading anew.
        gigabytes: how much may be kept there.
    """

    def work(control: JobControl, tell: Tell) -> Opened:
        from core.data.raw import ReadingCancelled
        from core.runs.kept_data.dataset_store import datasets_of
        from core.runs.kept_data.datasets import open_kept

        PREPARATION.wait_for(READING, control, lambda event: tell(StageDone(WORDS, event.done, event.total)))
        store = datasets_of(workspace, gigabytes) if workspace is not None else None
        try:
            kept = open_kept(
                store,
                data,
                windows=windows,
                on_progress=lambda stage, done, total: tell(StageDone(stage, done, total)),
                cancelled=lambda: control.stopped,
            )
        except ReadingCancelled:
            raise Cancelled from None
        return _described(data, choice, seed, windows, kept, control, tell, store)

    return work


def dividing(opened: Opened, choice: Choice, seed: int) -> Work:
    """Work that divides the same data in another way; gives an Opened."""

    def work(control: JobControl, tell: Tell) -> Opened:
        from core.runs.kept_data.datasets import Kept

        kept = Kept(opened.loaded, None)
        return _described(opened.plan, choice, seed, opened.windows, kept, control, tell, summary=opened.summary)

    return work


def previewing(source: str, format: str, columns: Mapping[str, str]) -> Work:
    """Work that looks at the beginning of a source; gives a Preview."""

    def work(control: JobControl, tell: Tell) -> Preview:
        from core.data.preview import preview

        return preview(source, format=format or None, columns=columns)

    return work


def follow_reading(before: Progress, event: object) -> Progress:
    """The progress bar of a reading."""
    if not isinstance(event, StageDone):
        return before
    return Progress(event.stage, min(event.done / event.total, 1.0) if event.total else None)


def _described(
    data: DataPlan,
    choice: Choice,
    seed: int,
    windows: bool,
    kept: Kept,
    control: JobControl,
    tell: Tell,
    store: Datasets | None = None,
    summary: Summary | None = None,
) -> Opened:
    """Divide, and tell about it what is known or can be counted.

    Args:
        summary: of the same data, where it is known.
    """
    from core.runs.kept_data.described import describe, keep_description, read_description
    from core.splits.prepare import divide_loaded

    tell(StageDone("dividing", 0, 0))
    split = divide_loaded(kept.loaded, choice.name, choice.settings, seed)
    if control.stopped:
        raise Cancelled
    tell(StageDone("looking at it", 0, 0))
    about = None
    if kept.entry is not None:
        about = read_description(kept.entry, choice.name, choice.settings, seed)
    if about is None:
        about = describe(split, summary)
        if store is not None and kept.entry is not None:
            keep_description(store, kept.entry, choice.name, choice.settings, seed, about)
    return Opened(data, choice, seed, windows, kept.loaded, split, about.summary, about.findings, dict(about.pictures))
